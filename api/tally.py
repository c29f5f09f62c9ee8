"""What is counted by the day and not kept: how often somebody knocked whom we cannot help."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, delete, select

from api.tables import Tally, metadata

MAIL_DROPPED = "mail_dropped"
"""An e-mail to an address of our domain that no case has."""
CALL_HIDDEN = "call_hidden"
"""A missed call whose caller showed no number."""
LIVES = timedelta(days=400)

_tally = metadata.tables["tally"]
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def count(session: Session, what: str, now: datetime) -> None:
    """Count one more of these for the day of `now` (UTC)."""
    first = _INSERT[session.get_bind().dialect.name](_tally).values(day=now.date(), what=what, times=1)
    again = {"times": _tally.c.times + 1}
    session.connection().execute(first.on_conflict_do_update(index_elements=["day", "what"], set_=again))


def counted(session: Session, now: datetime, days: int = 1) -> Mapping[str, int]:
    """How often each thing happened today, or in so many days up to today."""
    since = now.date() - timedelta(days=days - 1)
    found: dict[str, int] = {}
    for row in session.exec(select(Tally).where(Tally.day >= since)):
        found[row.what] = found.get(row.what, 0) + row.times
    return found


def end_old(session: Session, now: datetime) -> None:
    """Delete what was counted long ago."""
    session.connection().execute(delete(Tally).where(col(Tally.day) <= (now - LIVES).date()))
