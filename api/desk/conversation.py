"""What a volunteer says in a case: to the worker through the bot, without seeing her number, or to the team."""

from datetime import datetime

from sqlmodel import Session, col, func, select

from api.answers import Contact, encode, unpack_contact
from api.desk.cases import put_in
from api.errors import Refused
from api.inbound.inbox import expect_reply
from api.keys.vault import Vault
from api.outbound.replies import address_index, queue_reply
from api.staff import audit
from api.staff.access import FORGOTTEN, case_for, case_to_read, id_of, open_key
from api.staff.people import Viewer
from api.tables import CaseRow, Item
from flows.model import Reply

LONGEST = 1000
"""Characters of what goes to the worker: by SMS that is some fifteen segments in her script."""
LONGEST_NOTE = 4000


def write(session: Session, vault: Vault, viewer: Viewer, reference: str, text: str, now: datetime) -> None:
    """Write to the worker of a case: kept in the case, and sent by the outbox. What she answers goes to this case.

    Refused: (422, "empty"), (422, "too_long"), (404, "no_such_case").
    """
    text = _checked(text, LONGEST)
    case = case_for(session, viewer, reference)
    contact = _contact(session, vault, viewer, case)
    item_id = put_in(session, vault, id_of(case), case.public_key, "out", encode(text), now, viewer.person_id)
    several = _cases_of(session, case.address_index) > 1
    queue_reply(
        session,
        vault,
        lane=contact.lane,
        address=contact.address,
        reply=Reply(f"{reference}: {text}" if several else text),
        now=now,
        case_id=case.id,
        item_id=item_id,
    )
    expect_reply(session, vault, address_index(vault, contact.lane, contact.address), reference, contact.language, now)
    audit.record(session, viewer.person_id, "case.write", reference, now)


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


def _contact(session: Session, vault: Vault, viewer: Viewer, case: CaseRow) -> Contact:
    sealed = select(Item.box).where(Item.case_id == case.id, Item.kind == "address").order_by(col(Item.id).desc())
    box = session.exec(sealed.limit(1)).one()
    return unpack_contact(open_key(vault, viewer, case).open(vault.item_context(id_of(case), "address"), box))


def _cases_of(session: Session, address: bytes) -> int:
    """How many cases an address has: with several, what we write says which one it is about."""
    hers = CaseRow.address_index == address, CaseRow.state != FORGOTTEN
    return session.exec(select(func.count(col(CaseRow.id))).where(*hers)).one()
