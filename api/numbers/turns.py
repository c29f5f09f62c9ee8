"""The line for the code window of a number: whose turn it is, who comes next, and until when each turn lasts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from api.errors import Refused
from api.numbers.leases import active_lease
from api.numbers.quiet import expire_windows, free_at, in_the_way
from api.staff import audit
from api.staff.access import case_for, claimed_case, id_of
from api.staff.people import Viewer
from api.store.once import insert_once, one_at_a_time
from api.tables import CaseRow, Lease, WindowTurn, metadata
from flows.portal import Portal

TURN = timedelta(seconds=60)
"""How long a window that is free is kept for whoever is first in the line."""
MISSES = 2
"""A turn that passed sends to the end of the line, this many out of it."""

_turn = metadata.tables["window_turn"]


def join(session: Session, viewer: Viewer, reference: str, portal: Portal, now: datetime) -> None:
    """Wait for the code window of the number that the case holds; whoever waits already keeps her place.

    Refused(409, "no_lease") without a number, also for another's case as always.
    """
    case = claimed_case(session, viewer, reference)
    lease = active_lease(session, id_of(case), portal.portal)
    if lease is None:
        raise Refused(409, "no_lease")
    advance(session, lease.number, now)
    entry = {"number": lease.number, "portal": portal.portal, "case_id": id_of(case), "person_id": viewer.person_id}
    if insert_once(session, _turn, {**entry, "asked_at": now, "missed": 0}) is not None:
        audit.record(session, viewer.person_id, "window.wait", reference, now, number=lease.number)
    advance(session, lease.number, now)


def leave(session: Session, viewer: Viewer, reference: str, portal: str, now: datetime) -> None:
    """Wait no more; whoever comes next is called."""
    case = case_for(session, viewer, reference)
    left = _turn.delete().where(_turn.c.case_id == id_of(case), _turn.c.portal == portal).returning(_turn.c.number)
    for number in session.connection().execute(left).scalars().all():
        advance(session, number, now)


def advance(session: Session, number: str, now: datetime) -> set[str]:
    """Call whoever is first when the window is free, and pass on a turn that nobody took.

    Gives the references of the cases for which something changed. Nobody else opens a window on this number until
    this transaction ends.
    """
    one_at_a_time(session, "window", number)
    expire_windows(session, now)
    touched: set[int] = set()
    while entries := _line(session, number):
        first = entries[0]
        busy = in_the_way(session, number, first.portal, first.case_id)
        if first.called_at is None and not busy:
            _set(session, first, called_at=now)
        elif first.called_at is not None and now >= first.called_at + TURN:
            _pass_on(session, first)
            touched.update(entry.case_id for entry in entries)
            continue
        else:
            break
        touched.update(entry.case_id for entry in entries)
        break
    return set(session.exec(select(CaseRow.reference).where(col(CaseRow.id).in_(touched)))) if touched else set()


def end_turn(session: Session, case_id: int, portal: str) -> None:
    """A case has what it waited for."""
    session.connection().execute(_turn.delete().where(_turn.c.case_id == case_id, _turn.c.portal == portal))


def advance_all(session: Session, now: datetime) -> set[str]:
    """The same for every number that somebody waits for."""
    numbers = session.exec(select(WindowTurn.number).distinct().order_by(WindowTurn.number)).all()
    return set().union(*(advance(session, number, now) for number in numbers))


def first_in_line(session: Session, number: str) -> tuple[int, str] | None:
    """The case, by its id, and the portal whose turn it is or will be next; None when nobody waits."""
    entries = _line(session, number)
    return (entries[0].case_id, entries[0].portal) if entries else None


@dataclass(frozen=True, slots=True)
class Turn:
    """A case in the line for a window: `place` counts from 1; `called`: it is its turn.

    `until` is when that turn ends, or until when it waits at most. `person_id` is who holds the window now, or whose
    turn it is; None while the number rests.
    """

    place: int
    called: bool
    until: datetime
    person_id: int | None


def turn_of(session: Session, case_id: int, portal: Portal, number: str, now: datetime) -> Turn | None:
    """Where a case stands in the line of its number; each one before it takes a window and its quiet at most."""
    entries = _line(session, number)
    place = next((at for at, entry in enumerate(entries) if _of(entry) == (case_id, portal.portal)), None)
    if place is None:
        return None
    first = entries[0]
    if place == 0 and first.called_at is not None:
        return Turn(1, True, first.called_at + TURN, first.person_id)
    busy = in_the_way(session, number, first.portal, first.case_id)
    holder = next((window.person_id for window in busy if window.state == "open"), None)
    begins = first.called_at + TURN if first.called_at else free_at(busy, first.portal, now)
    until = begins + place * 2 * portal.lifetime
    return Turn(place + 1, False, max(until, now), first.person_id if first.called_at else holder)


def waiting_for(session: Session, number: str) -> int:
    """How many cases wait for the window of a number."""
    return len(_line(session, number))


def neighbours(session: Session, reference: str) -> set[str]:
    """The references of the cases that hold a number together with this one: its window is in their way."""
    active = Lease.state == "active"
    held = select(Lease.number).join(CaseRow, col(Lease.case_id) == CaseRow.id).where(CaseRow.reference == reference)
    sharing = select(CaseRow.reference).join(Lease, col(Lease.case_id) == CaseRow.id)
    return set(session.exec(sharing.where(active, col(Lease.number).in_(held.where(active)))))


def with_neighbours(session: Session, reference: str, use_case: Callable[[Session], object]) -> set[str]:
    """Do something with the number of a case; gives the neighbours that it had or has, whose pages should look."""
    before = neighbours(session, reference)
    use_case(session)
    return before | neighbours(session, reference)


def _line(session: Session, number: str) -> Sequence[WindowTurn]:
    hers = select(WindowTurn).where(WindowTurn.number == number).order_by(col(WindowTurn.id))
    return session.exec(hers.execution_options(populate_existing=True)).all()


def _of(entry: WindowTurn) -> tuple[int, str]:
    return entry.case_id, entry.portal


def _set(session: Session, entry: WindowTurn, **values: datetime | None) -> None:
    session.connection().execute(_turn.update().where(_turn.c.id == entry.id).values(values))


def _pass_on(session: Session, entry: WindowTurn) -> None:
    """To the end of the line, or out of it. It is a new entry: the line is in the order of their ids."""
    again = entry.model_dump(exclude={"id"}) | {"called_at": None, "missed": entry.missed + 1}
    session.expunge(entry)
    session.connection().execute(_turn.delete().where(_turn.c.id == entry.id))
    if entry.missed + 1 < MISSES:
        session.connection().execute(_turn.insert(), again)
