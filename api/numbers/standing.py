"""How a case stands with its number: in which line it waits, whose turn it is, and what is lost."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from api.numbers import turns, waiting
from api.numbers.leases import active_lease
from api.numbers.losing import lost_number_of
from api.numbers.quiet import free_at, in_the_way
from api.numbers.turns import Turn
from api.numbers.waiting import Waiting
from api.staff.access import id_of
from api.tables import CaseRow, Person
from flows.portal import Portals


@dataclass(frozen=True, slots=True)
class Standing:
    """What a page needs beside the number: `waiting` for one, or `turn` in the line for its code window.

    `busy_until`: others are in the way until then at most; `whose`: the name of who has the window or the turn, empty
    while the number rests. `behind` others wait. `lost` is a lost number of this case. `touched` are the references
    of other cases whose pages should look again.
    """

    waiting: Waiting | None = None
    turn: Turn | None = None
    busy_until: datetime | None = None
    whose: str = ""
    behind: int = 0
    lost: str = ""
    keep_until: datetime | None = None
    touched: frozenset[str] = frozenset()


def standing_of(session: Session, reference: str, portal_name: str, portals: Portals, now: datetime) -> Standing:
    """How a case that was just opened stands for a portal; moves the line of its number where it should move."""
    case, portal = session.exec(select(CaseRow).where(CaseRow.reference == reference)).one(), portals.get(portal_name)
    lost, keep = lost_number_of(session, id_of(case)), case.keep_until
    lease = active_lease(session, id_of(case), portal.portal) if portal else None
    if portal is None or lease is None:
        return Standing(waiting.line(session, portals, now).get(reference), lost=lost, keep_until=keep)
    touched = turns.advance(session, lease.number, now)
    turn = turns.turn_of(session, id_of(case), portal, lease.number, now)
    others = in_the_way(session, lease.number, portal.portal, id_of(case))
    line = turns.waiting_for(session, lease.number)
    holder = next((window.person_id for window in others if window.state == "open"), None)
    busy_until = free_at(others, portal.portal, now) if others else now + turns.TURN if line and not turn else None
    return Standing(
        turn=turn,
        busy_until=busy_until,
        whose=_name(session, turn.person_id if turn else holder),
        behind=line - (turn.place if turn else 0),
        lost=lost,
        keep_until=keep,
        touched=frozenset(touched - {reference}),
    )


def _name(session: Session, person_id: int | None) -> str:
    return session.exec(select(Person.name).where(Person.id == person_id)).one_or_none() or "" if person_id else ""
