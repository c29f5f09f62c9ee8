"""Appointments: what a portal message says of day and place is shown to a person, and kept once she confirms it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from api.answers import decode, encode
from api.desk.tasks import settle
from api.errors import Refused
from api.keys.vault import CaseKey, Vault
from api.numbers.leases import keep_until
from api.staff import audit
from api.staff.access import case_for, id_of, may_open
from api.staff.people import Viewer
from api.tables import AppointmentRow, CaseRow, PortalMessage

ITEM = "appointment"
"""The kind under which place and security code are sealed to a case."""
LONGEST = 200
"""Characters of a place, or of a security code."""
LATE = timedelta(days=1)
"""How long after its time an appointment may still be written down: somebody looked late."""
KEEP = timedelta(days=1)
"""How long after an appointment its case keeps the number: the portal may still write that it was missed."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """A confirmed appointment of the case `reference`.

    `at` is the moment, aware; where `timed` is False only the day is known, and `at` is its beginning in the
    deployment's zone. `place` and `security_code` are empty where the portal did not say them.
    """

    id: int
    reference: str
    portal: str
    at: datetime
    timed: bool
    place: str
    security_code: str


@dataclass(frozen=True, slots=True)
class Corrected:
    """An appointment as a person has confirmed it, field by field as in `Appointment`."""

    at: datetime
    timed: bool = True
    place: str = ""
    security_code: str = ""


def confirm_appointment(
    session: Session, vault: Vault, viewer: Viewer, message_id: int, said: Corrected, now: datetime
) -> Appointment:
    """Keep what a portal message says as an appointment of its case, in the words that a person corrected.

    Done again, it corrects. Refused: (404, "no_such_message") for a message of no case, or of one that she may not
    open; (422, "appointment_past") for a day that is over; (422, "incomplete") when a field is too long.
    """
    message = session.get(PortalMessage, message_id)
    case = session.get(CaseRow, message.case_id, with_for_update=True) if message and message.case_id else None
    if message is None or case is None or not may_open(viewer, case):
        raise Refused(404, "no_such_message")
    row = session.exec(select(AppointmentRow).where(AppointmentRow.message_id == message_id)).one_or_none()
    return _keep(session, vault, viewer, case, row, {"message_id": message_id, "portal": message.portal}, said, now)


def add_appointment(
    session: Session, vault: Vault, viewer: Viewer, reference: str, portal: str, said: Corrected, now: datetime
) -> Appointment:
    """Keep an appointment that she read elsewhere, for example on the portal's own page. Refused as above."""
    case = case_for(session, viewer, reference)
    return _keep(session, vault, viewer, case, None, {"portal": portal}, said, now)


def appointments_of(session: Session, case: CaseRow, key: CaseKey) -> list[Appointment]:
    """The appointments of a case, opened, the earliest first."""
    hers = select(AppointmentRow).where(AppointmentRow.case_id == case.id)
    return [_view(row, case, key) for row in session.exec(hers.order_by(col(AppointmentRow.at)))]


def _keep(
    session: Session,
    vault: Vault,
    viewer: Viewer,
    case: CaseRow,
    row: AppointmentRow | None,
    whence: Mapping[str, Any],
    said: Corrected,
    now: datetime,
) -> Appointment:
    _refuse_nonsense(said, now)
    content = {"place": said.place.strip(), "security_code": said.security_code.strip()}
    box = vault.seal(case.public_key, Vault.item_context(id_of(case), ITEM), encode(content))
    if row is None:
        row = AppointmentRow(
            case_id=id_of(case), box=box, at=said.at, person_id=viewer.person_id, created_at=now, **whence
        )
    row.at, row.timed, row.box, row.person_id = said.at, said.timed, box, viewer.person_id
    session.add(row)
    session.flush()
    keep_until(session, id_of(case), said.at + KEEP)
    if row.message_id is not None:
        settle(session, "read_appointment", now, case_id=id_of(case), about=str(row.message_id))
    audit.record(session, viewer.person_id, "appointment.confirm", case.reference, now)
    return Appointment(row.id or 0, case.reference, row.portal, row.at, row.timed, **content)


def _refuse_nonsense(said: Corrected, now: datetime) -> None:
    if said.at + LATE < now:
        raise Refused(422, "appointment_past")
    if max(len(said.place), len(said.security_code)) > LONGEST:
        raise Refused(422, "incomplete")


def _view(row: AppointmentRow, case: CaseRow, key: CaseKey) -> Appointment:
    content = decode(key.open(Vault.item_context(id_of(case), ITEM), row.box))
    return Appointment(row.id or 0, case.reference, row.portal, row.at, row.timed, **content)
