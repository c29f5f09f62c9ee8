"""People who write to a running server from their phones, through the providers' fakes, and read what comes back."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.fakes import smsgate_api, twilio_api
from tests.fakes import telegram_updates as updates
from tests.fakes.smsgate_api import SmsGateApi
from tests.fakes.telegram_api import TelegramApi
from tests.fakes.twilio_api import TwilioApi
from tests.server.running import Server, until

REFERENCE = re.compile(r"\b[0-9A-Z]{2}-[0-9A-Z]{3,5}\b")
_ids = count(1)


@dataclass
class OnTelegram:
    """Somebody with a chat. Telegram posts each of her updates `copies` times to the webhook that the server set."""

    api: TelegramApi
    chat: int
    copies: int = 2
    written: int = 0

    @property
    def read(self) -> list[str]:
        """Everything that she was sent."""
        return [message["text"] for message in self._sent]

    @property
    def _sent(self) -> list[dict[str, Any]]:
        return self.api.sent.to[str(self.chat)]

    async def says(self, text: str) -> str:
        """She writes, or presses the `[button]` of the newest message; gives what comes back."""
        before = len(self._sent)
        update = self._press(text[1:-1]) if text.startswith("[") else self._write(text)
        for _ in range(self.copies):
            assert await self.api.push(update) == (200 if self.api.webhook else 0)  # 0: it waits until it is asked for
        await until(lambda: len(self._sent) > before)
        self.written += 1
        return self.read[-1]

    def _write(self, text: str) -> dict[str, Any]:
        return updates.message(self.chat, text, message_id=1_000_000 + next(_ids))

    def _press(self, label: str) -> dict[str, Any]:
        newest = self._sent[-1]
        buttons = [button for row in newest["reply_markup"]["inline_keyboard"] for button in row]
        data = {button["text"].partition(" ")[2]: button["callback_data"] for button in buttons}  # without its number
        assert label in data, data
        return updates.pressed(
            self.chat, data[label], message_id=newest["message_id"], callback=f"{self.chat}.{next(_ids)}"
        )


@dataclass
class BySms:
    """Somebody with a phone that sends SMS; Twilio posts each of them `copies` times, signed."""

    api: TwilioApi
    server: Server
    number: str
    copies: int = 2
    written: int = 0
    answers: list[tuple[int, str]] = field(default_factory=list)

    @property
    def read(self) -> list[str]:
        """Everything that she was sent."""
        return [message["Body"] for message in self.api.sent.to[self.number]]

    async def says(self, text: str) -> str:
        """She writes; gives what comes back."""
        before = len(self.read)
        sms = twilio_api.inbound(text, sender=self.number, to=self.api.numbers[0])
        for _ in range(self.copies):
            self.answers.append(await post_sms(self.server, sms))
        await until(lambda: len(self.read) > before)
        self.written += 1
        return self.read[-1]


@dataclass
class BySim:
    """Somebody who sends SMS to a SIM in our telephone; it reports each of them twice, with two ids."""

    api: SmsGateApi
    server: Server
    number: str
    slot: int = 1
    written: int = 0

    @property
    def read(self) -> list[str]:
        """Everything that she was sent."""
        return [one["textMessage"]["text"] for one in self.api.sent.to[self.number]]

    async def says(self, text: str) -> str:
        """She writes; gives what comes back."""
        before = len(self.read)
        at = f"2026-11-24T11:{self.written:02}:07.000+02:00"
        for _ in range(2):
            said = smsgate_api.received(text, sender=self.number, slot=self.slot, at=at)
            status, _body = await smsgate_api.post(f"{self.server.url}/webhooks/smsgate", said)
            assert status == 200
        await until(lambda: len(self.read) > before)
        self.written += 1
        return self.read[-1]


async def post_sms(server: Server, sms: dict[str, str]) -> tuple[int, str]:
    """Post an inbound SMS as Twilio does; gives the status and what it was answered with."""
    return await twilio_api.post(f"{server.url}/webhooks/twilio/sms", sms)


async def tells(person: OnTelegram | BySms | BySim, texts: Iterable[str]) -> str:
    """She says one thing after another; gives the last thing that came back."""
    last = ""
    for text in texts:
        last = await person.says(text)
    return last


def lent_number(page: str) -> str:
    """The number that is lent, in the page of a case."""
    found = re.search(r'data-value="([^"]+)" id="lent"', page)
    assert found, page
    return found[1]


def reference_in(text: str) -> str:
    """The reference of a case in what somebody was sent."""
    found = REFERENCE.search(text)
    assert found, text
    return found[0]
