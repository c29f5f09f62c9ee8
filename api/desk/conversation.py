"""What a volunteer says in a case: to the worker through the bot, without seeing her number, or to the team."""

from datetime import datetime

from sqlmodel import Session, col, select

from api.answers import encode
from api.desk.cases import put_in
from api.desk.contacts import cases_of, contact_of, wishes_in
from api.desk.wishes import ANSWERED_WITHIN, Ways, next_safe
from api.errors import Refused
from api.inbound.inbox import expect_reply
from api.keys.vault import Vault
from api.outbound.replies import address_index, queue_reply
from api.staff import audit
from api.staff.access import case_for, case_to_read, id_of, open_key
from api.staff.people import Viewer
from api.tables import CaseRow, Item
from flows.model import Reply

LONGEST = 1000
"""Characters of what goes to the worker: by SMS that is some fifteen segments in her script."""
LONGEST_NOTE = 4000


def write(
    session: Session, vault: Vault, viewer: Viewer, reference: str, text: str, ways: Ways, now: datetime
) -> datetime:
    """Write to the worker of a case: kept in the case, and sent by the outbox. What she answers goes to this case.

    An answer to what she just wrote goes out at once, anything else in her safe hours. Gives from when on. Refused:
    (422, "empty"), (422, "too_long"), (404, "no_such_case"), (409, "never_write") when she said so, and
    (409, "she_said_stop"), (409, "no_chat") when she came to the desk.
    """
    text = _checked(text, LONGEST)
    case = case_for(session, viewer, reference)
    key = open_key(vault, viewer, case)
    contact = contact_of(session, key, case)
    if contact.manner == "assisted":
        raise Refused(409, "no_chat")
    send_after = now
    if not _just_wrote(session, case, now):
        wishes = wishes_in(session, key, case)
        if wishes.may == "never":
            raise Refused(409, "never_write")
        send_after = next_safe(wishes, ways, contact.address, now)
    item_id = put_in(session, vault, id_of(case), case.public_key, "out", encode(text), now, viewer.person_id)
    several = cases_of(session, case.address_index) > 1
    queue_reply(
        session,
        vault,
        lane=contact.lane,
        address=contact.address,
        reply=Reply(f"{reference}: {text}" if several else text),
        now=now,
        case_id=case.id,
        item_id=item_id,
        send_after=send_after,
    )
    expect_reply(session, vault, address_index(vault, contact.lane, contact.address), reference, contact.language, now)
    audit.record(session, viewer.person_id, "case.write", reference, now)
    return send_after


def note(session: Session, vault: Vault, viewer: Viewer, reference: str, text: str, now: datetime) -> None:
    """Keep a note for the team in a case. Refused as `write` refuses."""
    text = _checked(text, LONGEST_NOTE)
    case = case_to_read(session, viewer, reference)
    put_in(session, vault, id_of(case), case.public_key, "note", encode(text), now, viewer.person_id)
    audit.record(session, viewer.person_id, "case.note", reference, now)


def _checked(text: str, longest: int) -> str:
    text = text.strip()
    if not text:
        raise Refused(422, "empty")
    if len(text) > longest:
        raise Refused(422, "too_long")
    return text


def _just_wrote(session: Session, case: CaseRow, now: datetime) -> bool:
    """Whether the worker is at her phone: she wrote into this case, or sent it, a few minutes ago."""
    latest = select(Item.created_at).where(Item.case_id == case.id, Item.kind == "in").order_by(col(Item.id).desc())
    last = session.exec(latest.limit(1)).first() or case.opened_at
    return now - last <= ANSWERED_WITHIN
