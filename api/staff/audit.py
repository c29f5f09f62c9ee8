"""The trail: who did what to which case, number or batch, and when. It never says what was in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from api.store import trail
from api.tables import Audit, Person

VISIT = timedelta(minutes=10)
"""For how long looking at one thing counts as one visit."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the trail. `person` is empty for what the runner or a worker did."""

    id: int
    at: datetime
    person: str
    action: str
    object: str
    detail: Mapping[str, Any]


def record(session: Session, person_id: int | None, action: str, object: str, now: datetime, **detail: Any) -> None:
    """Add a line: `action` is like `case.claim`, `object` a reference, a number of ours or the number of a batch.

    `detail` holds counts, codes and names of ours; never a worker's name, number or words.
    """
    trail.add(session, Audit(at=now, person_id=person_id, action=action, object=object, detail=detail))


def record_visit(session: Session, person_id: int, action: str, object: str, now: datetime) -> None:
    """The same for looking at something: a page that loads itself again within ten minutes adds no line."""
    recently = select(Audit.id).where(
        Audit.at > now - VISIT, Audit.person_id == person_id, Audit.action == action, Audit.object == object
    )
    if session.exec(recently.limit(1)).one_or_none() is None:
        record(session, person_id, action, object, now)


def record_once(session: Session, person_id: int, action: str, object: str, since: datetime, now: datetime) -> None:
    """The same for what counts once since a time, such as the beginning of a day."""
    before = Audit.person_id == person_id, Audit.action == action, Audit.object == object, Audit.at >= since
    if session.exec(select(Audit.id).where(*before).limit(1)).first() is None:
        record(session, person_id, action, object, now)


def recent(
    session: Session,
    *,
    limit: int = 100,
    before: int | None = None,
    object: str = "",
    action: str = "",
    person_id: int | None = None,
) -> list[AuditEntry]:
    """The newest lines first; older ones than the line `before`, and about one `object`, when these are given.

    `action` and `person_id` leave only one kind of act, or what one of us did.
    """
    statement = select(Audit, Person.name).join(Person, isouter=True).order_by(col(Audit.id).desc()).limit(limit)
    if before is not None:
        statement = statement.where(col(Audit.id) < before)
    if object:
        statement = statement.where(Audit.object == object)
    if action:
        statement = statement.where(Audit.action == action)
    if person_id is not None:
        statement = statement.where(Audit.person_id == person_id)
    return [_entry(line, name) for line, name in session.exec(statement)]


def _entry(line: Audit, name: str | None) -> AuditEntry:
    return AuditEntry(line.id or 0, line.at, name or "", line.action, line.object, line.detail)
