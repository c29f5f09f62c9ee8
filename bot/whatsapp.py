"""WhatsApp through Twilio: the same API as SMS, but free words only within a day after she wrote, else one template.

Written against twilio.com/docs: whatsapp/api, whatsapp/key-concepts (the service window), content/send-templates.
"""

from collections.abc import Mapping

from twilio.rest import Client

from bot import layout
from bot.channel import Channel, ChannelError, Malformed, Pace
from bot.http import Http
from bot.parts import Parts
from bot.twilio import MOST_CHARACTERS, Form, TwilioHttp, TwilioMedia, media_of
from flows.model import Manner, Media, Message, Reply

PREFIX = "whatsapp:"
OUTSIDE = "63016"
"""Twilio's error for free words outside the window."""
PACE = Pace(20.0, 1.0)


def is_for(form: Form) -> bool:
    """Whether an inbound message came by WhatsApp: it comes to the same address as an SMS."""
    return dict(form).get("To", "").startswith(PREFIX)


def parse(form: Form) -> Message:
    """The message in an inbound webhook; of a button its words. The name in her profile is not read.

    Raises Malformed.
    """
    fields = dict(form)
    for name in ("MessageSid", "From", "To"):
        if not fields.get(name, "").removeprefix(PREFIX):
            raise Malformed(name)
    number, to = (fields[name].removeprefix(PREFIX) for name in ("From", "To"))
    text = fields.get("Body") or fields.get("ButtonText") or ""
    came = Message("whatsapp", f"{PREFIX}{to}", number, fields["MessageSid"], text, manner="sms")
    return came.with_media(_media(fields))


def _media(fields: Mapping[str, str]) -> tuple[Media, ...]:
    if fields.get("Latitude") and fields.get("Longitude"):
        return (Media("location", f"{fields['Latitude']},{fields['Longitude']}"),)
    if fields.get("NumMedia", "0") in ("", "0"):
        return ()
    if not fields.get("MediaUrl0"):
        raise Malformed("MediaUrl0")
    return media_of(fields)


class TwilioWhatsApp(Channel):
    """One WhatsApp sender of ours. `template` is the content sid of what may be said outside the window, if any.

    It is `sms` in manner: nothing can be cleared on her phone, and what can be chosen is numbered.
    """

    name = "whatsapp"
    manner: Manner = "sms"

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        number: str,
        *,
        template: str = "",
        api_url: str = "https://api.twilio.com",
        status_url: str = "",
        pace: Pace = PACE,
    ) -> None:
        self.lane = f"{PREFIX}{number}"
        self.pace = pace
        self.template = template
        self._status_url = status_url
        self._http = Http()
        self._parts = Parts()
        self._client = Client(
            account_sid, auth_token, http_client=TwilioHttp(self._http), environment={"TWILIO_REGION": ""}
        )
        self._client.api.base_url = api_url
        self._media = TwilioMedia(self._http, account_sid, auth_token, api_url)

    async def fetch(self, reference: str, largest: int) -> bytes:
        """The bytes behind a MediaUrl. Raises ChannelError."""
        return await self._media.fetch(reference, largest)

    async def send(self, address: str, reply: Reply, *, reply_id: str) -> str:
        """Send, in parts of at most 1,600 characters. Raises ChannelError: OUTSIDE when the window is closed."""
        report = {"status_callback": f"{self._status_url}?reply={reply_id}"} if self._status_url else {}

        async def put(part: str, last: bool) -> str:
            return await self._create(address, body=part, **(report if last else {}))

        return (await self._parts.send(reply_id, layout.split(reply.plain, MOST_CHARACTERS), put))[-1]

    async def knock(self, address: str) -> None:
        """Say the template: that there is news, and to answer 1. Raises ChannelError."""
        await self._create(address, content_sid=self.template)

    async def clear(self, address: str, chat_messages: list[str]) -> None:
        """Do nothing: what is on her phone stays there."""

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.close()

    async def _create(self, to: str, **what: str) -> str:
        try:
            message = await self._client.messages.create_async(to=f"{PREFIX}{to}", from_=self.lane, **what)
            sid = message.sid
        except (KeyError, TypeError, ValueError, AttributeError):
            sid = None
        if not isinstance(sid, str):  # a success that says nothing we understand
            raise ChannelError("answer", permanent=False)
        return sid
