"""An outbox that is stopped, because its number moves or the server ends, knows what it has sent."""

import asyncio
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from api.keys.vault import Vault
from api.outbound import outbox
from api.outbound.replies import mark, still_waits
from api.store.db import Database
from bot.channel import Pace
from flows.model import Reply
from tests.api.outbound.test_outbox import Clock, FakeBot, attempts, queue, sending, states, until


@dataclass
class Telling(FakeBot):
    """Says at once that it has taken something."""

    took: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, address: str, reply: Reply, *, reply_id: str) -> str:
        self.took.set()
        return await super().send(address, reply, reply_id=reply_id)


async def test_stopped_as_soon_as_it_was_taken(db: Database, vault: Vault) -> None:
    queue(db, vault, "1", "hello")
    bot = Telling()
    async with sending(db, vault, bot, Clock()):
        await bot.took.wait()
        await asyncio.sleep(0)
    assert [text for _, text in bot.sent] == ["hello"]
    assert (states(db), attempts(db)) == (["sent"], [1])


async def test_stopped_before_it_is_written_down(db: Database, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "TOGETHER", 60.0)
    queue(db, vault, "1", "hello")
    bot = FakeBot()
    async with sending(db, vault, bot, Clock()):
        await until(lambda: bool(bot.sent))
        await asyncio.sleep(0.05)
    assert (states(db), attempts(db)) == (["sent"], [1])


async def test_stopped_while_it_is_written_down(db: Database, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = threading.Event()

    def slow(*given: Any) -> None:
        begun.set()
        time.sleep(0.2)
        mark(*given)

    monkeypatch.setattr(outbox, "mark", slow)
    queue(db, vault, "1", "hello")
    async with sending(db, vault, FakeBot(), Clock()):
        await until(begun.is_set)
    assert (states(db), attempts(db)) == (["sent"], [1])


async def test_stopped_between_two_of_a_chat(db: Database, vault: Vault) -> None:
    queue(db, vault, "1", "hello", "and more")
    bot = FakeBot(pace=Pace(0, 60))
    async with sending(db, vault, bot, Clock()):
        await until(lambda: bool(bot.sent))
        await asyncio.sleep(0.05)
    assert states(db) == ["sent", "waiting"]


async def test_what_could_not_be_written_down_at_once_is_sent_once_all_the_same(
    db: Database, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = [OperationalError("UPDATE", {}, Exception("gone"))] * 2

    def fail_twice(*given: Any) -> None:
        if failures:
            raise failures.pop()
        mark(*given)

    monkeypatch.setattr(outbox, "mark", fail_twice)
    monkeypatch.setattr(outbox, "POLL", 0.1)
    queue(db, vault, "1", "hello")
    bot = FakeBot()
    async with sending(db, vault, bot, Clock()):
        await until(lambda: states(db) == ["sent"])
    assert [text for _, text in bot.sent] == ["hello"]


async def test_stopped_while_nothing_can_be_written_down_it_ends(
    db: Database, vault: Vault, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> None:
        raise OperationalError("UPDATE", {}, Exception("gone"))

    monkeypatch.setattr(outbox, "mark", fail)
    queue(db, vault, "1", "hello")
    bot = FakeBot()
    async with asyncio.timeout(10), sending(db, vault, bot, Clock()):
        await until(lambda: bool(bot.sent))
    assert "what was sent last is not written down" in caplog.text
    assert states(db) == ["waiting"]


async def test_what_is_on_its_way_is_taken_before_it_stops_and_nothing_else_begins(db: Database, vault: Vault) -> None:
    for address in ("1", "2"):
        queue(db, vault, address, "hello", "and more")
    bot = Telling(slow=0.2)
    async with asyncio.timeout(10), sending(db, vault, bot, Clock()) as sender:
        await bot.took.wait()
        await sender.rest()
        assert bot.at_once == 0
    begun = [text for _, text in bot.sent]
    assert begun == ["hello"] * len(begun), "what waited behind it in its chat is not begun any more"
    assert states(db).count("sent") == len(begun)
    bot.slow = 0.0
    async with sending(db, vault, bot, Clock()):
        await until(lambda: states(db) == ["sent"] * 4)
    assert sorted(bot.sent) == [(address, text) for address in "12" for text in ("and more", "hello")]


async def test_a_slow_lane_with_hundreds_waiting_stops_at_once(db: Database, vault: Vault) -> None:
    for number in range(40):
        queue(db, vault, str(number), "hello")
    bot = FakeBot(pace=Pace(1, 0))
    async with sending(db, vault, bot, Clock()) as sender:
        await until(lambda: bool(bot.sent))
        async with asyncio.timeout(0.9):
            await sender.rest()
    assert states(db) == ["sent"] + ["waiting"] * 39


async def test_who_is_looked_up_while_it_stops_is_not_let_in(
    db: Database, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "UNSEEN", 0.0)
    looked, go_on = threading.Event(), threading.Event()

    def look(*given: Any) -> bool:
        looked.set()
        go_on.wait(10)
        return still_waits(*given)

    monkeypatch.setattr(outbox, "still_waits", look)
    queue(db, vault, "1", "hello")
    bot = FakeBot(pace=Pace(100, 0))
    async with sending(db, vault, bot, Clock()) as sender:
        await until(looked.is_set)
        await sender.rest()
        go_on.set()
        await asyncio.sleep(0.1)
    assert (bot.sent, states(db)) == ([], ["waiting"])


@pytest.mark.parametrize("what", ["still_waits", "in_order", "mark"])
async def test_storage_that_fails_once_cuts_nothing_off_and_doubles_nothing(
    db: Database, vault: Vault, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """What is on its way to others while the table cannot be read goes on."""
    monkeypatch.setattr(outbox, "UNSEEN", 0.0)
    monkeypatch.setattr(outbox, "POLL", 0.1)
    real, calls = getattr(outbox, what), iter(range(1_000_000))

    def fails_now_and_then(*given: Any) -> Any:
        if next(calls) in (1, 3):
            raise OperationalError("SELECT", {}, Exception("gone"))
        return real(*given)

    monkeypatch.setattr(outbox, what, fails_now_and_then)
    bot = FakeBot(pace=Pace(50, 0), slow=0.05)
    async with sending(db, vault, bot, Clock()) as sender:
        for text in ("a", "b", "c"):
            queue(db, vault, "1", text)
            queue(db, vault, "2", text)
            sender.wake()
            await asyncio.sleep(0.1)
        await until(lambda: states(db) == ["sent"] * 6)
    assert sorted(bot.sent) == [(chat, text) for chat in "12" for text in "abc"]
    assert [text for chat, text in bot.sent if chat == "1"] == ["a", "b", "c"]
