"""SMS through Twilio: signed webhooks come in, replies and what became of them go through its REST API.

Written against twilio.com/docs: usage/security (signatures), messaging/guides/webhook-request, api/errors.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from twilio.http.response import Response
from twilio.rest import Client

from bot import layout
from bot.channel import Channel, ChannelError, Forged, Malformed, Pace
from bot.connection import Answer
from bot.http import Http
from bot.parts import Parts
from flows.countries import Countries
from flows.model import Manner, Media, MediaKind, Message, Reply

Form = list[tuple[str, str]]
"""A posted form in its order, blank and repeated fields included: the signature covers all of it."""

EMPTY_ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
"""What an inbound SMS is answered with, as text/xml: replies go through the REST API."""

PACE = Pace(1.0, 0.0)  # a long code sends one segment a second
MOST_CHARACTERS = 1600  # of a Body; more is error 21617
_REDIRECTS, _LEADS_ON = 2, (301, 302, 303, 307, 308)
# How far a message got, and what we call it. Callbacks overtake each other; only a higher rank may change a row.
OPENED = 6
"""The rank of a report that says that she opened a message (WhatsApp)."""
_STATES = {
    "accepted": (1, "sent"),
    "scheduled": (1, "sent"),
    "queued": (2, "sent"),
    "sending": (3, "sent"),
    "sent": (4, "sent"),
    "delivered": (5, "delivered"),
    "partially_delivered": (5, "delivered"),
    "undelivered": (5, "failed"),
    "failed": (5, "failed"),
    "canceled": (5, "failed"),
    "read": (OPENED, "delivered"),
}
_KINDS: Mapping[str, MediaKind] = {"audio": "voice", "image": "photo"}
# Refused with a 4xx, but for the account's or the number's sake, not this message's: a wrong token, a suspended
# account, too many requests, a full queue (so are 401 and 404, a wrong token or account). Any other 4xx is permanent,
# also with a code that we never saw: Twilio keeps splitting its codes.
_TEMPORARY = frozenset(("20003", "20005", "20429", "21611"))


def read(body: bytes) -> Form:
    """The fields of a posted form, whatever it is."""
    return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)


def verify(url: str, form: Form, signature: str | None, token: str) -> None:
    """Check the X-Twilio-Signature over our public URL (path and query included) and every field. Raises Forged.

    Only HMAC-SHA1, the auth token's algorithm: a header that asks for another one is not heard.
    """
    fields = "".join(name + value for name, value in sorted(set(form)))
    given = (signature or "").encode()
    if not token or not any(hmac.compare_digest(given, sign(at + fields, token)) for at in _spellings(url)):
        raise Forged


def sign(text: str, token: str) -> bytes:
    """The signature of a URL followed by its sorted fields."""
    return base64.b64encode(hmac.digest(token.encode(), text.encode(), hashlib.sha1))


def _spellings(url: str) -> Iterator[str]:
    """The URL as it is, without its port, and with one: Twilio is not consistent about which it signs."""
    yield url
    parts = urlsplit(url)
    host = parts.netloc.removesuffix(f":{parts.port}")
    yield parts._replace(netloc=host).geturl()
    yield parts._replace(netloc=f"{host}:{parts.port or (443 if parts.scheme == 'https' else 80)}").geturl()


def parse_sms(form: Form) -> Message:
    """The SMS in an inbound webhook. `address` is From, which portals may fill with letters. Raises Malformed."""
    fields = dict(form)
    try:
        sid, sender, to, text = fields["MessageSid"], fields["From"], fields["To"], fields["Body"]
        media = media_of(fields) if int(fields.get("NumMedia") or 0) else ()
    except (KeyError, ValueError) as error:
        raise Malformed(error.args[0] if isinstance(error, KeyError) else "NumMedia") from None
    for name in ("MessageSid", "From", "To"):
        if not fields[name]:
            raise Malformed(name)
    return Message("sms", f"sms:{to}", sender, sid, text, manner="sms").with_media(media)


def media_of(fields: Mapping[str, str]) -> tuple[Media, ...]:
    """All files of a message that says that it has some, by SMS or WhatsApp. KeyError when there is not even one."""
    urls = [fields["MediaUrl0"]]
    while url := fields.get(f"MediaUrl{len(urls)}"):
        urls.append(url)
    types = (fields.get(f"MediaContentType{number}", "") for number in range(len(urls)))
    return tuple(
        Media(_KINDS.get(kind.partition("/")[0], "document"), url) for kind, url in zip(types, urls, strict=True)
    )


@dataclass(frozen=True, slots=True)
class StatusReport:
    """What became of a message: `state` is `sent`, `delivered` or `failed`, `error` Twilio's code if it failed.

    Reports overtake each other: one is news only when its `rank` (1 to 6) is above the last one's.
    """

    provider_id: str
    rank: int
    state: str
    error: str


def parse_status(form: Form) -> StatusReport:
    """The report in a status callback. Raises Malformed."""
    fields = dict(form)
    sid = fields.get("MessageSid")
    if not sid:
        raise Malformed("MessageSid")
    known = _STATES.get(fields.get("MessageStatus", ""))
    if not known:
        raise Malformed("MessageStatus")
    return StatusReport(sid, *known, fields.get("ErrorCode", ""))


class TwilioHttp:
    """Our HTTP client as twilio wants it (it asks for these two names). Refusals leave here as ChannelError."""

    is_async = True

    def __init__(self, http: Http) -> None:
        self._http = http

    async def request(
        self,
        method: str,
        url: str,
        *,
        data: Mapping[str, Any],
        headers: dict[str, str],
        auth: tuple[str, str],
        **_: object,
    ) -> Response:
        """Post a form. Unlike twilio's own client this one writes no log."""
        basic = base64.b64encode(":".join(auth).encode()).decode()
        headers = {**headers, "Authorization": f"Basic {basic}"}
        answer = await self._http.call(method, url, urlencode(data, doseq=True).encode(), headers)
        if not 200 <= answer.status < 300:
            raise _refusal(answer)
        return Response(answer.status, answer.body.decode("utf-8", "replace"))


def _refusal(answer: Answer) -> ChannelError:
    code = _code(answer)
    ours = 400 <= answer.status < 500 and answer.status not in (401, 404, 408, 429)
    rest = answer.header("Retry-After")
    retry_after = float(rest) if rest.isdecimal() else 60.0 if code == "21611" else 1.0 if answer.status == 429 else 0.0
    return ChannelError(code, permanent=ours and code not in _TEMPORARY, retry_after=retry_after)


def _code(answer: Answer) -> str:
    """Twilio's own error code; the HTTP status where the body has none."""
    try:
        return str(int(json.loads(answer.body)["code"]))
    except (ValueError, KeyError, TypeError):
        return str(answer.status)


class TwilioMedia:
    """Fetches what came with a message: from Twilio with our account, then from wherever it leads."""

    def __init__(self, http: Http, account_sid: str, auth_token: str, api_url: str) -> None:
        self._http, self._at = http, api_url.rstrip("/")
        self._basic = base64.b64encode(f"{account_sid}:{auth_token}".encode()).decode()

    async def fetch(self, reference: str, largest: int) -> bytes:
        """The bytes behind a MediaUrl. Raises ChannelError, with the code `large` for more than `largest`.

        Only Twilio's own address is asked, and hears who we are; the store that it leads to does not.
        """
        if not reference.startswith(f"{self._at}/"):
            raise ChannelError("elsewhere", permanent=True)
        answer = await self._http.load(reference, {"Authorization": f"Basic {self._basic}"}, largest)
        for _ in range(_REDIRECTS):
            to = answer.header("Location")
            if answer.status not in _LEADS_ON or urlsplit(to).scheme != urlsplit(self._at).scheme:
                break
            answer = await self._http.load(to, {}, largest)
        if answer.status != 200:
            raise ChannelError(str(answer.status), permanent=answer.status in (400, 404, 410))
        return answer.body


class TwilioSms(Channel):
    """One number of ours. `api_url` is scheme and host of the REST API.

    `status_url` is where Twilio reports deliveries; our reply id is added to it as `?reply=`, because a report can
    be here before Twilio's id of the message is stored. Without one, nothing is reported.
    """

    name = "sms"
    manner: Manner = "sms"

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        number: str,
        *,
        api_url: str = "https://api.twilio.com",
        status_url: str = "",
        pace: Pace = PACE,
        countries: Countries | None = None,
    ) -> None:
        self.lane = f"sms:{number}"
        self._countries = countries
        self.pace = pace
        self._number = number
        self._status_url = status_url
        self._http = Http()
        self._parts = Parts()
        # An environment of its own: the library would take a region, and so another host, from the real one.
        self._client = Client(
            account_sid, auth_token, http_client=TwilioHttp(self._http), environment={"TWILIO_REGION": ""}
        )
        self._client.api.base_url = api_url
        self._media = TwilioMedia(self._http, account_sid, auth_token, api_url)

    async def fetch(self, reference: str, largest: int) -> bytes:
        """The bytes behind a MediaUrl. Raises ChannelError."""
        return await self._media.fetch(reference, largest)

    async def send(self, address: str, reply: Reply, *, reply_id: str) -> str:
        """Send, in whole messages of at most 1,600 characters, and as long as her country allows, if it is known.

        Returns the id of the last, the one that is reported on.
        """
        country = self._countries.of(address) if self._countries else None
        report = f"{self._status_url}?reply={reply_id}" if self._status_url else ""

        async def put(part: str, last: bool) -> str:
            return await self._create(address, part, report if last else "")

        return (await self._parts.send(reply_id, layout.texts(reply, country, MOST_CHARACTERS), put))[-1]

    async def clear(self, address: str, chat_messages: list[str]) -> None:
        """Do nothing: an SMS stays on the phone."""

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.close()

    async def _create(self, to: str, body: str, status_url: str) -> str:
        callback = {"status_callback": status_url} if status_url else {}
        try:
            message = await self._client.messages.create_async(to=to, from_=self._number, body=body, **callback)
            sid = message.sid
        except (KeyError, TypeError, ValueError, AttributeError):
            sid = None
        if not isinstance(sid, str):  # a success that says nothing we understand
            raise ChannelError("answer", permanent=False)
        return sid
