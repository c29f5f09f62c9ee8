"""Going along: whoever is first takes it, reads what she needs for the day, and says at the end that she is home."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from icalendar import Calendar
from sqlmodel import select

from api.desk import cases, caseview, lateness, queue, tasks, telling
from api.errors import Refused
from api.going import offers, the_day
from api.going.offers import Company
from api.keys.vault import TeamKey, Vault
from api.staff import alerts, people
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import Alert, OfferRow
from flows.loader import Library
from tests.factories import NOW, make_case, make_viewer
from tests.together import at_once

START, END = NOW + timedelta(days=1), NOW + timedelta(days=1, hours=3)
COMPANY = Company(START, END, "At the stairs of the bakery", "woman")


def offered(db: Database, vault: Vault, library: Library, viewer: Viewer) -> tuple[str, int]:
    """A case that is offered; gives its reference and the offer's id."""
    case = make_case(db, vault, claimed_by=viewer)
    db.write_now(lambda session: offers.offer(session, vault, library, viewer, case.reference, COMPANY, NOW))
    return case.reference, db.read_now(lambda session: offers.offers(session, NOW))[-1].id


def take(db: Database, viewer: Viewer, offer_id: int) -> None:
    db.write_now(lambda session: offers.take(session, viewer, offer_id, NOW))


def day(db: Database, vault: Vault, viewer: Viewer, offer_id: int, now: datetime = NOW) -> the_day.TheDay:
    return db.write_now(lambda session: the_day.the_day(session, vault, viewer, offer_id, now))


def ask(db: Database, now: datetime) -> int:
    return db.write_now(lambda session: offers.ask_who_is_home(session, now))


@pytest.fixture
def rima(db: Database, team: TeamKey) -> Viewer:
    return make_viewer(db, team, "Rima")


def test_who_takes_an_offer_reads_the_day_and_nothing_else(
    db: Database, vault: Vault, library: Library, volunteer: Viewer, rima: Viewer
) -> None:
    reference, offer_id = offered(db, vault, library, volunteer)
    (seen,) = db.read_now(lambda session: offers.offers(session, NOW))
    assert "Almaz" not in repr(seen)
    assert reference not in repr(seen)
    with pytest.raises(Refused, match="no_such_offer"):
        day(db, vault, rima, offer_id)

    take(db, rima, offer_id)

    read = day(db, vault, rima, offer_id)
    assert (read.name, read.place, read.reference) == ("Almaz Tesfaye", COMPANY.place, reference)
    with pytest.raises(Refused, match="no_such_case"):
        db.write_now(lambda session: caseview.see(session, vault, library, rima, reference, NOW))
    assert db.read_now(lambda session: offers.offers(session, NOW)) == []
    (line,) = db.read_now(lambda session: offers.offers_of(session, volunteer, reference))
    assert (line.state, line.by, line.mine) == ("taken", "Rima", False)


def test_of_many_who_press_at_once_one_goes_along(
    db: Database, vault: Vault, library: Library, volunteer: Viewer, team: TeamKey
) -> None:
    _, offer_id = offered(db, vault, library, volunteer)
    crowd = [make_viewer(db, team, f"Volunteer {number}") for number in range(8)]

    def press(viewer: Viewer) -> bool:
        try:
            take(db, viewer, offer_id)
        except Refused:
            return False
        return True

    assert at_once([lambda viewer=viewer: press(viewer) for viewer in crowd]).count(True) == 1  # type: ignore[misc]


@pytest.fixture
def crowd(db: Database, team: TeamKey) -> list[Viewer]:
    return [make_viewer(db, team, f"Volunteer {number}") for number in range(3)]


def test_whatever_they_press_an_offer_has_at_most_one_taker(
    db: Database, vault: Vault, library: Library, volunteer: Viewer, crowd: list[Viewer]
) -> None:
    steps = some.lists(some.tuples(some.sampled_from(["take", "give_back", "home"]), some.integers(0, 2)), max_size=12)
    case, count = make_case(db, vault, claimed_by=volunteer), iter(range(10_000))

    @settings(max_examples=12, deadline=None)
    @given(steps)
    def play(pressed: list[tuple[str, int]]) -> None:
        start = START + timedelta(minutes=next(count))
        said = Company(start, start + timedelta(hours=1), "There")
        db.write_now(lambda session: offers.offer(session, vault, library, volunteer, case.reference, said, NOW))
        one = db.read_now(lambda session: offers.offers_of(session, volunteer, case.reference))[-1]
        goes: int | None = None
        for what, who in pressed:
            may = _press(db, vault, crowd[who], what, one.id)
            if what == "take":
                assert may == (goes in (None, who))
                goes = who if may else goes
            else:
                assert may == (goes == who)
                goes = None if may and what == "give_back" else goes
            if what == "home" and may:
                return
            row = db.read_now(lambda session: session.get_one(OfferRow, one.id))
            assert row.taken_by == (None if goes is None else crowd[goes].person_id)

    play()


def _press(db: Database, vault: Vault, viewer: Viewer, what: str, offer_id: int) -> bool:
    use_cases = {
        "take": lambda session: offers.take(session, viewer, offer_id, NOW),
        "give_back": lambda session: offers.give_back(session, vault, viewer, offer_id, NOW),
        "home": lambda session: offers.say_home(session, viewer, offer_id, NOW),
    }
    try:
        db.write_now(use_cases[what])
    except Refused:
        return False
    return True


def test_what_is_given_back_is_offered_again_and_those_on_duty_hear(
    db: Database, vault: Vault, library: Library, volunteer: Viewer, rima: Viewer, coordinator: Viewer
) -> None:
    _, offer_id = offered(db, vault, library, volunteer)
    take(db, rima, offer_id)
    db.write_now(lambda session: offers.give_back(session, vault, rima, offer_id, NOW))
    assert [one.id for one in db.read_now(lambda session: offers.offers(session, NOW))] == [offer_id]
    assert "given_back" in db.read_now(lambda session: alerts.unseen(session, coordinator.person_id, NOW))
    with pytest.raises(Refused, match="no_such_offer"):
        day(db, vault, rima, offer_id)


def test_after_the_end_who_went_is_asked_once_and_says_that_she_is_home(
    db: Database, vault: Vault, library: Library, volunteer: Viewer, rima: Viewer
) -> None:
    reference, offer_id = offered(db, vault, library, volunteer)
    take(db, rima, offer_id)
    assert ask(db, END - timedelta(minutes=1)) == 0
    db.write_now(lambda session: queue.close(session, volunteer, reference, "done", NOW))
    assert (ask(db, END), ask(db, END)) == (1, 0)
    (task,) = db.read_now(lambda session: tasks.tasks(session, rima, END))
    assert (task.kind, task.due_at) == ("check_in", END + offers.HOME_WITHIN)

    db.write_now(lambda session: telling.finish(session, vault, rima, task.id, None, END))

    assert db.read_now(lambda session: tasks.tasks(session, rima, END)) == []
    assert db.read_now(lambda session: offers.offers_of(session, volunteer, reference))[0].state == "home"


def test_nobody_said_that_she_is_home_so_those_on_duty_hear(
    db: Database, vault: Vault, library: Library, volunteer: Viewer, rima: Viewer, coordinator: Viewer
) -> None:
    _, offer_id = offered(db, vault, library, volunteer)
    take(db, rima, offer_id)
    ask(db, END)
    late = END + timedelta(minutes=61)
    db.write_now(lambda session: lateness.escalate_late(session, vault, late))
    assert "late" in db.read_now(lambda session: alerts.unseen(session, coordinator.person_id, late))
    with pytest.raises(Refused, match="too_late"):
        db.write_now(lambda session: offers.give_back(session, vault, rima, offer_id, late))
    db.write_now(lambda session: offers.say_home(session, rima, offer_id, late))
    assert db.read_now(lambda session: tasks.tasks(session, rima, late)) == []


def test_who_had_taken_it_hears_that_nobody_is_needed_any_more(
    db: Database, vault: Vault, library: Library, volunteer: Viewer, rima: Viewer
) -> None:
    reference, offer_id = offered(db, vault, library, volunteer)
    take(db, rima, offer_id)
    db.write_now(lambda session: offers.withdraw(session, vault, volunteer, reference, offer_id, NOW))
    assert db.read_now(lambda session: [one.person_id for one in session.exec(select(Alert))]) == [rima.person_id]
    with pytest.raises(Refused, match="no_such_offer"):
        day(db, vault, rima, offer_id)


def test_who_leaves_the_team_goes_along_no_more(
    db: Database, vault: Vault, library: Library, volunteer: Viewer, rima: Viewer, coordinator: Viewer
) -> None:
    _, offer_id = offered(db, vault, library, volunteer)
    take(db, rima, offer_id)
    db.write_now(lambda session: people.shut_out(session, rima.person_id, coordinator.person_id, NOW))
    assert [one.id for one in db.read_now(lambda session: offers.offers(session, NOW))] == [offer_id]
    with pytest.raises(Refused, match="no_such_offer"):
        take(db, rima, offer_id)


def test_a_forgotten_case_is_offered_to_nobody(db: Database, vault: Vault, library: Library, volunteer: Viewer) -> None:
    reference, _ = offered(db, vault, library, volunteer)
    db.write_now(lambda session: cases.forget(session, vault, reference, NOW))
    assert db.read_now(lambda session: list(session.exec(select(OfferRow)))) == []


def test_who_went_along_with_her_is_not_asked_about_a_forgotten_case_and_hears_of_it(
    db: Database, vault: Vault, library: Library, volunteer: Viewer, rima: Viewer
) -> None:
    reference, offer_id = offered(db, vault, library, volunteer)
    take(db, rima, offer_id)
    ask(db, END)
    db.write_now(lambda session: cases.forget(session, vault, reference, END))
    assert db.read_now(lambda session: tasks.tasks(session, rima, END)) == []
    assert db.read_now(lambda session: [one.person_id for one in session.exec(select(Alert))]) == [rima.person_id]


def test_the_calendar_says_when_and_nothing_of_her(
    db: Database, vault: Vault, library: Library, volunteer: Viewer, rima: Viewer
) -> None:
    reference, offer_id = offered(db, vault, library, volunteer)
    take(db, rima, offer_id)
    file = db.read_now(lambda session: the_day.calendar_file(session, rima, offer_id, "With a friend", NOW))
    (event,) = Calendar.from_ical(file).walk("VEVENT")
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (START, END)
    assert str(event["summary"]) == "With a friend"
    for word in ("Almaz", reference, "bakery", "accin"):
        assert word.encode() not in file


@pytest.mark.parametrize(
    "said",
    [
        Company(NOW - timedelta(hours=1), END, "There"),
        Company(START, START, "There"),
        Company(START, START + timedelta(hours=25), "There"),
        Company(START, END, "  "),
        Company(START, END, "There", "robot"),
    ],
)
def test_nonsense_is_not_offered(
    db: Database, vault: Vault, library: Library, volunteer: Viewer, said: Company
) -> None:
    case = make_case(db, vault, claimed_by=volunteer)
    with pytest.raises(Refused):
        db.write_now(lambda session: offers.offer(session, vault, library, volunteer, case.reference, said, NOW))
