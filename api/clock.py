"""Whether the clock is believed: by one that has leapt ahead everything would be over, and be destroyed for good.

A wrong time server or a dead battery does that. So the runner notes the time whenever it looks, and doubts a clock that
is more than a day ahead of what was noted. One that is behind destroys nothing and is not doubted; but when it goes on
so for a day, what was believed before was wrong, and guards nothing any more (docs/decisions/0022).
"""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from api.store.once import insert_once
from api.tables import Clock, metadata

LEAP = timedelta(days=1)
"""By how much a clock is ahead that is doubted: nobody pauses a server for so long every week."""
STANDS = timedelta(days=1)
"""How long it has to go on without another leap until it is believed again."""


def note(session: Session, now: datetime) -> datetime | None:
    """Note the time, and give since when the clock is doubted; None while it is believed."""
    row = session.exec(select(Clock).with_for_update()).one_or_none()
    if row is None:
        insert_once(session, metadata.tables["clock"], {"id": 1, "believed_at": now, "noted_at": now})
        return None
    leapt = abs(now - row.noted_at) > LEAP
    if row.doubted_at and not leapt and now >= row.doubted_at + STANDS:
        row.believed_at, row.doubted_at = now, None
    elif abs(now - row.believed_at) <= LEAP:
        row.believed_at, row.doubted_at = max(now, row.believed_at), None
    elif leapt or row.doubted_at is None:
        row.doubted_at = now
    row.noted_at = now
    session.add(row)
    return row.doubted_at if row.doubted_at and row.doubted_at > row.believed_at else None


def doubted_since(session: Session) -> datetime | None:
    """Since when the clock is doubted, by itself; None while it is believed."""
    return session.exec(select(Clock.doubted_at).where(col(Clock.doubted_at) > col(Clock.believed_at))).first()
