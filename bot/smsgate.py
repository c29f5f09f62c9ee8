"""SMS through SMSGate, an app on an Android phone: signed webhooks come in, replies go through its REST API.

Written against docs.sms-gate.app: features/webhooks, features/sending-messages, features/health, integration/api.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic import AwareDatetime, Field

from bot.channel import Channel, ChannelError, Forged, Pace
from bot.connection import Answer
from bot.gateway import (
    PACE,
    Delivery,
    Heard,
    Line,
    Payload,
    Ping,
    Sim,
    SimSms,
    error_code,
    from_json,
    read,
    refusal,
)
from bot.http import Http
from flows.countries import Countries

NAME = "smsgate"
API = "https://api.sms-gate.app/3rdparty/v1"
LATEST = timedelta(minutes=5)
"""How far a webhook's own time may be from ours. Each try is signed anew, so one that comes late is no older."""
TTL = 24 * 60 * 60
"""Seconds that a phone which is off may keep a message: as long as a reply lives with us."""
MOST_CHARACTERS = 1600
_PERMANENT = frozenset((400, 413, 422))
_RESTS = {429: 30.0, 503: 60.0}
"""Seconds of rest after too many requests, and while the phone's queue is full because it is off."""
EVENTS = ("sms:received", "sms:sent", "sms:delivered", "sms:failed", "system:ping")
"""What we want to be told."""
_STATES = {"sms:sent": "sent", "sms:delivered": "delivered", "sms:failed": "failed", "sms:cancelled": "failed"}


class _Event(Payload):
    deviceId: str = Field(min_length=1, max_length=200)
    event: str = Field(max_length=100)
    id: str = Field(min_length=1, max_length=200)
    payload: Mapping[str, Any] = {}


class _Received(Payload):
    """An SMS. Apps before February 2026 say `phoneNumber` only."""

    message: str
    sender: str | None = None
    phoneNumber: str | None = None
    simNumber: int | None = Field(default=None, ge=0, le=9)
    receivedAt: AwareDatetime | None = None


class _Report(Payload):
    messageId: str = Field(min_length=1)
    reason: str | None = None


class _Health(Payload):
    checks: Mapping[str, Any] = {}


class _Check(Payload):
    observedValue: float


class _Sender(Payload):
    sender: str = Field(min_length=1, max_length=200)


def verify(body: bytes, timestamp: str | None, signature: str | None, key: str, now: datetime) -> None:
    """Check X-Signature, made over the body and X-Timestamp, and that it was made just now. Raises Forged."""
    said = (timestamp or "").encode()
    right = hmac.digest(key.encode(), body + said, hashlib.sha256).hex().encode()
    if not key or not hmac.compare_digest(right, (signature or "").lower().encode()):
        raise Forged
    if not said.isdigit() or abs(int(said) - now.timestamp()) > LATEST.total_seconds():
        raise Forged


def parse(body: bytes) -> tuple[str, Heard]:
    """The event's name, and what it says. Raises Malformed."""
    event = read(_Event, from_json(body))
    if event.event == "sms:received":
        return event.event, _sms(event)
    if event.event in _STATES:
        report = read(_Report, event.payload, "payload")
        error = error_code(report.reason or "") if _STATES[event.event] == "failed" else ""
        return event.event, Delivery.of(report.messageId, _STATES[event.event], error)
    if event.event == "system:ping":
        return event.event, Ping(NAME, event.deviceId, _battery(event.payload))
    return event.event, None


def _sms(event: _Event) -> SimSms:
    received = read(_Received, event.payload, "payload")
    sender = read(_Sender, {"sender": received.sender or received.phoneNumber}, "payload").sender
    sim = Sim(NAME, event.deviceId, received.simNumber or 0)
    return SimSms(sim, sender, received.message, event.id, received.receivedAt)


def _battery(payload: Mapping[str, Any]) -> int | None:
    """The level that a ping tells, in percent."""
    level = read(_Health, payload.get("health") or {}, "payload.health").checks.get("battery:level")
    return round(read(_Check, level, "battery").observedValue) if level else None


class SmsGate:
    """An account of SMSGate's cloud or of a private server of it; `api_url` ends before `/messages`."""

    name = NAME

    def __init__(
        self, user: str, password: str, *, countries: Countries, api_url: str = API, pace: Pace = PACE
    ) -> None:
        basic = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/json"}
        self._api = api_url
        self._key, self._pace, self._countries = password.encode(), pace, countries
        self._http = Http()

    def line(self, number: str, sim: Sim) -> Channel:
        """The channel of a number of ours that has this SIM."""

        async def put(address: str, text: str, token: str) -> str:
            return await self._put(sim, address, text, token)

        return Line(
            number,
            put,
            key=self._key,
            countries=self._countries,
            most_characters=MOST_CHARACTERS,
            pace=self._pace,
        )

    async def announce(self, url: str) -> None:
        """Tell the account's telephones to post to `url` what we need; said again, it changes nothing.

        Raises ChannelError, a permanent one when the address is refused: it must be https.
        """
        for event in EVENTS:
            hook = {"id": f"rafiqa-{event.replace(':', '-')}", "url": url, "event": event}
            answer = await self._http.call("POST", f"{self._api}/webhooks", json.dumps(hook).encode(), self._headers)
            if not 200 <= answer.status < 300:
                raise refusal(answer, _PERMANENT, _RESTS)

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.close()

    async def _put(self, sim: Sim, address: str, text: str, token: str) -> str:
        """Queue one message. That the gateway has one with this id already (409) is a success: it was tried before."""
        message = {
            "id": token,
            "deviceId": sim.device,
            "textMessage": {"text": text},
            "phoneNumbers": [address],
            "ttl": TTL,
            "withDeliveryReport": True,
            **({"simNumber": sim.slot} if sim.slot else {}),
        }
        answer = await self._http.call("POST", f"{self._api}/messages", json.dumps(message).encode(), self._headers)
        if answer.status == 409:
            return token
        if not 200 <= answer.status < 300:
            raise _refused(answer)
        if _field(answer, "id") != token:  # a success that says nothing we understand
            raise ChannelError("answer", permanent=False)
        return token


def _refused(answer: Answer) -> ChannelError:
    """A telephone that is not registered any more is refused like a bad number; only that one will be again."""
    if answer.status == 400 and "device" in _field(answer, "message").lower():
        return ChannelError("device", permanent=False)
    return refusal(answer, _PERMANENT, _RESTS)


def _field(answer: Answer, name: str) -> str:
    try:
        value = json.loads(answer.body)[name]
    except (ValueError, KeyError, TypeError):
        return ""
    return value if isinstance(value, str) else ""
