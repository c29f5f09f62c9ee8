"""A date that is kept for a worker, and that nobody tells her, does not stay unnoticed until it is over."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, select

from api.desk import lateness, queue, reaching, reading, tasks, untold
from api.desk.tasks import TaskView
from api.desk.wishes import Ways
from api.keys.vault import Vault
from api.numbers import appointments
from api.numbers.appointments import Corrected
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import AppointmentRow
from flows.loader import Library
from flows.model import Answer
from flows.notices import Notice
from tests.factories import ALMAZ, NOW, make_case

BEIRUT = ZoneInfo("Asia/Beirut")
WAYS = Ways(BEIRUT, "sms:+96181000001")
DAY, HOUR, MINUTE, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
NEXT_WEEK = datetime(2026, 12, 3, 10, tzinfo=BEIRUT)
TOMORROW = datetime(2026, 11, 25, 18, tzinfo=BEIRUT)


@dataclass
class Desk:
    """Hana with one case, and the runner's look at dates that nobody told."""

    db: Database
    vault: Vault
    library: Library
    hana: Viewer
    now: datetime = NOW
    reference: str = field(init=False)

    def __post_init__(self) -> None:
        answers = ALMAZ | {"phone": Answer("this"), "phone_safe": Answer("always")}
        self.reference = make_case(self.db, self.vault, answers, claimed_by=self.hana).reference

    def after(self, time: timedelta) -> "Desk":
        """Let time pass."""
        self.now += time
        return self

    def keeps(self, at: datetime, *, timed: bool = True) -> None:
        """Hana reads a date on the portal's page, and writes it down."""
        said = Corrected(at, timed)
        self.db.write_now(
            lambda session: appointments.add_appointment(
                session, self.vault, self.hana, self.reference, "model_ministry", said, self.now
            )
        )

    def tells(self, at: datetime) -> None:
        """She tells the worker."""
        notice = Notice("appointment", at.date(), at.time(), "Dora, Main road 4")
        self.db.write_now(
            lambda session: reaching.reach(
                session, self.vault, self.library, self.hana, self.reference, notice, WAYS, self.now
            )
        )

    def takes_back(self) -> None:
        """She takes back what she told."""
        self.db.write_now(lambda session: reading.end_notices(session, 1, self.now))

    def moves(self, at: datetime) -> None:
        """She corrects the date."""

        def move(session: Session) -> None:
            session.exec(select(AppointmentRow)).one().at = at

        self.db.write_now(move)

    def looks(self) -> list[TaskView]:
        """The runner looks; gives what Hana then has to do."""
        self.db.write_now(lambda session: untold.open_untold(session, WAYS, self.now))
        return self.has()

    def has(self) -> list[TaskView]:
        """What Hana has to do about dates that nobody told."""
        found = self.db.read_now(lambda session: tasks.tasks(session, self.hana, self.now))
        return [one for one in found if one.kind == "tell_date"]

    def late(self) -> int:
        """How many tasks those on duty hear of now."""
        return self.db.write_now(lambda session: lateness.escalate_late(session, self.vault, self.now))

    def ends(self, task: TaskView) -> None:
        """Hana has told her by mouth."""
        self.db.write_now(lambda session: tasks.end_task(session, self.hana, task.id, self.now))

    def closes(self) -> None:
        """The case is closed."""
        self.db.write_now(lambda session: queue.close(session, self.hana, self.reference, "done", self.now))


@pytest.fixture
def desk(db: Database, vault: Vault, library: Library, volunteer: Viewer) -> Desk:
    """Hana's desk."""
    return Desk(db, vault, library, volunteer)


def test_who_keeps_a_date_has_an_hour_to_tell_it_and_then_it_is_a_task(desk: Desk) -> None:
    desk.keeps(NEXT_WEEK)
    assert desk.after(HOUR - SECOND).looks() == []
    (task,) = desk.after(SECOND).looks()
    assert (task.reference, task.about, task.due_at) == (desk.reference, "2026-12-03", NOW + timedelta(days=1))
    assert desk.after(MINUTE).looks() == [task]


def test_a_date_that_is_near_has_a_nearer_deadline_and_those_on_duty_hear_of_it(desk: Desk) -> None:
    desk.keeps(TOMORROW)
    (task,) = desk.after(HOUR).looks()
    assert task.due_at == TOMORROW - timedelta(hours=24)
    desk.now = task.due_at - SECOND
    assert desk.late() == 0
    desk.now = task.due_at
    assert desk.late() == 1


def test_one_that_was_told_is_no_task_and_telling_ends_the_task_at_once(desk: Desk) -> None:
    desk.keeps(NEXT_WEEK)
    desk.tells(NEXT_WEEK)
    assert desk.after(2 * HOUR).looks() == []
    desk.keeps(TOMORROW)
    (task,) = desk.after(HOUR).looks()
    assert task.about == "2026-11-25"
    desk.tells(TOMORROW)
    assert desk.has() == []


def test_a_second_date_does_not_undo_that_the_first_went_out(desk: Desk) -> None:
    desk.keeps(NEXT_WEEK)
    desk.tells(NEXT_WEEK)
    desk.after(MINUTE).keeps(TOMORROW)
    desk.tells(TOMORROW)
    assert desk.after(2 * HOUR).looks() == []


def test_a_date_that_was_told_and_then_moved_is_to_be_told_again(desk: Desk) -> None:
    desk.keeps(NEXT_WEEK)
    desk.tells(NEXT_WEEK)
    desk.after(HOUR).moves(NEXT_WEEK + DAY)
    (task,) = desk.looks()
    assert task.about == "2026-12-04"
    desk.moves(NEXT_WEEK + 2 * DAY)
    assert [one.about for one in desk.looks()] == ["2026-12-05"]


def test_a_date_without_an_hour_is_to_come_until_its_day_is_over(desk: Desk) -> None:
    today = datetime(2026, 11, 24, tzinfo=BEIRUT)
    desk.keeps(today, timed=False)
    assert [one.about for one in desk.after(HOUR).looks()] == ["2026-11-24"]
    desk.now = today + DAY - SECOND
    assert len(desk.looks()) == 1
    desk.now = today + DAY
    assert desk.looks() == []


def test_one_that_she_was_told_by_mouth_is_not_asked_about_again(desk: Desk) -> None:
    desk.keeps(NEXT_WEEK)
    (task,) = desk.after(HOUR).looks()
    desk.ends(task)
    assert desk.after(HOUR).looks() == []


def test_a_telling_that_was_taken_back_does_not_count(desk: Desk) -> None:
    desk.keeps(NEXT_WEEK)
    desk.tells(NEXT_WEEK)
    desk.takes_back()
    assert len(desk.after(HOUR).looks()) == 1


@pytest.mark.parametrize("ended", [False, True])
def test_what_is_over_or_of_a_closed_case_is_no_task(desk: Desk, ended: bool) -> None:
    desk.keeps(NEXT_WEEK)
    assert len(desk.after(HOUR).looks()) == 1
    if ended:
        desk.closes()
    else:
        desk.now = NEXT_WEEK
    assert desk.looks() == []
    assert desk.after(HOUR).looks() == []
