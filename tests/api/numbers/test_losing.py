"""A SIM is lost: its cases get another number, and nobody who must be told is forgotten."""

from datetime import timedelta
from threading import Event
from time import sleep

import pytest
from sqlmodel import Session, select

from api.answers import Contact
from api.desk import cases, queue, tasks
from api.errors import Refused
from api.keys.vault import Vault
from api.numbers import health, leases, losing, pool, turns, windows
from api.numbers.losing import ToTell
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import CodeWindow, WindowTurn
from flows.loader import Library
from flows.model import Answer
from tests.factories import ALMAZ, HER_PHONE, MINISTRY, NOW, make_case, make_numbers
from tests.together import WAIT, at_once

NO_CHANNEL = Contact("desk", "desk:", "", "desk", "am")
TRUSTED = {**ALMAZ, "phone_number": Answer("+96170000001", "70 000 001")}


def lose(db: Database, viewer: Viewer, number: str) -> list[str]:
    return db.write_now(lambda session: losing.lose_number(session, viewer, number, NOW))


def to_tell(
    db: Database, vault: Vault, library: Library, viewer: Viewer, number: str, hours: float = 0
) -> list[ToTell]:
    now = NOW + timedelta(hours=hours)
    return db.write_now(lambda session: losing.to_tell(session, vault, library, viewer, number, now))


def lend(db: Database, viewer: Viewer, reference: str) -> str:
    return db.write_now(lambda session: leases.lend(session, viewer, reference, MINISTRY, NOW)).number


def test_everybody_who_had_the_number_must_be_told_and_through_what(
    db: Database, vault: Vault, library: Library, volunteer: Viewer, coordinator: Viewer
) -> None:
    (number,) = make_numbers(db, coordinator, 1)
    ways = ((ALMAZ, HER_PHONE), (TRUSTED, NO_CHANNEL), (ALMAZ, NO_CHANNEL))
    references = [make_case(db, vault, answers, contact=c, claimed_by=volunteer).reference for answers, c in ways]
    for reference in references:
        lend(db, volunteer, reference)
    assert lose(db, coordinator, number) == references
    told = to_tell(db, vault, library, coordinator, number)
    assert [(one.reference, one.way, one.claimed_by) for one in told] == [
        (references[0], "channel", "Hana"),
        (references[1], "trusted", "Hana"),
        (references[2], "none", "Hana"),
    ]
    assert not any(one.number or one.done or one.late for one in told)
    assert all(one.late for one in to_tell(db, vault, library, coordinator, number, 24))
    mine = db.read_now(lambda session: tasks.tasks(session, volunteer, NOW))
    assert [(task.kind, task.reference, task.about) for task in mine] == [
        ("number_died", reference, number) for reference in references
    ]


@pytest.mark.parametrize("numbers", [1, 2])
def test_a_number_that_is_lost_at_that_moment_is_not_lent(
    db: Database, vault: Vault, volunteer: Viewer, coordinator: Viewer, numbers: int
) -> None:
    first, *others = make_numbers(db, coordinator, numbers)
    reference = make_case(db, vault, claimed_by=volunteer).reference
    lost = Event()

    def lose_slowly(session: Session) -> str:
        losing.lose_number(session, coordinator, first, NOW)
        session.flush()
        lost.set()
        sleep(0.5)  # so that it is lent before this is committed
        return ""

    def lend_then() -> str:
        lost.wait(WAIT)
        return lend(db, volunteer, reference)

    _, got = at_once([lambda: db.write_now(lose_slowly), lend_then])
    assert (got if others else str(got)) == (others[0] if others else "409 no_free_number")


def test_the_volunteer_lends_another_number_and_says_when_both_know(
    db: Database, vault: Vault, library: Library, volunteer: Viewer, coordinator: Viewer
) -> None:
    first, second = make_numbers(db, coordinator, 2)
    reference = make_case(db, vault, claimed_by=volunteer).reference
    assert lend(db, volunteer, reference) == first
    lose(db, coordinator, first)
    db.write_now(lambda session: health.watch(session, vault, NOW))
    assert [alarm.kind for alarm in db.read_now(lambda session: health.alarms(session, coordinator))] == ["lost"]
    assert lend(db, volunteer, reference) == second
    (one,) = to_tell(db, vault, library, coordinator, first)
    assert (one.number, one.done) == (second, False)
    db.write_now(lambda session: losing.told(session, volunteer, reference, NOW))
    (one,) = to_tell(db, vault, library, coordinator, first)
    assert one.done
    db.write_now(lambda session: health.watch(session, vault, NOW))
    assert db.read_now(lambda session: health.alarms(session, coordinator)) == []


def test_windows_and_lines_of_a_lost_number_end(db: Database, vault: Vault, coordinator: Viewer) -> None:
    (number,) = make_numbers(db, coordinator, 1)
    one, other = (make_case(db, vault, claimed_by=coordinator).reference for _ in range(2))
    for reference in (one, other):
        lend(db, coordinator, reference)
    db.write_now(lambda session: windows.expect_code(session, coordinator, one, MINISTRY, NOW))
    db.write_now(lambda session: turns.join(session, coordinator, other, MINISTRY, NOW))
    lose(db, coordinator, number)
    assert db.read_now(lambda session: session.exec(select(CodeWindow.state)).all()) == ["quiet"]
    assert db.read_now(lambda session: session.exec(select(WindowTurn)).all()) == []
    with pytest.raises(Refused, match="no_free_number"):
        lend(db, coordinator, one)


def test_a_closed_case_that_waits_for_its_appointment_is_told_of_and_a_forgotten_one_is_not(
    db: Database, vault: Vault, library: Library, coordinator: Viewer
) -> None:
    (number,) = make_numbers(db, coordinator, 1)
    closed, forgotten = (make_case(db, vault, claimed_by=coordinator) for _ in range(2))
    for case in (closed, forgotten):
        lend(db, coordinator, case.reference)
    db.write_now(lambda session: leases.keep_until(session, closed.id, NOW + timedelta(days=3)))
    db.write_now(lambda session: queue.close(session, coordinator, closed.reference, "done", NOW))
    assert lose(db, coordinator, number) == [closed.reference, forgotten.reference]
    db.write_now(lambda session: cases.forget(session, vault, forgotten.reference, NOW))
    assert [one.reference for one in to_tell(db, vault, library, coordinator, number)] == [closed.reference]


def test_a_lost_number_comes_back_with_a_new_sim_and_its_places_still_rest(
    db: Database, vault: Vault, coordinator: Viewer
) -> None:
    (number,) = make_numbers(db, coordinator, 1)
    lend(db, coordinator, make_case(db, vault, claimed_by=coordinator).reference)
    lose(db, coordinator, number)
    assert db.read_now(lambda session: pool.proxy_number(session, coordinator, number)).standing == "lost"
    db.write_now(lambda session: pool.add_number(session, coordinator, number, NOW))
    view = db.read_now(lambda session: pool.proxy_number(session, coordinator, number))
    assert (view.standing, view.lost_at, view.cooling) == ("cooling", None, 1)


def test_only_a_coordinator_says_that_a_sim_is_lost(db: Database, volunteer: Viewer, coordinator: Viewer) -> None:
    (number,) = make_numbers(db, coordinator, 1)
    with pytest.raises(Refused, match="not_found"):
        lose(db, volunteer, number)
    with pytest.raises(Refused, match="no_such_number"):
        lose(db, coordinator, "+96181999999")
