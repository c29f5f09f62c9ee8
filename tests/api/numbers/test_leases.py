"""A number is lent within its caps, however many ask, and a place that was given back rests first."""

from collections import Counter
from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlmodel import Session, select

from api.desk import queue
from api.errors import Refused
from api.keys.vault import TeamKey, Vault
from api.numbers import leases, pool
from api.numbers.leases import LeaseView
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import Lease
from flows.portal import Portal
from tests.factories import MINISTRY, NOW, make_case, make_coordinator, make_numbers
from tests.together import at_once

EMBASSY = MINISTRY.model_copy(update={"portal": "embassy", "people_per_number": 1})
NO_CAP = MINISTRY.model_copy(update={"people_per_number": None})
TWO_EACH = MINISTRY.model_copy(update={"people_per_number": 2})
COOL = timedelta(days=MINISTRY.cooling_days)


def lend(db: Database, viewer: Viewer, reference: str, portal: Portal = MINISTRY, days: int = 0) -> LeaseView:
    now = NOW + timedelta(days=days)
    return db.write_now(lambda session: leases.lend(session, viewer, reference, portal, now))


def give_back(db: Database, viewer: Viewer, reference: str, days: int = 0) -> None:
    now = NOW + timedelta(days=days)
    db.write_now(lambda session: leases.end_lease(session, viewer, reference, MINISTRY.portal, now))


def test_a_case_gets_a_number_and_keeps_it(db: Database, vault: Vault, volunteer: Viewer, coordinator: Viewer) -> None:
    (number,) = make_numbers(db, coordinator, 1)
    opened = make_case(db, vault, claimed_by=volunteer)
    first = lend(db, volunteer, opened.reference)
    assert (first.number, first.portal, first.state) == (number, "model_ministry", "active")
    assert lend(db, volunteer, opened.reference, days=1) == first
    assert db.read_now(leases.lent_now) == [(opened.reference, first)]


def test_the_least_loaded_number_is_lent_first(
    db: Database, vault: Vault, volunteer: Viewer, coordinator: Viewer
) -> None:
    lent_from = make_numbers(db, coordinator, 3)
    references = [make_case(db, vault, claimed_by=volunteer).reference for _ in range(6)]
    lent = [lend(db, volunteer, reference).number for reference in references]
    assert Counter(lent) == dict.fromkeys(lent_from, 2)


def test_each_portal_counts_its_own_people(db: Database, vault: Vault, volunteer: Viewer, coordinator: Viewer) -> None:
    make_numbers(db, coordinator, 1)
    one, other = (make_case(db, vault, claimed_by=volunteer).reference for _ in range(2))
    lend(db, volunteer, one, EMBASSY)
    lend(db, volunteer, one)
    lend(db, volunteer, other)
    with pytest.raises(Refused, match="no_free_number"):
        lend(db, volunteer, other, EMBASSY)


def test_a_portal_whose_cap_nobody_knows_has_none(
    db: Database, vault: Vault, volunteer: Viewer, coordinator: Viewer
) -> None:
    (number,) = make_numbers(db, coordinator, 1)
    lent = [lend(db, volunteer, make_case(db, vault, claimed_by=volunteer).reference, NO_CAP) for _ in range(9)]
    assert {lease.number for lease in lent} == {number}


def test_a_place_that_was_given_back_cools_before_it_is_lent_again(
    db: Database, vault: Vault, volunteer: Viewer, coordinator: Viewer
) -> None:
    make_numbers(db, coordinator, 1)
    one, other = (make_case(db, vault, claimed_by=volunteer).reference for _ in range(2))
    lend(db, volunteer, one, EMBASSY)
    db.write_now(lambda session: leases.end_lease(session, volunteer, one, "embassy", NOW))
    with pytest.raises(Refused, match="no_free_number"):
        lend(db, volunteer, other, EMBASSY, days=COOL.days - 1)
    assert lend(db, volunteer, other, EMBASSY, days=COOL.days)


def test_retired_unpaid_and_channel_numbers_are_not_lent(
    db: Database, vault: Vault, volunteer: Viewer, coordinator: Viewer
) -> None:
    (number,) = make_numbers(db, coordinator, 1)

    def close_the_pool(session: Session) -> None:
        pool.retire_number(session, coordinator, number, NOW)
        pool.add_number(session, coordinator, "+96181000200", NOW, paid_until=date(2026, 11, 23))
        pool.claim_channel(session, "+96181000300")

    db.write_now(close_the_pool)
    reference = make_case(db, vault, claimed_by=volunteer).reference
    with pytest.raises(Refused, match="no_free_number"):
        lend(db, volunteer, reference)
    db.write_now(lambda session: pool.add_number(session, coordinator, number, NOW))
    assert lend(db, volunteer, reference).number == number


def test_only_whoever_claimed_the_case_lends_for_it(
    db: Database, vault: Vault, volunteer: Viewer, coordinator: Viewer
) -> None:
    make_numbers(db, coordinator, 1)
    waiting = make_case(db, vault).reference
    taken = make_case(db, vault, claimed_by=coordinator).reference
    for reference in (waiting, taken):
        with pytest.raises(Refused, match="no_such_case"):
            lend(db, volunteer, reference)
    with pytest.raises(Refused, match="not_claimed"):
        lend(db, coordinator, waiting)
    with pytest.raises(Refused, match="no_lease"):
        give_back(db, coordinator, taken)


def test_thirty_who_ask_at_once_get_exactly_the_twelve_places(url: str, vault: Vault, team: TeamKey) -> None:
    db = Database(url, vault.keyring, threads=8)
    coordinator = make_coordinator(db, team)
    make_numbers(db, coordinator, 3)
    references = [make_case(db, vault, claimed_by=coordinator).reference for _ in range(30)]
    outcomes = at_once(lambda r=reference: lend(db, coordinator, r) for reference in references)
    lent = [outcome for outcome in outcomes if isinstance(outcome, LeaseView)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    assert (len(lent), len(refused)) == (12, 18)
    assert {refusal.code for refusal in refused} == {"no_free_number"}
    assert set(Counter(lease.number for lease in lent).values()) == {4}
    db.close()


def test_one_case_that_asks_twice_at_once_gets_one_number(url: str, vault: Vault, team: TeamKey) -> None:
    db = Database(url, vault.keyring, threads=8)
    coordinator = make_coordinator(db, team)
    make_numbers(db, coordinator, 3)
    reference = make_case(db, vault, claimed_by=coordinator).reference
    lent = at_once(lambda: lend(db, coordinator, reference) for _ in range(6))
    assert len({lease.number for lease in lent if isinstance(lease, LeaseView)}) == 1
    assert all(isinstance(lease, LeaseView) for lease in lent)
    assert len(db.read_now(leases.lent_now)) == 1
    db.close()


steps = st.lists(st.tuples(st.sampled_from(["lend", "give back", "close", "a week"]), st.integers(0, 5)), max_size=40)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_whatever_happens_no_cap_is_broken_and_no_place_is_lent_warm(
    db: Database, vault: Vault, coordinator: Viewer, steps: list[tuple[str, int]]
) -> None:
    """Six cases and two numbers with two places each, in any order of lending, giving back, closing and waiting."""
    db.write_now(lambda session: session.connection().execute(delete(Lease)))
    make_numbers(db, coordinator, 2)
    references = [make_case(db, vault, claimed_by=coordinator).reference for _ in range(6)]
    days = 0
    for action, which in steps:
        days += 7 if action == "a week" else 0
        with suppress(Refused):
            act(db, coordinator, action, references[which], days)
        now = NOW + timedelta(days=days)
        held = db.read_now(lambda session: session.exec(select(Lease).where(Lease.state != "ended")).all())
        warm = [lease for lease in held if lease.cool_until is None or lease.cool_until > now]
        assert max(Counter(lease.number for lease in warm).values(), default=0) <= TWO_EACH.people_per_number
        assert len({(lease.number, lease.place) for lease in warm}) == len(warm)


def act(db: Database, viewer: Viewer, action: str, reference: str, days: int) -> None:
    now = NOW + timedelta(days=days)
    if action == "lend":
        lend(db, viewer, reference, TWO_EACH, days)
    elif action == "give back":
        give_back(db, viewer, reference, days)
    elif action == "close":
        db.write_now(lambda session: queue.close(session, viewer, reference, "done", now))
