"""Gathers the messages that arrive while others are being committed, so that they share the next transaction."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from api.events import QUEUE
from api.inbound import inbox
from api.inbound.inbox import Taken
from api.outbound.replies import Fresh
from api.shell import Shell
from api.store.engines import STORAGE_FAILED
from flows.model import Message

log = logging.getLogger("rafiqa.gathering")
LARGEST = 64
"""Messages in one transaction at most."""
PAUSE = 0.004
"""Seconds that a transaction waits for others: nobody notices, and each that comes saves most of its cost."""
SIDE_BY_SIDE = {"sqlite": 1, "postgresql": 4}
"""Transactions at once: SQLite has one writer."""


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    """A message, and the future of whoever waits for its commit."""

    message: Message
    taken: asyncio.Future[Sequence[str]]

    @property
    def chat(self) -> tuple[str, str]:
        return self.message.channel, self.message.address


class Gathering:
    """Takes messages one at a time from many, and hands them to the inbox together, one a chat."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._waiting: list[_Waiting] = []
        self._groups: set[asyncio.Task[None]] = set()
        self._under_way: set[tuple[str, str]] = set()
        self._listeners: list[Callable[[Sequence[Fresh]], None]] = []

    def when_fresh(self, listener: Callable[[Sequence[Fresh]], None]) -> None:
        """Call this with the replies of each transaction, after its commit; the outbox sends them without looking."""
        self._listeners.append(listener)

    async def take(self, message: Message) -> Sequence[str]:
        """Take a message in; gives, after the commit, the references of the cases that it touched.

        Raises only when storage fails. A bug in the turn keeps the message as unhandled.
        """
        one = _Waiting(message, asyncio.get_running_loop().create_future())
        self._waiting.append(one)
        self._begin()
        return await one.taken

    def _begin(self) -> None:
        """Begin a transaction with those who wait, if one more may run."""
        if self._waiting and len(self._groups) < SIDE_BY_SIDE[self._shell.db.kind]:
            task = asyncio.get_running_loop().create_task(self._next())
            self._groups.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._groups.discard(task)
        self._begin()

    def _next_group(self) -> list[_Waiting]:
        """The oldest that wait, one of each chat, none of a chat that is being taken in just now."""
        group: list[_Waiting] = []
        later: list[_Waiting] = []
        chats = set(self._under_way)
        for one in self._waiting:
            if len(group) < LARGEST and one.chat not in chats:
                group.append(one)
            else:
                later.append(one)
            chats.add(one.chat)
        self._waiting = later
        self._under_way.update(one.chat for one in group)
        return group

    async def _next(self) -> None:
        """Let those come who are at the door, then take all of them in."""
        await asyncio.sleep(PAUSE)
        group = self._next_group()
        if group:
            await self._commit(group)

    async def _commit(self, group: list[_Waiting]) -> None:
        try:
            self._tell(group, await self._receive([one.message for one in group]))
        except STORAGE_FAILED as error:
            for one in group:
                _fail(one, error)
        except Exception:
            for one in group:
                await self._alone(one)
        finally:
            self._under_way.difference_update(one.chat for one in group)

    async def _alone(self, one: _Waiting) -> None:
        """One of a group that failed: by itself, so that the one with the bug stays alone."""
        try:
            self._tell([one], await self._receive([one.message]))
        except STORAGE_FAILED as error:
            _fail(one, error)
        except Exception as error:
            await self._keep_unhandled(one, type(error).__name__)

    async def keep_unhandled(self, message: Message, kind: str) -> None:
        """Keep a message that nobody can answer, for a person to look at. Raises when storage fails."""
        one = _Waiting(message, asyncio.get_running_loop().create_future())
        await self._keep_unhandled(one, kind)
        await one.taken

    async def _keep_unhandled(self, one: _Waiting, kind: str) -> None:
        log.error("a turn failed and its message is kept as unhandled: %s", kind)
        shell, now = self._shell, self._shell.clock()
        try:
            await shell.db.write(lambda session: inbox.store_unhandled(session, shell.vault, one.message, kind, now))
        except Exception as error:
            _fail(one, error)
        else:
            shell.events.changed(QUEUE)
            self._tell([one], Taken())

    async def _receive(self, messages: list[Message]) -> Taken:
        shell, now = self._shell, self._shell.clock()
        return await shell.db.write(lambda session: inbox.receive(session, shell.vault, shell.offered, messages, now))

    def _tell(self, group: list[_Waiting], taken: Taken) -> None:
        if taken.fresh:
            for listener in self._listeners:
                listener(taken.fresh)
        for one in group:
            if not one.taken.done():
                one.taken.set_result(taken.touched)


def _fail(one: _Waiting, error: Exception) -> None:
    if not one.taken.done():
        one.taken.set_exception(error)
