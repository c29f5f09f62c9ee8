"""Inserting a row unless a unique index forbids it: how two who want the same thing at once are told apart."""

from functools import cache
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def insert_once(session: Session, table: Table, values: dict[str, Any]) -> Any:
    """Insert a row and give its primary key; None when one that may stand only once is there already.

    On PostgreSQL it waits for a transaction that is inserting the same, and then sees what that one did.
    """
    connection = session.connection()
    return connection.execute(_statement(connection.dialect.name, table), values).scalar_one_or_none()


@cache
def _statement(kind: str, table: Table) -> Any:
    return _INSERT[kind](table).on_conflict_do_nothing().returning(next(iter(table.primary_key)))
