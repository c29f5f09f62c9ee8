"""SMSGate on loopback: its API with real status codes, and signed webhooks as an Android phone posts them."""

import base64
import hashlib
import hmac
import json
import re
import time
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import aiohttp
from aiohttp import web

from tests.fakes.letters import Letters

USER, PASSWORD = "R4FIQA", "kx81-hq02-pz77-mm"
KEY = "a long signing key that somebody typed into the app"
DEVICE = "PyDmBQZZXYmyxMwED8Fzy"
PATH = "/3rdparty/v1"
_ids = count(1)


def received(
    text: str,
    *,
    sender: str = "+96170123456",
    slot: int | None = 1,
    device: str = DEVICE,
    at: str = "2026-11-24T11:00:00.000+02:00",
    id: str = "",
) -> dict[str, Any]:
    """An SMS as the app posts it. `messageId` follows from the text, so it says nothing."""
    payload = {
        "messageId": hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=4).hexdigest(),
        "message": text,
        "sender": sender,
        "recipient": None,
        "phoneNumber": sender,
        "simNumber": slot,
        "receivedAt": at,
    }
    return event("sms:received", payload, device=device, id=id)


def event(name: str, payload: dict[str, Any], *, device: str = DEVICE, id: str = "") -> dict[str, Any]:
    """Any event as the app posts it."""
    number = id or f"Ey6ECgOkVVFjz3CL{next(_ids):05}"
    return {"deviceId": device, "event": name, "id": number, "payload": payload, "webhookId": "LreFUt-Z3sSq0JufY9uWB"}


def outcome(name: str, token: str, *, reason: str = "", to: str = "+96170123456") -> dict[str, Any]:
    """What became of a message: `sms:sent`, `sms:delivered` or `sms:failed`."""
    at = {"sms:sent": "sentAt", "sms:delivered": "deliveredAt", "sms:failed": "failedAt"}[name]
    payload = {
        "messageId": token,
        "sender": None,
        "recipient": to,
        "phoneNumber": to,
        "simNumber": 1,
        at: "2026-11-24T11:00:05.000+02:00",
        **({"partsCount": 1} if name == "sms:sent" else {}),
        **({"reason": reason} if reason else {}),
    }
    return event(name, payload)


def ping(level: int = 94, device: str = DEVICE) -> dict[str, Any]:
    """A sign of life, with the health that goes with it."""
    checks = {
        "battery:level": {
            "description": "Battery level in percent",
            "observedUnit": "percent",
            "observedValue": level,
            "status": "pass",
        },
        "connection:status": {
            "description": "Internet connection status",
            "observedUnit": "boolean",
            "observedValue": 1,
            "status": "pass",
        },
    }
    health = {"checks": checks, "releaseId": 1, "status": "pass", "version": "1.66.1"}
    return event("system:ping", {"health": health}, device=device)


def signed(body: bytes, *, key: str = KEY, at: float | None = None) -> dict[str, str]:
    """The headers that the app adds."""
    timestamp = str(int(time.time() if at is None else at))
    signature = hmac.new(key.encode(), body + timestamp.encode(), hashlib.sha256).hexdigest()
    return {"Content-Type": "application/json", "X-Timestamp": timestamp, "X-Signature": signature}


async def post(url: str, said: dict[str, Any] | bytes, *, key: str = KEY, at: float | None = None) -> tuple[int, str]:
    """Post an event to a server; gives the status and what it was answered with."""
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    headers = signed(body, key=key, at=at)
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        return answer.status, await answer.text()


@dataclass
class SmsGateApi:
    """`async with SmsGateApi() as api:` serves at `api.url`. Tests read `sent`, and steer with `refusals`.

    `refusals` are the next answers, `devices` the phones that are registered.
    """

    devices: set[str] = field(default_factory=lambda: {DEVICE})
    sent: Letters = field(default_factory=lambda: Letters(lambda message: " ".join(message["phoneNumbers"])))
    refusals: list[web.Response] = field(default_factory=list)
    webhooks: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: int = 0
    url: str = ""

    async def __aenter__(self) -> "SmsGateApi":
        app = web.Application()
        app.router.add_post(f"{PATH}/messages", self._serve)
        app.router.add_post(f"{PATH}/webhooks", self._hook)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}{PATH}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _hook(self, request: web.Request) -> web.Response:
        if not _known(request):
            return refusal(401, "Unauthorized")
        if self.refusals:
            return self.refusals.pop(0)
        hook = await request.json()
        if not re.match(r"https://|http://127\.0\.0\.1", hook["url"]):
            return refusal(400, "invalid webhook: url must start with https:// or http://127.0.0.1")
        self.webhooks[hook["id"]] = hook
        return web.json_response(hook, status=201)

    async def _serve(self, request: web.Request) -> web.Response:
        self.asked += 1
        if not _known(request):
            return refusal(401, "Unauthorized")
        if self.refusals:
            return self.refusals.pop(0)
        message = await request.json()
        wrong = self._wrong(message)
        if wrong:
            return wrong
        self.sent.append(message)
        state = {
            "id": message["id"],
            "deviceId": message["deviceId"],
            "state": "Pending",
            "isHashed": False,
            "isEncrypted": False,
            "recipients": [{"phoneNumber": message["phoneNumbers"][0], "state": "Pending"}],
            "states": {},
        }
        return web.json_response(state, status=202, headers={"Location": f"{PATH}/messages/{message['id']}"})

    def _wrong(self, message: dict[str, Any]) -> web.Response | None:
        if not re.fullmatch(r".{1,36}", message.get("id", "x")):
            return refusal(400, "Key: 'Message.ID' Error:Field validation for 'ID' failed on the 'max' tag")
        if message.get("deviceId") not in self.devices:
            return refusal(400, "failed to select device: device not found")
        if not message.get("textMessage", {}).get("text"):
            return refusal(400, "No message content provided")
        for number in message.get("phoneNumbers", ()):
            if not re.fullmatch(r"\+[1-9]\d{6,14}", number):
                return refusal(400, "failed to enqueue message: can't use phone in row 1: invalid phone number")
        if message["id"] in {one["id"] for one in self.sent}:
            return refusal(409, "message already exists")
        return None


def _known(request: web.Request) -> bool:
    basic = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    return request.headers.get("Authorization") == f"Basic {basic}"


def refusal(status: int, message: str) -> web.Response:
    """An error as the server answers it."""
    return web.json_response({"message": message}, status=status)
