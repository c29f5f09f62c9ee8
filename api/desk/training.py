"""Training: who passed the quiz of which service, and who has to before she takes its cases."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, col, select

from api.desk.rules import rules
from api.errors import Refused
from api.staff import audit
from api.staff.people import COORDINATOR, Viewer
from api.tables import CaseRow, Passed, Person
from flows.loader import Library
from flows.service import Quiz
from flows.training import version, wrong

Versions = Mapping[str, str]
"""Which quiz each service has now (`flows.training.versions`); a service without one is not in it."""


def passed(session: Session, person_id: int, versions: Versions) -> dict[str, datetime]:
    """The services whose quiz of today a person passed, and when."""
    rows = session.exec(select(Passed).where(Passed.person_id == person_id))
    return {row.service: row.at for row in rows if versions.get(row.service) == row.version}


def answer_quiz(
    session: Session, library: Library, viewer: Viewer, service: str, answers: Mapping[str, str], now: datetime
) -> tuple[Quiz, ...]:
    """Take what she chose (a value by question); gives what was wrong, and when nothing was, she has passed.

    Refused(404, "not_found") when there is no such service, or it has no quiz.
    """
    known = library.services.get(service)
    if known is None or not known.file.training.quiz:
        raise Refused(404, "not_found")
    missed = wrong(known.file.training, answers)
    if not missed:
        row = Passed(person_id=viewer.person_id, service=service, version=version(known.file.training), at=now)
        session.merge(row)
        audit.record(session, viewer.person_id, "training.pass", service, now)
    return missed


def may_be_given(session: Session, person: Person, service: str, versions: Versions) -> bool:
    """Whether somebody may be given a case of this service: she passed its quiz, or coordinates, or none is needed."""
    if person.role == COORDINATOR or service not in versions or not rules(session).training:
        return True
    return service in passed(session, person.id or 0, versions)


def untrained(session: Session, viewer: Viewer, versions: Versions) -> list[str]:
    """The services of which she may take no case before she passes their quiz; a coordinator may take all."""
    if viewer.coordinator or not versions or not rules(session).training:
        return []
    has = passed(session, viewer.person_id, versions)
    return [one for one in versions if one not in has]


def check_trained(session: Session, viewer: Viewer, reference: str, versions: Versions) -> None:
    """Whether she may take this case. Refused(409, "not_trained") names the `service` whose quiz she has to pass."""
    lacking = untrained(session, viewer, versions)
    if not lacking:
        return
    service = session.exec(select(CaseRow.service).where(CaseRow.reference == reference)).one_or_none()
    if service in lacking:
        raise Refused(409, "not_trained", service=service)


def refuse_if_untrained(session: Session, lacking: list[str]) -> None:
    """Say so when all that waits is of services that she has not learnt yet. Refused(409, "not_trained")."""
    waits = select(CaseRow.service).where(CaseRow.state == "open", col(CaseRow.service).in_(lacking)).limit(1)
    if lacking and (service := session.exec(waits).first()):
        raise Refused(409, "not_trained", service=service)
