"""What has to be done by a time is opened once, seen by those who may do it, and told to those on duty when late."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from sqlmodel import Session, select, update

from api.desk import cases, lateness, queue, tasks, telling
from api.desk.planned import open_planned
from api.errors import Refused
from api.keys.vault import TeamKey, Vault
from api.staff import audit, duty
from api.staff.facts import Facts
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import Alert, Person, TaskRow
from flows.planning import Open
from tests.factories import NOW, make_case, make_coordinator, make_viewer
from tests.together import at_once

TOMORROW = NOW + timedelta(days=1)


def opened(db: Database, kind: str = "call_back", **more: object) -> None:
    due = {"due_at": TOMORROW, **more}
    db.write_now(lambda session: tasks.open_task(session, kind, NOW, **due))  # type: ignore[arg-type]


def kinds(db: Database, viewer: Viewer) -> list[str]:
    return [task.kind for task in db.read_now(lambda session: tasks.tasks(session, viewer, NOW))]


def test_the_same_task_is_opened_once(db: Database, vault: Vault, coordinator: Viewer) -> None:
    case = make_case(db, vault)
    for _ in range(2):
        opened(db, case_id=case.id)
        opened(db, "recharge", about="+96181000100")
    opened(db, "recharge", about="+96181000101")
    assert kinds(db, coordinator) == ["call_back", "recharge", "recharge"]


def test_a_volunteer_sees_the_tasks_of_her_cases_and_her_own(
    db: Database, vault: Vault, team: TeamKey, volunteer: Viewer, coordinator: Viewer
) -> None:
    opened(db, case_id=make_case(db, vault, claimed_by=volunteer).id)
    opened(db, "tell_worker", case_id=make_case(db, vault, claimed_by=make_viewer(db, team, "Rana")).id)
    opened(db, "recharge", about="+96181000100", person_id=volunteer.person_id)
    opened(db, "number_silent", about="+96181000100", due_at=NOW)
    assert kinds(db, volunteer) == ["call_back", "recharge"]
    assert kinds(db, coordinator) == ["number_silent", "call_back", "tell_worker", "recharge"]


def test_who_is_done_with_a_task_is_written_down_and_nobody_does_it_twice(
    db: Database, vault: Vault, volunteer: Viewer, coordinator: Viewer
) -> None:
    opened(db, case_id=make_case(db, vault, claimed_by=volunteer).id)
    (task,) = db.read_now(lambda session: tasks.tasks(session, volunteer, NOW))
    db.write_now(lambda session: tasks.end_task(session, volunteer, task.id, NOW))
    assert db.read_now(audit.recent)[0].action == "task.done"
    with pytest.raises(Refused):
        db.write_now(lambda session: tasks.end_task(session, coordinator, task.id, NOW))
    opened(db, "recharge", about="+96181000100")
    (hidden,) = db.read_now(lambda session: tasks.tasks(session, coordinator, NOW))
    with pytest.raises(Refused) as caught:
        db.write_now(lambda session: tasks.end_task(session, volunteer, hidden.id, NOW))
    assert caught.value.code == "no_such_task"


def test_what_is_late_is_told_once(db: Database, vault: Vault, coordinator: Viewer) -> None:
    opened(db, "recharge", about="+96181000100")
    escalate = [
        db.write_now(lambda session, now=now: lateness.escalate_late(session, vault, now))
        for now in (TOMORROW - timedelta(seconds=1), TOMORROW, TOMORROW + timedelta(days=1))
    ]
    assert escalate == [0, 1, 0]
    (late,) = db.read_now(lambda session: tasks.tasks(session, coordinator, TOMORROW))
    assert late.late


def test_what_happened_by_itself_is_settled(db: Database, coordinator: Viewer) -> None:
    opened(db, "recharge", about="+96181000100")
    db.write_now(lambda session: tasks.settle(session, "recharge", NOW, about="+96181000100"))
    assert kinds(db, coordinator) == []


def test_nothing_is_left_to_do_in_a_case_that_ended(db: Database, vault: Vault, volunteer: Viewer) -> None:
    closed, forgotten = (make_case(db, vault, claimed_by=volunteer) for _ in range(2))
    opened(db, case_id=closed.id)
    opened(db, case_id=forgotten.id, box=b"sealed")
    db.write_now(lambda session: queue.close(session, volunteer, closed.reference, "done", NOW))
    db.write_now(lambda session: cases.forget(session, vault, forgotten.reference, NOW))
    left = db.read_now(lambda session: [(row.state, row.box) for row in session.exec(select(TaskRow))])
    assert left == [("dropped", b""), ("dropped", b"")]


def able(viewer: Viewer, *skills: str) -> Viewer:
    return replace(viewer, facts=Facts(skills=skills))


def planned(db: Database, case_id: int, *skills: str) -> None:
    steps = [Open(f"{skill or 'any'}", TOMORROW, skill=skill) for skill in skills]
    db.write_now(lambda session: open_planned(session, case_id, steps, NOW))


def test_what_needs_a_skill_is_seen_first_by_those_who_have_it(
    db: Database, vault: Vault, team: TeamKey, volunteer: Viewer, coordinator: Viewer
) -> None:
    planned(db, make_case(db, vault, claimed_by=make_viewer(db, team, "Rana")).id, "legal", "", "driving")

    def names(viewer: Viewer) -> list[str]:
        return [task.name for task in db.read_now(lambda session: tasks.tasks(session, viewer, NOW))]

    assert names(volunteer) == []
    assert names(able(volunteer, "driving", "errands")) == ["driving"]
    assert names(able(coordinator, "driving")) == ["driving", "legal", "any"]


def test_who_can_do_it_takes_it_and_then_it_is_hers_alone(
    db: Database, vault: Vault, team: TeamKey, volunteer: Viewer
) -> None:
    planned(db, make_case(db, vault, claimed_by=make_viewer(db, team, "Rana")).id, "signing")
    hana, suad = able(volunteer, "signing"), able(make_viewer(db, team, "Suad"), "signing")
    (seen,) = db.read_now(lambda session: tasks.tasks(session, hana, NOW))
    db.write_now(lambda session: telling.hand_over(session, hana, seen.id, hana.person_id, NOW))
    assert db.read_now(lambda session: tasks.tasks(session, suad, NOW)) == []
    assert db.read_now(lambda session: tasks.count_tasks(session, hana)) == 1


def test_of_what_is_late_only_those_on_duty_hear_who_can_do_it(
    db: Database, vault: Vault, team: TeamKey, coordinator: Viewer
) -> None:
    hana, rana = (make_viewer(db, team, name) for name in ("Hana", "Rana"))

    def on_duty(session: Session) -> None:
        for one in (hana, rana):
            duty.add(session, coordinator, one.person_id, NOW, NOW + timedelta(hours=20), (), NOW)
        person = session.get_one(Person, rana.person_id)
        person.skills = ["computers"]
        session.add(person)

    db.write_now(on_duty)
    planned(db, make_case(db, vault).id, "computers", "teaching")
    soon = NOW + timedelta(hours=10)
    db.write_now(lambda session: session.execute(update(TaskRow).values(due_at=soon)))
    db.write_now(lambda session: lateness.escalate_late(session, vault, soon))
    told = db.read_now(lambda session: [(one.person_id, one.about) for one in session.exec(select(Alert))])
    computers, teaching = (f"task:{number}" for number in (1, 2))
    assert {one for one, about in told if about == computers} - {coordinator.person_id} == {rana.person_id}
    assert {hana.person_id, rana.person_id} <= {one for one, about in told if about == teaching}


def test_of_two_who_are_done_with_a_task_at_once_one_is_written_down(
    url: str, vault: Vault, team: TeamKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    db, both_see = Database(url, vault.keyring), Barrier(2)
    amal, aida = make_coordinator(db, team), make_coordinator(db, team, "Aida")
    opened(db, "recharge", about="+96181000100")
    (task,) = db.read_now(lambda session: tasks.tasks(session, amal, NOW))
    seen = tasks.task_for

    def see(*args: Any, **more: Any) -> Any:
        found = seen(*args, **more)
        with suppress(BrokenBarrierError):
            both_see.wait(0.5)
        return found

    monkeypatch.setattr(tasks, "task_for", see)
    ends = at_once(lambda v=v: db.write_now(lambda s: tasks.end_task(s, v, task.id, NOW)) for v in (amal, aida))
    assert [type(one) for one in ends].count(Refused) == 1
    assert [one.action for one in db.read_now(audit.recent)] == ["task.done"]
    db.close()
