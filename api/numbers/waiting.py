"""The line of cases that wait for a number: first come, first served, and a place is kept for whoever is first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from api.numbers.places import room
from api.store.once import insert_once
from api.tables import CaseRow, NumberWait, metadata
from flows.portal import Portal, Portals

KEPT = timedelta(hours=2)
"""How long a place is kept for one who waits before others may take it; she stays in the line."""

_wait = metadata.tables["number_wait"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case in the line of a portal: `place` counts from 1, `ready` when a number is free for it."""

    portal: str
    place: int
    ready: bool


def join(session: Session, case_id: int, portal: str, now: datetime) -> None:
    """Put a case at the end of a portal's line; one that is in it stays where it is."""
    insert_once(session, _wait, {"case_id": case_id, "portal": portal, "asked_at": now})


def leave(session: Session, case_id: int, portal: str = "") -> None:
    """Take a case out of the line of a portal, or of all."""
    hers = _wait.delete().where(_wait.c.case_id == case_id)
    session.connection().execute(hers.where(_wait.c.portal == portal) if portal else hers)


def kept_for_others(session: Session, case_id: int, portal: str, now: datetime) -> int:
    """How many places of a portal are not for this case: one for each that came before and may still take it."""
    own = select(NumberWait.id).where(NumberWait.case_id == case_id, NumberWait.portal == portal)
    mine = session.exec(own).one_or_none()
    fresh = col(NumberWait.offered_at).is_(None) | (col(NumberWait.offered_at) > now - KEPT)
    before = select(func.count(col(NumberWait.id))).where(NumberWait.portal == portal, fresh)
    return session.exec(before.where(col(NumberWait.id) < mine) if mine is not None else before).one()


def line(session: Session, portals: Portals, now: datetime) -> Mapping[str, Waiting]:
    """Everybody who waits, by the reference of the case."""
    waiting: dict[str, Waiting] = {}
    for name in session.exec(select(NumberWait.portal).distinct().order_by(NumberWait.portal)):
        portal = portals.get(name)
        ready = _ready(session, portal, now) if portal else set()
        hers = select(CaseRow.reference, NumberWait.id).join(CaseRow, col(NumberWait.case_id) == CaseRow.id)
        in_line = session.exec(hers.where(NumberWait.portal == name).order_by(col(NumberWait.id)))
        for place, (reference, entry) in enumerate(in_line, start=1):
            waiting[reference] = Waiting(name, place, entry in ready)
    return waiting


def offer(session: Session, portals: Portals, now: datetime) -> set[str]:
    """Keep places that became free for those who are first; gives the references that can be lent a number now."""
    offered: set[str] = set()
    for name in session.exec(select(NumberWait.portal).where(col(NumberWait.offered_at).is_(None)).distinct()).all():
        ready = _ready(session, portals[name], now) if name in portals else set()
        told = _wait.c.id.in_(ready) & _wait.c.offered_at.is_(None)
        newly = _wait.update().where(told).values(offered_at=now).returning(_wait.c.case_id)
        cases = list(session.connection().execute(newly).scalars())
        offered.update(session.exec(select(CaseRow.reference).where(col(CaseRow.id).in_(cases))))
    return offered


def _ready(session: Session, portal: Portal, now: datetime) -> set[int]:
    """The entries of those who may take a place now: the first ones, and behind them whoever let time pass."""
    left = room(session, portal, now)
    entries = session.exec(
        select(NumberWait.id, NumberWait.offered_at)
        .where(NumberWait.portal == portal.portal)
        .order_by(col(NumberWait.id))
    ).all()
    ready: set[int] = set()
    for entry, offered_at in entries:
        if left is not None and left <= 0:
            break
        assert entry is not None
        ready.add(entry)
        if left is not None and (offered_at is None or offered_at > now - KEPT):
            left -= 1
    return ready
