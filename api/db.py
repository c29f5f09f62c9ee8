"""The database: use cases are plain functions of a session, run and committed here, on threads of their own."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TypeVar

from sqlmodel import Session

from api.engines import reading_engine
from api.keyring import Keyring
from api.writers import GroupWriter, Job, Outcome, SideBySideWriter, Writer

T = TypeVar("T")


class Database:
    """A migrated database and its keyring. `url` is SQLAlchemy's, of SQLite or PostgreSQL."""

    def __init__(self, url: str, keyring: Keyring, *, threads: int = 4) -> None:
        self._readers = reading_engine(url, threads)
        self._reading = ThreadPoolExecutor(threads, "reader")
        self._after: list[tuple[asyncio.AbstractEventLoop, Callable[[], None]]] = []
        self._writer: Writer = (
            GroupWriter(url, keyring, self._deliver)
            if self._readers.dialect.name == "sqlite"
            else SideBySideWriter(url, keyring, self._deliver, threads)
        )

    @property
    def kind(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._readers.dialect.name

    async def write(self, use_case: Callable[[Session], T]) -> T:
        """Run a use case, commit, and return what it returned; or raise what it raised, having changed nothing."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._writer.put(Job(use_case, loop, future))
        return await future

    async def read(self, use_case: Callable[[Session], T]) -> T:
        """Run a use case that changes nothing, on one state of the database, and return what it returned."""
        return await asyncio.get_running_loop().run_in_executor(self._reading, self.read_now, use_case)

    def write_now(self, use_case: Callable[[Session], T]) -> T:
        """The same as `write` where there is no event loop: the command line and tests."""
        future: Future[T] = Future()
        self._writer.put(Job(use_case, None, future))
        return future.result()

    def read_now(self, use_case: Callable[[Session], T]) -> T:
        """The same as `read`, in this thread."""
        with Session(self._readers, expire_on_commit=False) as session:
            return use_case(session)

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call this, in the event loop that runs now, after each commit of this process (the outbox wakes by it)."""
        self._after.append((asyncio.get_running_loop(), callback))

    def close(self) -> None:
        """Finish what waits, then let go of threads and connections."""
        self._writer.close()
        self._reading.shutdown()
        self._readers.dispose()

    def _deliver(self, outcomes: list[Outcome]) -> None:
        """Hand the outcomes to those who wait: one call into each event loop, however many wait there."""
        waiting: dict[asyncio.AbstractEventLoop | None, list[Outcome]] = {}
        for outcome in outcomes:
            waiting.setdefault(outcome.job.loop, []).append(outcome)
        _answer(waiting.pop(None, []))
        for loop, answered in waiting.items():
            if loop is not None:
                _call(loop, partial(_answer, answered))
        if any(outcome.error is None for outcome in outcomes):
            for loop, callback in self._after:
                _call(loop, callback)


def _answer(outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        future = outcome.job.future
        if future.done():  # who waited was cancelled
            continue
        if outcome.error is None:
            future.set_result(outcome.result)
        else:
            future.set_exception(outcome.error)


def _call(loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> None:
    with suppress(RuntimeError):  # the loop was closed: nobody waits there any more
        loop.call_soon_threadsafe(callback)
