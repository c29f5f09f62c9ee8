"""What arrives on proxy numbers: a login code goes to the case that expects it, all else waits sealed for a person.

Nothing here is ever answered, and nothing but a login code in its window finds its case by itself. A code is shown to
whoever claimed the case, until she has used it or its lifetime ends; anybody else who may open the case asks for it
first (docs/decisions/0009-when-a-code-is-read.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from api.answers import decode, encode
from api.desk.cases import mark_unread
from api.desk.tasks import open_task
from api.errors import Refused
from api.keys.vault import CaseKey, Vault
from api.media.opening import FileView
from api.numbers import files, health, selftest
from api.numbers.leases import expire_leases
from api.numbers.quiet import expire_windows
from api.numbers.recognition import recognise
from api.staff import audit
from api.staff.access import id_of, may_open
from api.staff.people import Viewer
from api.store.once import insert_once
from api.tables import AppointmentRow, Audit, CaseRow, PortalMessage, metadata
from flows.model import Media
from flows.portal import Portals
from flows.portal_messages import CODE

ITEM = "portal"
"""The kind under which a portal message is sealed to its case."""
UNREAD = timedelta(hours=1)
"""How long a message without a case may wait for somebody to read it before those on duty are alerted."""
_message, _seen = metadata.tables["portal_message"], metadata.tables["seen"]


@dataclass(frozen=True, slots=True)
class Sms:
    """What arrived on a proxy number (E.164); `provider_id` is the same when the provider delivers it again."""

    number: str
    sender: str
    text: str
    provider_id: str
    files: tuple[Media, ...] = ()


@dataclass(frozen=True, slots=True)
class PortalText:
    """A portal message, opened. `code` is the login code in it, if it is one."""

    sender: str
    text: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class PortalMessageView:
    """A portal message of a case, opened; without text when it was a login code and is wiped, or `hidden`.

    `hidden` is a login code that lives and that this viewer has not asked for. `confirmed` says that somebody made an
    appointment of it, `answer_by` until when the portal wants an answer, `answered_at` when it got one. `files` came
    with it.
    """

    id: int
    number: str
    sender: str
    text: str
    code: str
    received_at: datetime
    wipe_at: datetime | None
    kind: str
    portal: str
    hidden: bool = False
    confirmed: bool = False
    answer_by: datetime | None = None
    answered_at: datetime | None = None
    files: tuple[FileView, ...] = ()


def receive(session: Session, vault: Vault, portals: Portals, sms: Sms, now: datetime) -> tuple[str, ...]:
    """Take in what a portal sent, and give the reference of the case that it went to, if any; a repeat is nothing.

    A login code goes to the open window on that number; the same code again goes where it went first; everything
    else is sealed to the team until a person says whose it is.
    """
    seen = {"key": vault.index("portal", sms.number, sms.provider_id), "at": now}
    if insert_once(session, _seen, seen) is None:
        return ()
    health.heard(session, sms.number, now)
    if selftest.arrived(session, vault, sms.number, sms.text, now):
        return ()
    expire_windows(session, now)
    found = recognise(session, vault, portals, sms.number, sms.sender, sms.text)
    row = PortalMessage(
        number=sms.number,
        kind=found.kind,
        portal=found.portal,
        box=b"",
        code_index=found.index,
        received_at=now,
        wipe_at=found.wipe_at(portals, now),
        answer_by=found.answer_by(portals, now),
    )
    content = PortalText(sms.sender, sms.text, found.code)
    reference = seal_to_case(session, vault, row, content, found.case_id)
    if reference is None:
        row.box = vault.seal_to_team(team_context(sms.number), encode(content))
    session.add(row)
    session.flush()
    files.expect(session, vault, row, sms.files, now)
    if reference is None and row.kind != CODE:
        open_task(session, "read_message", now, due_at=now + UNREAD, about=str(row.id))
    return (reference,) if reference else ()


def messages_of(
    session: Session, viewer: Viewer, case: CaseRow, key: CaseKey, now: datetime
) -> list[PortalMessageView]:
    """The portal messages of a case, oldest first. Each person to whom a login code is shown is written down."""
    hers = select(PortalMessage).where(PortalMessage.case_id == case.id).order_by(col(PortalMessage.id))
    rows = session.exec(hers).all()
    kept = select(AppointmentRow.message_id).where(AppointmentRow.case_id == case.id)
    confirmed = set(session.exec(kept))
    found = files.of_messages(session, rows)
    views = (_view(session, viewer, case, key, row, found.get(row.id, ()), now) for row in rows)
    return [replace(view, confirmed=view.id in confirmed) for view in views]


def show_code(session: Session, viewer: Viewer, message_id: int, now: datetime) -> None:
    """Show a login code to somebody who may open the case and did not claim it; from now on her pages have it.

    Refused: (404, "no_such_message"), also for another's; (410, "code_gone") when it was wiped.
    """
    row, case = _code_of(session, viewer, message_id)
    if not _lives(row, now):
        raise Refused(410, "code_gone")
    _was_shown(session, viewer, case, row, now)


def wipe_code(session: Session, viewer: Viewer, message_id: int, now: datetime) -> None:
    """She has used a login code: empty it before its time, and older ones, which would else look like a new one.

    Refused(404, "no_such_message"), also for another's.
    """
    _, case = _code_of(session, viewer, message_id)
    wipe_codes(session, id_of(case), _message.c.id <= message_id)
    audit.record(session, viewer.person_id, "code.wipe", case.reference, now)


def wipe_codes(session: Session, case_id: int, *which: Any) -> None:
    """Empty the login codes of a case, all or those of which this holds: nobody types them any more."""
    _wipe(session, _message.c.case_id == case_id, _message.c.kind == CODE, *which)


def end_codes(session: Session, now: datetime) -> None:
    """Empty the login codes and close the windows whose time is over: by a clock that is doubted too."""
    _wipe(session, _message.c.kind == CODE, _message.c.wipe_at <= now)
    expire_windows(session, now)


def end_what_is_over(session: Session, now: datetime) -> None:
    """Empty what is nobody's, take back what closed cases need no longer, and free the cooled places."""
    _wipe(session, _message.c.wipe_at <= now)
    expire_leases(session, now)


def _wipe(session: Session, *which: Any) -> None:
    emptied = _message.update().where(*which).values(box=b"", code_index=None, wipe_at=None).returning(_message.c.id)
    files.wipe(session, session.connection().execute(emptied).scalars().all())  # after the lock of the message


def seal_to_case(
    session: Session, vault: Vault, row: PortalMessage, content: PortalText, case_id: int | None
) -> str | None:
    """Seal a message to its case and give the reference; None when there is no case, or it was forgotten."""
    public_key = mark_unread(session, case_id) if case_id is not None else None
    if case_id is None or public_key is None:
        return None
    row.case_id = case_id
    row.box = vault.seal(public_key, vault.item_context(case_id, ITEM), encode(content))
    return session.exec(select(CaseRow.reference).where(CaseRow.id == case_id)).one()


def unpack_portal(packed: bytes) -> PortalText:
    """The content of an opened portal message."""
    return PortalText(**decode(packed))


def opened(key: CaseKey, case_id: int, row: PortalMessage) -> PortalText:
    """The content of a message that was sealed to this case; nothing of one that is emptied."""
    return unpack_portal(key.open(Vault.item_context(case_id, ITEM), row.box)) if row.box else PortalText("", "")


def team_context(number: str) -> str:
    """Under which context a message is sealed to the team while it has no case."""
    return f"portal:{number}"


def _code_of(session: Session, viewer: Viewer, message_id: int) -> tuple[PortalMessage, CaseRow]:
    row = session.get(PortalMessage, message_id)
    case = session.get(CaseRow, row.case_id) if row and row.case_id else None
    if row is None or case is None or row.kind != CODE or not may_open(viewer, case):
        raise Refused(404, "no_such_message")
    return row, case


def _lives(row: PortalMessage, now: datetime) -> bool:
    return bool(row.box) and (row.wipe_at is None or row.wipe_at > now)


def _view(
    session: Session,
    viewer: Viewer,
    case: CaseRow,
    key: CaseKey,
    row: PortalMessage,
    its: Sequence[FileView],
    now: datetime,
) -> PortalMessageView:
    is_code, lives = row.kind == CODE, _lives(row, now)
    hidden = is_code and lives and case.claimed_by != viewer.person_id and not _shown_before(session, viewer, case, row)
    shown = lives and not hidden
    content = opened(key, id_of(case), row) if shown else PortalText("", "")
    if shown and is_code:
        _was_shown(session, viewer, case, row, now)
    return PortalMessageView(
        row.id or 0,
        row.number,
        content.sender,
        content.text,
        content.code,
        row.received_at,
        row.wipe_at,
        row.kind,
        row.portal,
        hidden,
        answer_by=row.answer_by,
        answered_at=row.answered_at,
        files=tuple(its) if shown else (),
    )


def _was_shown(session: Session, viewer: Viewer, case: CaseRow, row: PortalMessage, now: datetime) -> None:
    """Write down who saw a code: each person once, and who was the first beside the message."""
    if row.read_at is None:
        row.read_by, row.read_at = viewer.person_id, now
        session.add(row)
    if not _shown_before(session, viewer, case, row):
        audit.record(session, viewer.person_id, "code.read", case.reference, now, number=row.number, message=row.id)


def _shown_before(session: Session, viewer: Viewer, case: CaseRow, row: PortalMessage) -> bool:
    reads = select(Audit.detail).where(
        Audit.action == "code.read",
        Audit.object == case.reference,
        Audit.person_id == viewer.person_id,
        Audit.at >= row.received_at,
    )
    return any(detail.get("message") == row.id for detail in session.exec(reads))
