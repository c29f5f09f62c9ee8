"""httpSMS on loopback: its API with real status codes, and webhooks with the token that its server makes."""

import json
import re
import time
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID

import aiohttp
import jwt
from aiohttp import web

API_KEY = "uk_2wV7fQ0bqWm3sYkz9d1n"
KEY = "the signing key of the webhook, long enough for HS512, and so for HS256"
OWNER = "+96181000031"
USER_ID = "XtABz6zdeFMoBLoltz6SREDvRSh2"
_ids = count(1)


def _uuid() -> str:
    return str(UUID(int=0xF4AED1D3AB4F42B9B9DD000000000000 + next(_ids)))


def event(kind: str, data: dict[str, Any], *, id: str = "") -> dict[str, Any]:
    """A CloudEvent as httpSMS posts it."""
    return {
        "data": data,
        "datacontenttype": "application/json",
        "id": id or _uuid(),
        "source": "/v1/messages/receive",
        "specversion": "1.0",
        "time": "2026-11-24T09:00:00.524331882Z",
        "type": kind,
    }


def received(
    text: str,
    *,
    sender: str = "+96170123456",
    owner: str = OWNER,
    at: str = "2026-11-24T09:00:00.814Z",
    id: str = "",
    encrypted: bool = False,
) -> dict[str, Any]:
    """An SMS that a phone received."""
    data = {
        "contact": sender,
        "content": text,
        "encrypted": encrypted,
        "message_id": _uuid(),
        "owner": owner,
        "sim": "SIM1",
        "timestamp": at,
        "user_id": USER_ID,
        "attachments": [],
    }
    return event("message.phone.received", data, id=id)


def outcome(kind: str, request_id: str | None, *, error: str = "", owner: str = OWNER) -> dict[str, Any]:
    """What became of a message."""
    data = {
        "id": _uuid(),
        "user_id": USER_ID,
        "owner": owner,
        "contact": "+96170123456",
        "timestamp": "2026-11-24T09:00:05.814Z",
        "content": "hello",
        "request_id": request_id,
        "sim": "DEFAULT",
        **({"error_message": error} if error else {}),
    }
    return event(kind, data)


def missed_call(caller: str = "+96170123456", *, owner: str = OWNER) -> dict[str, Any]:
    """Somebody rang."""
    data = {
        "message_id": _uuid(),
        "user_id": USER_ID,
        "owner": owner,
        "contact": caller,
        "timestamp": "2026-11-24T09:00:05.814Z",
        "sim": "SIM1",
    }
    return event("message.call.missed", data)


def heartbeat(online: bool) -> dict[str, Any]:
    """A phone is reached, or no more."""
    data = {
        "phone_id": _uuid(),
        "user_id": USER_ID,
        "owner": OWNER,
        "last_heartbeat_timestamp": "2026-11-24T08:00:00Z",
        "timestamp": "2026-11-24T09:00:00Z",
        "monitor_id": _uuid(),
    }
    return event(f"phone.heartbeat.{'online' if online else 'offline'}", data)


def bearer(url: str, *, key: str = KEY, now: float | None = None, algorithm: str = "HS256", **claims: Any) -> str:
    """The token of a webhook that was registered at this address."""
    made = int(time.time() if now is None else now)
    said = {
        "aud": [url],
        "exp": made + 600,
        "iat": made,
        "iss": "api.httpsms.com",
        "nbf": made - 600,
        "sub": USER_ID,
        **claims,
    }
    claims = {name: one for name, one in said.items() if one is not None}
    return "Bearer " + jwt.encode(claims, key if algorithm != "none" else None, algorithm)


async def post(url: str, said: dict[str, Any] | bytes, authorization: str | None = None) -> tuple[int, str]:
    """Post an event to a server; gives the status and what it was answered with."""
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    name = said["type"] if isinstance(said, dict) else ""
    headers = {"Authorization": bearer(url) if authorization is None else authorization, "X-Event-Type": name}
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        return answer.status, await answer.text()


@dataclass
class HttpSmsApi:
    """`async with HttpSmsApi() as api:` serves at `api.url`. Tests read `sent` and steer with `refusals`."""

    owners: set[str] = field(default_factory=lambda: {OWNER})
    sent: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[web.Response] = field(default_factory=list)
    url: str = ""

    async def __aenter__(self) -> "HttpSmsApi":
        app = web.Application()
        app.router.add_post("/v1/messages/send", self._serve)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.Response:
        if request.headers.get("x-api-key") != API_KEY:
            return refusal(401, "You are not authorized to carry out this request.")
        if self.refusals:
            return self.refusals.pop(0)
        message = await request.json()
        wrong = self._wrong(message)
        if wrong:
            data = {name: [text] for name, text in wrong.items()}
            return refusal(422, "validation errors while sending message", data)
        self.sent.append(message)
        data = {
            "id": _uuid(),
            "owner": message["from"],
            "contact": message["to"],
            "content": message["content"],
            "request_id": message["request_id"],
            "sim": "DEFAULT",
            "status": "pending",
            "type": "mobile-terminated",
        }
        return web.json_response({"data": data, "message": "message added to queue", "status": "success"})

    def _wrong(self, message: dict[str, Any]) -> dict[str, str]:
        wrong = {}
        for name in ("from", "to"):
            if not re.fullmatch(r"\+[1-9]\d{6,14}", message.get(name, "")):
                wrong[name] = f"The '{name}' field must be a valid E.164 phone number"
        if message.get("from") not in self.owners:
            wrong["from"] = "no phone found with this 'from' number. install the android app on your phone to start"
        if not 1 <= len(message.get("content", "")) <= 1024:
            wrong["content"] = "The content field must be between 1 and 1024"
        return wrong


def refusal(status: int, message: str, data: object = None) -> web.Response:
    """An error as the server answers it."""
    return web.json_response({"data": data, "message": message, "status": "error"}, status=status)
