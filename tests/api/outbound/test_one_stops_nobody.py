"""One reply with which something is wrong holds up its own chat at most, and never a lane."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import update

from api.keys.vault import Vault
from api.outbound import replies
from api.outbound.replies import report
from api.store.db import Database
from api.tables import ReplyRow
from bot.channel import ChannelError
from flows.model import Reply
from tests.api.outbound.test_outbox import Clock, FakeBot, queue, sending, states, until


@dataclass
class Late(FakeBot):
    """Takes a reply, and answers only when it is told to: too late."""

    took: asyncio.Event = field(default_factory=asyncio.Event)
    answers: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, address: str, reply: Reply, *, reply_id: str) -> str:
        self.took.set()
        await self.answers.wait()
        raise ChannelError("timeout", permanent=False)


async def test_what_was_reported_before_the_answer_was_late_is_not_sent_again(db: Database, vault: Vault) -> None:
    bot = Late()
    queue(db, vault, "1", "hello")
    async with sending(db, vault, bot, Clock()):
        await bot.took.wait()
        await db.write(lambda session: report(session, 1, 3, "delivered", ""))
        bot.answers.set()
        await asyncio.sleep(0.2)
    assert states(db) == ["delivered"]


@pytest.mark.parametrize("box", [b"", b"\x01" + b"\0" * 300, b"no box at all"])
async def test_a_reply_that_nobody_can_open_stops_no_other(db: Database, vault: Vault, box: bytes) -> None:
    bot = FakeBot()
    queue(db, vault, "1", "broken")
    db.write_now(lambda session: session.connection().execute(update(ReplyRow).values(box=box)))
    queue(db, vault, "2", "hello")
    async with sending(db, vault, bot, Clock()):
        await until(lambda: bot.sent == [("2", "hello")])
        await until(lambda: states(db)[1] == "sent")
    assert len(bot.sent) == 1


async def test_many_that_wait_for_their_next_try_keep_nobody_else_waiting(
    db: Database, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replies, "_IN_ORDER", replies._IN_ORDER.limit(5))
    for chat in range(8):
        queue(db, vault, str(chat), "down", "and after it")
    clock = Clock()
    later = clock() + timedelta(minutes=30)
    first = update(ReplyRow).where(ReplyRow.id % 2 == 1).values(next_try=later)  # type: ignore[operator, arg-type]
    db.write_now(lambda session: session.connection().execute(first))
    queue(db, vault, "new", "hello")
    bot = FakeBot()
    async with sending(db, vault, bot, clock):
        await until(lambda: bot.sent == [("new", "hello")])
        await asyncio.sleep(0.3)
    assert bot.sent == [("new", "hello")]
