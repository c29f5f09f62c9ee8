"""The people: fifty at a time say what they say, as Telegram posts it, and go on when they are answered.

A process of its own: `python -m tests.benchmarks.load` takes a `Plan` as JSON and prints a `Report` as JSON.
A person waits for the 2xx of her message and for the reply to reach the fake API; latency is from post to that reply.
"""

import asyncio
import json
import sys
import time
from collections.abc import Coroutine, Iterator
from dataclasses import asdict, dataclass
from statistics import quantiles
from typing import Any

import uvloop

from tests.benchmarks.fake_api import RECORD
from tests.benchmarks.processes import cpu_seconds
from tests.benchmarks.script import Person, person
from tests.benchmarks.wire import Wire, post

SETTLE = 0.3


@dataclass(frozen=True, slots=True)
class Plan:
    """Whom to play and how: people `first` to `last` (not included), each one's texts from `begin` to `end` (0: all).

    `copies` is how often each update is posted; after `patience` seconds without an answer a person gives up.
    """

    port: int
    api_port: int
    server: int
    secret: str
    first: int
    last: int
    begin: int = 0
    end: int = 0
    copies: int = 1
    at_a_time: int = 50
    patience: float = 10.0


@dataclass(slots=True)
class Report:
    """How it went: messages that were answered, in how many seconds, with how many CPU seconds of the server.

    `p50` and `p99` are milliseconds from post to reply, `replies` all that reached the fake API, `gave_up` the people
    who were not answered.
    """

    messages: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    p50: float = 0.0
    p99: float = 0.0
    replies: int = 0
    gave_up: int = 0


def update(someone: Person, number: int, text: str) -> bytes:
    """The `number`-th message of a person, as Telegram posts it (https://core.telegram.org/bots/api#update)."""
    name = {"first_name": "Hana", "last_name": "T", "username": f"hana{someone.chat}"}
    message: dict[str, Any] = {
        "message_id": number * 2,
        "from": {"id": someone.chat, "is_bot": False, **name, "language_code": "en"},
        "chat": {"id": someone.chat, **name, "type": "private"},
        "date": int(time.time()),
        "text": text,
    }
    if text.startswith("/"):
        message["entities"] = [{"offset": 0, "length": len(text), "type": "bot_command"}]
    return json.dumps({"update_id": someone.chat * 100 + number, "message": message}).encode()


class Place(Wire):
    """One of the fifty: over one connection, one person after the other."""

    def __init__(self, crowd: "Crowd") -> None:
        super().__init__()
        self.crowd = crowd
        self.someone: Person | None = None
        self.texts: Iterator[tuple[int, str]] = iter(())
        self.request = b""
        self.unanswered = self.posted = self.replied = 0

    def sit(self) -> None:
        """The next person who waits begins; when nobody does, the place is closed."""
        self.someone = self.crowd.invite(self)
        if self.someone is None:
            self.crowd.close(self)
            return
        plan = self.crowd.plan
        self.texts = iter(list(enumerate(self.someone.texts, start=1))[plan.begin : plan.end or None])
        self.say()

    def say(self) -> None:
        """Say the next thing; who has said everything gets up."""
        number, text = next(self.texts, (0, ""))
        if self.someone is None or not text:
            self.get_up()
            self.sit()
            return
        plan, body = self.crowd.plan, update(self.someone, number, text)
        self.request = post("/webhooks/telegram", body, f"X-Telegram-Bot-Api-Secret-Token: {plan.secret}")
        self.unanswered, self.replied, self.posted = plan.copies, 0, time.monotonic_ns()
        self.write(self.request)

    def received(self, head: bytes, body: bytes) -> None:
        """The webhook was answered."""
        if not head.startswith(b"HTTP/1.1 2"):
            self.give_up()
            return
        self.unanswered -= 1
        if self.unanswered:
            self.write(self.request)
        self.go_on()

    def reply(self, at: int) -> None:
        """A reply to her reached the API."""
        self.replied = self.replied or at
        self.go_on()

    def go_on(self) -> None:
        """Say the next thing once she has all that she waits for."""
        if self.unanswered == 0 and self.replied:
            self.crowd.answered(self.replied - self.posted)
            self.say()

    def get_up(self) -> None:
        """Leave the place."""
        if self.someone is not None:
            del self.crowd.sitting[self.someone.chat]
            self.someone = None

    def give_up(self) -> None:
        """She was not answered: the place is closed, and another opened for who comes next."""
        if self.someone is not None:
            self.get_up()
            self.crowd.replace(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The server hung up: no harm when only the reply is missing, since servers close connections that rest."""
        if self.someone is not None and self.unanswered:
            self.give_up()
        elif self.someone is not None:
            self.crowd.reconnect(self)


class Watcher(Wire):
    """Hears from the fake API of every message sent."""

    def __init__(self, crowd: "Crowd") -> None:
        super().__init__()
        self.crowd = crowd
        self.watching = asyncio.get_running_loop().create_future()

    def received(self, head: bytes, body: bytes) -> None:
        """The watch begins; all that follows are records."""
        self.watching.set_result(None)

    def data_received(self, data: bytes) -> None:
        """Tell each person of her reply."""
        if not self.watching.done():
            super().data_received(data)
            return
        data = self.rest + data
        whole = len(data) - len(data) % RECORD.size
        self.rest = data[whole:]
        for chat, at in RECORD.iter_unpack(data[:whole]):
            self.crowd.report.replies += 1
            if place := self.crowd.sitting.get(chat):
                place.reply(at)


class Crowd:
    """Everybody who registers in one round."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.report = plan, Report()
        self.numbers = iter(range(plan.first, plan.last))
        self.sitting: dict[int, Place] = {}
        self.places = plan.at_a_time
        self.latencies: list[int] = []
        self.over = asyncio.Event()
        self.opening: set[asyncio.Task[None]] = set()

    def invite(self, place: Place) -> Person | None:
        """The next person who waits, if any."""
        number = next(self.numbers, None)
        if number is None:
            return None
        someone = person(number)
        self.sitting[someone.chat] = place
        return someone

    def answered(self, nanoseconds: int) -> None:
        """A message was acknowledged and replied to."""
        self.report.messages += 1
        self.latencies.append(nanoseconds)

    def close(self, place: Place) -> None:
        """Nobody waits any more: one place less."""
        self.places -= 1
        if self.places == 0:
            self.over.set()

    def replace(self, place: Place) -> None:
        """Somebody gave up: the next gets a place and a connection of her own."""
        self.report.gave_up += 1
        if place.transport is not None:
            place.transport.close()
        self.begin(self.open_another())

    def reconnect(self, place: Place) -> None:
        """Give somebody who waits for her reply a new connection."""
        self.begin(self.connect(place))

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something beside the rest."""
        task = asyncio.get_running_loop().create_task(work)
        self.opening.add(task)
        task.add_done_callback(self.opening.discard)

    async def open_another(self) -> None:
        """Connect one more place and let somebody sit down."""
        place = Place(self)
        await self.connect(place)
        place.sit()

    async def connect(self, place: Place) -> None:
        """Connect a place to the server."""
        await asyncio.get_running_loop().create_connection(lambda: place, "127.0.0.1", self.plan.port)

    async def watch(self) -> None:
        """Begin to hear of the messages that are sent."""
        loop = asyncio.get_running_loop()
        _, watcher = await loop.create_connection(lambda: Watcher(self), "127.0.0.1", self.plan.api_port)
        watcher.write(b"GET /watch HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        await watcher.watching

    async def lose_patience(self) -> None:
        """Let those give up who wait for too long."""
        while True:
            await asyncio.sleep(0.1)
            late = time.monotonic_ns() - int(self.plan.patience * 1e9)
            for place in [place for place in self.sitting.values() if place.posted < late]:
                place.give_up()

    async def come(self) -> Report:
        """Play everybody, and say how it went."""
        await self.watch()
        places = [Place(self) for _ in range(self.plan.at_a_time)]
        await asyncio.gather(*map(self.connect, places))
        patience = asyncio.get_running_loop().create_task(self.lose_patience())
        began, used = time.perf_counter(), cpu_seconds(self.plan.server)
        for place in places:
            place.sit()
        await self.over.wait()
        patience.cancel()
        return await self.say_how_it_went(time.perf_counter() - began, cpu_seconds(self.plan.server) - used)

    async def say_how_it_went(self, seconds: float, used: float) -> Report:
        """The figures, after waiting for replies that nobody waited for."""
        await asyncio.sleep(SETTLE)
        cuts = quantiles([one / 1e6 for one in self.latencies or [0, 0]], n=100)
        self.report.seconds, self.report.cpu = seconds, used
        self.report.p50, self.report.p99 = cuts[49], cuts[98]
        return self.report


async def main(plan: Plan) -> None:
    """Play one plan."""
    print(json.dumps(asdict(await Crowd(plan).come())))


if __name__ == "__main__":
    uvloop.run(main(Plan(**json.loads(sys.argv[1]))))
