"""Which SIM in which telephone is which number of ours. A gateway knows its telephones, and only we our numbers."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from api.errors import Refused
from api.numbers import pool
from api.numbers.e164 import read_number
from api.staff import audit
from api.staff.access import coordinators_only
from api.staff.people import Viewer
from api.store.once import insert_once
from api.tables import Number, SimRow, metadata
from bot import twilio_numbers
from bot.gateway import Sim

GATEWAYS = ("smsgate", "httpsms", "cht")
"""Gateways that are telephones with SIMs."""
TWILIO = twilio_numbers.NAME
"""What carries a number that has no SIM."""
BY_NUMBER = "httpsms"
"""The gateway that calls a SIM by its number."""
FRESH = timedelta(minutes=1)
"""When a SIM spoke lately, that it does so again is not written down."""
_sim = metadata.tables["sim"]


@dataclass(frozen=True, slots=True)
class SimView:
    """A SIM as the desk shows it: `number` of ours (E.164) that it has, or none yet."""

    id: int
    sim: Sim
    number: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class LineView:
    """A number of ours that sends through a SIM."""

    number: str
    sim: Sim


def hear(session: Session, sim: Sim, now: datetime) -> str:
    """Which number of ours has this SIM; nothing for one that nobody knows, which is then listed for a coordinator.

    Where the gateway does not say the slot, it is the number of the telephone's only SIM.
    """
    row = _exactly(session, sim)
    if row is None and sim.slot == 0:
        row = _only_one(session, sim)
    if row is None:
        values = {"gateway": sim.gateway, "device": sim.device, "slot": sim.slot, "number": None, "seen_at": now}
        insert_once(session, _sim, values)
        return ""
    if row.seen_at <= now - FRESH:
        row.seen_at = now
        session.add(row)
    return row.number or ""


def alive(session: Session, gateway: str, device: str, now: datetime) -> list[str]:
    """A telephone gave a sign of life: gives the numbers of ours that are in it."""
    its = _sim.c.gateway == gateway, _sim.c.device == device
    session.connection().execute(_sim.update().where(*its).values(seen_at=now))
    return numbers_of(session, gateway, device)


def numbers_of(session: Session, gateway: str, device: str) -> list[str]:
    """The numbers of ours whose SIMs are in this telephone."""
    its = SimRow.gateway == gateway, SimRow.device == device, col(SimRow.number).is_not(None)
    return [number for number in session.exec(select(SimRow.number).where(*its).order_by(col(SimRow.slot))) if number]


def lines(session: Session, gateways: Collection[str] = GATEWAYS) -> list[LineView]:
    """All numbers of ours from which these gateways can send: those in telephones, and Twilio's."""
    rows = session.exec(select(SimRow).where(col(SimRow.number).is_not(None)).order_by(col(SimRow.id)))
    found = [LineView(row.number or "", _sim_of(row)) for row in rows if row.gateway in gateways]
    if TWILIO not in gateways:
        return found
    by_twilio = Number.gateway == TWILIO, Number.state != "retired"
    numbers = session.exec(select(Number.number).where(*by_twilio).order_by(Number.number))
    return [*found, *(LineView(number, Sim(TWILIO, number, 0)) for number in numbers)]


def sims(session: Session, viewer: Viewer) -> list[SimView]:
    """All SIMs of which a gateway told, those that nobody knows yet first."""
    coordinators_only(viewer)
    rows = session.exec(select(SimRow).order_by(col(SimRow.number).is_not(None), col(SimRow.id)))
    return [_view(row) for row in rows]


def assign(session: Session, viewer: Viewer, sim_id: int, number: str, now: datetime) -> SimView:
    """Say which number of ours (E.164) a SIM has; where it was before, it is no more.

    Refused: (404, "no_such_sim"), also for one that has a number; (404, "no_such_number").
    """
    coordinators_only(viewer)
    row = session.get(SimRow, sim_id, with_for_update=True)
    if row is None or row.number is not None:
        raise Refused(404, "no_such_sim")
    if session.get(Number, number) is None:
        raise Refused(404, "no_such_number")
    _take_away(session, number)
    row.number = number
    session.add(row)
    session.flush()
    _carried_by(session, number, row.gateway)
    audit.record(session, viewer.person_id, "sim.assign", number, now, gateway=row.gateway, slot=row.slot)
    return _view(row)


def drop(session: Session, viewer: Viewer, sim_id: int, now: datetime) -> None:
    """A SIM is not in that telephone any more, or nobody needs it. Refused(404, "no_such_sim")."""
    coordinators_only(viewer)
    row = session.get(SimRow, sim_id)
    if row is None:
        raise Refused(404, "no_such_sim")
    session.delete(row)
    audit.record(session, viewer.person_id, "sim.drop", row.number or "", now, gateway=row.gateway, slot=row.slot)


def known_by_number(session: Session, number: str, gateway: str, now: datetime) -> None:
    """A number joins: where its gateway calls a SIM by its number, nobody need say more."""
    if gateway == BY_NUMBER and number not in numbers_of(session, gateway, number):
        _take_away(session, number)
        row = _exactly(session, Sim(gateway, number, 0))
        row = row or SimRow(gateway=gateway, device=number, slot=0, seen_at=now)
        row.number = number
        session.add(row)
        session.flush()


def add_channel(session: Session, viewer: Viewer, number: str, gateway: str, now: datetime) -> str:
    """Let workers write to a number whose SIM is in a telephone, or that is Twilio's; gives it in E.164.

    Refused: (422, "bad_number"), (422, "incomplete"), (409, "number_is_proxy").
    """
    coordinators_only(viewer)
    if gateway not in (*GATEWAYS, TWILIO):
        raise Refused(422, "incomplete")
    number = read_number(number)
    pool.claim_channel(session, number)
    session.flush()
    _carried_by(session, number, gateway)
    known_by_number(session, number, gateway, now)
    audit.record(session, viewer.person_id, "number.channel", number, now, gateway=gateway)
    return number


def end_channel(session: Session, viewer: Viewer, number: str, now: datetime) -> None:
    """Write to nobody from a number any more; it may then serve anything else. Refused(404, "no_such_number")."""
    coordinators_only(viewer)
    row = session.get(Number, number)
    if row is None or row.use != pool.CHANNEL or row.gateway not in (*GATEWAYS, TWILIO):
        raise Refused(404, "no_such_number")
    _take_away(session, number)
    session.delete(row)
    audit.record(session, viewer.person_id, "number.end", number, now)


def channels(session: Session, viewer: Viewer) -> list[tuple[str, str]]:
    """The numbers that workers write to, each with its gateway."""
    coordinators_only(viewer)
    rows = session.exec(select(Number).where(Number.use == pool.CHANNEL).order_by(Number.number))
    return [(row.number, row.gateway) for row in rows]


def _exactly(session: Session, sim: Sim) -> SimRow | None:
    its = SimRow.gateway == sim.gateway, SimRow.device == sim.device, SimRow.slot == sim.slot
    return session.exec(select(SimRow).where(*its)).one_or_none()


def _only_one(session: Session, sim: Sim) -> SimRow | None:
    """The one SIM that is known of a telephone; with two, a message without a slot could be either's."""
    rows = session.exec(select(SimRow).where(SimRow.gateway == sim.gateway, SimRow.device == sim.device)).all()
    return rows[0] if len(rows) == 1 and rows[0].number else None


def _take_away(session: Session, number: str) -> None:
    """A SIM that moved is not where it was: that place is forgotten until a gateway speaks of it again."""
    session.connection().execute(_sim.delete().where(_sim.c.number == number))
    session.expire_all()


def _carried_by(session: Session, number: str, gateway: str) -> None:
    row = session.get_one(Number, number)
    row.gateway = gateway
    session.add(row)


def _sim_of(row: SimRow) -> Sim:
    return Sim(row.gateway, row.device, row.slot)


def _view(row: SimRow) -> SimView:
    return SimView(row.id or 0, _sim_of(row), row.number or "", row.seen_at)
