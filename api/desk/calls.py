"""Masked calls: a volunteer and a worker speak, and neither sees the other's number. That they did is on the case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from api.answers import decode, encode, unpack, unpack_contact
from api.errors import Refused
from api.keys.keyring import Gone
from api.keys.vault import CaseKey, Vault
from api.numbers.e164 import read_number
from api.outbound.replies import address_index
from api.staff import audit
from api.staff.access import FORGOTTEN, claimed_case, id_of, open_key
from api.staff.people import Viewer
from api.tables import Call, CaseRow, Item, OnCall, Person, metadata
from flows.loader import Library

LIVES = timedelta(hours=2)
"""How long the server can read the two numbers of a call that never said that it ended."""
LONGEST_SHIFT = timedelta(hours=12)
RINGING, CONNECTED = "ringing", "connected"
UNDER_WAY = (RINGING, CONNECTED)
_call, _on_call = metadata.tables["call"], metadata.tables["on_call"]


@dataclass(frozen=True, slots=True)
class Order:
    """A call to be placed: its id, and the volunteer's number (E.164) to ring first."""

    id: int
    volunteer: str


@dataclass(frozen=True, slots=True)
class Legs:
    """The two ends of a call under way (E.164), who of us takes part, in which language, and of which case."""

    volunteer: str
    worker: str
    direction: str
    language: str
    reference: str


@dataclass(frozen=True, slots=True)
class Shift:
    """Until when the viewer takes calls, and at which number (E.164)."""

    number: str
    until: datetime


def begin(
    session: Session, vault: Vault, library: Library, viewer: Viewer, reference: str, own_number: str, now: datetime
) -> Order:
    """Begin a call from a volunteer to the worker of her case; the route places it after the commit.

    `own_number` is where she is rung, with its country. Refused: (422, "bad_number"), (409, "no_number_to_call"),
    (409, "not_claimed"), (404, "no_such_case").
    """
    own = read_number(own_number)
    case = claimed_case(session, viewer, reference)
    worker = _her_number(session, library, case, open_key(vault, viewer, case))
    call_id = _store(session, vault, id_of(case), viewer.person_id, "out", own, worker, now)
    audit.record(session, viewer.person_id, "call.begin", reference, now)
    return Order(call_id, own)


def incoming(session: Session, vault: Vault, caller: str, now: datetime) -> Order | None:
    """A worker (E.164) calls the desk: the volunteer to ring, if one of those on call may be; hers before others.

    None when the caller has no case, or nobody takes calls now: then it is a missed call.
    """
    case = _case_of(session, vault, caller)
    volunteer = _who_takes_it(session, vault, case, now) if case else None
    if case is None or volunteer is None:
        return None
    person_id, number = volunteer
    return Order(_store(session, vault, id_of(case), person_id, "in", number, caller, now), number)


def legs(session: Session, vault: Vault, call_id: int) -> Legs | None:
    """The two ends of a call; None when it is over or there is none."""
    row = session.get(Call, call_id)
    if row is None or not row.box:
        return None
    try:
        volunteer, worker = decode(vault.unlock(row.box))
    except Gone:
        return None
    person = session.exec(select(Person.language).where(Person.id == row.person_id)).one()
    return Legs(volunteer, worker, row.direction, person, _reference(session, row.case_id))


def connected(session: Session, call_id: int) -> None:
    """The volunteer pressed 1: the two are being connected."""
    ringing = _call.c.id == call_id, _call.c.state == RINGING
    session.connection().execute(_call.update().where(*ringing).values(state=CONNECTED))


def ended(
    session: Session, call_id: int, outcome: str, seconds: int, now: datetime, *, states: Sequence[str] = UNDER_WAY
) -> str:
    """A call is over, however it went: its numbers are emptied. Gives the reference of its case, once.

    `states` are those from which it may end so: two reports of one call come in any order.
    """
    open_one = _call.c.id == call_id, _call.c.state.in_(states)
    over = {"state": outcome, "seconds": seconds, "ended_at": now, "box": b""}
    ended_one = _call.update().where(*open_one).values(over).returning(_call.c.case_id)
    case_id = session.connection().execute(ended_one).scalar_one_or_none()
    return "" if case_id is None else _reference(session, case_id)


def calls_of(session: Session, case_id: int) -> list[Call]:
    """The calls of a case, oldest first; for `api.desk.caseview`."""
    return list(session.exec(select(Call).where(Call.case_id == case_id).order_by(col(Call.id))))


def take_calls(session: Session, vault: Vault, viewer: Viewer, number: str, hours: int, now: datetime) -> None:
    """Take calls for some hours, at a number with its country. Refused: (422, "bad_number"), (422, "too_long")."""
    if not timedelta(0) < timedelta(hours=hours) <= LONGEST_SHIFT:
        raise Refused(422, "too_long")
    until = now + timedelta(hours=hours)
    box = vault.lock(encode(read_number(number)), expires=until)
    session.merge(OnCall(person_id=viewer.person_id, box=box, since=now, until=until))
    audit.record(session, viewer.person_id, "call.duty", "", now)


def take_no_calls(session: Session, viewer: Viewer) -> None:
    """Take no more calls."""
    session.connection().execute(_on_call.delete().where(_on_call.c.person_id == viewer.person_id))


def shift_of(session: Session, vault: Vault, viewer: Viewer, now: datetime) -> Shift | None:
    """Until when she takes calls, if she does."""
    row = session.get(OnCall, viewer.person_id)
    return Shift(decode(vault.unlock(row.box)), row.until) if row and row.until > now else None


def end_what_is_over(session: Session, now: datetime) -> None:
    """End shifts, and calls of which nobody told us that they ended."""
    session.connection().execute(_on_call.delete().where(_on_call.c.until <= now))
    lost = _call.c.state.in_(UNDER_WAY), _call.c.created_at <= now - LIVES
    session.connection().execute(_call.update().where(*lost).values(state="failed", ended_at=now, box=b""))


def _store(
    session: Session, vault: Vault, case_id: int, person_id: int, direction: str, own: str, worker: str, now: datetime
) -> int:
    box = vault.lock(encode([own, worker]), expires=now + LIVES)
    row = Call(case_id=case_id, person_id=person_id, direction=direction, box=box, created_at=now)
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


def _her_number(session: Session, library: Library, case: CaseRow, key: CaseKey) -> str:
    """The number that she writes from; by chat, the one that she gave in her answers. Refused(409, …) without one."""
    items = _newest(session, case, key)
    contact = unpack_contact(items["address"]) if "address" in items else None
    if contact and contact.manner == "sms" and contact.address.startswith("+"):
        return contact.address
    service = library.services.get(case.service)
    answers = unpack(items["answers"]) if "answers" in items else {}
    for name, answer in answers.items():
        asked = service.by_name.get(name) if service else None
        if asked and asked.question.type == "phone" and isinstance(answer.value, str) and answer.value.startswith("+"):
            return answer.value
    raise Refused(409, "no_number_to_call")


def _newest(session: Session, case: CaseRow, key: CaseKey) -> Mapping[str, bytes]:
    """The newest answers and address of a case, opened."""
    sealed = select(Item).where(Item.case_id == case.id, col(Item.kind).in_(("address", "answers")))
    rows = session.exec(sealed.order_by(col(Item.id)))
    return {row.kind: key.open(Vault.item_context(id_of(case), row.kind), row.box) for row in rows}


def _case_of(session: Session, vault: Vault, caller: str) -> CaseRow | None:
    """The newest case of whoever calls from this number that is not over."""
    hers = CaseRow.address_index == address_index(vault, "sms:", caller), col(CaseRow.state).in_(("open", "claimed"))
    return session.exec(select(CaseRow).where(*hers).order_by(col(CaseRow.id).desc()).limit(1)).first()


def _who_takes_it(session: Session, vault: Vault, case: CaseRow, now: datetime) -> tuple[int, str] | None:
    """Her own volunteer if she takes calls, else whoever has waited longest for one."""
    ready = session.exec(select(OnCall).where(OnCall.until > now).order_by(col(OnCall.since))).all()
    hers = [row for row in ready if row.person_id == case.claimed_by]
    first = next(iter((*hers, *ready)), None)
    return (first.person_id, decode(vault.unlock(first.box))) if first else None


def _reference(session: Session, case_id: int) -> str:
    known = select(CaseRow.reference).where(CaseRow.id == case_id, CaseRow.state != FORGOTTEN)
    return session.exec(known).one_or_none() or ""
