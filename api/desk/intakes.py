"""The intakes of a day: which cases were filled in at the desk, by whom, and their slips. References only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlmodel import Session, col, select

from api.desk import slips
from api.desk.slips import Slip
from api.errors import Refused
from api.keys.vault import Vault
from api.staff.access import FORGOTTEN
from api.staff.people import Viewer
from api.tables import Audit, CaseRow, Person, SlipRow


@dataclass(frozen=True, slots=True)
class IntakeEntry:
    """A case that was filled in at the desk: by whom of us (`by`), whether nobody has taken it yet (`waits`), and
    whether its slip was made (`has_slip`).
    """

    reference: str
    service: str
    language: str
    opened_at: datetime
    by: str
    waits: bool
    has_slip: bool


def intakes_since(session: Session, since: datetime) -> list[IntakeEntry]:
    """What was filled in at the desk since a time (aware), the newest first."""
    statement = (
        select(CaseRow, Person.name, SlipRow.case_id)
        .join(Audit, col(Audit.object) == col(CaseRow.reference))
        .join(Person, col(Person.id) == col(Audit.person_id))
        .join(SlipRow, col(SlipRow.case_id) == col(CaseRow.id), isouter=True)
        .where(Audit.action == "case.assist", Audit.at >= since, CaseRow.state != FORGOTTEN)
        .order_by(col(CaseRow.id).desc())
    )
    return [
        IntakeEntry(
            case.reference, case.service, case.language, case.opened_at, name, case.state == "open", slip is not None
        )
        for case, name, slip in session.exec(statement)
    ]


def day_began(now: datetime, zone: tzinfo) -> datetime:
    """When the day of `now` began where the desk is."""
    return now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


def make_slips(
    session: Session, vault: Vault, viewer: Viewer, numbers: Mapping[str, int], since: datetime, now: datetime
) -> list[Slip]:
    """Make the slips of cases that were filled in at the desk since a time, each with its number by its reference.

    Whoever is at the desk that day may: there is one printer, and a slip tells nothing but neutral words. Refused(404,
    "no_such_case") for any other case.
    """
    todays = {one.reference for one in intakes_since(session, since)}
    if not numbers.keys() <= todays:
        raise Refused(404, "no_such_case")
    cases = session.exec(select(CaseRow).where(col(CaseRow.reference).in_(numbers)).order_by(col(CaseRow.id)))
    return [slips.make_for(session, vault, viewer, case, numbers[case.reference], now) for case in cases]
