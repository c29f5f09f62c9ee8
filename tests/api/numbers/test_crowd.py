"""A crowd at once, in any order that chance finds: no cap, no place, no window and no line is ever broken."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlmodel import Session, select

from api.errors import Refused
from api.keys.keyring import Keyring
from api.keys.vault import TeamKey, Vault
from api.numbers import leases, turns, waiting, windows
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import CaseRow, CodeWindow, Lease, NumberWait, PortalRefusal, WindowTurn
from tests.factories import MINISTRY, NOW, make_case, make_coordinator, make_numbers
from tests.together import at_once

PORTAL = MINISTRY.model_copy(update={"people_per_number": 3, "cooling_days": 0})
PORTALS = {PORTAL.portal: PORTAL}
CASES, NUMBERS = 9, 2
Crowd = tuple[Database, Viewer]
ACTIONS = ("lend", "lend", "expect", "expect", "join", "join", "stop", "back", "leave")
together = st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, CASES - 1)), min_size=2, max_size=6)
rounds = st.lists(st.tuples(together, st.sampled_from((0, 1, 5, 21))), min_size=1, max_size=7)


@dataclass(frozen=True, slots=True)
class Seen:
    """How things stand: who holds which place, whose window is open, and both lines by the ids of their entries."""

    held: dict[str, tuple[str, int]]
    open: dict[str, str]
    for_numbers: list[tuple[int, str]]
    for_windows: list[tuple[int, str, str]]
    ready: set[str]


@pytest.fixture
def crowd(url: str, keyring: Keyring, team: TeamKey) -> Iterator[Crowd]:
    """A database on which six write at once, where it can."""
    db = Database(url, keyring, threads=6)
    yield db, make_coordinator(db, team)
    db.close()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rounds)
def test_a_crowd_breaks_nothing(crowd: Crowd, vault: Vault, rounds: list[tuple[list[tuple[str, int]], int]]) -> None:
    db, coordinator = crowd
    references, now = begin_again(db, vault, coordinator), NOW
    for actions, minutes in rounds:
        now += timedelta(minutes=minutes)
        db.write_now(lambda session, at=now: settle(session, at))
        before = db.read_now(lambda session, at=now: see(session, at))
        done = at_once([act(db, coordinator, what, references[which], now) for what, which in actions])
        assert done == [None] * len(actions), "what is not refused is done"
        after = db.read_now(lambda session, at=now: see(session, at))
        nothing_is_broken(after)
        nobody_jumped_a_line(before, after)


def begin_again(db: Database, vault: Vault, coordinator: Viewer) -> list[str]:
    def empty(session: Session) -> None:
        for table in (CodeWindow, WindowTurn, NumberWait, PortalRefusal, Lease):
            session.connection().execute(delete(table))

    db.write_now(empty)
    make_numbers(db, coordinator, NUMBERS)
    return [make_case(db, vault, claimed_by=coordinator).reference for _ in range(CASES)]


def settle(session: Session, now: datetime) -> None:
    """What the runner does before this round."""
    leases.expire_leases(session, now)
    waiting.offer(session, PORTALS, now)
    turns.advance_all(session, now)


def act(db: Database, viewer: Viewer, what: str, reference: str, now: datetime) -> Callable[[], None]:
    """One thing that a volunteer does; what is refused changes nothing."""
    does: dict[str, Callable[[Session], object]] = {
        "lend": lambda session: leases.lend_or_wait(session, viewer, reference, PORTAL, now),
        "back": lambda session: leases.end_lease(session, viewer, reference, PORTAL.portal, now),
        "expect": lambda session: windows.expect_code(session, viewer, reference, PORTAL, now),
        "stop": lambda session: windows.cancel_window(session, viewer, reference, PORTAL.portal, now),
        "join": lambda session: turns.join(session, viewer, reference, PORTAL, now),
        "leave": lambda session: turns.leave(session, viewer, reference, PORTAL.portal, now),
    }

    def run() -> None:
        with suppress(Refused):
            db.write_now(does[what])

    return run


def see(session: Session, now: datetime) -> Seen:
    names: dict[int | None, str] = dict(session.exec(select(CaseRow.id, CaseRow.reference)).all())
    held = session.exec(select(Lease).where(Lease.state == "active")).all()
    windows_open = session.exec(select(CodeWindow).where(CodeWindow.state == "open")).all()
    assert len({window.number for window in windows_open}) == len(windows_open), "two windows on a number"
    assert len({(lease.number, lease.place) for lease in held}) == len(held), "two in a place"
    line = session.exec(select(NumberWait).order_by(NumberWait.id)).all()
    queue = session.exec(select(WindowTurn).order_by(WindowTurn.id)).all()
    standing = waiting.line(session, PORTALS, now)
    return Seen(
        held={names[lease.case_id]: (lease.number, lease.place) for lease in held},
        open={names[window.case_id]: window.number for window in windows_open},
        for_numbers=[(entry.id or 0, names[entry.case_id]) for entry in line],
        for_windows=[(entry.id or 0, names[entry.case_id], entry.number) for entry in queue],
        ready={reference for reference, one in standing.items() if one.ready},
    )


def nothing_is_broken(after: Seen) -> None:
    assert max(Counter(number for number, _ in after.held.values()).values(), default=0) <= 3
    assert all(place <= 3 for _, place in after.held.values())
    assert not {reference for _, reference in after.for_numbers} & after.held.keys(), "who has a number waits for none"
    assert len({reference for _, reference in after.for_numbers}) == len(after.for_numbers)
    assert len({reference for _, reference, _ in after.for_windows}) == len(after.for_windows)


def nobody_jumped_a_line(before: Seen, after: Seen) -> None:
    for reference in after.held.keys() - before.held.keys():
        came_first = _before(before.for_numbers, reference)
        still_there = [one for entry, one in after.for_numbers if (entry, one) in came_first]
        assert set(still_there) <= after.ready, "a place is there for each who waited longer"
    for reference, number in after.open.items():
        if before.open.get(reference) != number:
            line = [(entry, one) for entry, one, its in before.for_windows if its == number]
            remain = {(entry, one) for entry, one, _ in after.for_windows}
            assert not set(_before(line, reference)) & remain, "who came first has been served, or has left"


def _before(line: list[tuple[int, str]], reference: str) -> list[tuple[int, str]]:
    """Who stood before this one in a line; all, when it did not stand there."""
    place = next((at for at, (_, one) in enumerate(line) if one == reference), len(line))
    return line[:place]
