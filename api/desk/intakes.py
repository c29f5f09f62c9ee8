"""The intakes of a day: which cases were filled in at the desk, and by whom. References only."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlmodel import Session, col, select

from api.staff.access import FORGOTTEN
from api.tables import Audit, CaseRow, Person


@dataclass(frozen=True, slots=True)
class IntakeEntry:
    """A case that was filled in at the desk: by whom of us (`by`), and whether nobody has taken it yet (`waits`)."""

    reference: str
    service: str
    language: str
    opened_at: datetime
    by: str
    waits: bool


def intakes_since(session: Session, since: datetime) -> list[IntakeEntry]:
    """What was filled in at the desk since a time (aware), the newest first."""
    statement = (
        select(CaseRow, Person.name)
        .join(Audit, col(Audit.object) == col(CaseRow.reference))
        .join(Person, col(Person.id) == col(Audit.person_id))
        .where(Audit.action == "case.assist", Audit.at >= since, CaseRow.state != FORGOTTEN)
        .order_by(col(CaseRow.id).desc())
    )
    return [
        IntakeEntry(case.reference, case.service, case.language, case.opened_at, name, case.state == "open")
        for case, name in session.exec(statement)
    ]


def day_began(now: datetime, zone: tzinfo) -> datetime:
    """When the day of `now` began where the desk is."""
    return now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
