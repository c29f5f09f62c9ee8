"""A volunteer learns before she takes a case; what a case needs and where it is decide whose it is next."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from api.console.names import SKILLS
from api.desk import cases, queue, rules, training
from api.keys.vault import Vault
from api.staff import people
from api.staff.facts import Facts
from api.staff.people import Viewer
from api.store.db import Database
from flows.loader import Library
from flows.parts import Skill
from flows.training import versions
from tests.api.desk.test_queue import refused
from tests.factories import ALMAZ, HER_PHONE, NOW, make_case

RIGHT = {
    "keeps_passport": "go_on",
    "kafala": "stay",
    "embassy": "nothing",
    "promise": "honest",
    "code": "lend",
    "danger": "help",
}


def answer(db: Database, library: Library, viewer: Viewer, **but: str) -> list[str]:
    missed = db.write_now(lambda s: training.answer_quiz(s, library, viewer, "vaccination", {**RIGHT, **but}, NOW))
    return [one.ask for one in missed]


def test_who_has_not_passed_the_quiz_takes_no_case_until_she_has(
    db: Database, vault: Vault, library: Library, volunteer: Viewer, coordinator: Viewer
) -> None:
    first, second = make_case(db, vault).reference, make_case(db, vault).reference
    quizzes = versions(library)
    assert refused(db, lambda s: queue.claim(s, volunteer, first, NOW, quizzes)) == (409, "not_trained")
    assert refused(db, lambda s: queue.next_case(s, volunteer, NOW, quizzes)) == (409, "not_trained")
    assert answer(db, library, volunteer, code="own") == ["code"]
    assert refused(db, lambda s: queue.next_case(s, volunteer, NOW, quizzes)) == (409, "not_trained")
    assert answer(db, library, volunteer) == []
    assert db.write_now(lambda s: queue.next_case(s, volunteer, NOW, quizzes)) == first
    db.write_now(lambda s: queue.claim(s, volunteer, second, NOW, quizzes))
    assert db.write_now(lambda s: queue.next_case(s, volunteer, NOW, quizzes)) is None
    assert db.read_now(lambda s: training.untrained(s, coordinator, quizzes)) == []


def test_a_changed_quiz_asks_again(db: Database, vault: Vault, library: Library, volunteer: Viewer) -> None:
    answer(db, library, volunteer)
    assert "vaccination" not in db.read_now(lambda s: training.untrained(s, volunteer, versions(library)))
    changed = {"vaccination": "another"}
    make_case(db, vault)
    assert db.read_now(lambda s: training.untrained(s, volunteer, changed)) == ["vaccination"]
    assert refused(db, lambda s: queue.next_case(s, volunteer, NOW, changed)) == (409, "not_trained")


def test_a_coordinator_can_lift_it_for_the_whole_desk(
    db: Database, vault: Vault, library: Library, volunteer: Viewer, coordinator: Viewer
) -> None:
    reference = make_case(db, vault).reference
    db.write_now(lambda s: rules.set_rule(s, coordinator, "training", 0, NOW))
    assert db.write_now(lambda s: queue.next_case(s, volunteer, NOW, versions(library))) == reference


def test_there_is_no_quiz_of_what_is_not_there(db: Database, library: Library, volunteer: Viewer) -> None:
    asked = lambda s: training.answer_quiz(s, library, volunteer, "elsewhere", {}, NOW)  # noqa: E731
    assert refused(db, asked) == (404, "not_found")


def test_what_a_case_may_need_is_what_people_can_do() -> None:
    assert set(SKILLS) == set(Skill.__args__)  # type: ignore[attr-defined]


def can(db: Database, viewer: Viewer, coordinator: Viewer, facts: Facts) -> None:
    db.write_now(lambda s: people.describe(s, viewer.person_id, "volunteer", facts, coordinator.person_id, NOW))


def opened(db: Database, vault: Vault, district: str, needs: Sequence[str] = (), at: datetime = NOW) -> str:
    def store(session: Session) -> str:
        return cases.open_case(
            session,
            vault,
            service="vaccination",
            contact=HER_PHONE,
            answers=ALMAZ,
            route={"place": f"lebanon/{district}"},
            needs=needs,
            now=at,
        ).reference

    return db.write_now(store)


def test_the_next_case_needs_what_she_can_do_and_is_near_her(
    db: Database, vault: Vault, volunteer: Viewer, coordinator: Viewer
) -> None:
    can(db, volunteer, coordinator, Facts(("am",), ("legal",), ("lebanon/beirut", "lebanon/mount_lebanon/aley")))
    long_ago = NOW - timedelta(days=3)
    foreign = opened(db, vault, "beirut/beirut", ["medical"], long_ago)
    far = opened(db, vault, "north/tripoli", at=long_ago)
    beside = opened(db, vault, "mount_lebanon/jbeil", at=long_ago)
    near = opened(db, vault, "mount_lebanon/aley")
    in_town = opened(db, vault, "beirut/beirut", at=NOW - timedelta(hours=1))
    lawyers = opened(db, vault, "north/tripoli", ["legal"])
    shown = db.read_now(lambda s: queue.queue(s, volunteer, NOW))
    order = [lawyers, in_town, near, beside, far, foreign]
    assert [one.reference for one in shown] == order
    assert [one.fits for one in shown] == [
        ("language", "skill"),
        ("language", "area"),
        ("language", "area"),
        ("language",),
        ("language",),
        ("language", "area", "lacks"),
    ]
    assert [one.late for one in shown] == [False, False, False, True, True, True]
    taken = [db.write_now(lambda s: queue.next_case(s, volunteer, NOW)) for _ in order]
    assert taken == order


def test_a_coordinator_says_when_a_case_is_late(
    db: Database, vault: Vault, volunteer: Viewer, coordinator: Viewer
) -> None:
    make_case(db, vault, urgency="high", now=NOW - timedelta(minutes=61))
    make_case(db, vault, now=NOW - timedelta(hours=5))
    assert [one.late for one in db.read_now(lambda s: queue.queue(s, volunteer, NOW))] == [True, False]
    db.write_now(lambda s: rules.set_rule(s, coordinator, "late_hours", 4, NOW))
    db.write_now(lambda s: rules.set_rule(s, coordinator, "urgent_hours", 0, NOW))
    assert [one.late for one in db.read_now(lambda s: queue.queue(s, volunteer, NOW))] == [False, True]
