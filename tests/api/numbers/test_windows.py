"""In a code window one case expects a code on one number; afterwards the number stays quiet for a code's lifetime."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlmodel import Session, select

from api.errors import Refused
from api.keys.vault import TeamKey, Vault
from api.numbers import leases, windows
from api.numbers.windows import WindowView
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import CodeWindow, Lease
from flows.portal import Portal
from tests.factories import MINISTRY, NOW, make_case, make_coordinator, make_numbers
from tests.together import at_once

LIFETIME = MINISTRY.lifetime
EMBASSY = MINISTRY.model_copy(update={"portal": "embassy"})


def holders(db: Database, vault: Vault, coordinator: Viewer, count: int, portal: Portal = MINISTRY) -> list[str]:
    """The references of cases that all hold the one number."""
    make_numbers(db, coordinator, 1)
    references = [make_case(db, vault, claimed_by=coordinator).reference for _ in range(count)]
    for reference in references:
        db.write_now(lambda session, r=reference: leases.lend(session, coordinator, r, portal, NOW))
    return references


def expect(db: Database, viewer: Viewer, reference: str, minutes: float = 0, portal: Portal = MINISTRY) -> WindowView:
    now = NOW + timedelta(minutes=minutes)
    return db.write_now(lambda session: windows.expect_code(session, viewer, reference, portal, now))


def cancel(db: Database, viewer: Viewer, reference: str, minutes: float) -> None:
    now = NOW + timedelta(minutes=minutes)
    db.write_now(lambda session: windows.cancel_window(session, viewer, reference, MINISTRY.portal, now))


def refused(db: Database, viewer: Viewer, reference: str, minutes: float, portal: Portal = MINISTRY) -> tuple[str, Any]:
    with pytest.raises(Refused) as caught:
        expect(db, viewer, reference, minutes, portal)
    until = caught.value.detail.get("until")
    return caught.value.code, until and (until - NOW).total_seconds() / 60


def test_a_window_is_open_for_a_codes_lifetime(db: Database, vault: Vault, coordinator: Viewer) -> None:
    (one,) = holders(db, vault, coordinator, 1)
    window = expect(db, coordinator, one)
    assert (window.opened_at, window.closes_at) == (NOW, NOW + LIFETIME)
    assert expect(db, coordinator, one, 3) == window  # pressed twice


def test_nobody_else_expects_a_code_on_that_number_until_it_was_quiet(
    db: Database, vault: Vault, coordinator: Viewer
) -> None:
    one, other = holders(db, vault, coordinator, 2)
    expect(db, coordinator, one)
    assert refused(db, coordinator, other, 9.9) == ("window_taken", 20)
    assert refused(db, coordinator, other, 10) == ("number_quiet", 20)
    assert refused(db, coordinator, other, 19.9) == ("number_quiet", 20)
    assert expect(db, coordinator, other, 20)


def test_a_cancelled_window_is_quiet_from_then_on(db: Database, vault: Vault, coordinator: Viewer) -> None:
    one, other = holders(db, vault, coordinator, 2)
    expect(db, coordinator, one)
    cancel(db, coordinator, one, 2)
    cancel(db, coordinator, one, 5)  # changes nothing
    assert refused(db, coordinator, other, 3) == ("number_quiet", 12)
    assert expect(db, coordinator, other, 12)


def test_the_same_case_may_open_it_again_while_the_number_is_quiet(
    db: Database, vault: Vault, coordinator: Viewer
) -> None:
    one, other = holders(db, vault, coordinator, 2)
    expect(db, coordinator, one)
    again = expect(db, coordinator, one, 12)
    assert again.closes_at == NOW + timedelta(minutes=12) + LIFETIME
    assert refused(db, coordinator, other, 20) == ("window_taken", 32)


def test_a_number_given_back_in_its_window_stays_quiet(db: Database, vault: Vault, coordinator: Viewer) -> None:
    one, other = holders(db, vault, coordinator, 2)
    expect(db, coordinator, one)
    db.write_now(lambda s: leases.end_lease(s, coordinator, one, MINISTRY.portal, NOW + timedelta(minutes=1)))
    assert refused(db, coordinator, other, 2) == ("number_quiet", 11)
    assert refused(db, coordinator, one, 2) == ("no_lease", None)


def test_two_portals_on_one_number_take_turns_but_need_no_quiet(
    db: Database, vault: Vault, coordinator: Viewer
) -> None:
    (one,) = holders(db, vault, coordinator, 1)
    (other,) = holders(db, vault, coordinator, 1, EMBASSY)
    expect(db, coordinator, one)
    assert refused(db, coordinator, other, 5, EMBASSY) == ("window_taken", 10)
    assert expect(db, coordinator, other, 10, EMBASSY)


def test_of_many_who_expect_a_code_at_once_one_gets_the_window(url: str, vault: Vault, team: TeamKey) -> None:
    db = Database(url, vault.keyring, threads=8)
    coordinator = make_coordinator(db, team)
    references = holders(db, vault, coordinator, 4)
    for start in (0, 20, 40):
        outcomes = at_once(lambda r=one, m=start: expect(db, coordinator, r, m) for one in references * 2)
        opened = {outcome.opened_at for outcome in outcomes if isinstance(outcome, WindowView)}
        codes = {outcome.code for outcome in outcomes if isinstance(outcome, Refused)}
        assert opened == {NOW + timedelta(minutes=start)}
        assert codes == {"window_taken"}
        rows = db.read_now(lambda session: session.exec(select(CodeWindow).where(CodeWindow.state == "open")).all())
        assert len(rows) == 1
    db.close()


steps = st.lists(st.tuples(st.sampled_from(["expect", "cancel", "wait"]), st.integers(0, 2)), max_size=40)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_whatever_happens_two_cases_are_never_within_a_lifetime_of_each_other(
    db: Database, vault: Vault, coordinator: Viewer, steps: list[tuple[str, int]]
) -> None:
    def begin_again(session: Session) -> None:
        for table in (CodeWindow, Lease):
            session.connection().execute(delete(table))

    db.write_now(begin_again)
    references = holders(db, vault, coordinator, 3)
    minutes, last = 0, (-1, -99.0)
    for action, which in steps:
        if action == "wait":
            minutes += 4
        elif action == "cancel":
            cancel(db, coordinator, references[which], minutes)
        else:
            last = _tried(db, coordinator, references, which, minutes, last)
        open_now = db.read_now(lambda s: s.exec(select(CodeWindow).where(CodeWindow.state == "open")).all())
        assert len(open_now) <= 1


def _tried(
    db: Database, viewer: Viewer, references: list[str], which: int, minutes: int, last: tuple[int, float]
) -> tuple[int, float]:
    """Try to open a window; `last` is who had the last one and the minute until which its codes may come."""
    try:
        window = expect(db, viewer, references[which], minutes)
    except Refused:
        return last
    assert which == last[0] or minutes >= last[1]
    return which, (window.closes_at - NOW).total_seconds() / 60
