"""A lane is one bot or number that sends; one runner at a time holds it, so that pace and order can be kept."""

from datetime import datetime, timedelta

from sqlalchemy import or_, update
from sqlmodel import Session, col

from api.tables import Lane

HOLD = timedelta(seconds=30)
"""How long a lane is held without a sign of life; after that another runner takes it over."""


def hold(session: Session, name: str, holder: str, now: datetime) -> bool:
    """Take a lane, or keep it, until `now` + HOLD. False when another runner holds it."""
    if session.get(Lane, name) is None:
        session.add(Lane(name=name, holder=holder, until=now + HOLD))
        return True
    free = or_(col(Lane.holder) == holder, col(Lane.until) < now)
    taken = update(Lane).where(col(Lane.name) == name, free).values(holder=holder, until=now + HOLD)
    return session.connection().execute(taken).rowcount == 1


def let_go(session: Session, holder: str, now: datetime) -> None:
    """Give up every lane of a runner that stops, so that the next one need not wait."""
    session.connection().execute(update(Lane).where(col(Lane.holder) == holder).values(until=now))
