"""Many people register at the same time, and the server is killed among them again and again.

Each of them writes on Telegram or by SMS. What was not acknowledged is delivered again until it is, as the providers
do; after a 2xx nothing is ever sent twice. She waits for a reply before she goes on, as people do, but not for ever.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp

from tests.fakes import telegram_updates as updates
from tests.fakes import twilio_api
from tests.fakes.letters import Letters
from tests.fakes.telegram_api import TelegramApi
from tests.fakes.twilio_api import NUMBER, TwilioApi
from tests.server.running import SECRET, Founded, Server, by_sms, by_telegram, found, ready, start, until

AGAIN = 0.5
"""Seconds until a provider delivers again what was not acknowledged."""
PATIENCE = 3.0
"""Seconds that somebody waits for a reply before she writes on."""
PAUSE = 31.0
"""Seconds that pass, by the server's clock, between a kill and the next start: then the lanes are free again."""
BASE_URL = "https://desk.example.org"
"""The public address: the port behind it changes with each start."""
WRONG_DATE = "99.99.9999"
FAREWELL = "Thank you. Your number with us is"
Blow = Callable[[int], Awaitable[None]]
"""What happens to the server in the middle of it all."""


@dataclass
class Someone:
    """One of the crowd: what she answers to which question, and how she is reached."""

    number: int
    sms: bool = False

    @property
    def address(self) -> str:
        """Her telephone number or her chat."""
        return f"+96176{self.number:06}" if self.sms else str(770_000_000 + self.number)

    @property
    def answers(self) -> dict[str, str]:
        """What she sends to each question: all answers together are like nobody else's."""
        n = self.number
        return {
            "privacy": "1",
            "for_whom": str(1 + n % 2),
            "name": f"Almaz ወልደ {n}",
            "born": f"{13 + n % 16}.{1 + n % 12}.{1960 + n % 24}",
            "gender": str(1 + n % 4),
            "country": str(1 + n % 8),
            "papers": str(1 + n % 6),
            "papers_where": ("1", "2", "4")[n % 3],
            "papers_number": f"EP{n:07}",
            "phone": "2",
            "phone_number": f"+96171{n:06}",
            "phone_safe": "1",
            "email": f"almaz{n}@example.org",
            "governorate": "2",
            "district": str(1 + n % 4),
            "work": str(1 + n % 3),
            "health": f"{1 + n % 6}",
            "pregnant": str(1 + n % 4),
            "doses": str(1 + n % 5),
            "days": str(1 + n % 4),
            "company": str(1 + n % 2),
            "share_ministry": str(1 + n % 3),
        }

    @property
    def texts(self) -> list[str]:
        """Everything that she sends, in order; one in four mistakes her birth date once, a man is not asked all."""
        answers = self.expected
        texts = ["hello", "1", *(["1"] if self.sms else []), "1", *answers.values(), "1"]
        if self.number % 4 == 3:
            texts.insert(texts.index(answers["born"]), WRONG_DATE)
        return texts

    @property
    def expected(self) -> dict[str, str]:
        """What must lie in her case, as she wrote it."""
        man = self.answers["gender"] == "2"
        return {name: text for name, text in self.answers.items() if not (man and name == "pregnant")}

    def payload(self, place: int, text: str) -> dict[str, Any]:
        """One of her messages as her provider delivers it, the same each time."""
        if self.sms:
            return twilio_api.inbound(text, sender=self.address, to=NUMBER, sid=f"SM{self.number:016x}{place:016x}")
        return updates.message(int(self.address), text, update_id=self.number * 100 + place, message_id=10_000 + place)


@dataclass
class Crowd:
    """The people, the providers, and the server that is killed; `acknowledged` counts what got its 2xx."""

    folder: Path
    people: Sequence[Someone]
    settings: dict[str, str] = field(default_factory=dict)
    acknowledged: int = 0
    repeated: int = 0
    telegram: TelegramApi = field(default_factory=TelegramApi)
    twilio: TwilioApi = field(default_factory=TwilioApi)

    async def register(self, blows: Sequence[int], chance: random.Random, blow: Blow | None = None) -> Founded:
        """Let everybody register while a blow falls each time so many messages were acknowledged.

        A blow is told its number; without one the server is killed and starts again. Gives the deployment when
        everybody has been sent the reference of her case, and the server has stopped.
        """
        async with self.telegram, self.twilio, aiohttp.ClientSession() as self._session:
            channels = {**by_telegram(self.telegram), **by_sms(self.twilio)}
            founded = found(self.folder, base_url=BASE_URL, **channels, **self.settings)
            self._clock = self.folder / "clock"
            self._clock.write_text("0")
            self._server = await ready(self._start(founded))
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._strike(blows, chance, blow or partial(self._kill, founded)))
                    for someone in self.people:
                        group.create_task(self._come(someone))
                await until(lambda: all(map(self.farewells, self.people)), seconds=60)
            finally:
                await self._server.stop()
        return founded

    def read(self, someone: Someone) -> list[str]:
        """Everything that somebody was sent."""
        return [letter["Body" if someone.sms else "text"] for letter in self._letters(someone).to[someone.address]]

    def farewells(self, someone: Someone) -> list[str]:
        """Every message in which somebody was told the reference of her case."""
        return [text for text in self.read(someone) if text.startswith(FAREWELL)]

    def _start(self, founded: Founded) -> Server:
        return start(founded, ("tests.server.later", str(self._clock)))

    async def _strike(self, blows: Sequence[int], chance: random.Random, blow: Blow) -> None:
        for number, acknowledged in enumerate(sorted(blows), start=1):
            await until(lambda: self.acknowledged >= acknowledged, seconds=300)  # noqa: B023
            await asyncio.sleep(chance.uniform(0, 0.02))
            await blow(number)

    async def _kill(self, founded: Founded, number: int) -> None:
        self._server.kill()
        self._clock.write_text(str(PAUSE * number))
        self._server = await ready(self._start(founded))

    async def _come(self, someone: Someone) -> None:
        news = self._letters(someone).news[someone.address]
        for place, text in enumerate(someone.texts):
            news.clear()
            payload = someone.payload(place, text)
            while not await self._deliver(someone, payload):
                self.repeated += 1
                await asyncio.sleep(AGAIN)
            self.acknowledged += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(news.wait(), PATIENCE)

    def _letters(self, someone: Someone) -> Letters:
        return self.twilio.sent if someone.sms else self.telegram.sent

    async def _deliver(self, someone: Someone, payload: dict[str, Any]) -> bool:
        """Deliver once; whether it was acknowledged."""
        if someone.sms:
            signature = twilio_api.signature(f"{BASE_URL}/webhooks/twilio/sms", payload)
            request = {"data": payload, "headers": {"X-Twilio-Signature": signature}}
        else:
            request = {"json": payload, "headers": {"X-Telegram-Bot-Api-Secret-Token": SECRET}}
        path = "twilio/sms" if someone.sms else "telegram"
        try:
            async with self._session.post(f"{self._server.url}/webhooks/{path}", **request) as answer:
                return 200 <= answer.status < 300
        except (aiohttp.ClientError, OSError):
            return False
