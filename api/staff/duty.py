"""The duty roster: who is there when. Whoever is on duty hears of what waits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from api.errors import Refused
from api.staff import accounts, audit, people
from api.staff.people import COORDINATOR, Viewer
from api.tables import Duty, Person

KEPT = timedelta(days=35)
"""How long a shift that is over stays on the roster."""
LONGEST = timedelta(hours=24)


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
    there = [one for one in session.exec(rostered) if accounts.active(one, now)]
    return there or coordinators(session, now)


def coordinators(session: Session, now: datetime) -> list[Person]:
    """Everybody who coordinates."""
    all_of_them = select(Person).where(col(Person.active), Person.role == COORDINATOR)
    return [one for one in session.exec(all_of_them.order_by(col(Person.id))) if accounts.active(one, now)]


def shifts(session: Session, since: datetime, until: datetime) -> list[Shift]:
    """The shifts that touch this time, in their order."""
    touching = select(Duty, Person.name).join(Person).where(Duty.starts_at < until, Duty.ends_at > since)
    rows = session.exec(touching.where(col(Person.active)).order_by(col(Duty.starts_at), col(Duty.id)))
    return [
        Shift(row.id or 0, row.person_id, name, row.starts_at, row.ends_at, tuple(row.languages)) for row, name in rows
    ]


def add(
    session: Session,
    viewer: Viewer,
    person_id: int,
    starts_at: datetime,
    ends_at: datetime,
    languages: Sequence[str],
    now: datetime,
) -> None:
    """Put somebody on the roster; her own languages (ISO 639) when none are named. A volunteer enters herself only.

    Refused: (404, "no_such_person"), (422, "no_such_time") when it is over, or not between zero and a day.
    """
    person = people.existing(session, person_id)
    if viewer.trainee or not (viewer.coordinator or viewer.person_id == person_id):
        raise Refused(404, "no_such_person")
    if not timedelta(0) < ends_at - starts_at <= LONGEST or ends_at <= now:
        raise Refused(422, "no_such_time")
    spoken = list(languages or person.languages)
    same = select(Duty).where(Duty.person_id == person_id, Duty.starts_at == starts_at, Duty.ends_at == ends_at)
    if session.exec(same).first() is None:
        session.add(Duty(person_id=person_id, starts_at=starts_at, ends_at=ends_at, languages=spoken))
        audit.record(session, viewer.person_id, "duty.add", person.name, now, starts=starts_at.isoformat())


def add_all(
    session: Session,
    viewer: Viewer,
    person_id: int,
    times: Iterable[tuple[datetime, datetime]],
    languages: Sequence[str],
    now: datetime,
) -> None:
    """The same for several shifts, from when until when: all of them, or none. Refused as `add` refuses."""
    for starts_at, ends_at in times:
        add(session, viewer, person_id, starts_at, ends_at, languages, now)


def remove(session: Session, viewer: Viewer, shift_id: int, now: datetime) -> None:
    """Take a shift off the roster: her own, or anybody's for a coordinator. Refused(404, "no_such_shift")."""
    row = session.get(Duty, shift_id)
    if row is None or not (viewer.coordinator or row.person_id == viewer.person_id):
        raise Refused(404, "no_such_shift")
    name = people.existing(session, row.person_id).name
    session.delete(row)
    audit.record(session, viewer.person_id, "duty.remove", name, now, starts=row.starts_at.isoformat())


def end_what_is_over(session: Session, now: datetime) -> None:
    """Delete shifts that were over long ago."""
    for row in session.exec(select(Duty).where(Duty.ends_at <= now - KEPT)):
        session.delete(row)
