"""A login code that came while it was expected, but from a sender of which nobody knows that it is the portal.

It goes to no case by itself: it may be a bank's. Whoever waits for a code is shown that it came, and says whose it is.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from api.errors import Refused
from api.numbers.proposals import Known
from api.numbers.unmatched import content_of, give_to, hide_code, waiting_row
from api.numbers.windows import open_window, windows_of
from api.staff.access import claimed_case, id_of
from api.staff.people import Viewer
from api.tables import CaseRow, PortalMessage
from flows.portal_messages import CODE


@dataclass(frozen=True, slots=True)
class StrangeCode:
    """Such a code, still hidden in its text; `id` is the message's."""

    id: int
    sender: str
    text: str
    received_at: datetime


def strange_code(session: Session, viewer: Viewer, reference: str, portal: str, now: datetime) -> StrangeCode | None:
    """The newest that came in the open window of a case and that nobody has said anything about.

    Nothing for who only reads along, and where nobody works on the case.
    """
    case = session.exec(select(CaseRow).where(CaseRow.reference == reference)).one()
    window = open_window(session, id_of(case), portal) if case.state == "claimed" and not viewer.trainee else None
    if window is None:
        return None
    waits = (
        PortalMessage.number == window.number,
        PortalMessage.portal == window.portal,
        PortalMessage.kind == CODE,
        col(PortalMessage.case_id).is_(None),
        col(PortalMessage.settled_at).is_(None),
        col(PortalMessage.received_at) >= window.opened_at,
        col(PortalMessage.wipe_at) > now,
        col(PortalMessage.box) != b"",
    )
    row = session.exec(select(PortalMessage).where(*waits).order_by(col(PortalMessage.id).desc())).first()
    if row is None:
        return None
    content = hide_code(content_of(viewer, row))
    return StrangeCode(row.id or 0, content.sender, content.text, row.received_at)


def take(session: Session, known: Known, viewer: Viewer, reference: str, message_id: int, now: datetime) -> None:
    """She who waits for a code says that this one is hers: it goes to her case.

    Refused(404, "no_such_message") when it did not come in the open window of this case.
    """
    case = claimed_case(session, viewer, reference)
    row = waiting_row(session, viewer, message_id, now)
    expected = [
        one
        for one in windows_of(session, id_of(case))
        if (one.number, one.portal) == (row.number, row.portal) and one.opened_at <= row.received_at
    ]
    if row.kind != CODE or not expected:
        raise Refused(404, "no_such_message")
    give_to(session, known, viewer, row, case, now)
