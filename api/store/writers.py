"""How use cases are committed: together on SQLite, side by side on PostgreSQL.

On both the keyring keeps what is new before the database commits, and destroys what is over after it: a crash leaves a
key without a box, never a box without a key (docs/decisions/0021).
"""

import asyncio
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol, cast

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from api.keys.keyring import Keyring
from api.store import shredding, trail
from api.store.engines import writing_engine

log = logging.getLogger("rafiqa.writers")
GROUP = 64
"""How many use cases share a commit at most."""
ATTEMPTS = 5
"""How often a use case is tried on PostgreSQL when it keeps meeting others."""
PAUSE = 0.005
"""Seconds before the second attempt; later ones wait longer."""
TIDY = 0.1
"""Seconds of rest after which destroyed keys leave the keyring's log: FORGET promises a second."""
TIDY_GROUPS = 5
"""Commits after which they leave it where there is no rest: so many share the cost."""
_MET_ANOTHER = ("40001", "40P01")  # serialization failure and deadlock: PostgreSQL's manual, appendix A


@dataclass(frozen=True, slots=True)
class Job:
    """A use case that waits, and where its result goes: a future of `loop`, or of a thread when that is None."""

    use_case: Callable[[Session], Any]
    loop: asyncio.AbstractEventLoop | None
    future: "asyncio.Future[Any] | Future[Any]"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job: its result, committed, or the error for which it changed nothing."""

    job: Job
    result: Any = None
    error: Exception | None = None


Deliver = Callable[[list[Outcome]], None]


class Writer(Protocol):
    """Takes jobs from any thread and delivers their outcomes."""

    def put(self, job: Job) -> None:
        """Take a job."""
        ...

    def close(self) -> None:
        """Finish what was taken, then end."""
        ...


class GroupWriter:
    """One thread that commits all jobs that wait together, each in a savepoint of its own (SQLite)."""

    def __init__(self, url: str, keyring: Keyring, deliver: Deliver) -> None:
        self._keyring, self._deliver = keyring, deliver
        self._engine = writing_engine(url, threads=1)
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._since_tidy = 0
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def put(self, job: Job) -> None:
        """Take a job."""
        self._jobs.put(job)

    def close(self) -> None:
        """Finish what was taken, then end."""
        self._jobs.put(None)
        self._thread.join()
        self._engine.dispose()

    def _run(self) -> None:
        with self._engine.connect() as connection:
            raw = cast(sqlite3.Connection, connection.connection.driver_connection)
            going_on = True
            while going_on:
                group, going_on = self._next_group()
                if group:
                    self._deliver(self._commit(connection, raw, group))
                self._since_tidy += 1
                if self._keyring.untidy and (not going_on or self._since_tidy >= TIDY_GROUPS):
                    self._tidy()

    def _next_group(self) -> tuple[list[Job], bool]:
        """The jobs that wait, at least one; False with them when they are the last."""
        group: list[Job] = []
        job = self._first()
        while job is not None:
            group.append(job)
            if len(group) == GROUP or self._jobs.empty():
                return group, True
            job = self._jobs.get()
        return group, False

    def _first(self) -> Job | None:
        """The job that comes next; when none comes soon, destroyed keys need not wait for it."""
        while self._keyring.untidy:
            try:
                return self._jobs.get(timeout=TIDY)
            except queue.Empty:
                self._tidy()
        return self._jobs.get()

    def _tidy(self) -> None:
        with suppress(sqlite3.Error):  # a full disk must not end this thread; what is untidy is tried again
            self._keyring.tidy()
        self._since_tidy = 0

    def _commit(self, connection: Connection, raw: sqlite3.Connection, group: list[Job]) -> list[Outcome]:
        try:
            raw.execute("BEGIN IMMEDIATE")
            outcomes = [self._run_job(connection, raw, job) for job in group]
            self._keyring.prepare()
            raw.execute("COMMIT")
        except Exception as error:  # the disk or the keyring failed, so nobody's work was stored
            self._keyring.rollback()
            if raw.in_transaction:
                raw.execute("ROLLBACK")
            return [Outcome(job, error=error) for job in group]
        _destroy(self._keyring, tidy=False)  # to tidy with each group would be two more waits for the disk
        return outcomes

    def _run_job(self, connection: Connection, raw: sqlite3.Connection, job: Job) -> Outcome:
        raw.execute("SAVEPOINT job")
        self._keyring.savepoint()
        session = Session(connection, expire_on_commit=False)
        try:
            result = job.use_case(session)
            _complete(session, self._keyring)
        except Exception as error:
            raw.execute("ROLLBACK TO job")
            self._keyring.rollback_to_savepoint()
            return Outcome(job, error=error)
        finally:
            session.close()
        raw.execute("RELEASE job")
        self._keyring.release()
        return Outcome(job, result)


class SideBySideWriter:
    """Several threads, each job a transaction of its own, tried again when it met another (PostgreSQL)."""

    def __init__(self, url: str, keyring: Keyring, deliver: Deliver, threads: int) -> None:
        self._keyring, self._deliver = keyring, deliver
        self._engine = writing_engine(url, threads)
        self._threads = ThreadPoolExecutor(threads, "writer")

    def put(self, job: Job) -> None:
        """Take a job."""
        self._threads.submit(self._run, job)

    def close(self) -> None:
        """Finish what was taken, then end."""
        self._threads.shutdown()
        self._engine.dispose()

    def _run(self, job: Job) -> None:
        try:
            outcome = Outcome(job, self._try_often(job))
        except Exception as error:
            outcome = Outcome(job, error=error)
        self._deliver([outcome])

    def _try_often(self, job: Job) -> Any:
        for attempt in range(1, ATTEMPTS):
            try:
                return self._commit(job)
            except OperationalError as error:
                if getattr(error.orig, "sqlstate", "") not in _MET_ANOTHER:
                    raise
                time.sleep(PAUSE * attempt)
        return self._commit(job)

    def _commit(self, job: Job) -> Any:
        with Session(self._engine, expire_on_commit=False) as session:
            try:
                result = job.use_case(session)
                _complete(session, self._keyring)
                self._keyring.prepare()
                session.commit()
            except BaseException:
                self._keyring.rollback()
                raise
        _destroy(self._keyring)
        return result


def _complete(session: Session, keyring: Keyring) -> None:
    """Add to what a use case did what must be committed with it."""
    trail.write(session, keyring)
    shredding.write(session, keyring)
    session.flush()


def _destroy(keyring: Keyring, *, tidy: bool = True) -> None:
    """Destroy what was let go of. What cannot be destroyed now is written down, and housekeeping tries again."""
    try:
        keyring.commit(tidy=tidy)
    except sqlite3.Error as error:
        log.error("what was let go of is not destroyed yet: %s", type(error).__name__)
