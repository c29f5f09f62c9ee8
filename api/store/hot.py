"""Statements that run for every message: compiled once for each database, then run as text for any number of rows.

SQLAlchemy looks at each parameter of each row anew at every execution, and that costs several times what the database
does with it (docs/decisions/0008). Here Core writes the SQL, once; the part that stands for a row is then repeated as
often as there are rows, so that a group of messages is one call of the driver and one step of the database.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import Any

from sqlalchemy import CursorResult, Dialect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlmodel import Session
from sqlmodel.sql.sqltypes import UTCDateTime

USUAL = 100
"""Rows up to which the text is kept: a group of messages has fewer."""
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_DIALECTS: dict[str, Callable[..., Dialect]] = {"sqlite": sqlite.dialect, "postgresql": PGDialect_psycopg}
_STYLES = {"sqlite": "qmark", "postgresql": "format"}
_MARKS = {"sqlite": "?", "postgresql": "%s"}
_ROW = re.compile(r" (?:VALUES (?P<values>\([^()]*\))|IN \((?P<one>[^()]*)\))")
"""Where a row stands: the list of an INSERT, or the one element of an IN."""


class ForRows:
    """A statement with a part for one row: `INSERT … VALUES (…)`, or a condition `… IN (one bindparam)`.

    `build` makes it with the insert of a database, whose conflict clauses are its own; `columns` are what is inserted.
    Its values are what drivers take as they are, and times.
    """

    def __init__(self, build: Callable[[Any], Any], columns: Sequence[str] | None = None) -> None:
        self._build, self._columns = build, columns
        self._compiled: dict[str, _Compiled] = {}

    def run(self, session: Session, rows: Sequence[Mapping[str, Any]], **once: Any) -> CursorResult[*tuple[Any, ...]]:
        """Run it for these rows, at least one, each with a value for every name; `once` has the values beside them."""
        connection = session.connection()
        kind = connection.dialect.name
        compiled = self._compiled.get(kind)
        if compiled is None:
            compiled = self._compiled[kind] = _compile(kind, self._build, self._columns)
        return connection.exec_driver_sql(compiled.text(len(rows)), compiled.values(rows, once))


@dataclass(frozen=True, slots=True)
class _Compiled:
    """The text before, for and after the rows, with the names of the values in each, in their order.

    `given` are the values that stand in the statement itself, `write_time` makes of a time what the driver takes.
    """

    before: tuple[str, tuple[str, ...]]
    row: tuple[str, tuple[str, ...]]
    after: tuple[str, tuple[str, ...]]
    given: Mapping[str, Any]
    write_time: Callable[[datetime], Any] | None
    texts: dict[int, str]

    def text(self, rows: int) -> str:
        """The statement for so many rows."""
        text = self.texts.get(rows)
        if text is None:
            text = self.before[0] + ", ".join([self.row[0]] * rows) + self.after[0]
            if rows <= USUAL:
                self.texts[rows] = text
        return text

    def values(self, rows: Sequence[Mapping[str, Any]], once: Mapping[str, Any]) -> tuple[Any, ...]:
        """All values, in the order of the text."""
        beside = {**self.given, **once}
        names = self.row[1]
        values: list[Any] = [beside[name] for name in self.before[1]]
        if len(names) == 1:
            values += [row[names[0]] for row in rows]
        else:
            values += chain.from_iterable(map(itemgetter(*names), rows))
        values += [beside[name] for name in self.after[1]]
        write = self.write_time
        return tuple([write(one) if type(one) is datetime else one for one in values] if write else values)


def _compile(kind: str, build: Callable[[Any], Any], columns: Sequence[str] | None) -> _Compiled:
    dialect = _DIALECTS[kind](paramstyle=_STYLES[kind])
    compiled = build(_INSERT[kind]).compile(dialect=dialect, column_keys=columns)
    text, mark = str(compiled), _MARKS[kind]
    found = _ROW.search(text)
    assert found is not None, "a statement for rows has a place for them"
    start, end = found.span(found.lastgroup or 0)
    first, last = text.count(mark, 0, start), text.count(mark, 0, end)
    names = tuple(compiled.positiontup)
    times = [bind.type for bind in compiled.binds.values() if isinstance(bind.type, UTCDateTime)]
    write_time = times[0].dialect_impl(dialect).bind_processor(dialect) if times else None
    return _Compiled(
        (text[:start], names[:first]),
        (text[start:end], names[first:last]),
        (text[end:], names[last:]),
        compiled.params,
        write_time and lru_cache(maxsize=256)(write_time),
        {},
    )
