"""Lending proxy numbers: within each portal's cap, the least loaded first, and never a place that still cools."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sqlmodel import Session, col, func, select

from api.errors import Refused
from api.numbers import waiting
from api.numbers.places import free_places, room
from api.numbers.quiet import quieten
from api.staff import audit
from api.staff.access import case_for, claimed_case, id_of
from api.staff.people import Viewer
from api.store.once import insert_once, one_at_a_time
from api.tables import CaseRow, CodeWindow, Lease, Number, PortalRefusal, metadata
from flows.portal import Portal

_lease, _turn = metadata.tables["lease"], metadata.tables["window_turn"]


@dataclass(frozen=True, slots=True)
class LeaseView:
    """A loan as the desk shows it: the number in E.164; `state` is `active`, `cooling` or `ended`."""

    number: str
    portal: str
    state: str
    lent_at: datetime
    cool_until: datetime | None


def lend(session: Session, viewer: Viewer, reference: str, portal: Portal, now: datetime) -> LeaseView:
    """Lend the case a number for this portal, or give the one that it has.

    Refused(409, "no_free_number") when every number has as many people as the portal accepts, or what is free is
    kept for cases that waited longer.
    """
    case = claimed_case(session, viewer, reference)
    lease = _lend(session, viewer, case, portal, now)
    if lease is None:
        raise Refused(409, "no_free_number")
    return lease


def lend_or_wait(session: Session, viewer: Viewer, reference: str, portal: Portal, now: datetime) -> LeaseView | None:
    """The same; when there is no number the case stands in the portal's line, and None is given."""
    case = claimed_case(session, viewer, reference)
    lease = _lend(session, viewer, case, portal, now)
    if lease is None:
        waiting.join(session, id_of(case), portal.portal, now)
        audit.record(session, viewer.person_id, "lease.wait", reference, now, portal=portal.portal)
    return lease


def stop_waiting(session: Session, viewer: Viewer, reference: str, portal: str) -> None:
    """Take a case out of a portal's line: it needs no number any more."""
    waiting.leave(session, id_of(case_for(session, viewer, reference)), portal)


def refused_by_portal(
    session: Session, viewer: Viewer, reference: str, portal: Portal, now: datetime
) -> LeaseView | None:
    """The portal does not take the number that the case holds: lend another one at once, or wait for one (None).

    From now on no number gets more people for this portal than it accepted here, where it never named a cap; and this
    number no more than it has, in any case. Refused(409, "no_lease").
    """
    case = claimed_case(session, viewer, reference)
    one_at_a_time(session, "lend", portal.portal)
    lease = active_lease(session, id_of(case), portal.portal)
    if lease is None:
        raise Refused(409, "no_lease")
    held = Lease.number == lease.number, Lease.portal == portal.portal, Lease.state != "ended", Lease.id != lease.id
    others = session.exec(select(func.count(col(Lease.id))).where(*held)).one()
    session.add(PortalRefusal(number=lease.number, portal=portal.portal, people=others, refused_at=now))
    _end(session, [lease], now)
    lease.state, lease.cool_until = "ended", None  # the portal knows nobody by it, so the place need not rest
    session.flush()
    audit.record(session, viewer.person_id, "lease.refused", reference, now, number=lease.number, people=others)
    return lend_or_wait(session, viewer, reference, portal, now)


def end_lease(session: Session, viewer: Viewer, reference: str, portal: str, now: datetime) -> None:
    """Give a number back: it cools before the next person gets that place. Refused(409, "no_lease")."""
    case = case_for(session, viewer, reference)
    lease = active_lease(session, id_of(case), portal)
    if lease is None:
        raise Refused(409, "no_lease")
    _end(session, [lease], now)
    audit.record(session, viewer.person_id, "lease.end", reference, now, number=lease.number, portal=portal)


def end_leases(session: Session, case_id: int, now: datetime) -> None:
    """Give back all that a case holds, because it is forgotten, and take it out of every line."""
    _end(session, _held(session, case_id), now)
    _leave_lines(session, case_id)


def end_those_of(session: Session, number: str, now: datetime) -> list[int]:
    """A number is gone: end its loans, for every portal; gives the ids of the cases that had it."""
    held = session.exec(select(Lease).where(Lease.number == number, Lease.state == "active").order_by(col(Lease.id)))
    leases = list(held)
    _end(session, leases, now)
    return list(dict.fromkeys(lease.case_id for lease in leases))


def leave_window_lines(session: Session, case_id: int) -> None:
    """Nobody works on a case any more: it waits for no code window."""
    session.connection().execute(_turn.delete().where(_turn.c.case_id == case_id))


def leave_leases(session: Session, case: CaseRow, now: datetime) -> None:
    """A case is closed: its numbers are given back, or stay while a portal may still write to them (`keep_until`).

    An open code window is closed in any case.
    """
    if case.keep_until is None or case.keep_until <= now:
        end_leases(session, id_of(case), now)
        return
    for lease in _held(session, id_of(case)):
        _close_windows(session, lease, now)
    _leave_lines(session, id_of(case))


def keep_until(session: Session, case_id: int, when: datetime) -> None:
    """A portal may write to this case until that day is over (an appointment, the last message that is expected).

    Its numbers stay with it until then, also when it is closed before; an earlier day changes nothing. The hour is
    not kept.
    """
    when = datetime.combine(when.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
    case = session.exec(select(CaseRow).where(CaseRow.id == case_id).with_for_update()).one()
    if case.keep_until is None or case.keep_until < when:
        case.keep_until = when
        session.add(case)


def set_keep_until(session: Session, viewer: Viewer, reference: str, when: datetime | None, now: datetime) -> None:
    """The volunteer says until when the numbers stay with the case; None: until it is closed."""
    case = case_for(session, viewer, reference)
    case.keep_until = when
    session.add(case)
    audit.record(session, viewer.person_id, "lease.keep", reference, now, until=when.isoformat() if when else "")


def expire_leases(session: Session, now: datetime) -> None:
    """Take back what closed cases need no longer, and free the places whose cooling is over."""
    over = col(CaseRow.keep_until).is_(None) | (col(CaseRow.keep_until) <= now)
    left = select(Lease).join(CaseRow, col(Lease.case_id) == CaseRow.id)
    closed = left.where(Lease.state == "active", CaseRow.state == "closed", over)
    _end(session, session.exec(closed.with_for_update(of=Lease, skip_locked=True)).all(), now)
    session.flush()
    cooled = _lease.c.state == "cooling", _lease.c.cool_until <= now
    session.connection().execute(_lease.update().where(*cooled).values(state="ended"))


def active_lease(session: Session, case_id: int, portal: str) -> Lease | None:
    """The loan of a case for a portal that has not ended."""
    hers = select(Lease).where(Lease.case_id == case_id, Lease.portal == portal, Lease.state == "active")
    return session.exec(hers).one_or_none()


def lent_now(session: Session) -> list[tuple[str, LeaseView]]:
    """Every loan that has not ended, with the reference of its case, the newest first."""
    held = select(CaseRow.reference, Lease).join(CaseRow, col(Lease.case_id) == CaseRow.id)
    return [
        (reference, _view(lease))
        for reference, lease in session.exec(held.where(Lease.state != "ended").order_by(col(Lease.id).desc()))
    ]


def leases_of(session: Session, case_id: int) -> list[LeaseView]:
    """Every loan that a case had or has, oldest first."""
    hers = select(Lease).where(Lease.case_id == case_id).order_by(col(Lease.id))
    return [_view(lease) for lease in session.exec(hers)]


def _lend(session: Session, viewer: Viewer, case: CaseRow, portal: Portal, now: datetime) -> LeaseView | None:
    """The number that the case has, or a new one; None when there is none, or only for those who waited longer."""
    one_at_a_time(session, "lend", portal.portal)
    expire_leases(session, now)
    lease = active_lease(session, id_of(case), portal.portal)
    if lease is None:
        left = room(session, portal, now)
        if left is not None and left <= waiting.kept_for_others(session, id_of(case), portal.portal, now):
            return None
        lease = _take(session, id_of(case), portal, now)
        if lease is None:
            return None
        waiting.leave(session, id_of(case), portal.portal)
        audit.record(
            session, viewer.person_id, "lease.lend", case.reference, now, number=lease.number, portal=lease.portal
        )
    return _view(lease)


def _take(session: Session, case_id: int, portal: Portal, now: datetime) -> Lease | None:
    """Take the best place until nobody else took it first; each failure is somebody else's success, so it ends."""
    while places := free_places(session, portal, now):
        if not _stays_lendable(session, places[0].number):
            continue  # it was lost or retired just now, and is no free place any more
        lease = Lease(
            number=places[0].number,
            portal=portal.portal,
            place=places[0].place,
            case_id=case_id,
            cooling_days=portal.cooling_days,
            lent_at=now,
        )
        if insert_once(session, _lease, lease.model_dump(exclude={"id"})) is not None:
            return lease
    return None


def _stays_lendable(session: Session, number: str) -> bool:
    """Whether a number is active, once who is at it has ended; then nobody loses or retires it until we end.

    The lock is no stronger than that of the loan's foreign key: what arrives on the number does not wait for us.
    """
    active = select(Number.number).where(Number.number == number, Number.state == "active")
    return session.exec(active.with_for_update(read=True, key_share=True)).one_or_none() is not None


def _held(session: Session, case_id: int) -> list[Lease]:
    return list(session.exec(select(Lease).where(Lease.case_id == case_id, Lease.state == "active")))


def _end(session: Session, leases: Iterable[Lease], now: datetime) -> None:
    """A loan that ends takes its open code window with it; the window stays quiet, so no late code goes astray."""
    for lease in leases:
        lease.state, lease.released_at = "cooling", now
        lease.cool_until = now + timedelta(days=lease.cooling_days)
        session.add(lease)
        _close_windows(session, lease, now)
        waits = _turn.c.case_id == lease.case_id, _turn.c.portal == lease.portal
        session.connection().execute(_turn.delete().where(*waits))


def _close_windows(session: Session, lease: Lease, now: datetime) -> None:
    hers = CodeWindow.case_id == lease.case_id, CodeWindow.portal == lease.portal, CodeWindow.state == "open"
    for window in session.exec(select(CodeWindow).where(*hers)):
        quieten(session, window, now)


def _leave_lines(session: Session, case_id: int) -> None:
    waiting.leave(session, case_id)
    leave_window_lines(session, case_id)


def _view(lease: Lease) -> LeaseView:
    return LeaseView(lease.number, lease.portal, lease.state, lease.lent_at, lease.cool_until)
