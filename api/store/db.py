"""The database: use cases are plain functions of a session, run and committed here, on threads of their own."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TypeVar

from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, select

from api.keys.keyring import Keyring
from api.store.engines import STORAGE_FAILED, checking_engine, reading_engine
from api.store.writers import GroupWriter, Job, Outcome, SideBySideWriter, Writer
from api.tables import Team

T = TypeVar("T")


class Database:
    """A migrated database and its keyring. `url` is SQLAlchemy's, of SQLite or PostgreSQL."""

    def __init__(self, url: str, keyring: Keyring, *, threads: int = 4) -> None:
        self._readers = reading_engine(url, threads)
        self._reading = ThreadPoolExecutor(threads, "reader")
        self._checking = checking_engine(url)
        self._failed = False  # a use case could not be stored, and no check has been well since
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

    async def check(self) -> bool:
        """Whether the database can be read; and written, if that failed before."""
        readable = await asyncio.get_running_loop().run_in_executor(self._reading, self._can_be_read)
        return readable and (not self._failed or await self._can_be_written())

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call this, in the event loop that runs now, after each commit of this process (the outbox wakes by it)."""
        self._after.append((asyncio.get_running_loop(), callback))

    def close(self) -> None:
        """Finish what waits, then let go of threads and connections."""
        self._writer.close()
        self._reading.shutdown()
        self._readers.dispose()

    def _can_be_read(self) -> bool:
        try:
            with Session(self._checking) as session:
                session.exec(select(Team.id)).first()
        except SQLAlchemyError:
            return False
        return True

    async def _can_be_written(self) -> bool:
        try:
            await self.write(lambda session: session.connection().execute(update(Team).values(id=Team.id)))
        except STORAGE_FAILED:
            return False
        self._failed = False
        return True

    def _deliver(self, outcomes: list[Outcome]) -> None:
        """Hand the outcomes to those who wait: one call into each event loop, however many wait there."""
        self._failed = self._failed or any(isinstance(outcome.error, STORAGE_FAILED) for outcome in outcomes)
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
