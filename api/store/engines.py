"""How the two databases are opened: SQLite for one process, PostgreSQL for several.

An error of theirs would quote what was to be stored, and errors are logged: so parameters are hidden.
"""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, NullPool, StaticPool, create_engine, event, make_url
from sqlalchemy.exc import InvalidRequestError, OperationalError

STORAGE_FAILED = (OperationalError, sqlite3.OperationalError)
"""What is raised when storage fails (a full disk, no server), by SQLAlchemy or by SQLite itself."""
BUSY_MILLISECONDS = 10_000
SYNCHRONOUS = "FULL"
"""A message is acknowledged after its commit, and with NORMAL a power cut could lose it."""
CHECKPOINT_PAGES = 4000
"""Pages in SQLite's write-ahead log (of 4 kB) before it is written back: a page that changes often goes once."""
STATEMENTS = 512
"""Prepared statements that the writer keeps: those for many rows have a text for each number of rows."""

PATIENCE = {
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}
"""When PostgreSQL cannot be heard any more: seconds, the last one milliseconds. Without them a firewall that drops
what is sent would hold a thread for ever. What stands in the address goes before."""


class GroupConnection(sqlite3.Connection):
    """The writer's connection, on which a commit or rollback of SQLAlchemy does nothing: the group decides."""

    def commit(self) -> None:
        """Left to `api.store.writers.GroupWriter`."""

    def rollback(self) -> None:
        """Left to `api.store.writers.GroupWriter`."""


def database_url(text: str) -> URL:
    """SQLAlchemy's form of a database address; `postgresql://…` is spoken to with psycopg, and with `PATIENCE`."""
    url = make_url(text)
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    return url if url.get_backend_name() == "sqlite" else url.set(query={**PATIENCE, **url.query})


def writing_engine(text: str, threads: int) -> Engine:
    """Where use cases write: on SQLite the one connection of the group, on PostgreSQL one for each thread."""
    url = database_url(text)
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_size=threads, hide_parameters=True)
    arguments = {"factory": GroupConnection, "check_same_thread": False, "cached_statements": STATEMENTS}
    engine = create_engine(url, poolclass=StaticPool, connect_args=arguments, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def reading_engine(text: str, threads: int) -> Engine:
    """Where use cases read: each on one state of the database, and the database refuses that it writes."""
    url = database_url(text)
    if url.get_backend_name() != "sqlite":
        engine = create_engine(url, pool_size=threads, isolation_level="REPEATABLE READ", hide_parameters=True)
        event.listen(engine, "connect", _read_only_postgres)
        return engine
    engine = create_engine(url, pool_size=threads, connect_args={"check_same_thread": False}, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "connect", _read_only_sqlite)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    event.listen(engine, "before_execute", _refuse_locks)
    return engine


def migrating_engine(text: str) -> Engine:
    """Where tables are changed, in a transaction on both databases; foreign keys rest while SQLite rebuilds a table."""
    engine = create_engine(database_url(text), poolclass=NullPool, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "connect", _ignore_foreign_keys)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def checking_engine(text: str) -> Engine:
    """To see whether the database can be read: each connection is a new one, and makes no file that is not there."""
    url = database_url(text)
    if url.get_backend_name() != "sqlite":
        return create_engine(url, poolclass=NullPool, hide_parameters=True)
    path = Path(url.database or "")
    return create_engine(url, poolclass=NullPool, creator=lambda: open_to_read(path), hide_parameters=True)


def open_to_read(path: Path) -> sqlite3.Connection:
    """A connection to an SQLite file that reads only. Raises sqlite3.OperationalError when there is no file."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={BUSY_MILLISECONDS}",
        "journal_mode=WAL",
        f"synchronous={SYNCHRONOUS}",
        f"wal_autocheckpoint={CHECKPOINT_PAGES}",
        "foreign_keys=ON",
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _read_only_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.execute("PRAGMA query_only=ON")


def _refuse_locks(_connection: Any, statement: Any, *_: Any) -> None:
    """SQLite has no FOR UPDATE and would say nothing; PostgreSQL refuses it where one only reads."""
    if getattr(statement, "_for_update_arg", None) is not None:
        raise InvalidRequestError("a use case that reads must not lock")


def _ignore_foreign_keys(connection: sqlite3.Connection, _record: Any) -> None:
    connection.execute("PRAGMA foreign_keys=OFF")


def _read_only_postgres(connection: Any, _record: Any) -> None:
    connection.read_only = True
