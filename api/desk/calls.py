"""Masked calls: a volunteer and a worker speak, and neither sees the other's number. That they did is on the case.

A call to the desk that nobody takes is a missed call: somebody has to call back.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import phonenumbers
from babel.languages import get_official_languages
from sqlmodel import Session, col, select

from api.answers import Contact, decode, encode
from api.desk import tallies
from api.desk.answered import answers_in
from api.desk.cases import open_case
from api.desk.contacts import contact_of
from api.desk.tasks import open_task
from api.errors import Refused
from api.keys.keyring import Gone
from api.keys.vault import CaseKey, Vault
from api.numbers import pool
from api.numbers.e164 import read_number
from api.outbound.replies import address_index
from api.staff import audit
from api.staff.access import FORGOTTEN, claimed_case, id_of, open_key
from api.staff.people import Viewer
from api.store.once import insert_once
from api.tables import Call, CaseRow, OnCall, Person, metadata
from flows.loader import Library

LIVES = timedelta(hours=2)
"""How long the server can read the two numbers of a call that never said that it ended."""
RINGS = timedelta(minutes=5)
"""How long a call can ring at most, all its legs together; who hangs up meanwhile is not always told of."""
BACK_WITHIN = timedelta(hours=2)
"""How soon somebody has to call back."""
ONE_CALL = timedelta(minutes=10)
"""Who lets it ring again within this time is still on the same missed call."""
HIDDEN = frozenset(("+266696687", "+7378742833", "+2562533", "+8566696", "+86282452253"))
"""What Twilio writes for a number that is not shown: ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE, as keys."""
LONGEST_SHIFT = timedelta(hours=12)
RINGING, CONNECTED, MISSED = "ringing", "connected", "missed"
UNDER_WAY = (RINGING, CONNECTED)
_call, _on_call, _seen = metadata.tables["call"], metadata.tables["on_call"], metadata.tables["seen"]


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
    return begin_in(session, vault, library, viewer, claimed_case(session, viewer, reference), own_number, now)


def begin_in(
    session: Session, vault: Vault, library: Library, viewer: Viewer, case: CaseRow, own_number: str, now: datetime
) -> Order:
    """The same for a case that she may call in for another reason: she goes along. Refused as above."""
    own, worker = read_number(own_number), _her_number(session, library, case, open_key(vault, viewer, case))
    call_id = _store(session, vault, id_of(case), viewer.person_id, "out", own, worker, now)
    audit.record(session, viewer.person_id, "call.begin", case.reference, now)
    return Order(call_id, own)


def incoming(session: Session, vault: Vault, caller: str, now: datetime) -> Order | None:
    """A worker (E.164) calls the desk: the volunteer to ring, if one of those on call may be; hers before others.

    None when the caller has no case, or nobody takes calls now: then it is a missed call.
    """
    case = _case_of(session, vault, caller)
    if case is None:
        return None
    if ringing := _ringing(session, vault, id_of(case)):
        return ringing  # the provider asks twice
    volunteer = _who_takes_it(session, vault, case, now)
    if volunteer is None:
        return None
    person_id, number = volunteer
    return Order(_store(session, vault, id_of(case), person_id, "in", number, caller, now), number)


def missed(session: Session, vault: Vault, caller: str, lane: str, now: datetime, *, service: str = "") -> str:
    """Nobody took a call to a number of ours: somebody has to call back. Gives the reference of the case, if any.

    `caller` is as the provider wrote it, `lane` the channel's (`sms:+961…`) by which we could write to her. Who has a
    case gets a task on it; anybody else a new case of `service` that asks for a call, once a day. Nothing is sent: on
    a phone that others read it would say that she called. A hidden number is only counted, one of ours nothing.
    """
    if caller in HIDDEN or not re.fullmatch(r"\+[1-9][0-9]{6,14}", caller):
        tallies.add(session, now.date(), tallies.UNKNOWN, ("call",))
        return ""
    if pool.use_of(session, caller):
        return ""
    case = _case_of(session, vault, caller)
    if case is None and insert_once(session, _seen, {"key": _day_of(vault, caller, now), "at": now}) is not None:
        return _open_for_call(session, vault, caller, lane, now, service)
    case = case or _case_of(session, vault, caller, ("open", "claimed", "closed"))
    if case is None:
        return ""
    _miss(session, id_of(case), now)
    if not (case.call and case.state == "open"):  # that case asks for a call already
        open_task(session, "call_back", now, due_at=now + BACK_WITHIN, case_id=id_of(case))
    return case.reference


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

    `states` are those from which it may end so: two reports of one call come in any order. Whoever took it and pressed
    nothing was a mailbox: that is no answer. A worker's call that was not answered has to be called back.
    """
    row = session.get(Call, call_id, with_for_update=True)
    if row is None or row.state not in states:
        return ""
    if outcome == "answered" and row.state == RINGING:
        outcome, seconds = "no_answer", 0
    row.state, row.seconds, row.ended_at, row.box = outcome, seconds, now, b""
    session.add(row)
    if row.direction == "in" and outcome != "answered":
        open_task(session, "call_back", now, due_at=now + BACK_WITHIN, case_id=row.case_id)
    return _reference(session, row.case_id)


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


def end_shifts(session: Session, now: datetime) -> None:
    """Delete the shifts that are over."""
    session.connection().execute(_on_call.delete().where(_on_call.c.until <= now))


def end_lost(session: Session, now: datetime) -> None:
    """End calls of which nobody told us that they ended: until then the next call of that case would ring nowhere."""
    for state, outcome, longest in ((RINGING, "no_answer", RINGS), (CONNECTED, "failed", LIVES)):
        lost = select(Call.id).where(Call.state == state, Call.created_at <= now - longest)
        for call_id in session.exec(lost).all():
            ended(session, call_id or 0, outcome, 0, now)


def _store(
    session: Session, vault: Vault, case_id: int, person_id: int, direction: str, own: str, worker: str, now: datetime
) -> int:
    box = vault.lock(encode([own, worker]), expires=now + LIVES)
    row = Call(case_id=case_id, person_id=person_id, direction=direction, box=box, created_at=now)
    session.add(row)
    session.flush()
    return row.id or 0


def _her_number(session: Session, library: Library, case: CaseRow, key: CaseKey) -> str:
    """The number that she writes from; by chat, the one that she gave in her answers. Refused(409, …) without one."""
    contact = contact_of(session, key, case)
    if contact.manner == "sms" and contact.address.startswith("+"):
        return contact.address
    service = library.services.get(case.service)
    for name, answer in answers_in(session, key, case).items():
        asked = service.by_name.get(name) if service else None
        if asked and asked.question.type == "phone" and isinstance(answer.value, str) and answer.value.startswith("+"):
            return answer.value
    raise Refused(409, "no_number_to_call")


def _case_of(
    session: Session, vault: Vault, caller: str, states: Sequence[str] = ("open", "claimed")
) -> CaseRow | None:
    """The newest case of whoever calls from this number, and writes from it; by default one that is not over."""
    indexes = [address_index(vault, lane, caller) for lane in ("sms:", "whatsapp:")]
    hers = col(CaseRow.address_index).in_(indexes), col(CaseRow.state).in_(states)
    return session.exec(select(CaseRow).where(*hers).order_by(col(CaseRow.id).desc()).limit(1)).first()


def _day_of(vault: Vault, caller: str, now: datetime) -> bytes:
    """By which it is recognised that somebody's missed call opened a case today (UTC)."""
    return vault.index("missed call", caller, now.date().isoformat())


def _open_for_call(session: Session, vault: Vault, caller: str, lane: str, now: datetime, service: str) -> str:
    contact = Contact("sms", lane, caller, "sms", language_of(lane.partition(":")[2]))
    opened = open_case(session, vault, service=service, contact=contact, answers={}, route={}, call=True, now=now)
    _miss(session, opened.id, now)
    return opened.reference


def _miss(session: Session, case_id: int, now: datetime) -> None:
    """The fact of a missed call, on the case; once for several rings in a row."""
    recent = Call.case_id == case_id, Call.state == MISSED, Call.created_at > now - ONE_CALL
    if session.exec(select(Call.id).where(*recent).limit(1)).first() is None:
        session.add(Call(case_id=case_id, direction="in", state=MISSED, box=b"", created_at=now, ended_at=now))
        session.flush()


def language_of(number: str) -> str:
    """The first official language (ISO 639) of the country of a number (E.164): in it we begin until we know hers."""
    try:
        country = phonenumbers.region_code_for_number(phonenumbers.parse(number)) or ""
    except phonenumbers.NumberParseException:
        country = ""
    official = get_official_languages(country) or get_official_languages(country, de_facto=True) if country else ()
    return official[0].partition("_")[0] if official else "en"


def _ringing(session: Session, vault: Vault, case_id: int) -> Order | None:
    """The call of hers to the desk that rings just now."""
    hers = select(Call).where(Call.case_id == case_id, Call.direction == "in", Call.state == RINGING)
    row = session.exec(hers.order_by(col(Call.id).desc()).limit(1)).first()
    found = legs(session, vault, row.id or 0) if row else None
    return Order(row.id or 0, found.volunteer) if row and found else None


def _who_takes_it(session: Session, vault: Vault, case: CaseRow, now: datetime) -> tuple[int, str] | None:
    """Her own volunteer if she takes calls, else whoever has waited longest for one."""
    ready = session.exec(select(OnCall).where(OnCall.until > now).order_by(col(OnCall.since))).all()
    hers = [row for row in ready if row.person_id == case.claimed_by]
    first = next(iter((*hers, *ready)), None)
    return (first.person_id, decode(vault.unlock(first.box))) if first else None


def _reference(session: Session, case_id: int) -> str:
    known = select(CaseRow.reference).where(CaseRow.id == case_id, CaseRow.state != FORGOTTEN)
    return session.exec(known).one_or_none() or ""
