"""How two who want the same thing at once are told apart: by a unique index, or by taking turns."""

from functools import cache
from hashlib import blake2b
from typing import Any

from sqlalchemy import Table, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def insert_once(session: Session, table: Table, values: dict[str, Any]) -> Any:
    """Insert a row and give its primary key; None when one that may stand only once is there already.

    On PostgreSQL it waits for a transaction that is inserting the same, and then sees what that one did.
    """
    connection = session.connection()
    return connection.execute(_statement(connection.dialect.name, table), values).scalar_one_or_none()


def one_at_a_time(session: Session, *what: str) -> None:
    """Wait until no other transaction is at this, and keep others waiting until this one ends.

    SQLite writes one after the other anyway. Take the lock of a case first, then this one.
    """
    if session.get_bind().dialect.name == "postgresql":
        key = int.from_bytes(blake2b("\0".join(what).encode(), digest_size=8).digest(), signed=True)
        session.connection().execute(select(func.pg_advisory_xact_lock(key)))


@cache
def _statement(kind: str, table: Table) -> Any:
    return _INSERT[kind](table).on_conflict_do_nothing().returning(next(iter(table.primary_key)))
