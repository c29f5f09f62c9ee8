"""The whole road of an appointment to a worker without any phone: from the portal's message until she says it back."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, select

from api.desk import lateness, reaching, reading, tasks, telling
from api.desk.reaching import Reached
from api.desk.tasks import TaskView
from api.desk.wishes import Ways
from api.errors import Refused
from api.keys.vault import Vault
from api.numbers import appointments, unmatched
from api.numbers.appointments import Corrected
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import Alert, NoticeRow
from flows.appointments import parse_appointment
from flows.loader import Library
from flows.model import Answer
from flows.notices import Notice
from tests.factories import ALMAZ, MINISTRY, NOW, make_numbers
from tests.mornings import Morning

BEIRUT = ZoneInfo("Asia/Beirut")
WAYS = Ways(BEIRUT, "sms:+96181000001")
NO_PHONE = ALMAZ | {"phone": Answer("none")}
HERS = "Dear Almaz Tesfaye, your appointment is on 3 December 2026 at 10:00, Rafik Hariri Hospital. Security code 4829"
SECOND = timedelta(seconds=1)


@pytest.fixture
def road(db: Database, vault: Vault, coordinator: Viewer, volunteer: Viewer) -> Morning:
    """Almaz, who has no phone, is registered with a number of ours; Hana helps her."""
    morning = Morning(db, vault, coordinator)
    (morning.number,) = make_numbers(db, coordinator, 1)
    morning.one = morning.case(answers=NO_PHONE, by=volunteer)
    return morning


def test_her_appointment_reaches_her_through_a_volunteer_who_hears_the_date_back(
    road: Morning, library: Library, volunteer: Viewer
) -> None:
    reached = arrives_and_is_confirmed(road, library, volunteer)
    assert (reached.via, reached.why) == ("task", "no_phone")
    (task,) = tasks_of(road, volunteer, 40)
    assert (task.kind, task.reference) == ("tell_worker", road.one)

    to_say = road.db.write_now(
        lambda session: telling.to_do(session, road.vault, library, volunteer, task.id, road.at(60))
    )
    assert "Thursday 3 December, 10:00" in to_say.shown
    with pytest.raises(Refused, match="said_another_date"):
        says(road, volunteer, task, date(2026, 12, 4))
    assert tasks_of(road, volunteer, 61) == [task]
    says(road, volunteer, task, date(2026, 12, 3))

    assert (tasks_of(road, volunteer, 62), notices(road)) == ([], ["told"])
    assert late(road, task.due_at) == 0
    assert alerts(road) == []


def test_one_that_nobody_tells_her_escalates_at_its_second(
    road: Morning, library: Library, volunteer: Viewer, coordinator: Viewer
) -> None:
    reached = arrives_and_is_confirmed(road, library, volunteer)
    assert late(road, reached.due_at - SECOND) == 0
    assert alerts(road) == []
    assert late(road, reached.due_at) == 1
    assert alerts(road) == ["late"]
    (task,) = road.db.read_now(lambda session: tasks.tasks(session, coordinator, reached.due_at))
    assert (task.kind, task.late) == ("tell_worker", True)


def test_the_portals_message_itself_escalates_at_its_second_when_nobody_reads_it(road: Morning) -> None:
    road.arrives(HERS, 1)

    def alert(now: datetime) -> int:
        return road.db.write_now(lambda session: unmatched.alert_unread(session, road.vault, now))

    assert [alert(road.at(61) - SECOND), alert(road.at(61)), alert(road.at(62))] == [0, 1, 0]
    assert alerts(road) == ["message"]


def arrives_and_is_confirmed(road: Morning, library: Library, volunteer: Viewer) -> Reached:
    """The message waits in the inbox, goes to her case, is read as a date, and Hana confirms it and has her told."""
    assert road.arrives(HERS, 1) == ()
    (message,) = road.inbox(20).messages
    assert message.proposed is not None
    assert message.proposed.key == road.one
    road.assign(message.id, road.one, 21)
    (check,) = tasks_of(road, volunteer, 22)
    assert (check.kind, check.reference) == ("read_appointment", road.one)

    read = parse_appointment(message.content.text, received=NOW.date(), portal=MINISTRY)
    assert (read.day, read.time, read.security_code) == (date(2026, 12, 3), time(10), "4829")
    assert read.day
    assert read.time
    said = Corrected(datetime.combine(read.day, read.time, BEIRUT), place=read.place, security_code=read.security_code)
    kept = road.db.write_now(
        lambda session: appointments.confirm_appointment(session, road.vault, volunteer, message.id, said, road.at(30))
    )
    assert (kept.reference, "Rafik Hariri" in kept.place) == (road.one, True)
    assert tasks_of(road, volunteer, 31) == []
    notice = Notice("appointment", read.day, read.time, "Dora, Main road 4")
    return road.db.write_now(
        lambda session: reaching.reach(session, road.vault, library, volunteer, road.one, notice, WAYS, road.at(35))
    )


def tasks_of(road: Morning, viewer: Viewer, minutes: float) -> list[TaskView]:
    return road.db.read_now(lambda session: tasks.tasks(session, viewer, road.at(minutes)))


def says(road: Morning, viewer: Viewer, task: TaskView, day: date) -> None:
    road.db.write_now(lambda session: telling.finish(session, road.vault, viewer, task.id, day, road.at(61)))


def late(road: Morning, now: datetime) -> int:
    def look(session: Session) -> int:
        reading.open_late(session, now)
        return lateness.escalate_late(session, road.vault, now)

    return road.db.write_now(look)


def alerts(road: Morning) -> list[str]:
    return road.db.read_now(lambda session: [alert.kind for alert in session.exec(select(Alert))])


def notices(road: Morning) -> list[str]:
    return road.db.read_now(lambda session: list(session.exec(select(NoticeRow.state))))
