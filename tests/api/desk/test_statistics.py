"""The overview counts what waits, who has how much and where people stop, and opens no case for it."""

from datetime import timedelta

import pytest

from api import retention
from api.desk import queue, rules, statistics, tallies
from api.errors import Refused
from api.keys.vault import Vault
from api.staff.people import Viewer
from api.store.db import Database
from flows.loader import Library
from tests.factories import NOW, make_case
from tests.talking import REGISTRATION, Worker

FOUR_DAYS = timedelta(days=4)


def look(db: Database, viewer: Viewer, now: object = NOW) -> statistics.Overview:
    return db.read_now(lambda session: statistics.overview(session, viewer, now))  # type: ignore[arg-type]


def test_waiting_times_are_sorted_into_steps_and_say_who_waits_too_long(
    db: Database, vault: Vault, coordinator: Viewer
) -> None:
    for hours in (0, 0, 2, 5, 30, 24 * 8):
        make_case(db, vault, now=NOW - timedelta(hours=hours))
    seen = look(db, coordinator)
    assert list(seen.waiting) == [2, 1, 1, 1, 0, 1]
    assert seen.late == 2
    assert seen.patience == timedelta(hours=24)


def test_how_long_is_too_long_is_a_rule_of_the_desk(db: Database, vault: Vault, coordinator: Viewer) -> None:
    for hours in (0, 2, 5, 30):
        make_case(db, vault, now=NOW - timedelta(hours=hours))
    make_case(db, vault, urgency="high", now=NOW - timedelta(hours=2))
    db.write_now(lambda session: rules.set_rule(session, coordinator, "late_hours", 4, NOW))
    seen = look(db, coordinator)
    assert (seen.late, seen.patience) == (3, timedelta(hours=4)), "an urgent one is late after an hour"
    for rule in ("late_hours", "urgent_hours"):
        db.write_now(lambda session, name=rule: rules.set_rule(session, coordinator, name, 0, NOW))  # type: ignore[misc]
    assert (look(db, coordinator).late, look(db, coordinator).patience) == (0, None)


def test_half_of_the_people_waited_less_than_the_median_until_somebody_took_their_case(
    db: Database, vault: Vault, volunteer: Viewer, coordinator: Viewer
) -> None:
    assert look(db, coordinator).to_claim is None
    for hours in (1, 2, 9):
        reference = make_case(db, vault, now=NOW - timedelta(hours=hours)).reference
        db.write_now(lambda session, one=reference: queue.claim(session, volunteer, one, NOW))  # type: ignore[misc]
        db.write_now(lambda session, one=reference: queue.release(session, volunteer, one, NOW))  # type: ignore[misc]
    assert look(db, coordinator).to_claim == timedelta(hours=2)


def test_states_and_load_are_counted_also_for_who_has_nothing(
    db: Database, vault: Vault, volunteer: Viewer, coordinator: Viewer
) -> None:
    make_case(db, vault)
    make_case(db, vault, claimed_by=volunteer)
    seen = look(db, coordinator)
    assert seen.states == {"vaccination": {"open": 1, "claimed": 1}}
    assert [(one.name, one.cases) for one in seen.load] == [("Hana", 1), ("Amal", 0)]


def test_where_people_stop_is_counted_when_their_draft_ends_and_nothing_else_of_them_stays(
    db: Database, vault: Vault, library: Library, coordinator: Viewer
) -> None:
    for number, said in enumerate((REGISTRATION[:5], REGISTRATION[:5], REGISTRATION[:6], REGISTRATION)):
        worker = Worker(db, vault, library, address=str(number))
        for text in said:
            worker.says(text)
    over = NOW + FOUR_DAYS
    db.write_now(lambda session: tallies.count_what_ends(session, vault, library, over))
    db.write_now(lambda session: retention.end_what_is_over(session, vault.keyring, over))
    seen = look(db, coordinator, over)
    assert [(one.service, one.question, one.count) for one in seen.dropouts] == [
        ("vaccination", "born", 1),
        ("vaccination", "name", 2),
    ]
    assert seen.finished == {"vaccination": 1}


def test_segments_are_added_up_by_day(db: Database, coordinator: Viewer) -> None:
    for segments in (3, 4):
        db.write_now(lambda session, more=segments: tallies.add(session, NOW.date(), tallies.SEGMENTS, {"sms": more}))  # type: ignore[misc]
    assert look(db, coordinator).segments == 7


def test_a_volunteer_has_no_overview(db: Database, volunteer: Viewer) -> None:
    with pytest.raises(Refused, match="not_found"):
        look(db, volunteer)
