"""An outing: who could come, a list with one letter of each name, and who came, however often that is sent."""

from datetime import timedelta

import pytest

from api.desk import cases
from api.errors import Refused
from api.going import outings
from api.keys.vault import TeamKey, Vault
from api.staff import audit
from api.staff.people import Viewer
from api.store.db import Database
from flows.loader import Library
from flows.model import Answer
from tests.factories import ALMAZ, NOW, make_case, make_viewer

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
