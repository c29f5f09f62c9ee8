"""SMS through cht-gateway, an app on an Android phone: it posts what it received, and is answered with what to send.

Written against github.com/medic/cht-gateway (README, section API). Both sides know a message by its id, so handing one
out twice is safe: the phone sends it once.
"""

import base64
import binascii
import hmac
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import Field

from bot import layout
from bot.channel import Forged, Malformed
from bot.gateway import Delivery, Payload, Sim, SimSms, error_code, from_json, read, tokens
from flows.countries import Countries
from flows.model import Reply

NAME = "cht"
READY = b'{"medic-gateway":true}'
"""What the app wants to hear before it takes an address for its own."""
DEVICE = "phone"
"""What a phone is called that does not say its name in the address that it posts to."""
MOST_CHARACTERS = 1600
_STATES = {"PENDING": "sent", "SENT": "sent", "DELIVERED": "delivered", "FAILED": "failed"}


class _Body(Payload):
    """A poll; where there is nothing to tell, the app may leave a list out or send null."""

    messages: list[Any] | None = None
    updates: list[Any] | None = None


class _Message(Payload):
    """An SMS; the times are milliseconds since 1970."""

    id: str = Field(min_length=1, max_length=200)
    sender: str = Field(alias="from", min_length=1, max_length=200)
    content: str
    sms_sent: int | None = None
    sms_received: int | None = None


class _Update(Payload):
    id: str
    status: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Poll:
    """What one poll tells. `unread` are messages that are no SMS as we know them, as JSON: they must not be lost."""

    messages: Sequence[SimSms]
    deliveries: Sequence[Delivery]
    unread: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message for the phone to send."""

    id: str
    to: str
    content: str


def verify(authorization: str | None, user: str, password: str) -> None:
    """Check name and password (HTTP Basic). Raises Forged."""
    scheme, _, given = (authorization or "").partition(" ")
    try:
        said = base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError):
        said = b""
    if not password or scheme.lower() != "basic" or not hmac.compare_digest(said, f"{user}:{password}".encode()):
        raise Forged


def unzip(body: bytes, largest: int) -> bytes:
    """The content of a gzipped body, of at most `largest` bytes. Raises Malformed."""
    reader = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        content = reader.decompress(body, largest)
    except zlib.error:
        raise Malformed("body: gzip") from None
    if reader.unconsumed_tail or not reader.eof:
        raise Malformed("body: gzip")
    return content


def parse(body: bytes, device: str) -> Poll:
    """What a poll of the phone `device` tells. Raises Malformed, and then the phone keeps everything.

    One message that cannot be read does not hold up the others, which the phone would send again and again with it.
    """
    content = read(_Body, from_json(body))
    messages, unread = [], []
    for one in content.messages or ():
        try:
            messages.append(_sms(read(_Message, one), device))
        except Malformed:
            unread.append(json.dumps(one, ensure_ascii=False))
    found = [_delivery(one) for one in content.updates or ()]
    return Poll(messages, [one for one in found if one], unread)


def _sms(message: _Message, device: str) -> SimSms:
    milliseconds = message.sms_sent or message.sms_received
    try:
        at = datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds else None
    except (ValueError, OverflowError, OSError):
        at = None  # a clock that is years off says nothing
    return SimSms(Sim(NAME, device, 0), message.sender, message.content, message.id, at)


def _delivery(said: object) -> Delivery | None:
    """A report; one that nobody understands would come again for ever if it were refused."""
    try:
        update = read(_Update, said)
    except Malformed:
        return None
    state = _STATES.get(update.status, "")
    error = error_code(update.reason or "") if state == "failed" else ""
    return Delivery.of(update.id, state, error) if state else None


def outgoing(key: str, countries: Countries, reply_id: int, address: str, reply: Reply) -> list[Outgoing]:
    """A reply as messages for the phone, in whole messages as long as her country allows; always with the same ids."""
    texts = layout.texts(reply, countries.of(address), MOST_CHARACTERS)
    ids = tokens(key.encode(), str(reply_id), address, texts)
    return [Outgoing(its_id, address, text) for its_id, text in zip(ids, texts, strict=True)]


def answer(messages: Sequence[Outgoing]) -> bytes:
    """The answer to a poll: what the phone is to send."""
    return json.dumps({"messages": [{"id": one.id, "to": one.to, "content": one.content} for one in messages]}).encode()


def complaint(reason: str) -> bytes:
    """The answer to a poll that is refused, as the app shows it to whoever holds the phone."""
    return json.dumps({"error": True, "message": reason}).encode()
