"""Twilio's messages API on loopback: real status codes and bodies, and webhooks signed by Twilio's own validator."""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web
from twilio.request_validator import RequestValidator

from tests.fakes.letters import Letters

ACCOUNT = "AC" + "0f" * 16
TOKEN = "9c4e1f00aa55bb66cc77dd88ee99ff00"
NUMBER = "+96181000001"
_STATUS = {20003: 401, 20429: 429, 20500: 500, 20503: 503}
_TEXT = {
    20003: "Authenticate",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    20500: "Internal Server Error",
    21211: "The 'To' number {to} is not a valid phone number.",
    21602: "Message body is required.",
    21604: "A 'To' phone number is required.",
    21606: "The 'From' phone number {sender} is not a valid, SMS-capable inbound phone number for your account.",
    21609: "Invalid 'StatusCallback' URL.",
    21610: "Attempt to send to unsubscribed recipient",
    21611: "This 'From' number has exceeded the maximum number of queued messages",
    21655: "The ContentSid is Invalid",
    21910: "Invalid 'From' and 'To' pair. 'From' and 'To' should be of the same channel",
    63016: "Failed to send freeform message because you are outside the allowed window.",
    21617: "The concatenated message body exceeds the 1600 character limit.",
}


class Refusal(Exception):
    """An error by Twilio's code."""

    def __init__(self, code: int, *, status: int = 0, headers: dict[str, str] | None = None, **words: str) -> None:
        self.code, self.status, self.headers, self.words = code, status or _STATUS.get(code, 400), headers, words
        super().__init__(str(code))

    def answer(self) -> web.Response:
        body = {
            "code": self.code,
            "message": _TEXT.get(self.code, "Something is wrong.").format_map({"to": "", "sender": "", **self.words}),
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }
        return web.json_response(body, status=self.status, headers=self.headers)


def signature(url: str, fields: dict[str, str], token: str = TOKEN) -> str:
    """What Twilio puts into X-Twilio-Signature."""
    return RequestValidator(token).compute_signature(url, fields)


def inbound(body: str, *, sender: str = "+96170123456", to: str = NUMBER, sid: str = "", **more: str) -> dict[str, str]:
    """The fields of an inbound SMS as Twilio posts them, blank ones included."""
    sid = sid or f"SM{next(_sids):032x}"
    return {
        "ToCountry": "LB",
        "ToState": "",
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "ToCity": "",
        "FromZip": "",
        "SmsSid": sid,
        "FromState": "",
        "SmsStatus": "received",
        "FromCity": "",
        "Body": body,
        "FromCountry": "LB",
        "To": to,
        "ToZip": "",
        "NumSegments": "1",
        "MessageSid": sid,
        "AccountSid": ACCOUNT,
        "From": sender,
        "ApiVersion": "2010-04-01",
        **more,
    }


def by_whatsapp(
    body: str, *, sender: str = "+96170123456", to: str = NUMBER, sid: str = "", **more: str
) -> dict[str, str]:
    """The fields of an inbound WhatsApp message, with the name that she gave herself there."""
    known = inbound(body, sender=f"whatsapp:{sender}", to=f"whatsapp:{to}", sid=sid)
    gone = ("ToCountry", "ToState", "ToCity", "ToZip", "FromCountry", "FromState", "FromCity", "FromZip")
    kept = {name: value for name, value in known.items() if name not in gone}
    return {**kept, "ProfileName": "Almaz canary", "WaId": sender.lstrip("+"), "MessageType": "text", **more}


async def post(url: str, fields: dict[str, str], *, token: str = TOKEN, public_url: str = "") -> tuple[int, str]:
    """Post a signed webhook; `public_url` is what is signed where that is not the address itself."""
    headers = {"X-Twilio-Signature": signature(public_url or url, fields, token)}
    async with aiohttp.ClientSession() as session, session.post(url, data=fields, headers=headers) as answer:
        return answer.status, await answer.text()


@dataclass
class TwilioApi:
    """`async with TwilioApi() as api:` serves at `api.url`.

    Tests read `sent`, and steer with `opted_out`, `heard` (others get free words by WhatsApp refused: 63016) and
    `refusals` (the next answers, before the fields are looked at). `files` are media by their ids: a request for one
    is led on to a store elsewhere, and `told_elsewhere` is what that one heard of who asks.
    """

    account: str = ACCOUNT
    token: str = TOKEN
    numbers: tuple[str, ...] = (NUMBER,)
    port: int = 0
    sent: Letters = field(default_factory=lambda: Letters(lambda message: message["To"]))
    opted_out: set[str] = field(default_factory=set)
    refusals: list[Refusal | web.Response] = field(default_factory=list)
    calls: list[dict[str, str]] = field(default_factory=list)
    heard: set[str] = field(default_factory=set)  # who wrote by WhatsApp in the last 24 hours
    templates: set[str] = field(default_factory=set)
    files: dict[str, bytes] = field(default_factory=dict)
    told_elsewhere: list[str] = field(default_factory=list)
    url: str = ""

    async def __aenter__(self) -> "TwilioApi":
        app = web.Application()
        app.router.add_post("/2010-04-01/Accounts/{account}/Messages.json", self._serve)
        app.router.add_post("/2010-04-01/Accounts/{account}/Calls.json", self._serve_call)
        app.router.add_get("/2010-04-01/Accounts/{account}/Messages/{sid}/Media/{medium}", self._lead_on)
        app.router.add_get("/store/{medium}", self._hand_out)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    def media_url(self, medium: str) -> str:
        """Where a webhook says that a medium is."""
        return f"{self.url}/2010-04-01/Accounts/{self.account}/Messages/MM{next(_sids):032x}/Media/{medium}"

    async def report(self, sid: str, status: str, error: str = "") -> int:
        """Post a signed status callback about a message that was sent, to the address that came with it."""
        sent = next(message for message in self.sent if message["sid"] == sid)
        fields = status_report(sid, status, error, to=sent["To"], sender=sent["From"])
        return (await post(sent["StatusCallback"], fields, token=self.token))[0]

    async def _serve(self, request: web.Request) -> web.Response:
        fields = await self._taken(request, self._check)
        if isinstance(fields, web.Response):
            return fields
        sid = f"SM{next(_sids):032x}"
        self.sent.append({**fields, "sid": sid})
        return web.json_response(self._created(sid, fields), status=201)

    async def _serve_call(self, request: web.Request) -> web.Response:
        fields = await self._taken(request, self._check_numbers)
        if isinstance(fields, web.Response):
            return fields
        sid = f"CA{next(_sids):032x}"
        self.calls.append({**fields, "sid": sid})
        return web.json_response({"sid": sid, "status": "queued", "to": fields["To"]}, status=201)

    async def _lead_on(self, request: web.Request) -> web.Response:
        if not self._known(request):
            return Refusal(20003).answer()
        medium = request.match_info["medium"]
        if medium not in self.files:
            return Refusal(20404, status=404).answer()
        return web.Response(status=307, headers={"Location": f"{self.url}/store/{medium}?Signature=s"})

    async def _hand_out(self, request: web.Request) -> web.Response:
        self.told_elsewhere.append(request.headers.get("Authorization", ""))
        return web.Response(body=self.files[request.match_info["medium"]], content_type="image/jpeg")

    async def _taken(
        self, request: web.Request, check: Callable[[dict[str, str]], None]
    ) -> dict[str, str] | web.Response:
        """The fields of a request that is not refused."""
        try:
            if not self._known(request):
                raise Refusal(20003)
            if self.refusals:
                refusal = self.refusals.pop(0)
                if isinstance(refusal, web.Response):
                    return refusal
                raise refusal
            fields = {name: str(value) for name, value in (await request.post()).items()}
            check(fields)
        except Refusal as refusal:
            return refusal.answer()
        return fields

    def _known(self, request: web.Request) -> bool:
        basic = base64.b64encode(f"{self.account}:{self.token}".encode()).decode()
        return (
            request.headers.get("Authorization") == f"Basic {basic}" and request.match_info["account"] == self.account
        )

    def _check_numbers(self, fields: dict[str, str]) -> None:
        to, sender = fields.get("To", ""), fields.get("From", "")
        if not to:
            raise Refusal(21604)
        if not re.fullmatch(r"(whatsapp:)?\+[1-9]\d{6,14}", to):
            raise Refusal(21211, to=to)
        if sender.removeprefix("whatsapp:") not in self.numbers:
            raise Refusal(21606, sender=sender)
        if to.startswith("whatsapp:") != sender.startswith("whatsapp:"):
            raise Refusal(21910)

    def _check(self, fields: dict[str, str]) -> None:
        self._check_numbers(fields)
        to, body, template = fields["To"], fields.get("Body", ""), fields.get("ContentSid", "")
        if template and template not in self.templates:
            raise Refusal(21655)
        if to.startswith("whatsapp:") and not template and to.removeprefix("whatsapp:") not in self.heard:
            raise Refusal(63016)
        if not body and not template:
            raise Refusal(21602)
        if len(body) > 1600:
            raise Refusal(21617)
        if not re.match(r"https?://[^_/]+/|$", fields.get("StatusCallback", "")):
            raise Refusal(21609)
        if to in self.opted_out:
            raise Refusal(21610)

    def _created(self, sid: str, fields: dict[str, str]) -> dict[str, Any]:
        path = f"/2010-04-01/Accounts/{self.account}/Messages/{sid}"
        return {
            "account_sid": self.account,
            "api_version": "2010-04-01",
            "body": fields.get("Body", ""),
            "date_created": "Thu, 24 Aug 2023 05:01:45 +0000",
            "date_sent": None,
            "date_updated": "Thu, 24 Aug 2023 05:01:45 +0000",
            "direction": "outbound-api",
            "error_code": None,
            "error_message": None,
            "from": fields["From"],
            "messaging_service_sid": None,
            "num_media": "0",
            "num_segments": "1",
            "price": None,
            "price_unit": "USD",
            "sid": sid,
            "status": "queued",
            "subresource_uris": {"media": f"{path}/Media.json"},
            "to": fields["To"],
            "uri": f"{path}.json",
        }


def status_report(
    sid: str, status: str, error: str = "", *, to: str = "+96170123456", sender: str = NUMBER
) -> dict[str, str]:
    """The fields of a status callback."""
    fields = {
        "SmsSid": sid,
        "SmsStatus": status,
        "MessageStatus": status,
        "To": to,
        "MessageSid": sid,
        "AccountSid": ACCOUNT,
        "From": sender,
        "ApiVersion": "2010-04-01",
    }
    return {**fields, "ErrorCode": error} if error else fields


def encoded(fields: dict[str, str]) -> bytes:
    """The body in which a webhook's fields travel."""
    return urlencode(fields).encode()


_sids = count(1)
