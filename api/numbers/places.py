"""Places on proxy numbers: how many people a portal accepts on one, as it says or as its refusals taught us."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from sqlmodel import Session, col, func, select

from api.numbers.pool import active_numbers, proxy_row
from api.staff import audit
from api.staff.people import Viewer
from api.tables import Lease, PortalRefusal, metadata
from flows.portal import Portal

_refusal = metadata.tables["portal_refusal"]


@dataclass(frozen=True, slots=True)
class Caps:
    """How many people a portal accepts: on any number (`each`, None: nobody knows), and on those that it refused."""

    each: int | None
    refused: Mapping[str, int]

    def of(self, number: str) -> int | None:
        """How many people it accepts on this number (E.164), None when nobody knows."""
        return min((cap for cap in (self.each, self.refused.get(number)) if cap is not None), default=None)


@dataclass(frozen=True, slots=True)
class Place:
    """The first free place of a number (E.164) for a portal: `people` are all whom the number serves now.

    `left` is how many places the number has for that portal, this one included; None when its cap is not known.
    """

    people: int
    number: str
    place: int
    left: int | None


def caps(session: Session, portal: Portal) -> Caps:
    """What a portal accepts. Where it never said, its strictest refusal of a number that served people is its cap.

    A number that was refused before it served anybody is not lent for that portal, and says nothing about others.
    """
    refused: dict[str, int] = {}
    for number, people in session.exec(
        select(PortalRefusal.number, PortalRefusal.people).where(PortalRefusal.portal == portal.portal)
    ):
        refused[number] = min(people, refused.get(number, people))
    learnt = min((people for people in refused.values() if people), default=None)
    return Caps(portal.people_per_number or learnt, refused)


def free_places(session: Session, portal: Portal, now: datetime) -> list[Place]:
    """The first free place of each number that may be lent for this portal, the least loaded number first."""
    people: dict[str, int] = defaultdict(int)
    taken: dict[str, set[int]] = defaultdict(set)
    for number, its_portal, place in session.exec(
        select(Lease.number, Lease.portal, Lease.place).where(Lease.state != "ended").order_by(col(Lease.id))
    ):
        people[number] += 1
        if its_portal == portal.portal:
            taken[number].add(place)
    accepts = caps(session, portal)
    found = []
    for number in active_numbers(session, now):
        cap, first = accepts.of(number), next(place for place in count(1) if place not in taken[number])
        left = None if cap is None else cap - len(taken[number])
        if cap is None or (left is not None and left > 0 and first <= cap):
            found.append(Place(people[number], number, first, left))
    return sorted(found, key=lambda place: (place.people, place.number))


def room(session: Session, portal: Portal, now: datetime) -> int | None:
    """How many more cases could get a number for this portal now; None when there is no end to it."""
    left = [place.left for place in free_places(session, portal, now)]
    return None if None in left else sum(one for one in left if one is not None)


def refusals(session: Session, number: str) -> Mapping[str, int]:
    """Which portals refused a number, and how many people they took on it, as far as we know."""
    refused = select(PortalRefusal.portal, func.min(PortalRefusal.people)).where(PortalRefusal.number == number)
    return dict(session.exec(refused.group_by(PortalRefusal.portal).order_by(PortalRefusal.portal)).all())


def accept_again(session: Session, viewer: Viewer, number: str, portal: str, now: datetime) -> None:
    """A portal takes a number again, or never meant to refuse it: what was learnt from that is forgotten.

    Refused(404, "no_such_number").
    """
    proxy_row(session, viewer, number)
    session.connection().execute(_refusal.delete().where(_refusal.c.number == number, _refusal.c.portal == portal))
    audit.record(session, viewer.person_id, "number.accepted", number, now, portal=portal)
