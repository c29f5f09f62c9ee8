"""What a coordinator sets for the desk: how much one person takes on, and when a case left alone comes back."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from api.errors import Refused
from api.staff import audit
from api.staff.access import coordinators_only
from api.staff.people import Viewer
from api.tables import Audit, CaseRow, DeskRule, Person

EVERYBODY = 0
"""Stands for a person's id where a rule is everybody's."""
HIGHEST = 1000
OPENED = "case.see"
"""What the trail says of somebody who opened a case."""
AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Rules:
    """The numbers of the desk; 0 means no limit.

    `open_cases` is how many cases one volunteer has at a time, `opens_an_hour` how many she may open within an hour
    (a stolen session reads no more), `claim_hours` after how many hours without doing anything in it a case goes back
    to the queue, `warn_hours` how long before that she is told. A case that nobody took is late after `late_hours`, an
    urgent one after `urgent_hours`. `training` 1: who has not passed a service's quiz takes none of its cases.
    """

    open_cases: int = 12
    opens_an_hour: int = 40
    claim_hours: int = 48
    warn_hours: int = 6
    late_hours: int = 24
    urgent_hours: int = 1
    training: int = 1


NAMES = tuple(field.name for field in fields(Rules))
PERSONAL = ("open_cases", "opens_an_hour")
"""The rules that can be another number for one person."""


def rules(session: Session, person_id: int = EVERYBODY) -> Rules:
    """The rules that hold for a person: her own, else everybody's, else the ones that are written here."""
    rows = select(DeskRule).where(col(DeskRule.person_id).in_((EVERYBODY, person_id)))
    found = sorted(session.exec(rows), key=lambda row: row.person_id)
    return Rules(**{row.name: row.value for row in found if row.name in NAMES})


def exceptions(session: Session) -> Mapping[int, Mapping[str, int]]:
    """The rules that are another number for one person: by her id, then by name."""
    found: dict[int, dict[str, int]] = {}
    for row in session.exec(select(DeskRule).where(DeskRule.person_id != EVERYBODY)):
        found.setdefault(row.person_id, {})[row.name] = row.value
    return found


def set_rule(
    session: Session, viewer: Viewer, name: str, value: int, now: datetime, person_id: int = EVERYBODY
) -> None:
    """Set one rule, for everybody or one person. Refused(422, "bad_rule") when there is no such rule or number."""
    coordinators_only(viewer)
    known = NAMES if person_id == EVERYBODY else PERSONAL
    if name not in known or not 0 <= value <= HIGHEST:
        raise Refused(422, "bad_rule")
    session.merge(DeskRule(person_id=person_id, name=name, value=value))
    audit.record(session, viewer.person_id, "rule.set", name, now, value=value, person=person_id)


def check_hands(session: Session, viewer: Viewer) -> None:
    """Whether she may take one case more; coordinators always may. Refused(409, "hands_full") names what she `has`."""
    most = rules(session, viewer.person_id).open_cases
    if viewer.coordinator or not most:
        return
    session.exec(select(Person.id).where(Person.id == viewer.person_id).with_for_update()).one()  # one claim at a time
    if (has := _open_cases(session, viewer.person_id)) >= most:
        raise Refused(409, "hands_full", has=has)


def check_opens(session: Session, viewer: Viewer, reference: str, now: datetime) -> None:
    """Whether she may open this case: one that she opened within the hour counts once. Refused(429, "opened_many")."""
    most = rules(session, viewer.person_id).opens_an_hour
    if viewer.coordinator or not most:
        return
    lately = Audit.person_id == viewer.person_id, Audit.action == OPENED, Audit.at > now - AN_HOUR
    opened = set(session.exec(select(Audit.object).where(*lately).distinct()))
    if len(opened - {reference}) >= most:
        raise Refused(429, "opened_many")


def _open_cases(session: Session, person_id: int) -> int:
    hers = CaseRow.claimed_by == person_id, CaseRow.state == "claimed"
    return session.exec(select(func.count()).select_from(CaseRow).where(*hers)).one()
