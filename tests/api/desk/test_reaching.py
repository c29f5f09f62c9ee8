"""What a worker must hear reaches her the way she wants, or a person who tells her; and nobody forgets it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from api.answers import Contact, unpack_reply
from api.desk import cases, lateness, queue, reaching, reading, tasks, telling
from api.desk.reaching import Reached
from api.desk.wishes import Ways
from api.errors import Refused
from api.keys.vault import Vault
from api.outbound.replies import due_replies
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import Alert, CaseRow, Item, NoticeRow, ReplyRow
from flows.loader import Library
from flows.model import Answer, Message
from flows.notices import Notice
from tests.factories import NOW, make_case, make_viewer
from tests.talking import Worker

LANE = "telegram:1"
CHAT = Contact("telegram", LANE, "4711", "chat", "en")
DATE = Notice("appointment", date(2026, 12, 3), time(9), "Dora, Main road 4")
ALWAYS = {"phone": Answer("this"), "phone_safe": Answer("always")}
SECRETS = ("Almaz", "Tesfaye", "Dora", "3", "9:00", "December", "vaccin", "minist", "appointment")


@dataclass
class Desk:
    """Hana, who works on one case, and the times."""

    db: Database
    vault: Vault
    library: Library
    hana: Viewer
    ways: Ways = field(default_factory=lambda: Ways(ZoneInfo("Asia/Beirut"), "sms:+96181000001"))
    reference: str = ""
    id: int = 0

    def case(self, answers: Mapping[str, Answer], contact: Contact = CHAT) -> "Desk":
        opened = make_case(
            self.db, self.vault, {"name": Answer("Almaz Tesfaye"), **answers}, claimed_by=self.hana, contact=contact
        )
        self.reference, self.id = opened.reference, opened.id
        return self

    def tell(self, notice: Notice = DATE, now: datetime = NOW) -> Reached:
        return self.db.write_now(
            lambda session: reaching.reach(
                session, self.vault, self.library, self.hana, self.reference, notice, self.ways, now
            )
        )

    def late(self, now: datetime) -> int:
        def look(session):  # type: ignore[no-untyped-def]
            reading.open_late(session, now)
            return lateness.escalate_late(session, self.vault, now)

        return self.db.write_now(look)

    def tasks(self, viewer: Viewer | None = None, now: datetime = NOW) -> list[tasks.TaskView]:
        return self.db.read_now(lambda session: tasks.tasks(session, viewer or self.hana, now))

    def states(self) -> list[str]:
        return self.db.read_now(
            lambda session: list(session.exec(select(NoticeRow.state).order_by(NoticeRow.id)))  # type: ignore[arg-type]
        )

    def waiting(self) -> list[tuple[str, str, datetime]]:
        rows = self.db.read_now(lambda session: list(session.exec(select(ReplyRow).order_by(ReplyRow.id))))  # type: ignore[arg-type]
        opened = [(row, *unpack_reply(self.vault.unlock(row.box))) for row in rows if row.case_id]
        return [(address, reply.text, row.send_after) for row, address, reply in opened]


@pytest.fixture
def desk(db: Database, vault: Vault, library: Library, volunteer: Viewer) -> Desk:
    return Desk(db, vault, library, volunteer)


def almaz(desk: Desk, now: datetime, address: str = "4711") -> Worker:
    return Worker(desk.db, desk.vault, desk.library, address, now)


def sent(desk: Desk, now: datetime) -> None:
    """The outbox has sent what was due."""
    desk.db.write_now(lambda session: [setattr(row, "state", "sent") for row in session.exec(select(ReplyRow))])


def test_a_date_goes_out_on_her_channel_and_her_1_says_that_she_read_it(desk: Desk) -> None:
    told = desk.case(ALWAYS).tell()
    assert (told.via, told.send_after) == ("channel", NOW)
    text = (
        f"{desk.reference}: your date is Thursday 3 December, 9:00, Dora, Main road 4. Reply 1 when you have read this."
    )
    assert desk.waiting() == [("4711", text, NOW)]
    sent(desk, NOW)
    week = NOW + timedelta(days=5)  # her draft, if there ever was one, is long gone
    assert "you have read it" in almaz(desk, week).says("1")[-1]
    assert desk.states() == ["read"]
    assert desk.db.read_now(lambda session: [i.kind for i in session.exec(select(Item).order_by(col(Item.id)))]) == [
        "answers",
        "address",
        "out",
    ]


def test_a_1_before_anything_went_out_is_no_answer_to_it(desk: Desk) -> None:
    desk.case(ALWAYS).tell()
    almaz(desk, NOW).says("1")
    assert desk.states() == ["sent"]
    assert desk.db.read_now(lambda session: session.get_one(CaseRow, desk.id).unread) == 1


def test_anything_else_goes_to_her_volunteer_and_it_stays_unread(desk: Desk) -> None:
    desk.case(ALWAYS).tell()
    sent(desk, NOW)
    assert "passed it on" in almaz(desk, NOW + timedelta(hours=1)).says("where is that?")[-1]
    assert desk.states() == ["sent"]
    assert "have read it" in almaz(desk, NOW + timedelta(hours=2)).says("1")[-1]


def test_what_she_does_not_read_becomes_a_task_that_escalates_on_time(desk: Desk, coordinator: Viewer) -> None:
    told = desk.case(ALWAYS).tell()
    assert told.unread_at == NOW + timedelta(hours=6)
    assert desk.late(told.unread_at - timedelta(seconds=1)) == 0
    assert desk.tasks() == []
    desk.late(told.unread_at)
    (task,) = desk.tasks(now=told.unread_at)
    assert (task.kind, task.reference, task.late) == ("tell_worker", desk.reference, False)
    assert desk.late(task.due_at - timedelta(seconds=1)) == 0
    assert desk.db.read_now(lambda session: session.exec(select(Alert)).all()) == []
    assert desk.late(task.due_at) == 1
    assert desk.db.read_now(lambda session: [a.kind for a in session.exec(select(Alert))]) == ["late"]
    assert desk.late(task.due_at + timedelta(hours=5)) == 0
    (late,) = desk.tasks(coordinator, task.due_at)
    assert late.late


def test_an_answer_after_all_settles_the_task(desk: Desk) -> None:
    told = desk.case(ALWAYS).tell()
    sent(desk, NOW)
    desk.late(told.unread_at)
    almaz(desk, told.unread_at + timedelta(hours=1)).says("1")
    assert (desk.tasks(), desk.states()) == ([], ["read"])


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ({"phone": Answer("none")}, "no_phone"),
        ({"phone": Answer("this"), "phone_safe": Answer("never")}, "never"),
        ({}, "unasked"),
    ],
)
def test_without_a_phone_that_may_be_written_to_a_volunteer_tells_her(
    desk: Desk, answers: Mapping[str, Answer], why: str, coordinator: Viewer
) -> None:
    """The worker without any phone: the task says what to say, and is done when she says the date back."""
    told = desk.case(answers).tell()
    assert (told.via, told.why, desk.waiting()) == ("task", why, [])
    (task,) = desk.tasks()
    opened = desk.db.write_now(
        lambda session: telling.to_do(session, desk.vault, desk.library, desk.hana, task.id, NOW)
    )
    assert opened.text == f"{desk.reference}: your date is Thursday 3 December, 9:00, Dora, Main road 4."
    for said, code in ((None, "said_nothing"), (date(2026, 12, 4), "said_another_date")):
        with pytest.raises(Refused, match=code):
            desk.db.write_now(
                lambda session, said=said: telling.finish(session, desk.vault, desk.hana, task.id, said, NOW)
            )
    assert len(desk.tasks()) == 1
    desk.db.write_now(lambda session: telling.finish(session, desk.vault, desk.hana, task.id, DATE.day, NOW))
    assert (desk.tasks(), desk.states()) == ([], ["told"])
    assert desk.late(task.due_at) == 0


def test_a_task_that_nobody_does_escalates_before_the_date(desk: Desk, coordinator: Viewer) -> None:
    desk.case({"phone": Answer("none")}).tell()
    (task,) = desk.tasks()
    assert task.due_at == NOW + timedelta(days=1)
    assert [desk.late(at) for at in (task.due_at - timedelta(seconds=1), task.due_at)] == [0, 1]
    near = replace(DATE, day=(NOW + timedelta(days=1)).date(), at=time(14))
    soon = desk.tell(near)
    assert soon.due_at == NOW + 2 * timedelta(hours=1) or soon.due_at <= NOW + timedelta(days=1)


def test_who_cannot_tell_her_says_so_and_those_on_duty_hear_it(desk: Desk, coordinator: Viewer) -> None:
    desk.case({"phone": Answer("none")}).tell()
    (task,) = desk.tasks()
    desk.db.write_now(lambda session: telling.could_not(session, desk.vault, desk.hana, task.id, NOW))
    assert desk.db.read_now(lambda session: [a.kind for a in session.exec(select(Alert))]) == ["late"]
    (late,) = desk.tasks(coordinator)
    assert late.late


def test_whoever_is_handed_a_task_reads_what_to_say_and_not_the_case(desk: Desk, team: object) -> None:
    rana = make_viewer(desk.db, desk.hana.team, "Rana")
    desk.case({"phone": Answer("none")}).tell()
    (task,) = desk.tasks()
    with pytest.raises(Refused, match="no_such_task"):
        desk.db.write_now(lambda session: telling.to_do(session, desk.vault, desk.library, rana, task.id, NOW))
    desk.db.write_now(lambda session: telling.hand_over(session, desk.hana, task.id, rana.person_id, NOW))
    opened = desk.db.write_now(lambda session: telling.to_do(session, desk.vault, desk.library, rana, task.id, NOW))
    assert ("Dora" in opened.text, opened.mine) == (True, False)
    desk.db.write_now(lambda session: telling.finish(session, desk.vault, rana, task.id, DATE.day, NOW))
    assert desk.states() == ["told"]


def test_to_a_person_whom_she_trusts_nothing_is_given_away(desk: Desk) -> None:
    trusted = {"phone": Answer("trusted"), "phone_number": Answer("+96171234567"), "phone_safe": Answer("always")}
    told = desk.case(trusted).tell()
    assert told.via == "trusted"
    ((address, text, _),) = desk.waiting()
    assert address == "+96171234567"
    plain = text.replace(desk.reference, "").replace("Reply 1", "")
    assert desk.reference in text
    assert not [word for word in SECRETS if word.casefold() in plain.casefold()]
    sent(desk, NOW)
    friend = Message("sms", "sms:+96181000001", "+96171234567", "f1", "1", manner="sms")
    almaz(desk, NOW + timedelta(hours=1)).deliver(friend)
    assert desk.states() == ["read"]


def test_it_waits_for_the_hours_in_which_her_phone_is_safe(desk: Desk) -> None:
    evenings = {**ALWAYS, "phone_safe": Answer("hours"), "safe_hours": Answer(("evening",))}
    told = desk.case(evenings).tell()
    assert told.send_after == datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # 17:00 in Beirut
    assert told.unread_at == told.send_after + timedelta(hours=6)
    assert desk.db.read_now(lambda session: due_replies(session, LANE, NOW)) == []
    (row,) = desk.db.read_now(lambda session: session.exec(select(ReplyRow)).all())
    assert row.expires_at == told.send_after + timedelta(days=1)
    almaz(desk, NOW + timedelta(hours=1)).says("1")
    assert desk.states() == ["sent"]


def test_who_said_stop_is_told_by_a_person_however_long_ago_that_was(desk: Desk) -> None:
    desk.case(ALWAYS)
    almaz(desk, NOW).says("stop")
    later = NOW + timedelta(days=7)
    assert (desk.tell(now=later).why, desk.waiting()) == ("stop", [])
    almaz(desk, later).says("hello")
    assert desk.tell(now=later).via == "channel"
    assert desk.states() == ["cancelled", "sent"]
    assert desk.tasks() == []


def test_a_new_date_takes_the_place_of_one_that_nobody_read(desk: Desk) -> None:
    desk.case(ALWAYS).tell()
    desk.tell(replace(DATE, day=date(2026, 12, 4)))
    ((_, text, _),) = desk.waiting()
    assert "4 December" in text
    assert desk.states() == ["cancelled", "sent"]


def test_it_can_be_taken_back(desk: Desk) -> None:
    desk.case(ALWAYS).tell()
    (row,) = desk.db.read_now(lambda session: session.exec(select(NoticeRow)).all())
    desk.db.write_now(lambda session: reaching.cancel(session, desk.vault, desk.hana, desk.reference, row.id or 0, NOW))
    assert (desk.waiting(), desk.states()) == ([], ["cancelled"])


def test_nothing_is_left_of_it_when_the_case_ends(desk: Desk) -> None:
    desk.case({"phone": Answer("none")}).tell()
    desk.db.write_now(lambda session: queue.close(session, desk.hana, desk.reference, "done", NOW))
    assert (desk.tasks(), desk.states()) == ([], ["cancelled"])
    desk.db.write_now(lambda session: cases.forget(session, desk.vault, desk.reference, NOW))
    assert desk.states() == []


@pytest.mark.parametrize(
    ("place", "code"),
    [("Vaccination centre, Dora", "telling_words"), ("وزارة الصحة", "telling_words"), ("x" * 61, "too_long")],
)
def test_a_place_that_gives_her_away_is_refused(desk: Desk, place: str, code: str) -> None:
    with pytest.raises(Refused, match=code):
        desk.case(ALWAYS).tell(replace(DATE, place=place))


def test_a_shared_phone_is_asked_of_which_case_the_1_is(desk: Desk) -> None:
    first = desk.case(ALWAYS).reference
    desk.case(ALWAYS)
    told = desk.tell()
    assert f"reply: 1 {desk.reference}" in told.text
    second, desk.reference = desk.reference, first
    desk.tell(replace(DATE, day=date(2026, 12, 4)))
    sent(desk, NOW)
    worker = almaz(desk, NOW + timedelta(hours=1))
    assert "Which one?" in worker.says("1")[-1]
    assert "have read it" in worker.says(second)[-1]
    assert desk.states() == ["read", "sent"]
    assert "have read it" in worker.says(f"1 {first}")[-1]
    assert desk.states() == ["read", "read"]
