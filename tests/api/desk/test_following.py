"""Months after an intake: what was planned is asked, answered, missed, or done by somebody, on its day."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from api import retention
from api.desk import afterwards, amending, cases, caseview, idle, queue, reminding, tasks
from api.desk.following import FollowUpView
from api.desk.wishes import Ways
from api.keys.keyring import Gone
from api.keys.vault import Vault
from api.numbers.appointments import Corrected
from api.staff import alerts
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import Alert, CaseRow, DraftRow, FollowUpRow
from flows.loader import Library
from flows.sheet import Typed
from tests.factories import NOW
from tests.libraries import whole_library
from tests.planned import SERVICE, planned_library
from tests.talking import Worker

SHE_SAYS = ("hello", "1", "Almaz Tesfaye", "1 3", "1", "1", "2", "24 November 2026", "1", "2", "I am tired", "1", "1")
QUIET = (*SHE_SAYS[:5], "2", *SHE_SAYS[6:])


@dataclass
class Months:
    """A worker, her volunteer, and the runner, who travel through time together."""

    db: Database
    vault: Vault
    library: Library
    hana: Viewer
    worker: Worker

    def goes_by(self, **time: int) -> list[str]:
        """Time goes by, with the runner looking every few days; what she is told meanwhile."""
        until = self.worker.now + timedelta(**time)
        told: list[str] = []
        while self.worker.now < until:
            self.worker.now = min(self.worker.now + timedelta(days=6), until)
            self.db.write_now(self._look)
            told += self.worker.reads()
        return told

    def _look(self, session: Session) -> None:
        now = self.worker.now
        retention.end_what_is_over(session, self.vault.keyring, now)
        reminding.run_due(session, self.vault, self.library, Ways(), now)

    def follow_ups(self) -> list[FollowUpView]:
        return list(self.see().work.follow_ups)

    def states(self, name: str) -> list[str]:
        return [one.state for one in self.follow_ups() if one.name == name]

    def see(self) -> caseview.CaseView:
        now, reference = self.worker.now, self.worker.case()
        return self.db.write_now(lambda s: caseview.see(s, self.vault, self.library, self.hana, reference, now))

    def todo(self) -> dict[str, tasks.TaskView]:
        return {
            one.name if one.kind == "planned" else one.kind: one
            for one in self.db.read_now(lambda s: tasks.tasks(s, self.hana, self.worker.now))
        }

    def told(self) -> list[str]:
        kinds = select(Alert.kind).where(Alert.person_id == self.hana.person_id).order_by(Alert.id)  # type: ignore[arg-type]
        return list(self.db.read_now(lambda s: list(s.exec(kinds))))


@pytest.fixture
def months(db: Database, vault: Vault, library: Library, volunteer: Viewer, tmp_path: Path) -> Months:
    services = planned_library(tmp_path, library)
    return Months(db, vault, services, volunteer, Worker(db, vault, services))


def begin(months: Months, said: tuple[str, ...] = SHE_SAYS) -> str:
    for text in said:
        months.worker.says(text)
    reference = months.worker.case()
    months.db.write_now(lambda s: queue.claim(s, months.hana, reference, NOW))
    return reference


def test_six_monthly_questions_are_asked_in_her_language_and_her_answers_come_into_the_case(months: Months) -> None:
    begin(months)
    assert months.states("check") == ["planned"] * 6
    assert months.goes_by(days=29) == []
    (asked,) = months.goes_by(days=2)
    assert asked.startswith("Hello. A short question, as we agreed:\nDo you still work there?")
    assert months.worker.says("1") == ["Were you paid?\n1 Yes\n2 No"]
    assert months.worker.says("1") == ["Thank you. We have added it."]
    assert months.goes_by(days=1) == ["Good to hear. We are glad."]
    assert {one.name: one.value for one in months.see().answers}["paid"] == "Yes"
    for _ in range(5):
        months.goes_by(days=30)
        months.worker.says("1")
        months.worker.says("1")
    assert months.states("check") == ["answered"] * 6
    assert months.worker.now < NOW + timedelta(days=190)
    assert months.goes_by(days=60) == ["Good to hear. We are glad."]


def test_a_bad_answer_is_told_at_once_to_her_volunteer_and_to_those_on_duty(
    months: Months, coordinator: Viewer
) -> None:
    begin(months)
    months.goes_by(days=31)
    months.worker.says("2")
    assert next(one for one in months.follow_ups() if one.name == "check").bad
    bad = months.todo()["follow_up_bad"]
    assert bad.due_at == months.worker.now + timedelta(hours=1)
    assert months.told() == ["urgent"]
    heard = months.db.read_now(lambda s: alerts.unseen(s, coordinator.person_id, months.worker.now))
    assert "urgent" in heard


def test_what_nobody_answers_in_its_window_was_missed_and_alarms(months: Months) -> None:
    begin(months)
    months.goes_by(days=31)
    months.goes_by(days=5)
    assert months.states("check")[0] == "asked"
    months.goes_by(days=3)
    assert months.states("check")[0] == "missed"
    assert "follow_up_missed" in months.todo()
    assert months.told() == ["follow_up"]


def test_an_answer_after_five_silent_days_still_finds_its_question(months: Months) -> None:
    begin(months)
    months.goes_by(days=30)
    months.goes_by(days=5)
    assert months.worker.says("1") == ["Were you paid?\n1 Yes\n2 No"]


def test_who_never_said_that_we_may_write_is_not_written_to_and_a_volunteer_asks(months: Months) -> None:
    begin(months, QUIET)
    rows = months.db.read_now(lambda s: list(s.exec(select(FollowUpRow))))
    assert [(row.box, row.address_index) for row in rows] == [(b"", b"")] * 6
    assert months.goes_by(days=31) == []
    assert months.states("check")[0] == "task"
    todo = months.todo()["follow_up"]
    done = months.db.write_now(
        lambda s: afterwards.move(s, months.vault, months.library, months.hana, todo.id, "done", months.worker.now)
    )
    assert done.name == "check"
    assert months.states("check")[0] == "done"


def test_what_a_volunteer_types_in_answers_what_was_missed_and_leads_on(months: Months) -> None:
    reference = begin(months)
    months.goes_by(days=38)
    assert months.states("check")[0] == "missed"
    for name in ("still", "paid"):
        wrong = months.db.write_now(
            lambda s, name=name: amending.edit(  # type: ignore[misc]
                s, months.vault, months.library, months.hana, reference, name, Typed("1"), "she rang", months.worker.now
            )
        )
        assert wrong is None
        if name == "still":
            assert months.states("check")[0] == "missed", "whoever still works there is asked whether she was paid"
            assert "follow_up_missed" in months.todo()
    assert months.states("check")[0] == "answered"
    assert "follow_up_missed" not in months.todo()


def test_who_said_stop_is_not_written_to(months: Months) -> None:
    begin(months)
    months.worker.says("stop")
    assert months.goes_by(days=31) == []
    assert months.states("check")[0] == "task"


def test_another_first_day_moves_what_is_planned(months: Months) -> None:
    reference = begin(months)
    first = [one.due_at for one in months.follow_ups() if one.name == "check"]
    assert first[0] == datetime(2026, 12, 24, 8, tzinfo=UTC)
    for day in ("1 December 2026", "24 November 2026", "1 December 2026"):
        wrong = months.db.write_now(
            lambda s, day=day: amending.edit(  # type: ignore[misc]
                s, months.vault, months.library, months.hana, reference, "starts", Typed(day, ""), "she rang", NOW
            )
        )
        assert wrong is None
    moved = [one.due_at for one in months.follow_ups() if one.name == "check"]
    assert moved == [one + timedelta(days=7) for one in first]


def test_what_follows_the_end_an_appointment_and_the_service_itself(months: Months) -> None:
    reference = begin(months)
    hana, vault, library = months.hana, months.vault, months.library
    at = NOW + timedelta(days=10)
    months.db.write_now(
        lambda s: afterwards.add_appointment(s, vault, library, hana, reference, "", Corrected(at), NOW)
    )
    assert months.goes_by(days=9) == ["Tomorrow is your day."]
    now = months.worker.now
    months.db.write_now(lambda s: afterwards.close(s, vault, library, hana, reference, "done", now))
    assert months.goes_by(days=13) == []
    assert months.goes_by(days=1) == ["We think of you. You can always write to us."]


def test_nothing_follows_a_case_that_was_withdrawn(months: Months) -> None:
    reference = begin(months)
    months.db.write_now(
        lambda s: afterwards.close(s, months.vault, months.library, months.hana, reference, "withdrawn", NOW)
    )
    assert months.goes_by(days=200) == []


def test_forgetting_takes_what_was_planned_and_what_it_knew(months: Months) -> None:
    reference = begin(months)
    row = months.db.read_now(lambda s: s.exec(select(FollowUpRow)).all()[0])
    secret = months.db.read_now(lambda s: cases_secret(s, reference))
    months.db.write_now(lambda s: cases.forget(s, months.vault, reference, NOW))
    assert months.db.read_now(lambda s: s.exec(select(FollowUpRow)).all()) == []
    with pytest.raises(Gone):
        months.vault.unlock(row.box, secret_id=secret)
    assert months.goes_by(days=200) == []


def test_a_draft_lives_longer_only_for_the_question_of_a_follow_up(months: Months) -> None:
    begin(months)
    months.goes_by(days=31)
    (draft,) = months.db.read_now(lambda s: s.exec(select(DraftRow)).all())
    asked = next(one for one in months.follow_ups() if one.state == "asked")
    assert draft.expires_at == asked.until


def cases_secret(session: Session, reference: str) -> bytes:
    return session.exec(select(CaseRow.secret_id).where(CaseRow.reference == reference)).one()


OUTCOMES = """
outcomes:
  - {outcome: soon, after: area, when: "${area} = 'north'", say: There is work in the north.}
  - {outcome: later, after: area, when: "true()", say: It takes a while.}
case:"""
ASKS_WHO_WAS_PROMISED = SERVICE.replace("\ncase:", OUTCOMES).replace(
    "relevant: ${still} = 'yes'", "relevant: ${outcome} = 'soon' and ${manner} = 'chat'"
)
assert ASKS_WHO_WAS_PROMISED.count("outcome") == 4


@pytest.mark.parametrize(
    ("area", "next_question"), [("1", "Were you paid?\n1 Yes\n2 No"), ("2", "Thank you. We have added it.")]
)
def test_what_her_answers_led_to_decides_months_later_what_she_is_asked(
    months: Months, tmp_path: Path, area: str, next_question: str
) -> None:
    library = planned_library(tmp_path, months.library, ASKS_WHO_WAS_PROMISED)
    months.library = months.worker.library = library
    begin(months, (*SHE_SAYS[:8], area, *SHE_SAYS[9:]))
    months.goes_by(days=31)
    assert months.worker.says("1") == [next_question]


CHECKLIST = """
  checklist: {title: My papers, items: [paper], open: [can]}
  follow_ups:
    - {follow_up: remind, after: opened, in: 2 weeks, every: 2 weeks, times: 4, while: "${checklist} != ''", say: Go on}
    - {follow_up: nudge, after: opened, in: 2 weeks, every: 2 weeks, times: 4, until: closed, say: We are still here.}
    - {follow_up: parcel, after: opened, in: 3 weeks, until: task.food.done, task: Bring the parcel}
    - {follow_up: date, after: opened, in: 3 weeks, until: served, task: Ask for a date}
"""
PAPER = """
  - ask: paper
    type: choice
    title: Paper
    label: Your paper?
    choices: {have: I have it, can: I can get it}
  - ask: share_office
"""
GATHERS = SERVICE.replace("\n  follow_ups:\n", CHECKLIST).replace("\n  - ask: share_office\n", PAPER)


@pytest.fixture
def gathering(months: Months, tmp_path: Path) -> Months:
    """The same, in a service that has a list of papers."""
    months.library = months.worker.library = planned_library(tmp_path, months.library, GATHERS)
    begin(months, (*SHE_SAYS[:-2], "2", *SHE_SAYS[-2:]))
    return months


def test_she_is_reminded_of_her_list_while_something_is_open_in_it(gathering: Months) -> None:
    assert gathering.goes_by(days=15) == ["Go on", "We are still here."]
    gathering.worker.says("list")
    gathering.worker.says("1")
    assert gathering.goes_by(days=14) == ["We are still here."]
    assert gathering.states("remind") == ["said", "planned", "planned"]


def test_nothing_more_comes_once_the_case_is_closed_and_again_when_it_is_taken_up(gathering: Months) -> None:
    gathering.goes_by(days=15)
    reference = gathering.worker.case()
    gathering.db.write_now(lambda s: queue.close(s, gathering.hana, reference, "done", gathering.worker.now))
    assert gathering.goes_by(days=14) == ["Go on"]
    gathering.db.write_now(lambda s: queue.reopen(s, gathering.hana, reference, gathering.worker.now))
    assert gathering.goes_by(days=14)[-2:] == ["Go on", "We are still here."]


def test_what_a_task_would_do_again_is_left_out_when_it_was_done(gathering: Months) -> None:
    food = gathering.todo()["food"]
    gathering.db.write_now(
        lambda s: afterwards.move(
            s, gathering.vault, gathering.library, gathering.hana, food.id, "done", gathering.worker.now
        )
    )
    gathering.goes_by(days=22)
    assert (gathering.states("parcel"), gathering.states("date")) == ([], ["task"])


def test_a_task_that_her_answer_to_the_bot_calls_for_is_opened_at_once(months: Months, tmp_path: Path) -> None:
    wages = "    - {task: wages, title: Talk about wages, when: \"${paid} = 'no' and selected(${needs}, 'lawyer')\"}\n"
    text = SERVICE.replace("  tasks:\n", "  tasks:\n" + wages)
    months.library = months.worker.library = planned_library(tmp_path, months.library, text)
    begin(months)
    months.goes_by(days=31)
    months.worker.says("1")
    assert "wages" not in months.todo()
    months.worker.says("2")
    assert months.todo()["wages"].due_at == months.worker.now + timedelta(days=3)


def test_and_one_that_a_volunteer_had_the_bot_ask_for(months: Months, tmp_path: Path) -> None:
    far = "    - {task: far, title: Find a way, when: \"${area} = 'south' and ${visits} > 1\"}\n"
    text = SERVICE.replace("  tasks:\n", "  tasks:\n" + far)
    months.library = months.worker.library = planned_library(tmp_path, months.library, text)
    reference = begin(months, (*SHE_SAYS[:8], "2", "1", *SHE_SAYS[10:]))
    assert "far" not in months.todo()
    months.db.write_now(
        lambda s: amending.ask(
            s, months.vault, months.library, months.hana, reference, "visits", Ways(), months.worker.now
        )
    )
    months.worker.reads()
    assert months.worker.says("4") == ["Thank you. We have added it."]
    assert "far" in months.todo()


def gone_back(months: Months, *stays: str, **time: int) -> list[str]:
    """The cases that go back to the queue when so much time has gone by."""
    months.worker.now += timedelta(**time)
    return list(months.db.write_now(lambda s: idle.return_idle(s, months.worker.now, stays)))


def settle(months: Months) -> None:
    """Everything that there is to do now is done."""

    def done(session: Session) -> None:
        hana, now = months.hana, months.worker.now
        for one in tasks.tasks(session, hana, now):
            if one.kind in ("planned", "follow_up"):
                afterwards.move(session, months.vault, months.library, hana, one.id, "done", now)
            else:
                tasks.end_task(session, hana, one.id, now)

    months.db.write_now(done)


def test_a_case_whose_next_step_is_a_follow_up_rests_with_her_until_its_day(months: Months) -> None:
    reference = begin(months)
    settle(months)
    assert gone_back(months, days=20) == []
    months.goes_by(days=11)
    settle(months)  # a talk with the lawyer was to be followed up
    assert months.states("check")[0] == "asked"
    assert gone_back(months, days=5) == []
    months.worker.says("2")
    settle(months)
    months.worker.says("I need help")
    assert gone_back(months, hours=47) == [], "she has two days from the answer on"
    assert gone_back(months, hours=2) == [reference], "something waits to be read"


def test_a_case_in_which_nobody_did_anything_goes_back_whatever_is_planned(months: Months) -> None:
    reference = begin(months)
    assert gone_back(months, hours=49) == [reference]


def test_a_case_of_a_service_in_which_one_of_us_goes_along_stays_with_her(months: Months) -> None:
    begin(months)
    assert gone_back(months, "work", days=60) == []
    assert idle.staying(whole_library()) == {"work_rehabilitation"}
