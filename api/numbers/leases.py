"""Lending proxy numbers: within each portal's cap, the least loaded first, and never a place that still cools."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from sqlmodel import Session, col, select

from api.errors import Refused
from api.numbers.pool import active_numbers
from api.staff import audit
from api.staff.access import case_for, claimed_case, id_of
from api.staff.people import Viewer
from api.store.once import insert_once
from api.tables import CaseRow, CodeWindow, Lease, metadata
from flows.portal import Portal

_lease = metadata.tables["lease"]


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

    Refused(409, "no_free_number") when every number has as many people as the portal accepts.
    """
    case = claimed_case(session, viewer, reference)
    expire_leases(session, now)
    lease = active_lease(session, id_of(case), portal.portal)
    if lease is None:
        lease = _lend(session, id_of(case), portal, now)
        audit.record(session, viewer.person_id, "lease.lend", reference, now, number=lease.number, portal=lease.portal)
    return _view(lease)


def end_lease(session: Session, viewer: Viewer, reference: str, portal: str, now: datetime) -> None:
    """Give a number back: it cools before the next person gets that place. Refused(409, "no_lease")."""
    case = case_for(session, viewer, reference)
    lease = active_lease(session, id_of(case), portal)
    if lease is None:
        raise Refused(409, "no_lease")
    _end(session, [lease], now)
    audit.record(session, viewer.person_id, "lease.end", reference, now, number=lease.number, portal=portal)


def end_leases(session: Session, case_id: int, now: datetime) -> None:
    """Give back all that a case holds, because it is closed or forgotten."""
    _end(session, session.exec(select(Lease).where(Lease.case_id == case_id, Lease.state == "active")), now)


def expire_leases(session: Session, now: datetime) -> None:
    """Free the places whose cooling is over."""
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


def _lend(session: Session, case_id: int, portal: Portal, now: datetime) -> Lease:
    """Take the best place until nobody else took it first; each failure is somebody else's success, so it ends."""
    while place := _best_place(session, portal, now):
        number, number_place = place
        lease = Lease(
            number=number,
            portal=portal.portal,
            place=number_place,
            case_id=case_id,
            cooling_days=portal.cooling_days,
            lent_at=now,
        )
        if insert_once(session, _lease, lease.model_dump(exclude={"id"})) is not None:
            return lease
    raise Refused(409, "no_free_number")


def _best_place(session: Session, portal: Portal, now: datetime) -> tuple[str, int] | None:
    """The number that serves the fewest people and has a place left for this portal, and that place."""
    people: dict[str, int] = defaultdict(int)
    taken: dict[str, set[int]] = defaultdict(set)
    for number, its_portal, place in session.exec(
        select(Lease.number, Lease.portal, Lease.place).where(Lease.state != "ended")
    ):
        people[number] += 1
        if its_portal == portal.portal:
            taken[number].add(place)
    free = ((people[number], number, _first_free(taken[number])) for number in active_numbers(session, now))
    cap = portal.people_per_number
    return next(((number, place) for _, number, place in sorted(free) if not cap or place <= cap), None)


def _first_free(taken: set[int]) -> int:
    return next(place for place in count(1) if place not in taken)


def _end(session: Session, leases: Iterable[Lease], now: datetime) -> None:
    """A loan that ends takes its open code window with it; the window stays quiet, so no late code goes astray."""
    for lease in leases:
        lease.state, lease.released_at = "cooling", now
        lease.cool_until = now + timedelta(days=lease.cooling_days)
        session.add(lease)
        for window in session.exec(
            select(CodeWindow).where(
                CodeWindow.case_id == lease.case_id, CodeWindow.portal == lease.portal, CodeWindow.state == "open"
            )
        ):
            quieten(session, window, now)


def quieten(session: Session, window: CodeWindow, now: datetime) -> None:
    """Close a code window now; the number stays quiet for as long as a code that was asked for may still come."""
    lifetime = window.quiet_until - window.closes_at
    window.state, window.closes_at, window.quiet_until = "quiet", now, now + lifetime
    session.add(window)


def _view(lease: Lease) -> LeaseView:
    return LeaseView(lease.number, lease.portal, lease.state, lease.lent_at, lease.cool_until)
