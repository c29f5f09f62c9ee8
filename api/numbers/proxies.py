"""What arrives on proxy numbers: a login code goes to the case that expects it, all else waits sealed for a person.

Nothing here is ever answered, and nothing but a login code in its window finds its case by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from api.answers import decode, encode
from api.desk.cases import mark_unread
from api.errors import Refused
from api.keys.vault import CaseKey, Vault
from api.numbers import health, selftest
from api.numbers.leases import expire_leases
from api.numbers.quiet import expire_windows
from api.staff import audit
from api.staff.access import id_of, may_open
from api.staff.people import Viewer
from api.store.once import insert_once
from api.tables import CaseRow, CodeWindow, PortalMessage, metadata
from flows.codes import find_code
from flows.portal import Portals

ITEM = "portal"
"""The kind under which a portal message is sealed to its case."""
_message, _seen = metadata.tables["portal_message"], metadata.tables["seen"]


@dataclass(frozen=True, slots=True)
class Sms:
    """What arrived on a proxy number (E.164); `provider_id` is the same when the provider delivers it again."""

    number: str
    sender: str
    text: str
    provider_id: str


@dataclass(frozen=True, slots=True)
class PortalText:
    """A portal message, opened. `code` is the login code in it, if it is one."""

    sender: str
    text: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class PortalMessageView:
    """A portal message of a case, opened; without text when it was a login code and is wiped."""

    id: int
    number: str
    sender: str
    text: str
    code: str
    received_at: datetime
    wipe_at: datetime | None


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
    found = _match(session, vault, portals, sms)
    row = PortalMessage(number=sms.number, kind="other", box=b"", received_at=now)
    if found:
        row.kind, row.code_index, row.wipe_at = "code", found.index, now + portals[found.portal].lifetime
    content = PortalText(sms.sender, sms.text, found.code if found else "")
    reference = seal_to_case(session, vault, row, content, found.case_id if found else None)
    if reference is None:
        row.box = vault.seal_to_team(team_context(sms.number), encode(content))
    session.add(row)
    return (reference,) if reference else ()


def messages_of(
    session: Session, viewer: Viewer, case: CaseRow, key: CaseKey, now: datetime
) -> list[PortalMessageView]:
    """The portal messages of a case, oldest first. Who reads a login code first is written down."""
    rows = session.exec(select(PortalMessage).where(PortalMessage.case_id == case.id).order_by(col(PortalMessage.id)))
    return [_view(row, _read(session, viewer, case, key, row, now)) for row in rows]


def wipe_code(session: Session, viewer: Viewer, message_id: int, now: datetime) -> None:
    """She has used a login code: empty it before its time, and older ones, which would else look like a new one.

    Refused(404, "no_such_message"), also for another's.
    """
    row = session.get(PortalMessage, message_id)
    case = session.get(CaseRow, row.case_id) if row and row.case_id else None
    if row is None or case is None or row.kind != "code" or not may_open(viewer, case):
        raise Refused(404, "no_such_message")
    older = _message.c.case_id == case.id, _message.c.kind == "code", _message.c.id <= message_id
    session.connection().execute(_message.update().where(*older).values(box=b"", code_index=None, wipe_at=None))
    audit.record(session, viewer.person_id, "code.wipe", case.reference, now)


def end_what_is_over(session: Session, now: datetime) -> None:
    """Empty the login codes, close the windows and free the cooled places whose time is over."""
    wiped = _message.update().where(_message.c.wipe_at <= now).values(box=b"", code_index=None, wipe_at=None)
    session.connection().execute(wiped)
    expire_windows(session, now)
    expire_leases(session, now)


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


def team_context(number: str) -> str:
    """Under which context a message is sealed to the team while it has no case."""
    return f"portal:{number}"


@dataclass(frozen=True, slots=True)
class _Match:
    """A login code that was found, and the case that it is for (None: its window is over)."""

    portal: str
    code: str
    index: bytes
    case_id: int | None = None


def _match(session: Session, vault: Vault, portals: Portals, sms: Sms) -> _Match | None:
    """Find the login code of a portal that has a window on this number. A repeat comes before an open window.

    A code that could also be a late one of somebody else's quiet window goes to nobody by itself.
    """
    fitting: list[tuple[CodeWindow, _Match]] = []
    for window in _windows(session, sms.number):
        portal = portals.get(window.portal)
        code = find_code(sms.text, portal) if portal and portal.writes_from(sms.sender) else None
        if code:
            fitting.append((window, _Match(window.portal, code, vault.index("code", sms.number, code))))
    for _, match in fitting:
        first = _first_of(session, match.index)
        if first is not None:
            return replace(match, case_id=first.case_id)
    expecting = [replace(match, case_id=window.case_id) for window, match in fitting if window.state == "open"]
    alone = len({window.case_id for window, _ in fitting}) == 1
    return next(iter(expecting if alone else ()), fitting[0][1]) if fitting else None


def _windows(session: Session, number: str) -> Sequence[CodeWindow]:
    """The windows on a number that are open or quiet."""
    live = select(CodeWindow).where(CodeWindow.number == number, CodeWindow.state != "ended")
    return session.exec(live.order_by(col(CodeWindow.id))).all()


def _first_of(session: Session, code_index: bytes) -> PortalMessage | None:
    same = select(PortalMessage).where(PortalMessage.code_index == code_index)
    return session.exec(same.order_by(col(PortalMessage.id)).limit(1)).one_or_none()


def _read(
    session: Session, viewer: Viewer, case: CaseRow, key: CaseKey, row: PortalMessage, now: datetime
) -> PortalText:
    if not row.box or (row.wipe_at and row.wipe_at <= now):
        return PortalText("", "")
    if row.kind == "code" and row.read_at is None:
        row.read_by, row.read_at = viewer.person_id, now
        audit.record(session, viewer.person_id, "code.read", case.reference, now, number=row.number)
    return unpack_portal(key.open(Vault.item_context(id_of(case), ITEM), row.box))


def _view(row: PortalMessage, content: PortalText) -> PortalMessageView:
    return PortalMessageView(
        row.id or 0, row.number, content.sender, content.text, content.code, row.received_at, row.wipe_at
    )
