"""The duty roster: who is there when. Whoever is on duty hears of what waits."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from api.staff.people import COORDINATOR
from api.tables import Duty, Person


@dataclass(frozen=True, slots=True)
class Shift:
    """One entry of the roster: who is there (UTC), and for which languages (ISO 639)."""

    id: int
    person_id: int
    name: str
    starts_at: datetime
    ends_at: datetime
    languages: tuple[str, ...]


def on_duty(session: Session, now: datetime) -> list[Person]:
    """Those whose shift covers this moment; all coordinators when it is nobody's."""
    covers = select(Duty.person_id).where(Duty.starts_at <= now, Duty.ends_at > now)
    rostered = select(Person).where(col(Person.active), col(Person.id).in_(covers)).order_by(col(Person.id))
    return list(session.exec(rostered)) or coordinators(session)


def coordinators(session: Session) -> list[Person]:
    """Everybody who coordinates."""
    all_of_them = select(Person).where(col(Person.active), Person.role == COORDINATOR)
    return list(session.exec(all_of_them.order_by(col(Person.id))))


def shifts(session: Session, since: datetime, until: datetime) -> list[Shift]:
    """The shifts that touch this time, in their order."""
    touching = select(Duty, Person.name).join(Person).where(Duty.starts_at < until, Duty.ends_at > since)
    rows = session.exec(touching.where(col(Person.active)).order_by(col(Duty.starts_at), col(Duty.id)))
    return [
        Shift(row.id or 0, row.person_id, name, row.starts_at, row.ends_at, tuple(row.languages)) for row, name in rows
    ]


KEPT = timedelta(days=35)
"""How long a shift that is over stays on the roster."""


def end_what_is_over(session: Session, now: datetime) -> None:
    """Delete shifts that were over long ago."""
    for row in session.exec(select(Duty).where(Duty.ends_at <= now - KEPT)):
        session.delete(row)
