"""What is said of an e-mail in the inbox besides whose it is: that it is not this case's."""

from datetime import datetime

from sqlmodel import Session

from api.errors import Refused
from api.mail.sorting import shown_to, waiting_row
from api.numbers.apart import keep_apart, put_together
from api.numbers.proposals import Known, Proposals
from api.staff.access import case_for
from api.staff.people import Viewer
from api.tables import metadata

_apart = metadata.tables["mail_apart"]


def put_aside(session: Session, known: Known, viewer: Viewer, mail_id: int, reference: str, now: datetime) -> None:
    """Say that an e-mail is not for a case: it is proposed to that one no more, and waits for somebody else to read it.

    Refused: (404, "no_such_message"), also when it is not shown to her; (404, "no_such_case") for one that she may not
    open, or that nothing proposed.
    """
    row = waiting_row(session, mail_id, now)
    shown = shown_to(session, Proposals(session, known, viewer), viewer, row)
    if shown is None:
        raise Refused(404, "no_such_message")
    case = case_for(session, viewer, reference)
    proposed = (shown.proposed,) if shown.proposed else ()
    if reference not in {*shown.apart, *(one.key for one in (*proposed, *shown.likely))}:
        raise Refused(404, "no_such_case")
    pair = {"mail_id": mail_id, "case_id": case.id}
    keep_apart(session, viewer, row, _apart, pair, reference, now, mail=mail_id)


def take_back(session: Session, viewer: Viewer, mail_id: int, reference: str, now: datetime) -> None:
    """It may be for that case after all. Refused as `put_aside`; nothing happens when nobody said that it is not."""
    waiting_row(session, mail_id, now)
    case = case_for(session, viewer, reference)
    pair = {"mail_id": mail_id, "case_id": case.id}
    put_together(session, viewer, _apart, pair, reference, now, mail=mail_id)
