"""Who is on duty hears that something waits, once, in her language, and nobody learns what."""

from datetime import datetime, timedelta

from sqlmodel import Session, select

from api.keys.vault import TeamKey, Vault
from api.outbound.replies import due_replies
from api.staff import addresses, alerts, duty
from api.staff.alerts import alert_on_duty
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import Duty, Person, ReplyRow, StaffAddress
from flows.model import Message
from tests.factories import NOW, make_coordinator, make_viewer

LANE, BOT = "sms:+96181000001", "telegram:8123"
HOUR = timedelta(hours=1)


def link(db: Database, vault: Vault, person: Viewer, chat: str, now: datetime = NOW) -> None:
    """A person sends her code to the bot."""
    code = db.write_now(lambda session: addresses.begin_by_bot(session, person.person_id, now))
    sent = Message("telegram", BOT, chat, "m1", f"/start {code}")
    assert addresses.looks_like_code(sent.text)
    assert db.write_now(lambda session: addresses.take_code(session, vault, sent, now))


def roster(db: Database, person: Viewer, starts: datetime, hours: int = 4) -> None:
    shift = Duty(person_id=person.person_id, starts_at=starts, ends_at=starts + hours * HOUR, languages=["am"])
    db.write_now(lambda session: session.add(shift))


def tell(db: Database, vault: Vault, kind: str = "message", now: datetime = NOW, about: str = "") -> int:
    return db.write_now(lambda session: alert_on_duty(session, vault, kind, now, about))


def said(db: Database, vault: Vault, now: datetime = NOW) -> list[tuple[str, str]]:
    """What waits in the outbox: to whom, and what, without the words that linking says."""

    def look(session: Session) -> list[tuple[str, str]]:
        opened = [due.opened(vault) for lane in (BOT, LANE) for due in due_replies(session, lane, now)]
        return [(address, reply.text) for address, reply in opened if reply.text != addresses.LINKED]

    return db.read_now(look)


def test_who_is_on_duty_gets_a_message_without_content(
    db: Database, vault: Vault, volunteer: Viewer, coordinator: Viewer
) -> None:
    link(db, vault, volunteer, "4711")
    link(db, vault, coordinator, "4712")
    roster(db, volunteer, NOW - HOUR)
    assert tell(db, vault, about="K7-4QF") == 1
    assert said(db, vault) == [("4711", "A message waits for a person. Open the desk.")]


def test_when_nobody_is_on_the_roster_all_coordinators_hear(
    db: Database, vault: Vault, team: TeamKey, volunteer: Viewer, coordinator: Viewer
) -> None:
    another = make_coordinator(db, team, "Selam")
    for person, chat in ((volunteer, "1"), (coordinator, "2"), (another, "3")):
        link(db, vault, person, chat)
    roster(db, volunteer, NOW + HOUR)
    assert tell(db, vault) == 2
    assert [to for to, _ in said(db, vault)] == ["2", "3"]


def test_when_nobody_on_duty_can_be_reached_coordinators_hear_too(
    db: Database, vault: Vault, volunteer: Viewer, coordinator: Viewer
) -> None:
    roster(db, volunteer, NOW)
    link(db, vault, coordinator, "2")
    assert tell(db, vault) == 2
    assert [to for to, _ in said(db, vault)] == ["2"]
    assert db.read_now(lambda s: alerts.unseen(s, volunteer.person_id, NOW)) == ("message",)


def test_the_same_about_the_same_is_told_once_in_a_period(db: Database, vault: Vault, coordinator: Viewer) -> None:
    link(db, vault, coordinator, "2")
    assert [tell(db, vault, about="K7-4QF"), tell(db, vault, about="K7-4QF", now=NOW + HOUR / 2)] == [1, 0]
    assert [tell(db, vault, about="B2-9XY"), tell(db, vault, "late", about="K7-4QF")] == [1, 1]
    assert tell(db, vault, about="K7-4QF", now=NOW + HOUR) == 1
    assert len(said(db, vault, NOW + HOUR)) == 4


def test_she_reads_it_in_the_language_of_her_console(db: Database, vault: Vault, team: TeamKey) -> None:
    rima = make_viewer(db, team, "Rima", "coordinator", "ar")
    link(db, vault, rima, "5")
    tell(db, vault, "test")
    texts = [text for _, text in said(db, vault)]
    assert texts[-1] == "هذا اختبار. تصل التنبيهات إلى هنا."


def test_what_she_put_away_is_gone_from_her_pages_and_old_alerts_by_themselves(
    db: Database, vault: Vault, coordinator: Viewer
) -> None:
    def shown(now: datetime) -> object:
        return db.read_now(lambda session: alerts.unseen(session, coordinator.person_id, now))

    tell(db, vault)
    tell(db, vault, "urgent")
    assert shown(NOW) == ("message", "urgent")
    assert shown(NOW + alerts.SHOWN) == ()
    db.write_now(lambda session: alerts.put_away(session, coordinator.person_id, NOW))
    assert shown(NOW) == ()


def test_a_code_is_hers_for_a_quarter_of_an_hour_and_works_once(db: Database, vault: Vault, volunteer: Viewer) -> None:
    def take(chat: str, now: datetime = NOW) -> bool:
        sent = Message("telegram", BOT, chat, "m1", code.lower())
        return db.write_now(lambda session: addresses.take_code(session, vault, sent, now))

    code = db.write_now(lambda session: addresses.begin_by_bot(session, volunteer.person_id, NOW))
    assert not take("1", NOW + addresses.CODE_LIVES)
    assert take("1")
    assert take("2"), "a repeat is no message of a worker, and changes nothing"
    place = db.read_now(lambda session: addresses.address_of(session, vault, volunteer.person_id, NOW))
    assert place == addresses.Place(BOT, "1")


def test_what_workers_say_is_hardly_ever_looked_up(db: Database, vault: Vault) -> None:
    for text in ("", "1", "hello", "/start", "ሰላም", "+96170123456", "2024567890 1", "K7-4QF", "አልማዝ"):
        assert not addresses.looks_like_code(text), text
    sent = Message("telegram", BOT, "1", "m1", "2345678923")
    assert addresses.looks_like_code(sent.text)
    assert not db.write_now(lambda session: addresses.take_code(session, vault, sent, NOW))


def test_a_number_is_linked_with_the_code_that_reached_it(db: Database, vault: Vault, volunteer: Viewer) -> None:
    def confirm(code: str) -> bool:
        return db.write_now(lambda s: addresses.confirm_number(s, vault, volunteer.person_id, code, NOW))

    def begin(session: Session) -> None:
        person = session.get_one(Person, volunteer.person_id)
        addresses.begin_by_number(session, vault, person, LANE, "+961 70 123 456", NOW)

    db.write_now(begin)
    ((to, text),) = said(db, vault)
    assert to == "+96170123456"
    code = text.removeprefix("Your code is ").rstrip(".")
    assert not confirm("000000" if code != "000000" else "111111")
    assert confirm(f" {code} ")
    shown = db.read_now(lambda s: addresses.hers(s, vault, volunteer.person_id, NOW))
    assert shown == addresses.Linked("sms", "456", NOW)
    db.write_now(begin)
    assert not any(confirm("nothing") for _ in range(addresses.TRIES))
    newest = said(db, vault)[-1][1].removeprefix("Your code is ").rstrip(".")
    assert not confirm(newest), "too often wrong"


def test_an_address_lives_on_while_it_is_renewed_and_dies_with_its_day_otherwise(
    db: Database, vault: Vault, volunteer: Viewer
) -> None:
    def renew(now: datetime) -> None:
        db.write_now(lambda session: addresses.renew_and_end(session, vault, now))
        db.write_now(lambda session: session and vault.keyring.destroy_days_before(now.date()))

    def known(now: datetime) -> bool:
        return db.read_now(lambda s: addresses.address_of(s, vault, volunteer.person_id, now)) is not None

    link(db, vault, volunteer, "1")
    first = db.read_now(lambda session: session.exec(select(StaffAddress.box)).one())
    for day in range(1, 15):
        renew(NOW + timedelta(days=day))
        assert known(NOW + timedelta(days=day))
    assert db.read_now(lambda session: session.exec(select(StaffAddress.box)).one()) != first
    late = NOW + timedelta(days=14) + addresses.LIVES
    renew(late)
    assert not known(late)


def test_an_address_that_is_taken_back_gets_nothing(db: Database, vault: Vault, coordinator: Viewer) -> None:
    link(db, vault, coordinator, "1")
    db.write_now(lambda session: addresses.unlink(session, coordinator.person_id, NOW))
    assert tell(db, vault) == 1
    assert said(db, vault) == []


def test_no_chat_and_no_number_of_ours_stands_in_clear(db: Database, vault: Vault, coordinator: Viewer) -> None:
    link(db, vault, coordinator, "4711471147")
    tell(db, vault)

    def everything(session: Session) -> str:
        rows = [*session.exec(select(StaffAddress)), *session.exec(select(ReplyRow))]
        return repr([row.model_dump() for row in rows])

    assert "4711471147" not in db.read_now(everything)


def test_old_shifts_leave_the_roster(db: Database, volunteer: Viewer) -> None:
    roster(db, volunteer, NOW)
    later = NOW + 4 * HOUR + duty.KEPT
    assert db.read_now(lambda session: duty.shifts(session, NOW, NOW + HOUR))[0].name == "Hana"
    db.write_now(lambda session: duty.end_what_is_over(session, later))
    assert db.read_now(lambda session: duty.shifts(session, NOW, NOW + HOUR)) == []
