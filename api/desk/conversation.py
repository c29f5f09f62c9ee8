"""What a volunteer says in a case: to the worker through the bot, without seeing her number, or to the team."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from api.answers import Contact, encode
from api.desk.cases import put_in
from api.desk.contacts import cases_of, contact_of, wishes_in
from api.desk.wishes import ANSWERED_WITHIN, Ways, next_safe
from api.errors import Refused
from api.inbound.inbox import expect_reply
from api.keys.vault import CaseKey, Vault
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
    chat = chat_of(session, vault, viewer, reference, ways, now)
    send(session, vault, viewer, chat, Reply(text), now)
    contact = chat.contact
    expect_reply(session, vault, address_index(vault, contact.lane, contact.address), reference, contact.language, now)
    audit.record(session, viewer.person_id, "case.write", reference, now)
    return chat.send_after


@dataclass(frozen=True, slots=True)
class Chat:
    """A case whose worker may be written to through the bot from `send_after` on."""

    case: CaseRow
    key: CaseKey
    contact: Contact
    send_after: datetime


def chat_of(session: Session, vault: Vault, viewer: Viewer, reference: str, ways: Ways, now: datetime) -> Chat:
    """Where the worker of a case is written to, and from when on. Refused as `write` refuses."""
    case = case_for(session, viewer, reference)
    key = open_key(vault, viewer, case)
    contact = contact_of(session, key, case)
    if contact.manner == "assisted":
        raise Refused(409, "no_chat")
    if _just_wrote(session, case, now):
        return Chat(case, key, contact, now)
    wishes = wishes_in(session, key, case)
    if wishes.may == "never":
        raise Refused(409, "never_write")
    return Chat(case, key, contact, next_safe(wishes, ways, contact.address, now))


def send(session: Session, vault: Vault, viewer: Viewer, chat: Chat, reply: Reply, now: datetime) -> None:
    """Keep in the case what goes to its worker, and queue it; with several cases it says which one it is about."""
    case, contact = chat.case, chat.contact
    item_id = put_in(session, vault, id_of(case), case.public_key, "out", encode(reply.plain), now, viewer.person_id)
    several = cases_of(session, case.address_index) > 1
    queue_reply(
        session,
        vault,
        lane=contact.lane,
        address=contact.address,
        reply=reply._replace(text=f"{case.reference}: {reply.text}") if several else reply,
        now=now,
        case_id=case.id,
        item_id=item_id,
        send_after=chat.send_after,
    )


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
