"""What is sent: everything once, in order, at the pace of the lane, whatever the provider answers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete
from sqlmodel import Session, select

from api.desk import tallies
from api.inbound import inbox
from api.keys.vault import Vault
from api.outbound import lanes
from api.outbound.outbox import Outbox
from api.outbound.replies import address_index, queue_reply, remember_chat_messages, report
from api.store.db import Database
from api.tables import ChatMessage, ReplyRow
from bot.channel import Channel, ChannelError, Pace
from flows.loader import Library
from flows.model import Manner, Message, Reply

LANE = "telegram:1"
UNLIMITED = Pace(0, 0)


@dataclass
class FakeBot(Channel):
    """Takes what it is given; the next refusals come first."""

    pace: Pace = UNLIMITED
    lane: str = LANE
    name: str = "telegram"
    manner: Manner = "chat"
    sent: list[tuple[str, str]] = field(default_factory=list)
    cleared: list[tuple[str, list[str]]] = field(default_factory=list)
    refusals: dict[str, list[ChannelError]] = field(default_factory=dict)
    slow: float = 0.0
    meeting: int = 0  # it takes nothing until it has so many at once
    at_once: int = 0
    most_at_once: int = 0

    async def send(self, address: str, reply: Reply, *, reply_id: str) -> str:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(self.slow)
        while self.most_at_once < self.meeting:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        self.at_once -= 1
        if self.refusals.get(address):
            raise self.refusals[address].pop(0)
        self.sent.append((address, reply.text))
        return str(len(self.sent))

    async def clear(self, address: str, chat_messages: list[str]) -> None:
        self.cleared.append((address, chat_messages))

    async def close(self) -> None:
        pass


@dataclass
class Clock:
    """The time, which a test can move; from `stands` on it does not go by itself."""

    ahead: timedelta = timedelta()
    stands: datetime | None = None

    def __call__(self) -> datetime:
        return (self.stands or datetime.now(UTC)) + self.ahead


@asynccontextmanager
async def sending(db: Database, vault: Vault, bot: FakeBot, clock: Clock, holder: str = "me") -> AsyncIterator[Outbox]:
    outbox = Outbox(db, vault, bot, holder=holder, clock=clock)
    db.after_commit(outbox.wake)
    task = asyncio.create_task(outbox.run())
    try:
        yield outbox
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(what: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not what():  # noqa: ASYNC110  (it looks into a database)
            await asyncio.sleep(0.01)


def queue(db: Database, vault: Vault, address: str, *texts: str, **more: object) -> None:
    def write(session: Session) -> None:
        for text in texts:
            queue_reply(session, vault, lane=LANE, address=address, reply=Reply(text), now=datetime.now(UTC), **more)  # type: ignore[arg-type]

    db.write_now(write)


def states(db: Database) -> list[str]:
    return db.read_now(lambda session: list(session.exec(select(ReplyRow.state).order_by(ReplyRow.id))))  # type: ignore[arg-type]


def attempts(db: Database) -> list[int]:
    return db.read_now(lambda session: list(session.exec(select(ReplyRow.attempts))))


async def test_what_waits_is_sent_in_order_and_marked(db: Database, vault: Vault) -> None:
    bot = FakeBot()
    queue(db, vault, "1", "a", "b", "c")
    async with sending(db, vault, bot, Clock()):
        await until(lambda: states(db) == ["sent"] * 3)

    assert bot.sent == [("1", "a"), ("1", "b"), ("1", "c")]


async def test_what_is_paid_for_by_sms_is_counted_when_it_was_sent(db: Database, vault: Vault) -> None:
    bot = FakeBot(manner="sms")
    queue(db, vault, "1", "hello", "a" * 200)
    async with sending(db, vault, bot, Clock()):
        await until(lambda: states(db) == ["sent"] * 2)
        day = Clock()().date()
        assert db.read_now(lambda session: tallies.since(session, day, tallies.SEGMENTS)) == {"sms": 3}


async def test_chats_are_written_to_side_by_side(db: Database, vault: Vault) -> None:
    bot = FakeBot(meeting=6)
    for chat in range(10):
        queue(db, vault, str(chat), "hello")
    async with sending(db, vault, bot, Clock()):
        await until(lambda: len(bot.sent) == 10)


async def test_a_reply_that_fails_for_now_holds_back_its_chat_and_no_other(db: Database, vault: Vault) -> None:
    bot = FakeBot(refusals={"1": [ChannelError("500", permanent=False)]})
    queue(db, vault, "1", "first", "second")
    queue(db, vault, "2", "other")
    clock = Clock(stands=datetime.now(UTC))
    async with sending(db, vault, bot, clock) as outbox:
        await until(lambda: bot.sent == [("2", "other")] and states(db)[2] == "sent")
        assert outbox.last_error in ("500", "")
        clock.ahead = timedelta(seconds=6)
        await until(lambda: len(bot.sent) == 3)

    assert bot.sent[1:] == [("1", "first"), ("1", "second")]


async def test_a_look_that_began_before_a_failure_was_written_down_does_not_try_again_at_once(
    db: Database, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot = FakeBot(refusals={"1": [ChannelError("500", permanent=False)]})
    queue(db, vault, "1", "first")
    clock = Clock(stands=datetime.now(UTC))
    read, write, looked, written = db.read, db.write, asyncio.Event(), asyncio.Event()
    looks = 0

    async def answers_late(work: Callable[[Session], object]) -> object:
        nonlocal looks
        looks += 1
        found = await read(work)
        if looks == 2:
            looked.set()
            await written.wait()
        return found

    async def waits_for_the_look(work: Callable[[Session], object]) -> object:
        if looks:
            outbox.wake()
            await looked.wait()
        return await write(work)

    monkeypatch.setattr(db, "read", answers_late)
    monkeypatch.setattr(db, "write", waits_for_the_look)
    async with sending(db, vault, bot, clock) as outbox:
        await until(lambda: looked.is_set() and attempts(db) == [1])
        await asyncio.sleep(0.1)  # what was written down has come back
        written.set()
        await until(lambda: looks > 2)
        assert bot.sent == []
        clock.ahead = timedelta(seconds=6)
        await until(lambda: bot.sent == [("1", "first")])


async def test_what_is_refused_for_good_is_dead_and_the_next_one_goes_out(db: Database, vault: Vault) -> None:
    bot = FakeBot(refusals={"1": [ChannelError("403", permanent=True)]})
    queue(db, vault, "1", "first", "second")
    async with sending(db, vault, bot, Clock()):
        await until(lambda: states(db) == ["dead", "sent"])


async def test_a_plan_for_later_does_not_hold_up_its_chat(db: Database, vault: Vault) -> None:
    bot = FakeBot()
    queue(db, vault, "1", "next month", send_after=datetime.now(UTC) + timedelta(days=30))
    queue(db, vault, "1", "now")
    async with sending(db, vault, bot, Clock()):
        await until(lambda: bot.sent == [("1", "now")])


async def test_one_runner_holds_a_lane_and_another_takes_it_over_when_it_is_silent(db: Database, vault: Vault) -> None:
    now = datetime.now(UTC)
    assert db.write_now(lambda session: lanes.hold(session, LANE, "dead", now))
    assert not db.write_now(lambda session: lanes.hold(session, LANE, "living", now + timedelta(seconds=29)))
    queue(db, vault, "1", "hello")
    bot, clock = FakeBot(), Clock(stands=datetime.now(UTC))
    async with sending(db, vault, bot, clock, holder="living"):
        await asyncio.sleep(0.1)
        assert bot.sent == []
        clock.ahead = timedelta(seconds=31)
        await until(lambda: bot.sent == [("1", "hello")])


async def test_a_chat_is_cleared_by_all_its_ids_before_the_ok(db: Database, vault: Vault) -> None:
    address, now = address_index(vault, LANE, "1"), datetime.now(UTC)
    db.write_now(
        lambda session: remember_chat_messages(session, vault, [(address, LANE, "11"), (address, LANE, "12")], now)
    )
    queue(db, vault, "1", "", kind="clear")
    queue(db, vault, "1", "OK")
    bot = FakeBot()
    async with sending(db, vault, bot, Clock()):
        await until(lambda: states(db) == ["sent", "sent"])

    assert bot.cleared == [("1", ["11", "12"])]
    assert bot.sent == [("1", "OK")]
    left = db.read_now(lambda session: session.exec(select(ChatMessage)).all())
    assert len(left) == 1  # the OK itself


def test_delivery_reports_never_go_back(db: Database, vault: Vault) -> None:
    queue(db, vault, "1", "hello")
    row = db.read_now(lambda session: session.exec(select(ReplyRow.id)).one())
    assert row is not None

    assert db.write_now(lambda session: report(session, row, 5, "delivered", ""))
    assert not db.write_now(lambda session: report(session, row, 4, "sent", ""))
    assert not db.write_now(lambda session: report(session, row, 5, "failed", "30005"))
    assert states(db) == ["delivered"]


@pytest.mark.parametrize("times", [1, 3])
async def test_a_reply_whose_day_is_over_is_dead(db: Database, vault: Vault, times: int) -> None:
    queue(db, vault, "1", *["too late"] * times)
    after = (datetime.now(UTC) + timedelta(days=3)).date()
    db.write_now(lambda session: vault.keyring.destroy_days_before(after))
    bot = FakeBot()
    async with sending(db, vault, bot, Clock()):
        await until(lambda: states(db) == ["dead"] * times)

    assert bot.sent == []


async def test_what_is_offered_and_looked_up_at_the_same_time_is_sent_once(
    db: Database, vault: Vault, library: Library
) -> None:
    """Two hundred people write; the outbox is offered their replies while it looks into the table."""
    bot = FakeBot(slow=0.002)

    def take(number: int) -> Callable[[Session], inbox.Taken]:
        message = Message("telegram", LANE, f"chat {number % 50}", f"id {number}", "hello")
        return lambda session: inbox.receive(session, vault, library, [message], datetime.now(UTC))

    async with sending(db, vault, bot, Clock()) as outbox:
        for start in range(0, 200, 50):
            for taken in await asyncio.gather(*(db.write(take(number)) for number in range(start, start + 50))):
                outbox.offer(taken.fresh)
        await until(lambda: states(db) == ["sent"] * 200)

    assert len(bot.sent) == 200


async def test_after_a_day_on_which_everything_was_deleted_it_still_sends(db: Database, vault: Vault) -> None:
    """SQLite would count from 1 again, and the outbox would take the new reply for one that it has sent."""
    bot = FakeBot()
    async with sending(db, vault, bot, Clock()):
        queue(db, vault, "1", "yesterday")
        await until(lambda: states(db) == ["sent"])
        db.write_now(lambda session: session.connection().execute(delete(ReplyRow)))
        queue(db, vault, "1", "today")
        await until(lambda: bot.sent == [("1", "yesterday"), ("1", "today")])


async def test_what_was_sent_is_emptied_also_when_its_report_came_first(db: Database, vault: Vault) -> None:
    bot = FakeBot(slow=0.2)
    queue(db, vault, "1", "hello")
    number = db.read_now(lambda session: session.exec(select(ReplyRow.id)).one())
    assert number is not None
    async with sending(db, vault, bot, Clock()):
        await until(lambda: bot.at_once == 1)
        await db.write(lambda session: report(session, number, 5, "delivered", ""))
        await until(lambda: db.read_now(lambda session: session.exec(select(ReplyRow.box)).one()) == b"")

    assert states(db) == ["delivered"]
