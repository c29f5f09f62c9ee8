"""Code windows: the few minutes in which one case expects a login code, one case a number."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from api.errors import Refused
from api.numbers import turns
from api.numbers.leases import active_lease
from api.numbers.quiet import free_at, in_the_way, quieten
from api.staff import audit
from api.staff.access import case_for, claimed_case, id_of
from api.staff.people import Viewer
from api.store.once import insert_once
from api.tables import CaseRow, CodeWindow, metadata
from flows.portal import Portal

_window = metadata.tables["code_window"]


@dataclass(frozen=True, slots=True)
class WindowView:
    """An open window as the desk shows it, with the time when it closes."""

    number: str
    portal: str
    opened_at: datetime
    closes_at: datetime


def expect_code(session: Session, viewer: Viewer, reference: str, portal: Portal, now: datetime) -> WindowView:
    """Open the code window of the number that the case holds for this portal, or give the one that is open.

    Refused(409, …): "no_lease" without a number; "window_taken" while another case expects a code on it;
    "number_quiet" while a late code of another case may still come; "not_your_turn" while others wait for it. All but
    the first name `until`, when to try again.
    """
    case = claimed_case(session, viewer, reference)
    lease = active_lease(session, id_of(case), portal.portal)
    if lease is None:
        raise Refused(409, "no_lease")
    turns.advance(session, lease.number, now)
    mine = open_window(session, id_of(case), portal.portal)
    if mine is not None:
        return mine
    _wait_for_others(session, lease.number, id_of(case), portal, now)
    _end_own_quiet(session, id_of(case), portal.portal)
    window = CodeWindow(
        number=lease.number,
        portal=portal.portal,
        case_id=id_of(case),
        person_id=viewer.person_id,
        opened_at=now,
        closes_at=now + portal.lifetime,
        quiet_until=now + 2 * portal.lifetime,
    )
    if insert_once(session, _window, window.model_dump(exclude={"id"})) is None:
        raise Refused(409, "window_taken", until=now)
    turns.end_turn(session, id_of(case), portal.portal)
    audit.record(session, viewer.person_id, "window.open", reference, now, number=lease.number, portal=portal.portal)
    return _view(window)


def cancel_window(session: Session, viewer: Viewer, reference: str, portal: str, now: datetime) -> None:
    """Close a window before its time: she has the code, or gave up. Nothing happens when none is open."""
    case = case_for(session, viewer, reference)
    for window in session.exec(select(CodeWindow).where(CodeWindow.case_id == case.id, *_open(portal))):
        quieten(session, window, now)
        audit.record(session, viewer.person_id, "window.cancel", reference, now, number=window.number, portal=portal)


def open_window(session: Session, case_id: int, portal: str) -> WindowView | None:
    """The window that a case has open for a portal."""
    window = session.exec(select(CodeWindow).where(CodeWindow.case_id == case_id, *_open(portal))).one_or_none()
    return _view(window) if window else None


def windows_of(session: Session, case_id: int) -> list[WindowView]:
    """The windows that a case has open, for whatever portal."""
    hers = select(CodeWindow).where(CodeWindow.case_id == case_id, CodeWindow.state == "open")
    return [_view(window) for window in session.exec(hers)]


def expecting(session: Session, number: str) -> list[str]:
    """The references of the cases that expect a code on a number."""
    open_there = CodeWindow.number == number, CodeWindow.state == "open"
    return list(
        session.exec(
            select(CaseRow.reference).join(CodeWindow, col(CodeWindow.case_id) == CaseRow.id).where(*open_there)
        )
    )


def _end_own_quiet(session: Session, case_id: int, portal: str) -> None:
    """The number is quiet for the sake of the next case: the same one may open it again."""
    own = _window.c.case_id == case_id, _window.c.portal == portal, _window.c.state == "quiet"
    session.connection().execute(_window.update().where(*own).values(state="ended"))


def _wait_for_others(session: Session, number: str, case_id: int, portal: Portal, now: datetime) -> None:
    """Refuse while others are in the way, or have waited longer. Two unique indexes forbid the former in any case."""
    others = in_the_way(session, number, portal.portal, case_id)
    if others:
        taken = any(window.state == "open" for window in others)
        raise Refused(409, "window_taken" if taken else "number_quiet", until=free_at(others, portal.portal, now))
    first = turns.first_in_line(session, number)
    if first is not None and first != (case_id, portal.portal):
        raise Refused(409, "not_your_turn", until=now + turns.TURN)


def _open(portal: str) -> tuple[bool, bool]:
    return CodeWindow.portal == portal, CodeWindow.state == "open"


def _view(window: CodeWindow) -> WindowView:
    return WindowView(window.number, window.portal, window.opened_at, window.closes_at)
