"""A case moves to somebody else, up to those on duty, or out of sight for a while, and nothing is lost on the way."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from api.desk import cases, caseview, idle, moves, queue, rules, tasks, training
from api.errors import Refused
from api.keys.vault import TeamKey, Vault
from api.staff import alerts, audit, people
from api.staff.facts import Facts
from api.staff.people import TRAINEE, Viewer
from api.store.db import Database
from flows.loader import Library
from flows.training import versions
from tests.factories import NOW, make_case, make_coordinator, make_viewer

TOMORROW = NOW + timedelta(days=1)


def refused(db: Database, use_case: Any) -> tuple[int, str]:
    with pytest.raises(Refused) as caught:
        db.write_now(use_case)
    return caught.value.status, caught.value.code


def entry(db: Database, viewer: Viewer, reference: str, now: Any = NOW) -> queue.QueueEntry:
    found = db.read_now(lambda session: queue.queue(session, viewer, now))
    return next(one for one in found if one.reference == reference)


def test_a_case_is_handed_over_with_a_note_that_only_the_team_can_open(
    db: Database, vault: Vault, team: TeamKey, library: Library, volunteer: Viewer
) -> None:
    rita = make_viewer(db, team, "Rita")
    reference = make_case(db, vault, claimed_by=volunteer).reference
    db.write_now(
        lambda session: moves.hand_over(session, vault, volunteer, reference, rita.person_id, "She rings at six.", NOW)
    )
    assert refused(db, lambda session: caseview.see(session, vault, library, volunteer, reference, NOW))[0] == 404
    assert entry(db, rita, reference).unread == 1
    seen = db.write_now(lambda session: caseview.see(session, vault, library, rita, reference, NOW))
    assert [(line.kind, line.text, line.by) for line in seen.talk] == [("note", "She rings at six.", "Hana")]


def test_a_case_is_handed_to_a_colleague_who_can_sign_in_and_to_nobody_else(
    db: Database, vault: Vault, volunteer: Viewer
) -> None:
    reference = make_case(db, vault, claimed_by=volunteer).reference
    for nobody in (0, 4711, volunteer.person_id):
        over = lambda session, to=nobody: moves.hand_over(session, vault, volunteer, reference, to, "", NOW)  # noqa: E731
        assert refused(db, over) == (422, "no_such_colleague")


def test_a_case_is_handed_only_to_who_has_learnt_its_service(
    db: Database, vault: Vault, team: TeamKey, library: Library, volunteer: Viewer, coordinator: Viewer
) -> None:
    rita, quizzes = make_viewer(db, team, "Rita"), versions(library)
    reference = make_case(db, vault, claimed_by=volunteer).reference

    def over(to: Viewer) -> Any:
        return lambda session: moves.hand_over(session, vault, volunteer, reference, to.person_id, "", NOW, quizzes)

    assert refused(db, over(rita)) == (409, "colleague_untrained")
    right = {one.ask: one.right for one in library.services["vaccination"].file.training.quiz}
    db.write_now(lambda session: training.answer_quiz(session, library, rita, "vaccination", right, NOW))
    db.write_now(over(rita))
    assert entry(db, rita, reference).mine
    back = lambda session: moves.hand_over(session, vault, rita, reference, coordinator.person_id, "", NOW, quizzes)  # noqa: E731
    db.write_now(back)
    assert entry(db, coordinator, reference).mine, "a coordinator knows the services"


LEAVING: dict[str, Callable[[Session, int, int], object]] = {
    "is removed": lambda session, whom, by: people.shut_out(session, whom, by, NOW),
    "becomes a trainee": lambda session, whom, by: people.describe(session, whom, TRAINEE, Facts(), by, NOW),
}


@pytest.mark.parametrize("how", LEAVING)
def test_whoever_takes_no_cases_any_more_is_given_none_at_that_moment(
    postgres_url: str, vault: Vault, team: TeamKey, how: str
) -> None:
    """Hana hands over to Rita, or Rita takes a case, while Amal is removing Rita: they wait for Amal."""
    db = Database(postgres_url, vault.keyring)  # SQLite writes one thing after another
    amal, hana, rita = make_coordinator(db, team), make_viewer(db, team, "Hana"), make_viewer(db, team, "Rita")
    hers, another = make_case(db, vault, claimed_by=hana).reference, make_case(db, vault).reference

    def impatient(use_case: Callable[[Session], object]) -> str:
        def use(session: Session) -> str:
            session.connection().exec_driver_sql("SET LOCAL lock_timeout = '200ms'")
            use_case(session)
            return "done"

        try:
            return db.write_now(use)
        except OperationalError:
            return "waits"

    def meanwhile(session: Session) -> list[str]:
        LEAVING[how](session, rita.person_id, amal.person_id)
        over = impatient(lambda other: moves.hand_over(other, vault, hana, hers, rita.person_id, "", NOW))
        return [impatient(lambda other: queue.claim(other, rita, another, NOW)), over]

    assert db.write_now(meanwhile) == ["waits", "waits"]
    late = lambda session: moves.hand_over(session, vault, hana, hers, rita.person_id, "", NOW)  # noqa: E731
    assert refused(db, late) == (422, "no_such_colleague")
    db.close()


@pytest.mark.parametrize(("reason", "urgency"), [("danger", "high"), ("stuck", "normal")])
def test_help_is_asked_for_and_those_on_duty_hear_of_it_without_content(
    db: Database, vault: Vault, volunteer: Viewer, coordinator: Viewer, reason: str, urgency: str
) -> None:
    reference = make_case(db, vault, claimed_by=volunteer).reference
    db.write_now(lambda session: moves.escalate(session, vault, volunteer, reference, reason, NOW))
    asked = entry(db, coordinator, reference)
    assert (asked.escalated, asked.urgency, asked.claimed_by) == (reason, urgency, "Hana")
    assert db.read_now(lambda session: alerts.unseen(session, coordinator.person_id, NOW)) == ("urgent",)
    assert [one.kind for one in db.read_now(lambda session: tasks.tasks(session, coordinator, NOW))] == ["escalated"]
    db.write_now(lambda session: moves.settle_escalation(session, volunteer, reference, NOW))
    assert entry(db, coordinator, reference).escalated == ""
    assert db.read_now(lambda session: tasks.tasks(session, coordinator, NOW)) == []


def test_a_case_rests_until_its_day_and_wakes_when_she_writes(db: Database, vault: Vault, volunteer: Viewer) -> None:
    opened = make_case(db, vault, claimed_by=volunteer)
    db.write_now(lambda session: moves.snooze(session, volunteer, opened.reference, TOMORROW, NOW))
    assert entry(db, volunteer, opened.reference).rests_until == TOMORROW
    assert entry(db, volunteer, opened.reference, TOMORROW).rests_until is None
    db.write_now(lambda session: cases.mark_unread(session, opened.id))
    assert entry(db, volunteer, opened.reference).rests_until is None


@pytest.mark.parametrize("days", [-1, 0, 93])
def test_a_case_rests_for_three_months_at_most(db: Database, vault: Vault, volunteer: Viewer, days: int) -> None:
    reference, day = make_case(db, vault, claimed_by=volunteer).reference, NOW + timedelta(days=days)
    rest = lambda session: moves.snooze(session, volunteer, reference, day, NOW)  # noqa: E731
    assert refused(db, rest) == (422, "bad_date")


def test_a_case_that_is_taken_up_again_does_not_go_back_at_once(db: Database, vault: Vault, volunteer: Viewer) -> None:
    case = make_case(db, vault, claimed_by=volunteer).reference
    db.write_now(lambda session: queue.close(session, volunteer, case, "done", NOW))
    later = NOW + timedelta(days=30)
    db.write_now(lambda session: queue.reopen(session, volunteer, case, later))
    assert db.write_now(lambda session: idle.return_idle(session, later + timedelta(hours=1))) == []


def test_a_case_that_nobody_acts_on_goes_back_and_she_is_told_before(
    db: Database, vault: Vault, volunteer: Viewer, coordinator: Viewer
) -> None:
    left, worked = (make_case(db, vault, claimed_by=volunteer).reference for _ in range(2))
    rested = make_case(db, vault, claimed_by=volunteer).reference
    db.write_now(lambda session: audit.record(session, volunteer.person_id, "case.note", worked, TOMORROW))
    db.write_now(lambda session: audit.record(session, volunteer.person_id, "case.see", left, TOMORROW))
    db.write_now(lambda session: moves.snooze(session, volunteer, rested, NOW + timedelta(days=9), NOW))

    soon = NOW + timedelta(hours=43)
    assert entry(db, volunteer, left, soon).returns_at == NOW + timedelta(hours=48)
    assert entry(db, volunteer, worked, soon).returns_at is None
    over = NOW + timedelta(hours=48)
    assert db.write_now(lambda session: idle.return_idle(session, over)) == [left]
    assert entry(db, coordinator, left, over).state == "open"
    assert entry(db, volunteer, worked, over).mine
    assert entry(db, volunteer, rested, over).mine


def test_a_case_that_is_claimed_anew_while_it_is_looked_at_does_not_go_back(
    postgres_url: str, vault: Vault, team: TeamKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = Database(postgres_url, vault.keyring)  # SQLite writes one thing after another
    hana, rana = make_viewer(db, team, "Hana"), make_viewer(db, team, "Rana")
    taken, left = (make_case(db, vault, claimed_by=hana).reference for _ in range(2))
    over, look = NOW + timedelta(hours=48), idle._last_acts

    def claim_anew(session: Session) -> None:
        queue.release(session, hana, taken, over)
        session.flush()
        queue.claim(session, rana, taken, over)

    def look_slowly(*args: Any) -> Any:
        seen = look(*args)
        db.write_now(claim_anew)
        return seen

    monkeypatch.setattr(idle, "_last_acts", look_slowly)
    assert db.write_now(lambda session: idle.return_idle(session, over)) == [left]
    monkeypatch.undo()
    assert entry(db, rana, taken, over).mine
    returned = [one.object for one in db.read_now(audit.recent) if one.action == "case.return"]
    assert returned == [left]
    db.close()


def test_one_person_has_so_many_cases_and_a_coordinator_says_how_many(
    db: Database, vault: Vault, volunteer: Viewer, coordinator: Viewer
) -> None:
    for _ in range(3):
        make_case(db, vault)
    db.write_now(lambda session: rules.set_rule(session, coordinator, "open_cases", 1, NOW))
    assert db.write_now(lambda session: queue.next_case(session, volunteer, NOW))
    assert refused(db, lambda session: queue.next_case(session, volunteer, NOW)) == (409, "hands_full")
    hers = volunteer.person_id
    db.write_now(lambda session: rules.set_rule(session, coordinator, "open_cases", 2, NOW, hers))
    assert db.write_now(lambda session: queue.next_case(session, volunteer, NOW))
    assert db.write_now(lambda session: queue.next_case(session, coordinator, NOW))


def test_a_stolen_session_reads_no_more_than_so_many_cases_an_hour(
    db: Database, vault: Vault, library: Library, volunteer: Viewer, coordinator: Viewer
) -> None:
    first, second = (make_case(db, vault, claimed_by=volunteer).reference for _ in range(2))
    db.write_now(lambda session: rules.set_rule(session, coordinator, "opens_an_hour", 1, NOW))
    open_it = lambda session, one=first, at=NOW: caseview.see(session, vault, library, volunteer, one, at)  # noqa: E731
    db.write_now(open_it)
    db.write_now(open_it)
    assert refused(db, lambda session: open_it(session, second)) == (429, "opened_many")
    db.write_now(lambda session: open_it(session, second, NOW + timedelta(minutes=61)))


@pytest.mark.parametrize(("name", "value"), [("open_cases", -1), ("open_cases", 1001), ("colour", 3)])
def test_a_rule_that_cannot_be_is_refused(db: Database, coordinator: Viewer, name: str, value: int) -> None:
    assert refused(db, lambda session: rules.set_rule(session, coordinator, name, value, NOW)) == (422, "bad_rule")
    assert db.read_now(rules.rules) == rules.Rules()
