"""The mailbox is emptied by one runner at a time, and a message is deleted there only after it is ours."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError

from api.mail.fetching import Fetching
from api.store.db import Database
from bot.channel import ChannelError
from bot.mail import Mail
from bot.mailbox import Mailbox
from tests.factories import NOW
from tests.fakes import mails
from tests.fakes.imap_server import PASSWORD, USER, ImapServer

LARGEST = 100_000


class Storage:
    """Takes messages, and fails when it is told to."""

    def __init__(self) -> None:
        self.taken: list[Mail] = []
        self.fails: list[Exception] = []

    async def take(self, mail: Mail) -> None:
        if self.fails:
            raise self.fails.pop(0)
        self.taken.append(mail)


@asynccontextmanager
async def fetching(
    db: Database,
    server: ImapServer,
    storage: Storage,
    holder: str = "one",
    clock: Callable[[], datetime] = lambda: NOW,
) -> AsyncIterator[Fetching]:
    mailbox = Mailbox("127.0.0.1", server.port, USER, PASSWORD, context=server.context())
    yield Fetching(
        db, mailbox, storage.take, holder=holder, clock=clock, largest=LARGEST, every=0.01, pauses=(0.01, 0.02)
    )
    await mailbox.close()


async def test_what_lies_there_is_taken_and_then_deleted(db: Database) -> None:
    storage = Storage()
    async with ImapServer() as server:
        for raw in (mails.plain("one"), mails.plain("x" * LARGEST), b"no address\r\n\r\n", *mails.MALFORMED.values()):
            server.deliver(raw)
        async with fetching(db, server, storage) as fetch:
            await fetch.look()
        assert server.messages == {}
    assert [one.text for one in storage.taken[:2]] == ["one", ""]
    assert storage.taken[1].size > LARGEST
    assert len(storage.taken) == 2 + len(mails.MALFORMED)


async def test_what_cannot_be_stored_stays_where_it_is(db: Database) -> None:
    storage = Storage()
    storage.fails = [OperationalError("", {}, Exception("disk full"))]
    async with ImapServer() as server, fetching(db, server, storage) as fetch:
        server.deliver(mails.plain("one"))
        with pytest.raises(OperationalError):
            await fetch.look()
        assert len(server.messages) == 1
        await fetch.look()
        assert server.messages == {}
    assert [one.text for one in storage.taken] == ["one"]


async def test_a_message_at_which_we_fail_stays_and_holds_up_nobody(db: Database) -> None:
    storage = Storage()
    storage.fails = [KeyError("a bug")]
    async with ImapServer() as server, fetching(db, server, storage) as fetch:
        poison = server.deliver(mails.plain("poison"))
        server.deliver(mails.plain("one"))
        for _ in range(2):
            await fetch.look()
        assert list(server.messages) == [poison]
    assert [one.text for one in storage.taken] == ["one"]


async def test_killed_before_it_was_deleted_it_is_taken_again_and_the_receiver_knows_it(db: Database) -> None:
    storage = Storage()
    async with ImapServer(drop=["UID STORE"]) as server, fetching(db, server, storage) as fetch:
        server.deliver(mails.plain("one"))
        with pytest.raises(ChannelError):
            await fetch.look()
        await fetch.look()
        assert server.messages == {}
    first, second = storage.taken
    assert (first.message_id, first.digest) == (second.message_id, second.digest)


async def test_one_runner_empties_it_and_another_takes_over_when_that_one_is_dead(db: Database) -> None:
    storage, now = Storage(), [NOW]
    async with (
        ImapServer() as server,
        fetching(db, server, storage, "one", lambda: now[0]) as one,
        fetching(db, server, storage, "other", lambda: now[0]) as other,
    ):
        await one.look()
        server.deliver(mails.plain("x"))
        await other.look()
        assert len(server.messages) == 1
        now[0] += timedelta(seconds=31)
        await other.look()
        assert server.messages == {}


async def test_a_server_that_goes_away_is_waited_for(db: Database, caplog: pytest.LogCaptureFixture) -> None:
    storage = Storage()
    async with ImapServer() as server:
        port = server.port
    async with fetching(db, server, storage) as fetch:
        running = asyncio.create_task(fetch.run())
        await _until(lambda: fetch.last_error == "network")
        async with ImapServer(port=port, refuse={"LOGIN"}) as server:
            server.deliver(mails.plain("one"))
            await _until(lambda: fetch.last_error == "login")
            server.refuse.clear()
            await _until(lambda: server.messages == {} and fetch.last_error == "")
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
    assert [one.text for one in storage.taken] == ["one"]
    assert "the mailbox does not answer: network (temporary)" in caplog.text
    assert PASSWORD not in caplog.text


async def _until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 - what is waited for knows no event
            await asyncio.sleep(0.01)
