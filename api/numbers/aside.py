"""What is said of a message in the inbox besides whose it is: not this case's, nobody's, or from a portal's sender."""

from datetime import datetime

from sqlmodel import Session

from api.desk.tasks import settle
from api.errors import Refused
from api.numbers import senders
from api.numbers.apart import keep_apart, put_together
from api.numbers.proposals import Known, Proposals
from api.numbers.unmatched import KEPT, content_of, shown_to, waiting_row
from api.staff import audit
from api.staff.access import case_for, coordinators_only
from api.staff.people import Viewer
from api.tables import PortalMessage, metadata
from flows.portal_messages import CODE

_apart = metadata.tables["message_apart"]


def put_aside(session: Session, known: Known, viewer: Viewer, message_id: int, reference: str, now: datetime) -> None:
    """Say that a message is not for a case: it is proposed to that one no more, and waits for somebody else to read it.

    Refused: (404, "no_such_message"), also when it is not shown to her; (404, "no_such_case") for one that she may not
    open.
    """
    row = waiting_row(session, viewer, message_id, now)
    shown = shown_to(session, Proposals(session, known, viewer), viewer, row)
    if shown is None:
        raise Refused(404, "no_such_message")
    case = case_for(session, viewer, reference)
    if reference not in shown.candidates:
        raise Refused(404, "no_such_case")
    pair = {"message_id": message_id, "case_id": case.id}
    keep_apart(session, viewer, row, _apart, pair, reference, now, number=row.number)


def take_back(session: Session, viewer: Viewer, message_id: int, reference: str, now: datetime) -> None:
    """It may be for that case after all. Refused as `put_aside`; nothing happens when nobody said that it is not."""
    row = waiting_row(session, viewer, message_id, now)
    case = case_for(session, viewer, reference)
    pair = {"message_id": message_id, "case_id": case.id}
    put_together(session, viewer, _apart, pair, reference, now, number=row.number)


def accept_sender(session: Session, known: Known, viewer: Viewer, message_id: int, portal: str, now: datetime) -> None:
    """The sender of a message is one of a portal's from now on, and this message its. Refused as `senders.accept`."""
    coordinators_only(viewer)
    row = waiting_row(session, viewer, message_id, now)
    content = content_of(viewer, row)
    senders.accept(session, viewer, known.portals, portal, content.sender, now)
    row.portal = row.portal or portal
    session.add(row)


def nobodys(session: Session, viewer: Viewer, message_id: int, now: datetime) -> None:
    """Say that a message is for no case of ours: it is emptied in some days. Refused(404, "no_such_message")."""
    coordinators_only(viewer)
    row = waiting_row(session, viewer, message_id, now)
    row.settled_at, row.wipe_at = now, min(filter(None, (row.wipe_at, now + KEPT)))
    session.add(row)
    settle(session, "read_message", now, about=str(row.id))
    audit.record(session, viewer.person_id, "message.nobody", "", now, number=row.number)


def bring_back(session: Session, viewer: Viewer, message_id: int, now: datetime) -> None:
    """Take that back, as long as it is not emptied. Refused(404, "no_such_message")."""
    coordinators_only(viewer)
    row = session.get(PortalMessage, message_id, with_for_update=True)
    if row is None or row.settled_at is None or not row.box:
        raise Refused(404, "no_such_message")
    row.settled_at = None
    row.wipe_at = row.wipe_at if row.kind == CODE else None
    session.add(row)
    audit.record(session, viewer.person_id, "message.back", "", now, number=row.number)
