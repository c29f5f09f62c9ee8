"""A phone with cht-gateway: it posts what it received until it hears a 2xx, and sends each message once, by its id."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import aiohttp

USER, PASSWORD = "gateway", "topSecret-and-long"
SENT = 1795510800000
"""Milliseconds: 2026-11-24, 09:00 UTC."""


def message(text: str, *, sender: str = "+96170123456", number: int = 1, sent: int = SENT) -> dict[str, Any]:
    """An SMS as the app posts it."""
    id = str(UUID(int=0xABCD0000000040008000000000000000 + number))
    return {"id": id, "from": sender, "content": text, "sms_sent": sent, "sms_received": sent + 1500}


@dataclass
class ChtPhone:
    """One phone; `url` is what was typed into the app, without the password. Tests read `sent` and `answers`."""

    url: str
    password: str = PASSWORD
    inbox: list[dict[str, Any]] = field(default_factory=list)
    sent: dict[str, dict[str, str]] = field(default_factory=dict)
    updates: list[dict[str, Any]] = field(default_factory=list)
    answers: list[tuple[int, Any]] = field(default_factory=list)
    reports: bool = True

    def receives(self, text: str, sender: str = "+96170123456") -> None:
        """An SMS arrives on the phone."""
        number = len(self.answers) * 1000 + len(self.inbox) + 1
        self.inbox.append(message(text, sender=sender, number=number, sent=SENT + number * 60_000))

    async def poll(self) -> int:
        """Post what there is, and send what comes back; gives the status."""
        status, said = await post(self.url, {"messages": self.inbox, "updates": self.updates}, self.password)
        self.answers.append((status, said))
        if 200 <= status < 300:
            self.inbox, self.updates = [], []
            for one in said.get("messages") or ():
                self._send(one)
        return status

    def _send(self, one: dict[str, str]) -> None:
        if one["id"] not in self.sent:
            self.sent[one["id"]] = one
            if self.reports:
                self.updates += [{"id": one["id"], "status": "PENDING"}, {"id": one["id"], "status": "SENT"}]


async def post(url: str, said: object, password: str = PASSWORD, user: str = USER) -> tuple[int, Any]:
    """Post a poll to a server; gives the status and the JSON of the answer."""
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    headers = {"Authorization": basic(user, password), "Content-Type": "application/json"}
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        text = await answer.text()
        return answer.status, json.loads(text) if text else None


def basic(user: str, password: str) -> str:
    """The header that the app sends."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
