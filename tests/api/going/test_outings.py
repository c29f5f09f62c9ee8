"""An outing: who could come, a list with one letter of each name, and who came, however often that is sent."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from api.desk import afterwards, cases, reminding, tasks
from api.desk.wishes import Ways
from api.errors import Refused
from api.going import outings, signing
from api.keys.vault import TeamKey, Vault
from api.staff import audit
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import FollowUpRow
from flows.loader import Library
from flows.model import Answer
from tests.factories import ALMAZ, NOW, make_case, make_viewer
from tests.planned import planned_library
from tests.talking import Worker

COMPANY = {**ALMAZ, "company": Answer("yes")}


def plan(db: Database, vault: Vault, viewer: Viewer, places: int = 9, led_by: int | None = None) -> int:
    at = NOW + timedelta(days=3)
    return db.write_now(lambda session: outings.plan(session, vault, viewer, at, "The bakery", places, led_by, NOW))


def add(db: Database, viewer: Viewer, outing_id: int, *references: str) -> None:
    db.write_now(lambda session: outings.add(session, viewer, outing_id, references, NOW))


def listed(db: Database, vault: Vault, library: Library, viewer: Viewer, outing_id: int) -> list[outings.Listed]:
    return db.write_now(lambda session: outings.list_of(session, vault, library, viewer, outing_id, NOW))


def test_the_list_says_one_letter_and_who_came_and_a_repeat_changes_nothing(
    db: Database, vault: Vault, library: Library, coordinator: Viewer
) -> None:
    outing, case = plan(db, vault, coordinator), make_case(db, vault, COMPANY)
    add(db, coordinator, outing, case.reference)
    add(db, coordinator, outing, case.reference)

    def tick(*came: str) -> list[str]:
        return db.write_now(lambda session: outings.tick(session, coordinator, outing, [case.reference], came, NOW))

    assert listed(db, vault, library, coordinator, outing) == [outings.Listed(case.reference, "A", "am", False)]
    assert tick(case.reference) == [case.reference]
    assert tick(case.reference) == []
    assert listed(db, vault, library, coordinator, outing)[0].came
    assert db.read_now(lambda session: outings.came_of(session, case.reference)) == [(NOW + timedelta(days=3), True)]
    assert tick() == [case.reference]
    assert [line.action for line in db.read_now(audit.recent)].count("outing.came") == 1


def test_only_those_who_may_be_told_or_want_company_are_proposed(
    db: Database, vault: Vault, library: Library, coordinator: Viewer
) -> None:
    outing = plan(db, vault, coordinator)
    make_case(db, vault)
    wants = make_case(db, vault, COMPANY)
    told = make_case(db, vault, {**ALMAZ, "phone_safe": Answer("always")})

    def proposed() -> list[str]:
        found = db.read_now(lambda session: outings.candidates(session, vault, library, coordinator, outing, NOW))
        return [one.reference for one in found]

    assert proposed() == [wants.reference, told.reference]
    add(db, coordinator, outing, wants.reference)
    assert proposed() == [told.reference]


def test_no_more_come_than_there_are_places(db: Database, vault: Vault, library: Library, coordinator: Viewer) -> None:
    outing, two = plan(db, vault, coordinator, places=1), [make_case(db, vault, COMPANY).reference for _ in range(2)]
    with pytest.raises(Refused, match="no_place_left"):
        add(db, coordinator, outing, *two)
    assert listed(db, vault, library, coordinator, outing) == []


def test_who_leads_it_ticks_and_nobody_else_finds_it(
    db: Database, vault: Vault, library: Library, coordinator: Viewer, volunteer: Viewer, team: TeamKey
) -> None:
    outing, rima = plan(db, vault, coordinator, led_by=volunteer.person_id), make_viewer(db, team, "Rima")
    case = make_case(db, vault, COMPANY)
    add(db, coordinator, outing, case.reference)
    assert len(listed(db, vault, library, volunteer, outing)) == 1
    with pytest.raises(Refused, match="no_such_outing"):
        listed(db, vault, library, rima, outing)
    with pytest.raises(Refused, match="not_found"):
        add(db, volunteer, outing, case.reference)


def test_what_is_forgotten_or_over_is_on_no_list(
    db: Database, vault: Vault, library: Library, coordinator: Viewer
) -> None:
    outing, case = plan(db, vault, coordinator), make_case(db, vault, COMPANY)
    add(db, coordinator, outing, case.reference)
    db.write_now(lambda session: cases.forget(session, vault, case.reference, NOW))
    assert listed(db, vault, library, coordinator, outing) == []
    db.write_now(lambda session: outings.end_what_is_over(session, NOW + timedelta(days=94)))
    assert db.read_now(lambda session: outings.outings(session, coordinator)) == []


CALLS = """
service: calls
title: Calls for volunteers
languages: [en]
closing: Thank you. Your number is {reference}.
questions:
  - {ask: name, type: name, title: Name, label: Your name?}
  - ask: phone_safe
    type: choice
    title: Writing
    label: May we write to you?
    choices: {always: Yes, never: No}
  - {ask: which, type: outing, title: Which, label: Which one?}
case:
  follow_ups:
    - {follow_up: tomorrow, after: outing, in: -1 day, say: It is tomorrow. See you there.}
"""


def test_places_are_offered_by_the_bot_signed_up_for_reminded_of_and_end_in_hours(
    db: Database, vault: Vault, library: Library, coordinator: Viewer, tmp_path: Path
) -> None:
    at = NOW + timedelta(days=10)
    outing = db.write_now(
        lambda s: outings.plan(s, vault, coordinator, at, "The library", 1, None, NOW, service="calls")
    )
    plan(db, vault, coordinator)
    calls = planned_library(tmp_path, library, CALLS)

    def now_offered(now: datetime = NOW) -> Library:
        coming = db.read_now(lambda s: signing.coming(s, vault, UTC, now))
        return replace(calls, outings=coming)

    maria = Worker(db, vault, now_offered())
    late = Worker(db, vault, now_offered(), address="4712")
    said = [maria.says(text)[-1] for text in ("hello", "1", "Maria Quispe", "1", "1", "1")]
    assert "The library" in said[3]
    assert now_offered().outings == {}
    for text in ("hello", "1", "Ana Flores", "1", "1", "1"):
        late.says(text)  # she had the list before the last place was taken
    (line,) = listed(db, vault, calls, coordinator, outing)
    assert (line.signed_up, line.came) == (True, False)
    full = [one.kind for one in db.read_now(lambda s: tasks.tasks(s, coordinator, NOW))]
    assert full == ["outing_full"]
    planned = db.read_now(lambda s: list(s.exec(select(FollowUpRow.name))))
    assert planned == ["tomorrow"], "who came too late is told of no day"

    maria.now = at - timedelta(hours=23)
    db.write_now(lambda s: reminding.run_due(s, vault, now_offered(), Ways(), maria.now))
    assert maria.reads() == ["It is tomorrow. See you there."]

    db.write_now(lambda s: outings.write_hours(s, coordinator, outing, {line.reference: 2.5}, at))
    (found,) = [one for one in db.read_now(lambda s: signing.impact(s, coordinator)) if one.service == "calls"]
    assert found == signing.Impact("calls", 1, 1, 1, 2.5)
    with pytest.raises(Refused, match="incomplete"):
        db.write_now(lambda s: outings.write_hours(s, coordinator, outing, {line.reference: 25}, at))


def test_who_is_put_on_a_list_by_hand_is_told_of_that_day_and_not_once_she_is_taken_off(
    db: Database, vault: Vault, library: Library, coordinator: Viewer, tmp_path: Path
) -> None:
    calls = planned_library(tmp_path, library, CALLS)
    maria = Worker(db, vault, calls)
    for text in ("hello", "1", "Maria Quispe", "1", "1"):
        maria.says(text)

    def day(days: int) -> int:
        at = NOW + timedelta(days=days)
        return db.write_now(lambda s: outings.plan(s, vault, coordinator, at, "Mill", 1, None, NOW, service="calls"))

    def put_on(outing: int) -> None:
        her = [maria.case()]
        db.write_now(lambda s: afterwards.add_to_outing(s, vault, calls, coordinator, outing, her, NOW))

    def planned() -> list[int]:
        return [(at - NOW).days for at in db.read_now(lambda s: list(s.exec(select(FollowUpRow.due_at))))]

    soon, far = day(10), day(20)
    for outing in (soon, far, far):
        put_on(outing)
    assert sorted(planned()) == [9, 19]
    db.write_now(lambda s: afterwards.drop_from_outing(s, calls, coordinator, soon, maria.case(), NOW))
    assert planned() == [19]
