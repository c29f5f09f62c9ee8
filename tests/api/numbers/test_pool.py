"""The pool of numbers: a number is a channel or a proxy, never both."""

from datetime import date

import pytest

from api.errors import Refused
from api.keys.vault import Vault
from api.numbers import leases, pool
from api.staff import audit
from api.staff.people import Viewer
from api.store.db import Database
from tests.factories import MINISTRY, NOW, make_case


def add(db: Database, viewer: Viewer, number: str, **terms: object) -> str:
    return db.write_now(lambda session: pool.add_number(session, viewer, number, NOW, **terms))


def test_a_number_joins_the_pool_with_its_terms(db: Database, vault: Vault, coordinator: Viewer) -> None:
    paid = date(2027, 1, 1)
    assert add(db, coordinator, "+961 81 000 100", registered_to="Amel", paid_until=paid) == "+96181000100"
    reference = make_case(db, vault, claimed_by=coordinator).reference
    db.write_now(lambda session: leases.lend(session, coordinator, reference, MINISTRY, NOW))
    (view,) = db.read_now(lambda session: pool.proxy_numbers(session, coordinator))
    assert (view.number, view.gateway, view.state, view.registered_to) == ("+96181000100", "twilio", "active", "Amel")
    assert (view.paid_until, view.lent, view.cooling) == (paid, 1, 0)
    assert db.read_now(audit.recent)[-1].action == "number.add"
    assert db.read_now(lambda session: pool.use_of(session, "+96181000100")) == pool.PROXY


def test_a_number_is_never_both_a_channel_and_a_proxy(db: Database, coordinator: Viewer) -> None:
    add(db, coordinator, "+96181000100")
    db.write_now(lambda session: pool.claim_channel(session, "+96181000200"))
    with pytest.raises(Refused, match="number_is_channel"):
        add(db, coordinator, "+96181000200")
    with pytest.raises(Refused, match="number_is_proxy"):
        db.write_now(lambda session: pool.claim_channel(session, "+96181000100"))


@pytest.mark.parametrize("typed", ["", "81 000 100", "+961", "our phone"])
def test_a_number_needs_its_country(db: Database, coordinator: Viewer, typed: str) -> None:
    with pytest.raises(Refused, match="bad_number"):
        add(db, coordinator, typed)


def test_a_retired_number_stays_on_the_list_and_can_come_back(db: Database, coordinator: Viewer) -> None:
    add(db, coordinator, "+96181000100")
    db.write_now(lambda session: pool.retire_number(session, coordinator, "+96181000100", NOW))
    assert db.read_now(lambda session: pool.active_numbers(session, NOW)) == []
    assert [view.state for view in db.read_now(lambda session: pool.proxy_numbers(session, coordinator))] == ["retired"]
    add(db, coordinator, "+96181000100")
    assert db.read_now(lambda session: pool.active_numbers(session, NOW)) == ["+96181000100"]
    with pytest.raises(Refused, match="no_such_number"):
        db.write_now(lambda session: pool.retire_number(session, coordinator, "+96181000999", NOW))


def test_only_an_active_number_is_lent_and_one_that_runs_out_keeps_its_people(
    db: Database, vault: Vault, coordinator: Viewer
) -> None:
    number = add(db, coordinator, "+96181000100")
    first, second = (make_case(db, vault, claimed_by=coordinator).reference for _ in range(2))
    db.write_now(lambda session: leases.lend(session, coordinator, first, MINISTRY, NOW))
    for state in ("draining", "reserved"):
        db.write_now(lambda session, s=state: pool.set_state(session, coordinator, number, s, NOW))
        with pytest.raises(Refused, match="no_free_number"):
            db.write_now(lambda session: leases.lend(session, coordinator, second, MINISTRY, NOW))
        assert db.write_now(lambda session: leases.lend(session, coordinator, first, MINISTRY, NOW)).number == number
    db.write_now(lambda session: pool.set_state(session, coordinator, number, "active", NOW))
    db.write_now(lambda session: leases.end_lease(session, coordinator, first, MINISTRY.portal, NOW))
    (view,) = db.read_now(lambda session: pool.proxy_numbers(session, coordinator))
    assert view.standing == "cooling", "nobody has it, and its place still rests"
    with pytest.raises(Refused, match="incomplete"):
        db.write_now(lambda session: pool.set_state(session, coordinator, number, "hidden", NOW))


def test_the_pool_does_not_exist_for_volunteers(db: Database, volunteer: Viewer) -> None:
    with pytest.raises(Refused, match="404 not_found"):
        add(db, volunteer, "+96181000100")
    with pytest.raises(Refused, match="404 not_found"):
        db.read_now(lambda session: pool.proxy_numbers(session, volunteer))
