"""A week with a frozen clock: what the runner does each minute finds a phone that fails, and tells in time."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from api.desk import tasks
from api.keys.vault import Vault
from api.numbers import health, pool, proxies, selftest, unmatched, upkeep
from api.outbound.replies import due_replies
from api.staff import addresses
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import Number, PortalMessage, ReplyRow, SimRow
from flows.model import Message
from tests.factories import MINISTRY, NOW, make_numbers

BOT = "telegram:8123"
PORTALS = {MINISTRY.portal: MINISTRY}
A_DAY = 24 * 60


@dataclass
class Week:
    """Two SIMs in two phones, a coordinator who gets alerts in her chat, and minutes that are counted."""

    db: Database
    vault: Vault
    amal: Viewer
    numbers: list[str]
    dead: set[str] = field(default_factory=set)
    minute: int = 0
    drawn: int = 0
    said: list[tuple[int, str]] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return NOW + timedelta(minutes=self.minute)

    def passes(self, minutes: int) -> None:
        """The runner looks each minute; a phone that lives sends what waits, and receives it."""
        for _ in range(minutes):
            self.minute += 1
            self.drawn += 1
            token = f"{self.drawn:016}".translate(str.maketrans("0189", "abcd"))
            self.db.write_now(
                lambda s, t=token: upkeep.keep_up(s, self.vault, PORTALS, self.numbers, t, self.now)  # type: ignore[misc]
            )
            self.db.write_now(lambda s: addresses.renew_and_end(s, self.vault, self.now))
            self.db.write_now(lambda s: unmatched.alert_unread(s, self.vault, self.now))
            for sender in self.numbers:
                for to, text in self._sends(sender):
                    self._receives(to, sender, text)
            self.said += [(self.minute, text) for _, text in self._goes_out(BOT)]

    def leaps(self, minutes: int) -> None:
        """Nothing is looked at for a while."""
        self.minute += minutes - 1
        self.passes(1)

    def alarms(self) -> list[tuple[str, str]]:
        return [(one.number, one.kind) for one in self.db.read_now(lambda s: health.alarms(s, self.amal))]

    def to_do(self) -> list[tuple[str, str]]:
        return [(one.kind, one.about) for one in self.db.read_now(lambda s: tasks.tasks(s, self.amal, self.now))]

    def state(self, number: str) -> str:
        return self.db.read_now(selftest.last_tests)[number].state

    def _sends(self, sender: str) -> list[tuple[str, str]]:
        return [] if sender in self.dead else self._goes_out(f"sms:{sender}")

    def _goes_out(self, lane: str) -> list[tuple[str, str]]:
        def send(session: Session) -> list[tuple[str, str]]:
            out = []
            for due in due_replies(session, lane, self.now):
                row = session.get_one(ReplyRow, due.id)
                row.state, row.sent_at = "sent", self.now
                address, reply = due.opened(self.vault)
                out.append((address, reply.text))
            return out

        return self.db.write_now(send)

    def _receives(self, number: str, sender: str, text: str) -> None:
        if number not in self.dead:
            sms = proxies.Sms(number, sender, text, f"{number} {self.minute} {text}")
            self.db.write_now(lambda s: proxies.receive(s, self.vault, PORTALS, sms, self.now))


@pytest.fixture
def week(db: Database, vault: Vault, coordinator: Viewer) -> Week:
    numbers = make_numbers(db, coordinator, 2)

    def carry(session: Session) -> None:
        for slot, number in enumerate(numbers):
            session.get_one(Number, number).gateway = "smsgate"
            session.add(SimRow(gateway="smsgate", device=f"phone{slot}", slot=1, number=number, seen_at=NOW))

    db.write_now(carry)
    code = db.write_now(lambda s: addresses.begin_by_bot(s, coordinator.person_id, NOW))
    linked = Message("telegram", BOT, "4711", "m1", code)
    db.write_now(lambda s: addresses.take_code(s, vault, linked, NOW))
    week = Week(db, vault, coordinator, numbers)
    week.passes(3)
    week.said.clear()
    return week


def test_both_are_tested_once_a_day_and_a_healthy_pool_says_nothing(week: Week) -> None:
    one, other = week.numbers
    assert (week.state(one), week.state(other)) == ("arrived", "arrived")
    first = week.db.read_now(selftest.last_tests)[one].created_at
    week.leaps(A_DAY - 10)
    assert week.db.read_now(selftest.last_tests)[one].created_at == first
    week.leaps(20)
    week.passes(2)
    assert week.db.read_now(selftest.last_tests)[one].created_at > first
    assert (week.alarms(), week.to_do(), week.said) == ([], [], [])
    assert week.db.read_now(lambda s: s.exec(select(PortalMessage)).all()) == []


def test_a_phone_that_holds_codes_back_alarms_two_minutes_later_once_and_until_it_is_well(week: Week) -> None:
    one, _ = week.numbers
    week.leaps(A_DAY)
    week.dead.add(one)  # it neither sends nor receives
    began = week.minute
    week.leaps(A_DAY)
    week.passes(14)
    assert (one, "silent") in week.alarms()
    assert ("number_silent", one) in week.to_do()
    gateway = [text for _, text in week.said]
    assert set(gateway) == {"A phone of ours is silent. Open the desk."}, "without a number, and without content"
    assert began + A_DAY < week.said[0][0] <= began + A_DAY + 14
    said = len(week.said)
    week.leaps(61)
    week.passes(14)
    assert (one, "silent") in week.alarms(), "it is tested every hour now"
    assert len(week.said) == said, "and not told again"
    week.dead.clear()
    for _ in range(4):
        week.leaps(61)
        week.passes(4)
    assert week.alarms() == []
    assert week.to_do() == []


def test_battery_connection_and_the_end_of_what_is_paid_are_told_as_they_come(week: Week) -> None:
    one, other = week.numbers
    week.db.write_now(lambda s: health.report(s, one, battery=9, online=False, now=week.now))
    week.passes(1)
    assert week.alarms() == [(one, "battery"), (one, "offline")]
    paid = (week.now + timedelta(days=8)).date()
    week.db.write_now(
        lambda s: pool.describe(s, week.amal, other, week.now, registered_to="Amel", plan="", paid_until=paid)
    )
    week.passes(1)
    assert ("recharge", other) not in week.to_do()
    week.db.write_now(lambda s: health.report(s, one, battery=90, online=True, now=week.now))
    week.leaps(A_DAY)
    assert ("recharge", other) in week.to_do(), "a week before"
    week.db.write_now(lambda s: health.report(s, one, battery=90, online=True, now=week.now))
    week.passes(1)
    assert week.alarms() == []
    for _ in range(8):
        week.leaps(A_DAY)
    assert (other, "unpaid") in week.alarms()
    assert "A number of ours needs a look. Open the desk." in [text for _, text in week.said]


def test_a_message_that_nobody_reads_is_told_within_the_hour_by_the_outbox_without_content(week: Week) -> None:
    text = "Almaz Tesfaye, your appointment is on 3 December at 10:00, code 4829."
    sms = proxies.Sms(week.numbers[0], "MOPH", text, "SM1")
    week.db.write_now(lambda s: proxies.receive(s, week.vault, PORTALS, sms, week.now))
    came = week.minute
    week.leaps(58)
    assert week.said == []
    week.passes(3)
    assert week.said == [(came + 60, "A message waits for a person. Open the desk.")]
