"""Several volunteers want the window of one number: they stand in a line, and each has a minute."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlmodel import Session, select

from api.desk import queue
from api.errors import Refused
from api.keys.vault import TeamKey, Vault
from api.numbers import leases, turns, windows
from api.numbers.standing import Standing, standing_of
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import CaseRow, CodeWindow, Lease, WindowTurn
from tests.factories import MINISTRY, NOW, make_case, make_coordinator, make_numbers, make_viewer
from tests.together import at_once

NUMBER = "+96181000100"
WIDE = MINISTRY.model_copy(update={"people_per_number": 9})
PORTALS = {WIDE.portal: WIDE}


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def holders(db: Database, vault: Vault, coordinator: Viewer, viewers: list[Viewer]) -> list[str]:
    """The references of cases that all hold the one number, one for each of these people."""
    make_numbers(db, coordinator, 1)
    references = [make_case(db, vault, claimed_by=viewer).reference for viewer in viewers]
    for viewer, reference in zip(viewers, references, strict=True):
        db.write_now(lambda session, v=viewer, r=reference: leases.lend(session, v, r, WIDE, NOW))
    return references


def expect(db: Database, viewer: Viewer, reference: str, minutes: float) -> None:
    db.write_now(lambda session: windows.expect_code(session, viewer, reference, WIDE, at(minutes)))


def join(db: Database, viewer: Viewer, reference: str, minutes: float) -> None:
    db.write_now(lambda session: turns.join(session, viewer, reference, WIDE, at(minutes)))


def see(db: Database, reference: str, minutes: float) -> Standing:
    return db.write_now(lambda session: standing_of(session, reference, WIDE.portal, PORTALS, at(minutes)))


def test_the_line_moves_when_the_window_is_free(db: Database, vault: Vault, team: TeamKey, coordinator: Viewer) -> None:
    hana, rima, sara = (make_viewer(db, team, name) for name in ("Hana", "Rima", "Sara"))
    first, second, third = holders(db, vault, coordinator, [hana, rima, sara])
    expect(db, hana, first, 0)
    assert see(db, second, 1).busy_until == at(20)
    assert see(db, second, 1).whose == "Hana"
    join(db, rima, second, 1)
    join(db, sara, third, 2)
    join(db, rima, second, 3)  # changes nothing
    standing = see(db, third, 3)
    assert standing.turn
    assert (standing.turn.place, standing.turn.called, standing.turn.until) == (2, False, at(40))
    assert standing.whose == "Hana"
    assert see(db, first, 3).behind == 2

    db.write_now(lambda session: windows.cancel_window(session, hana, first, WIDE.portal, at(4)))
    assert see(db, second, 5).whose == "", "the number rests"
    called = see(db, second, 14)
    assert called.turn
    assert (called.turn.place, called.turn.called, called.turn.until) == (1, True, at(15))
    assert called.touched == {third}
    assert see(db, third, 14).whose == "Rima"
    with pytest.raises(Refused, match="not_your_turn"):
        expect(db, sara, third, 14.5)
    expect(db, rima, second, 14.5)
    standing = see(db, third, 15)
    assert standing.turn
    assert (standing.turn.place, standing.whose) == (1, "Rima")


def test_a_turn_that_passes_goes_to_the_next_and_twice_out_of_the_line(
    db: Database, vault: Vault, team: TeamKey, coordinator: Viewer
) -> None:
    hana, rima = (make_viewer(db, team, name) for name in ("Hana", "Rima"))
    first, second = holders(db, vault, coordinator, [hana, rima])
    join(db, hana, first, 0)
    join(db, rima, second, 0)
    assert db.write_now(lambda session: turns.advance_all(session, at(0.9))) == set()
    assert db.write_now(lambda session: turns.advance_all(session, at(1))) == {first, second}
    turn = see(db, first, 1).turn
    assert turn
    assert (turn.place, turn.called) == (2, False)
    db.write_now(lambda session: turns.advance_all(session, at(2)))
    turn = see(db, first, 2).turn
    assert turn
    assert turn.called, "it is hers again"
    db.write_now(lambda session: turns.advance_all(session, at(3)))
    assert see(db, first, 3).turn is None
    turn = see(db, second, 3).turn
    assert turn
    assert turn.called


def test_who_has_had_the_window_does_not_keep_it_from_those_who_wait(
    db: Database, vault: Vault, team: TeamKey, coordinator: Viewer
) -> None:
    hana, rima = (make_viewer(db, team, name) for name in ("Hana", "Rima"))
    first, second = holders(db, vault, coordinator, [hana, rima])
    expect(db, hana, first, 0)
    join(db, rima, second, 1)
    with pytest.raises(Refused, match="not_your_turn"):
        expect(db, hana, first, 11)
    db.write_now(lambda session: turns.leave(session, rima, second, WIDE.portal, at(12)))
    expect(db, hana, first, 13)


def test_a_case_that_gives_its_number_back_or_is_put_back_leaves_the_line(
    db: Database, vault: Vault, team: TeamKey, coordinator: Viewer
) -> None:
    hana, rima, sara = (make_viewer(db, team, name) for name in ("Hana", "Rima", "Sara"))
    first, second, third = holders(db, vault, coordinator, [hana, rima, sara])
    for viewer, reference in ((hana, first), (rima, second), (sara, third)):
        join(db, viewer, reference, 0)
    db.write_now(lambda session: leases.end_lease(session, hana, first, WIDE.portal, at(0.1)))
    db.write_now(lambda session: queue.release(session, rima, second, at(0.2)))
    turn = see(db, third, 0.3).turn
    assert turn
    assert (turn.place, turn.called) == (1, True)


def test_of_many_at_once_each_stands_in_the_line_once_and_one_is_called(url: str, vault: Vault, team: TeamKey) -> None:
    db = Database(url, vault.keyring, threads=8)
    coordinator = make_coordinator(db, team)
    references = holders(db, vault, coordinator, [coordinator] * 5)
    outcomes = at_once([lambda r=one: join(db, coordinator, r, 0) for one in references * 2])
    assert outcomes == [None] * 10
    served: list[int] = []
    for step in range(5):
        start = step * 20
        at_once([lambda r=one, m=start: see(db, r, m) for one in references])
        line = db.read_now(lambda session: session.exec(select(WindowTurn).order_by(WindowTurn.id)).all())
        assert len({entry.case_id for entry in line}) == len(line) == 5 - step
        assert [entry.called_at is not None for entry in line] == [True] + [False] * (len(line) - 1)
        outcomes = at_once([lambda r=one, m=start: expect(db, coordinator, r, m) for one in references])
        assert outcomes.count(None) == 1
        window = db.read_now(lambda session: session.exec(select(CodeWindow).where(CodeWindow.state == "open")).one())
        assert window.case_id == line[0].case_id
        served.append(window.case_id)
    assert len(set(served)) == 5
    db.close()


steps = st.lists(
    st.tuples(st.sampled_from(["join", "expect", "leave", "stop", "half a minute", "five minutes"]), st.integers(0, 3)),
    max_size=40,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_whatever_happens_the_window_goes_to_whoever_is_first_and_to_one_alone(
    db: Database, vault: Vault, coordinator: Viewer, steps: list[tuple[str, int]]
) -> None:
    def begin_again(session: Session) -> None:
        for table in (CodeWindow, WindowTurn, Lease):
            session.connection().execute(delete(table))

    db.write_now(begin_again)
    references = holders(db, vault, coordinator, [coordinator] * 4)
    minutes = 0.0
    for action, which in steps:
        minutes += {"half a minute": 0.5, "five minutes": 5.0}.get(action, 0.0)
        db.write_now(lambda session, m=minutes: turns.advance_all(session, at(m)))
        line = db.read_now(_line)
        opened = _step(db, coordinator, action, references[which], minutes)
        if opened and line:
            assert references[which] == line[0], "the first in the line, and nobody else"
        live = db.read_now(lambda session: session.exec(select(CodeWindow).where(CodeWindow.state == "open")).all())
        assert len(live) <= 1


def _line(session: Session) -> list[str]:
    order = select(CaseRow.reference).join(WindowTurn, WindowTurn.case_id == CaseRow.id).order_by(WindowTurn.id)
    return list(session.exec(order))


def _step(db: Database, viewer: Viewer, action: str, reference: str, minutes: float) -> bool:
    """Gives whether a window was opened that was not open before."""

    def act(session: Session) -> bool:
        if action == "join":
            turns.join(session, viewer, reference, WIDE, at(minutes))
        elif action == "leave":
            turns.leave(session, viewer, reference, WIDE.portal, at(minutes))
        elif action == "stop":
            windows.cancel_window(session, viewer, reference, WIDE.portal, at(minutes))
        elif action == "expect":
            case_id = session.exec(select(CaseRow.id).where(CaseRow.reference == reference)).one()
            before = windows.open_window(session, case_id or 0, WIDE.portal)
            return windows.expect_code(session, viewer, reference, WIDE, at(minutes)) != before
        return False

    try:
        return db.write_now(act)
    except Refused:
        return False
