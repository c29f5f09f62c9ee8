"""The mailbox over IMAP: only with TLS to whom we trust, one message after another, and deleted when we say so."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.channel import ChannelError
from bot.mail import HEAD
from bot.mailbox import Fetched, Mailbox
from tests.fakes import mails
from tests.fakes.imap_server import PASSWORD, USER, ImapServer

LARGEST = 100_000


@asynccontextmanager
async def opened(
    server: ImapServer, password: str = PASSWORD, context: ssl.SSLContext | None = None
) -> AsyncIterator[Mailbox]:
    mailbox = Mailbox("127.0.0.1", server.port, USER, password, context=context or server.context())
    try:
        yield mailbox
    finally:
        await mailbox.close()


@pytest.mark.parametrize("uidplus", [True, False])
async def test_a_message_is_read_as_it_travelled_and_is_gone_when_it_is_deleted(uidplus: bool) -> None:
    async with ImapServer(uidplus=uidplus) as server, opened(server) as mailbox:
        assert await mailbox.waiting() == []
        first, second = server.deliver(mails.in_windows_1256()), server.deliver(mails.plain("x"))
        assert await mailbox.waiting() == [str(first), str(second)]
        assert await mailbox.fetch(str(first), LARGEST) == Fetched(str(first), mails.in_windows_1256())
        assert await mailbox.waiting() == [str(first), str(second)], "to read is not to delete"
        await mailbox.delete(str(first))
        assert await mailbox.waiting() == [str(second)]
        assert list(server.messages) == [second]
        assert await mailbox.fetch("99", LARGEST) is None
        assert server.connections == 1


async def test_of_a_message_that_is_too_large_only_the_head_travels() -> None:
    raw = mails.plain("x" * LARGEST)
    async with ImapServer() as server, opened(server) as mailbox:
        fetched = await mailbox.fetch(str(server.deliver(raw)), LARGEST)
        assert fetched is not None
        assert fetched.size == len(raw)
        assert fetched.raw.startswith(b"From: Ministry")
        assert len(fetched.raw) < HEAD


@pytest.mark.parametrize("command", ["NOOP", "UID SEARCH", "LOGIN", "SELECT"])
async def test_a_connection_that_breaks_is_made_again(command: str) -> None:
    async with ImapServer(drop=[command]) as server, opened(server) as mailbox:
        with pytest.raises(ChannelError) as caught:
            await mailbox.waiting()
        assert not caught.value.permanent
        assert await mailbox.waiting() == []
        assert server.connections == 2


@pytest.mark.parametrize("command", ["SELECT", "UID SEARCH", "UID FETCH", "UID STORE", "UID EXPUNGE"])
async def test_a_server_that_refuses_is_asked_again_later(command: str) -> None:
    async with ImapServer() as server, opened(server) as mailbox:
        uid = str(server.deliver(mails.plain("x")))
        server.refuse.add(command)
        with pytest.raises(ChannelError) as caught:
            await _empty(mailbox, uid)
        assert (caught.value.code, caught.value.permanent) == ("refused", False)
        server.refuse.clear()
        assert await mailbox.fetch(uid, LARGEST) is not None


async def test_a_wrong_password_is_told_without_it() -> None:
    async with ImapServer() as server, opened(server, "wrong") as mailbox:
        with pytest.raises(ChannelError) as caught:
            await mailbox.waiting()
        assert str(caught.value) == "login (temporary)"


async def test_who_has_no_certificate_that_we_trust_is_not_told_the_password() -> None:
    async with ImapServer() as server, opened(server, context=ssl.create_default_context()) as mailbox:
        with pytest.raises(ChannelError) as caught:
            await mailbox.waiting()
        assert caught.value.code == "certificate"
        assert server.commands == []


async def test_a_server_that_is_away_is_a_failure_of_the_network() -> None:
    async with ImapServer() as server:
        pass
    async with opened(server) as mailbox:
        with pytest.raises(ChannelError) as caught:
            await mailbox.waiting()
        assert caught.value.code == "network"


async def _empty(mailbox: Mailbox, uid: str) -> None:
    await mailbox.waiting()
    await mailbox.fetch(uid, LARGEST)
    await mailbox.delete(uid)
