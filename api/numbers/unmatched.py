"""Portal messages that found no case by themselves: a coordinator reads them and says whose they are."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from api.errors import Refused
from api.keys.vault import Vault
from api.numbers.proxies import PortalText, seal_to_case, team_context, unpack_portal
from api.staff import audit
from api.staff.access import FORGOTTEN, case_for, coordinators_only, id_of
from api.staff.people import Viewer
from api.tables import CaseRow, Lease, PortalMessage


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A portal message without a case, opened, and the cases that ever had its number, the newest loan first."""

    id: int
    number: str
    received_at: datetime
    content: PortalText
    candidates: tuple[str, ...]


def unmatched(session: Session, viewer: Viewer, now: datetime) -> list[Unmatched]:
    """The messages that have no case, oldest first."""
    coordinators_only(viewer)
    waiting = select(PortalMessage).where(col(PortalMessage.case_id).is_(None), PortalMessage.box != b"")
    rows = session.exec(waiting.order_by(col(PortalMessage.id))).all()
    if rows:
        audit.record(session, viewer.person_id, "message.list", "", now, messages=len(rows))
    return [
        Unmatched(row.id or 0, row.number, row.received_at, _open(viewer, row), holders(session, row.number))
        for row in rows
    ]


def assign(session: Session, vault: Vault, viewer: Viewer, message_id: int, reference: str, now: datetime) -> None:
    """Say whose a message is: it is sealed to that case.

    Refused: (404, "no_such_message"), also when somebody was faster; (409, "never_lent") when that case never had the
    number on which it arrived.
    """
    coordinators_only(viewer)
    row = session.get(PortalMessage, message_id, with_for_update=True)
    if row is None or row.case_id is not None or not row.box:
        raise Refused(404, "no_such_message")
    case = case_for(session, viewer, reference)
    if reference not in holders(session, row.number):
        raise Refused(409, "never_lent")
    seal_to_case(session, vault, row, _open(viewer, row), id_of(case))
    audit.record(session, viewer.person_id, "message.assign", reference, now, number=row.number)


def holders(session: Session, number: str) -> tuple[str, ...]:
    """The references of the cases that ever had a number and are not forgotten, the newest loan first."""
    ever = (
        select(CaseRow.reference)
        .join(Lease, col(Lease.case_id) == CaseRow.id)
        .where(Lease.number == number, CaseRow.state != FORGOTTEN)
        .order_by(col(Lease.id).desc())
    )
    return tuple(dict.fromkeys(session.exec(ever)))


def _open(viewer: Viewer, row: PortalMessage) -> PortalText:
    return unpack_portal(viewer.team.open(team_context(row.number), row.box))
