"""SMS through httpSMS, an app on an Android phone: webhooks with a token come in, replies go through its REST API.

Written against docs.httpsms.com (webhooks/introduction, webhooks/events) and its OpenAPI description.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import jwt
from pydantic import AwareDatetime, Field

from bot.channel import Channel, ChannelError, Forged, Malformed, Pace
from bot.connection import Answer
from bot.gateway import (
    PACE,
    Delivery,
    Heard,
    Line,
    MissedCall,
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

NAME = "httpsms"
API = "https://api.httpsms.com"
ISSUER = "api.httpsms.com"
MOST_CHARACTERS = 1024
_PERMANENT = frozenset((400, 413, 422))
_RESTS = {402: 3600.0, 429: 30.0}
"""Seconds of rest: the plan's messages of this month are used up; too many requests."""
_STATES = {
    "message.phone.sent": "sent",
    "message.phone.delivered": "delivered",
    "message.send.failed": "failed",
    "message.send.expired": "failed",
}
_ONLINE = {"phone.heartbeat.online": True, "phone.heartbeat.offline": False}


class _Event(Payload):
    """A CloudEvent."""

    id: str = Field(min_length=1, max_length=200)
    type: str = Field(max_length=100)
    data: Mapping[str, Any] = {}


class _Received(Payload):
    """An SMS; `owner` is our number, in E.164."""

    owner: str = Field(min_length=1, max_length=200)
    contact: str = Field(min_length=1, max_length=200)
    content: str
    timestamp: AwareDatetime | None = None
    encrypted: bool = False


class _Call(Payload):
    owner: str = Field(min_length=1, max_length=200)
    contact: str = ""
    timestamp: AwareDatetime | None = None


class _Report(Payload):
    request_id: str | None = None
    error_message: str | None = None


class _Beat(Payload):
    owner: str = Field(min_length=1, max_length=200)


class _Claims(Payload):
    exp: float
    nbf: float = 0.0


def verify(authorization: str | None, key: str, url: str, now: datetime) -> None:
    """Check the bearer's token: who made it, for which address (ours, as it was registered), and until when.

    Raises Forged. The token does not cover the body: https does.
    """
    scheme, _, token = (authorization or "").partition(" ")
    if not key or scheme.lower() != "bearer":
        raise Forged
    options: Any = {
        "require": ["exp", "iss", "aud"],
        # Checked below against the time that we are given.
        **dict.fromkeys(("verify_exp", "verify_nbf", "verify_iat"), False),
    }
    try:
        payload = jwt.decode(token, key, algorithms=["HS256"], audience=url, issuer=ISSUER, options=options)
        claims = _Claims.model_validate(payload)
    except (jwt.PyJWTError, ValueError):
        raise Forged from None
    if not claims.nbf <= now.timestamp() < claims.exp:
        raise Forged


def parse(body: bytes) -> tuple[str, Heard]:
    """The event's name, and what it says. Raises Malformed."""
    event = read(_Event, from_json(body))
    if event.type == "message.phone.received":
        received = read(_Received, event.data, "data")
        if received.encrypted:  # nobody but the phone can read it: it must come in clear, over https
            raise Malformed("data.encrypted: true")
        sim = _sim(received.owner)
        return event.type, SimSms(sim, received.contact, received.content, event.id, received.timestamp)
    if event.type == "message.call.missed":
        call = read(_Call, event.data, "data")
        return event.type, MissedCall(_sim(call.owner), call.contact, event.id, call.timestamp)
    if event.type in _STATES:
        report = read(_Report, event.data, "data")
        error = error_code(report.error_message or "") if _STATES[event.type] == "failed" else ""
        return event.type, Delivery.of(report.request_id or "", _STATES[event.type], error)
    if event.type in _ONLINE:
        return event.type, Ping(NAME, read(_Beat, event.data, "data").owner, online=_ONLINE[event.type])
    return event.type, None


def _sim(owner: str) -> Sim:
    """The SIM by its number: each number is a phone of its own to httpSMS, whichever slot its SIM is in."""
    return Sim(NAME, owner, 0)


class HttpSms:
    """An account of httpSMS, or of a server of one's own. `api_url` is scheme and host."""

    name = NAME

    def __init__(self, api_key: str, *, countries: Countries, api_url: str = API, pace: Pace = PACE) -> None:
        self._headers = {"x-api-key": api_key, "Content-Type": "application/json"}
        self._url = f"{api_url}/v1/messages/send"
        self._key, self._pace, self._countries = api_key.encode(), pace, countries
        self._http = Http()

    def line(self, number: str, sim: Sim) -> Channel:
        """The channel of a number of ours that has this SIM."""

        async def put(address: str, text: str, token: str) -> str:
            return await self._put(sim.device, address, text, token)

        return Line(
            number,
            put,
            key=self._key,
            countries=self._countries,
            most_characters=MOST_CHARACTERS,
            pace=self._pace,
        )

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.close()

    async def _put(self, owner: str, address: str, text: str, token: str) -> str:
        message = {"from": owner, "to": address, "content": text, "request_id": token}
        answer = await self._http.call("POST", self._url, json.dumps(message).encode(), self._headers)
        if not 200 <= answer.status < 300:
            raise refusal(answer, _PERMANENT, _RESTS)
        return _id(answer)


def _id(answer: Answer) -> str:
    try:
        number = json.loads(answer.body)["data"]["id"]
    except (ValueError, KeyError, TypeError):
        number = None
    if not isinstance(number, str):  # a success that says nothing we understand
        raise ChannelError("answer", permanent=False)
    return number
