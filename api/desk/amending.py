"""One answer of a case: changed at the desk with a reason, or asked of her once more by the bot."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from api.answers import decode, encode, pack, unpack
from api.desk import happened
from api.desk.answered import fold, keep, whose
from api.desk.cases import put_in
from api.desk.conversation import chat_of, send
from api.desk.naming import record_asked
from api.desk.wishes import Ways
from api.errors import Refused
from api.inbound.inbox import expect_answer
from api.keys.vault import Vault
from api.outbound.replies import address_index
from api.staff import audit
from api.staff.access import case_for, id_of, open_key
from api.staff.people import Viewer
from api.tables import CaseRow
from flows.amending import OneField, amend, asking_for, field_of, may_be_asked, read_answer
from flows.conversation.asked import question
from flows.loader import Library
from flows.model import Answer, Reply
from flows.sheet import Typed, Wrong

LONGEST_REASON = 400


@dataclass(frozen=True, slots=True)
class Edit:
    """What was changed: the question, the answer before (None: there was none), and why."""

    name: str
    old: Answer | None
    reason: str


@dataclass(frozen=True, slots=True)
class EditPage:
    """What the page that changes an answer shows; `may_ask` says that the bot can ask instead."""

    reference: str
    language: str
    field: OneField
    may_ask: bool
    assisted: bool
    asks: Reply | None


def edit_page(
    session: Session,
    vault: Vault,
    library: Library,
    viewer: Viewer,
    reference: str,
    name: str,
    since: datetime,
    now: datetime,
) -> EditPage:
    """A question of a case, to be answered anew. Who changes a name or the like asks for it, once in a day (`since`).

    Refused(404, "no_such_case"), also without such a question.
    """
    case = case_for(session, viewer, reference)
    answers = fold(session, vault, library, open_key(vault, viewer, case), case, now)
    field = field_of(library, whose(case, answers), name, viewer.language, now)
    if field is None:
        raise Refused(404, "no_such_case")
    audit.record_visit(session, viewer.person_id, "case.see", reference, now)
    if library.services[case.service].by_name[name].question.sensitive:
        record_asked(session, viewer, reference, since, now)
    may_ask = may_be_asked(library, case.service, name) and case.manner != "assisted"
    asks = None
    if may_ask:
        asking = asking_for(library, whose(case, answers), reference, name, now)
        asks = question(library, asking, case.language, whose(case, answers).manner, now)
    return EditPage(reference, case.language, field, may_ask, case.manner == "assisted", asks)


def edit(
    session: Session,
    vault: Vault,
    library: Library,
    viewer: Viewer,
    reference: str,
    name: str,
    typed: Typed,
    reason: str,
    now: datetime,
) -> Wrong | None:
    """Change one answer; what was there before stays sealed in the case, with the reason. Gives what is wrong, if so.

    Refused: (404, "no_such_case"), also when the service does not ask that; (422, "no_reason"), (422, "too_long").
    """
    case = case_for(session, viewer, reference)
    service, reason = library.services.get(case.service), reason.strip()
    if service is None or name not in service.by_name:
        raise Refused(404, "no_such_case")
    answers = fold(session, vault, library, open_key(vault, viewer, case), case, now)
    read = read_answer(library, whose(case, answers), name, typed, viewer.language, now)
    if isinstance(read, Wrong):
        return read
    if not reason:
        raise Refused(422, "no_reason")
    if len(reason) > LONGEST_REASON:
        raise Refused(422, "too_long")
    amended = amend(library, whose(case, answers), {name: read}, now)
    keep(session, vault, case, amended, now, viewer.person_id)
    key = open_key(vault, viewer, case)
    happened.typed_in(session, vault, library, case, key, name, amended.answers, now)
    happened.catch_up(session, vault, library, case, key, amended.answers, now)
    _remember(session, vault, viewer, case, Edit(name, answers.get(name), reason), now)
    return None


def ask(
    session: Session,
    vault: Vault,
    library: Library,
    viewer: Viewer,
    reference: str,
    name: str,
    ways: Ways,
    now: datetime,
) -> datetime:
    """Have the bot ask her one question of her case; her answer comes into it. Gives from when on it goes out.

    Refused as `conversation.write` refuses, and (404, "no_such_case") for what cannot be asked.
    """
    chat = chat_of(session, vault, viewer, reference, ways, now)
    if not may_be_asked(library, chat.case.service, name):
        raise Refused(404, "no_such_case")
    hers = whose(chat.case, fold(session, vault, library, chat.key, chat.case, now))
    asking = asking_for(library, hers, reference, name, chat.send_after)
    contact = chat.contact
    send(session, vault, viewer, chat, question(library, asking, contact.language, contact.manner, now), now)
    expect_answer(session, vault, address_index(vault, contact.lane, contact.address), asking, contact.language, now)
    audit.record(session, viewer.person_id, "case.ask", reference, now, question=name)
    return chat.send_after


def unpack_edit(packed: bytes) -> Edit:
    """An item of kind `edit`."""
    parts = decode(packed)
    old = unpack(encode(parts["old"]))
    return Edit(parts["name"], old.get(parts["name"]), parts["reason"])


def _remember(session: Session, vault: Vault, viewer: Viewer, case: CaseRow, edit: Edit, now: datetime) -> None:
    old = decode(pack({edit.name: edit.old} if edit.old else {}))
    packed = encode({"name": edit.name, "old": old, "reason": edit.reason})
    put_in(session, vault, id_of(case), case.public_key, "edit", packed, now, viewer.person_id)
    audit.record(session, viewer.person_id, "case.edit", case.reference, now, question=edit.name)
