"""When every number is full a case stands in a line: first come, first served, and a portal's refusal teaches a cap."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlmodel import Session, select

from api.desk import cases, queue
from api.errors import Refused
from api.keys.vault import TeamKey, Vault
from api.numbers import leases, places, waiting
from api.numbers.leases import LeaseView
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import Lease, NumberWait, PortalRefusal
from flows.portal import Portal
from tests.factories import MINISTRY, NOW, make_case, make_coordinator, make_numbers
from tests.together import at_once

ONE = MINISTRY.model_copy(update={"people_per_number": 1, "cooling_days": 0})
TWO = MINISTRY.model_copy(update={"people_per_number": 2, "cooling_days": 0})
UNKNOWN = MINISTRY.model_copy(update={"people_per_number": None, "cooling_days": 0})
PORTALS = {MINISTRY.portal: ONE}


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def lend(db: Database, viewer: Viewer, reference: str, minutes: float = 0, portal: Portal = ONE) -> LeaseView | None:
    return db.write_now(lambda session: leases.lend_or_wait(session, viewer, reference, portal, at(minutes)))


def refuse(db: Database, viewer: Viewer, reference: str, portal: Portal, minutes: float = 0) -> LeaseView | None:
    return db.write_now(lambda session: leases.refused_by_portal(session, viewer, reference, portal, at(minutes)))


def give_back(db: Database, viewer: Viewer, reference: str, minutes: float, portal: Portal = ONE) -> None:
    db.write_now(lambda session: leases.end_lease(session, viewer, reference, portal.portal, at(minutes)))


def line(db: Database, minutes: float = 0, portal: Portal = ONE) -> dict[str, tuple[int, bool]]:
    found = db.read_now(lambda session: waiting.line(session, {portal.portal: portal}, at(minutes)))
    return {reference: (entry.place, entry.ready) for reference, entry in found.items()}


def mine(db: Database, vault: Vault, viewer: Viewer, count: int) -> list[str]:
    return [make_case(db, vault, claimed_by=viewer).reference for _ in range(count)]


def test_who_finds_no_number_waits_and_sees_her_place(db: Database, vault: Vault, coordinator: Viewer) -> None:
    make_numbers(db, coordinator, 1)
    first, second, third = mine(db, vault, coordinator, 3)
    assert lend(db, coordinator, first)
    assert lend(db, coordinator, second) is None
    assert lend(db, coordinator, third) is None
    assert lend(db, coordinator, third, 5) is None, "asking again changes no place"
    assert line(db) == {second: (1, False), third: (2, False)}


def test_a_place_that_becomes_free_is_for_whoever_waited_longest(
    db: Database, vault: Vault, coordinator: Viewer
) -> None:
    make_numbers(db, coordinator, 1)
    first, second, third, fourth = mine(db, vault, coordinator, 4)
    for reference in (first, second, third):
        lend(db, coordinator, reference)
    give_back(db, coordinator, first, 10)
    assert db.write_now(lambda session: leases.expire_leases(session, at(10))) is None
    assert db.write_now(lambda session: waiting.offer(session, PORTALS, at(10))) == {second}
    assert db.write_now(lambda session: waiting.offer(session, PORTALS, at(11))) == set(), "it is said once"
    assert line(db, 11) == {second: (1, True), third: (2, False)}
    assert lend(db, coordinator, third, 12) is None
    with pytest.raises(Refused, match="no_free_number"):
        db.write_now(lambda session: leases.lend(session, coordinator, fourth, ONE, at(12)))
    assert lend(db, coordinator, second, 13)
    assert line(db, 13) == {third: (1, False)}


def test_a_place_that_nobody_takes_for_two_hours_is_for_the_next(
    db: Database, vault: Vault, coordinator: Viewer
) -> None:
    make_numbers(db, coordinator, 1)
    first, second, third = mine(db, vault, coordinator, 3)
    for reference in (first, second, third):
        lend(db, coordinator, reference)
    give_back(db, coordinator, first, 0)
    db.write_now(lambda session: leases.expire_leases(session, at(0)))
    db.write_now(lambda session: waiting.offer(session, PORTALS, at(0)))
    assert lend(db, coordinator, third, 119) is None
    assert line(db, 120) == {second: (1, True), third: (2, True)}
    assert lend(db, coordinator, third, 120)
    assert line(db, 121) == {second: (1, False)}, "who let it pass keeps her place in the line"


def test_a_case_that_is_closed_forgotten_or_needs_none_leaves_the_line(
    db: Database, vault: Vault, coordinator: Viewer
) -> None:
    make_numbers(db, coordinator, 1)
    first, second, third, fourth, fifth = mine(db, vault, coordinator, 5)
    for reference in (first, second, third, fourth, fifth):
        lend(db, coordinator, reference)
    db.write_now(lambda session: queue.close(session, coordinator, second, "done", NOW))
    db.write_now(lambda session: cases.forget(session, vault, third, NOW))
    db.write_now(lambda session: leases.stop_waiting(session, coordinator, fourth, ONE.portal))
    assert line(db) == {fifth: (1, False)}


def test_a_refusal_teaches_the_cap_of_a_portal_that_never_said_one(
    db: Database, vault: Vault, coordinator: Viewer
) -> None:
    one, other = make_numbers(db, coordinator, 2)
    references = mine(db, vault, coordinator, 10)
    for reference in references[:6]:
        lend(db, coordinator, reference, portal=UNKNOWN)
    another = refuse(db, coordinator, references[4], UNKNOWN)  # the third person on the first number
    assert another is None, "the second number has three already, and no number gets more than two now"
    assert db.read_now(lambda session: places.caps(session, UNKNOWN)).each == 2
    with pytest.raises(Refused, match="no_free_number"):
        db.write_now(lambda session: leases.lend(session, coordinator, references[6], UNKNOWN, NOW))
    db.write_now(lambda session: places.accept_again(session, coordinator, one, UNKNOWN.portal, NOW))
    db.write_now(lambda session: places.accept_again(session, coordinator, other, UNKNOWN.portal, NOW))
    assert lend(db, coordinator, references[4], portal=UNKNOWN), "a coordinator may say that it was a mistake"


def test_a_refused_case_gets_another_number_at_once(db: Database, vault: Vault, coordinator: Viewer) -> None:
    make_numbers(db, coordinator, 2)
    (reference,) = mine(db, vault, coordinator, 1)
    first = lend(db, coordinator, reference, portal=TWO)
    second = refuse(db, coordinator, reference, TWO)
    assert first
    assert second
    assert second.number != first.number
    assert refuse(db, coordinator, reference, TWO) is None, "no number is left that was not refused for it"
    (other,) = mine(db, vault, coordinator, 1)
    assert lend(db, coordinator, other, portal=TWO) is None, "a number refused before it served anybody is not lent"
    assert db.read_now(lambda session: places.caps(session, UNKNOWN)).each is None, "nor does it say anything of others"


def test_a_full_number_is_not_lent_though_its_people_have_high_places(
    db: Database, vault: Vault, coordinator: Viewer
) -> None:
    """Three people from before a cap was learnt; the first gives back, and still two are there."""
    make_numbers(db, coordinator, 1)
    references = mine(db, vault, coordinator, 5)
    for reference in references[:4]:
        lend(db, coordinator, reference, portal=UNKNOWN)
    db.write_now(lambda session: session.add(_refusal("+96181000100", 2)))
    give_back(db, coordinator, references[0], 1, UNKNOWN)
    assert lend(db, coordinator, references[4], 2, UNKNOWN) is None


def _refusal(number: str, people: int) -> PortalRefusal:
    return PortalRefusal(number=number, portal=UNKNOWN.portal, people=people, refused_at=NOW)


def test_many_who_ask_and_are_refused_at_once_break_no_cap_and_jump_no_line(
    url: str, vault: Vault, team: TeamKey
) -> None:
    db = Database(url, vault.keyring, threads=8)
    coordinator = make_coordinator(db, team)
    make_numbers(db, coordinator, 3)
    references = mine(db, vault, coordinator, 16)
    for reference in references[:6]:
        lend(db, coordinator, reference, portal=TWO)
    calls = [lambda r=reference: lend(db, coordinator, r, 1, TWO) for reference in references[6:]]
    calls += [lambda r=reference: refuse(db, coordinator, r, TWO, 1) for reference in references[:3]]
    outcomes = at_once(calls)
    assert not [one for one in outcomes if isinstance(one, Exception)]
    held = db.read_now(lambda session: session.exec(select(Lease).where(Lease.state != "ended")).all())
    assert max(Counter(lease.number for lease in held).values()) <= 2
    assert len({(lease.number, lease.place) for lease in held}) == len(held)
    in_line = db.read_now(lambda session: session.exec(select(NumberWait).order_by(NumberWait.id)).all())
    assert len({entry.case_id for entry in in_line}) == len(in_line)
    assert not {entry.case_id for entry in in_line} & {lease.case_id for lease in held}
    db.close()


steps = st.lists(
    st.tuples(st.sampled_from(["ask", "back", "refused", "close", "wait"]), st.integers(0, 5)), max_size=30
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_whatever_happens_who_came_first_gets_the_number_first(
    db: Database, vault: Vault, coordinator: Viewer, steps: list[tuple[str, int]]
) -> None:
    """Six cases and two numbers with two places: nobody gets a place while one who waited longer could have it."""

    def begin_again(session: Session) -> None:
        for table in (Lease, NumberWait, PortalRefusal):
            session.connection().execute(delete(table))

    db.write_now(begin_again)
    make_numbers(db, coordinator, 2)
    references, minutes = mine(db, vault, coordinator, 6), 0
    for action, which in steps:
        minutes += 30 if action == "wait" else 0
        db.write_now(lambda session, m=minutes: leases.expire_leases(session, at(m)))
        before = line(db, minutes, TWO)
        lent = _step(db, coordinator, action, references[which], minutes)
        if lent and action == "ask" and references[which] in before:
            assert before[references[which]][1], "only who was told that a number is free gets it"
        held = db.read_now(lambda session: session.exec(select(Lease).where(Lease.state != "ended")).all())
        assert max(Counter(lease.number for lease in held).values(), default=0) <= 2
        db.write_now(lambda session: waiting.offer(session, {MINISTRY.portal: TWO}, at(minutes)))  # noqa: B023


def _step(db: Database, viewer: Viewer, action: str, reference: str, minutes: int) -> LeaseView | None:
    try:
        if action == "ask":
            return lend(db, viewer, reference, minutes, TWO)
        if action == "back":
            give_back(db, viewer, reference, minutes, TWO)
        if action == "refused":
            return refuse(db, viewer, reference, TWO, minutes)
        if action == "close":
            db.write_now(lambda session: queue.close(session, viewer, reference, "done", at(minutes)))
    except Refused:
        pass
    return None
