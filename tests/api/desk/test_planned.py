"""Tasks that a service plans: opened by answers, each with a state of its own; what is ready is collected by a code."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from api.desk import afterwards, amending, caseview, collecting, queue, tasks, telling
from api.desk.lateness import escalate_late
from api.desk.wishes import Ways
from api.errors import Refused
from api.keys.vault import Vault
from api.staff import alerts
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import CaseRow
from flows.loader import Library
from flows.sheet import Typed
from tests.factories import NOW
from tests.planned import planned_library
from tests.talking import Worker

SAYS = ("hello", "1", "Almaz Tesfaye", "1 3", "1", "1", "2", "0", "1", "2", "0", "1", "1")


@pytest.fixture
def work(library: Library, tmp_path: Path) -> Library:
    return planned_library(tmp_path, library)


@pytest.fixture
def almaz(db: Database, vault: Vault, work: Library, volunteer: Viewer) -> Worker:
    """Almaz, who needs food and a lawyer, and whom Hana helps."""
    worker = Worker(db, vault, work)
    for text in SAYS:
        worker.says(text)
    db.write_now(lambda s: queue.claim(s, volunteer, worker.case(), NOW))
    return worker


def planned(worker: Worker, viewer: Viewer) -> dict[str, tasks.TaskView]:
    case = worker.db.write_now(
        lambda s: caseview.see(s, worker.vault, worker.library, viewer, worker.case(), worker.now)
    )
    return {one.name: one for one in case.work.tasks}


def move(worker: Worker, viewer: Viewer, name: str, state: str) -> None:
    task_id = planned(worker, viewer)[name].id
    worker.db.write_now(lambda s: afterwards.move(s, worker.vault, worker.library, viewer, task_id, state, worker.now))


def make_ready(worker: Worker, viewer: Viewer, number: int) -> None:
    task_id = planned(worker, viewer)["food"].id
    worker.db.write_now(
        lambda s: collecting.make_ready(s, worker.vault, worker.library, viewer, task_id, number, Ways(), worker.now)
    )


def the_list(worker: Worker, viewer: Viewer) -> list[collecting.Share]:
    return worker.db.write_now(
        lambda s: collecting.distribution(s, worker.vault, worker.library, viewer, "work", "food", worker.now)
    )


def test_several_needs_are_several_tasks_each_with_its_own_state(almaz: Worker, volunteer: Viewer) -> None:
    assert {name: one.due_at - NOW for name, one in planned(almaz, volunteer).items()} == {
        "food": timedelta(days=3),
        "lawyer": timedelta(days=2),
        "visit": timedelta(days=7),
    }
    move(almaz, volunteer, "lawyer", "doing")
    move(almaz, volunteer, "visit", "refused")
    assert {name: one.state for name, one in planned(almaz, volunteer).items()} == {
        "food": "open",
        "lawyer": "doing",
        "visit": "refused",
    }
    left = almaz.db.read_now(lambda s: tasks.tasks(s, volunteer, NOW))
    assert [one.name for one in left] == ["lawyer", "food"]
    move(almaz, volunteer, "lawyer", "done")
    with pytest.raises(Refused, match="no_such_task"):
        move(almaz, volunteer, "lawyer", "doing")


def test_an_answer_that_is_changed_later_opens_its_task_and_what_is_over_is_not_opened_again(
    almaz: Worker, volunteer: Viewer
) -> None:
    move(almaz, volunteer, "food", "dropped")

    def needs(numbers: str) -> None:
        typed = Typed(numbers, "")
        almaz.db.write_now(
            lambda s: amending.edit(
                s, almaz.vault, almaz.library, volunteer, almaz.case(), "needs", typed, "she rang", NOW
            )
        )

    needs("2")
    needs("1 2 3")
    assert {name: one.state for name, one in planned(almaz, volunteer).items()}["food"] == "dropped"
    assert len(planned(almaz, volunteer)) == 3


def test_a_late_task_is_told_to_those_on_duty(almaz: Worker, volunteer: Viewer, coordinator: Viewer) -> None:
    move(almaz, volunteer, "lawyer", "doing")
    later = NOW + timedelta(days=2, hours=1)
    assert almaz.db.write_now(lambda s: escalate_late(s, almaz.vault, later)) == 1
    assert almaz.db.read_now(lambda s: alerts.unseen(s, coordinator.person_id, later)) == ("late",)


def test_what_is_ready_is_collected_with_a_code_and_without_a_name(
    almaz: Worker, volunteer: Viewer, coordinator: Viewer
) -> None:
    assert [(one.reference, one.code, one.state) for one in the_list(almaz, coordinator)] == [
        (almaz.case(), "", "open")
    ]
    make_ready(almaz, volunteer, 42)
    assert almaz.reads() == ["It is ready. Your code is 0042. Say only the code when you come."]
    (share,) = the_list(almaz, coordinator)
    assert (share.code, share.state) == ("0042", "ready")
    assert "Almaz" not in repr(share)
    todo = almaz.db.write_now(lambda s: telling.to_do(s, almaz.vault, almaz.library, volunteer, share.task_id, NOW))
    assert (todo.text, todo.mine) == ("", True)

    def tick(*came: int) -> list[str]:
        return almaz.db.write_now(
            lambda s: afterwards.collected(
                s, almaz.vault, almaz.library, coordinator, "work", "food", [share.task_id], came, NOW
            )
        )

    assert tick(share.task_id) == [almaz.case()]
    assert tick(share.task_id) == []
    assert planned(almaz, volunteer)["food"].state == "done"
    assert tick() == [almaz.case()]
    assert planned(almaz, volunteer)["food"].state == "ready"
    with pytest.raises(Refused, match="not_found"):
        the_list(almaz, volunteer)


def test_the_code_of_who_may_not_be_written_to_is_a_task(
    db: Database, vault: Vault, work: Library, volunteer: Viewer
) -> None:
    worker = Worker(db, vault, work)
    for text in (*SAYS[:5], "2", *SAYS[6:]):
        worker.says(text)
    db.write_now(lambda s: queue.claim(s, volunteer, worker.case(), NOW))
    worker.now += timedelta(days=1)
    make_ready(worker, volunteer, 42)
    assert worker.reads() == []
    telling = next(
        one for one in db.read_now(lambda s: tasks.tasks(s, volunteer, worker.now)) if one.kind == "tell_code"
    )
    code = db.read_now(lambda s: collecting.code_of(s, vault, volunteer, telling.id))
    assert code == "0042"
    move(worker, volunteer, "food", "done")
    left = db.read_now(lambda s: tasks.tasks(s, volunteer, worker.now))
    assert "tell_code" not in {one.kind for one in left}


def test_a_promised_call_is_a_task_within_its_time(
    db: Database, vault: Vault, work: Library, coordinator: Viewer
) -> None:
    worker = Worker(db, vault, work)
    for text in (*SAYS[:6], "1", *SAYS[7:]):
        worker.says(text)
    (call,) = [one for one in db.read_now(lambda s: tasks.tasks(s, coordinator, NOW)) if one.kind == "call_back"]
    assert (call.reference, call.due_at) == (worker.case(), NOW + timedelta(minutes=30))
    assert db.read_now(lambda s: s.exec(select(CaseRow.call)).one())
    assert db.read_now(lambda s: alerts.unseen(s, coordinator.person_id, NOW)) == ("call",)
