"""What alarms about our numbers: the SIM that is not paid, the phone that is silent; told once, until it is over."""

from datetime import date, datetime, timedelta

import pytest
from sqlmodel import Session, select

from api.desk import queue, tasks
from api.errors import Refused
from api.keys.vault import Vault
from api.numbers import health, leases, pool, proxies
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import Alert, TaskRow
from tests.factories import MINISTRY, NOW, make_case

NUMBER = "+96181000100"
TODAY = NOW.date()


def add(db: Database, viewer: Viewer, paid_until: date | None = None) -> None:
    db.write_now(
        lambda session: pool.add_number(session, viewer, NUMBER, NOW, gateway="smsgate", paid_until=paid_until)
    )


def alarms(db: Database, vault: Vault, viewer: Viewer, now: datetime = NOW) -> list[str]:
    db.write_now(lambda session: health.watch(session, vault, now))
    return [alarm.kind for alarm in db.read_now(lambda session: health.alarms(session, viewer))]


def report(db: Database, battery: int | None = None, online: bool | None = None, now: datetime = NOW) -> None:
    db.write_now(lambda session: health.report(session, NUMBER, battery=battery, online=online, now=now))


def to_recharge(session: Session) -> list[TaskRow]:
    return list(session.exec(select(TaskRow).where(TaskRow.kind == "recharge").order_by(TaskRow.id)))


def test_a_week_before_the_end_a_task_says_to_recharge_once(db: Database, vault: Vault, coordinator: Viewer) -> None:
    add(db, coordinator, TODAY + timedelta(days=8))
    assert alarms(db, vault, coordinator) == []
    assert db.read_now(to_recharge) == []
    for _ in range(2):
        alarms(db, vault, coordinator, NOW + timedelta(days=1))
    (task,) = db.read_now(to_recharge)
    assert (task.about, task.due_at.date()) == (NUMBER, TODAY + timedelta(days=8))
    db.write_now(lambda session: tasks.end_task(session, coordinator, task.id or 0, NOW))
    alarms(db, vault, coordinator, NOW + timedelta(days=2))
    assert len(db.read_now(to_recharge)) == 1, "somebody has seen to it"
    assert alarms(db, vault, coordinator, NOW + timedelta(days=9)) == ["unpaid"], "but nobody has"


def test_paying_ends_the_task_and_the_alarm(db: Database, vault: Vault, coordinator: Viewer) -> None:
    add(db, coordinator, TODAY - timedelta(days=1))
    assert alarms(db, vault, coordinator) == ["unpaid"]
    paid = TODAY + timedelta(days=90)
    db.write_now(
        lambda session: pool.describe(
            session, coordinator, NUMBER, NOW, registered_to="Amel", plan="Alfa, 30 days", paid_until=paid
        )
    )
    assert alarms(db, vault, coordinator) == []
    assert [task.state for task in db.read_now(to_recharge)] == ["done"]
    view = db.read_now(lambda session: pool.proxy_number(session, coordinator, NUMBER))
    assert (view.registered_to, view.plan, view.paid_until) == ("Amel", "Alfa, 30 days", paid)


def test_no_lapse_while_a_case_waits_for_a_message(db: Database, vault: Vault, coordinator: Viewer) -> None:
    add(db, coordinator, TODAY + timedelta(days=20))
    opened = make_case(db, vault, claimed_by=coordinator)
    db.write_now(lambda session: leases.lend(session, coordinator, opened.reference, MINISTRY, NOW))
    assert alarms(db, vault, coordinator) == []
    db.write_now(lambda session: leases.keep_until(session, opened.id, NOW + timedelta(days=30)))
    db.write_now(lambda session: queue.close(session, coordinator, opened.reference, "done", NOW))
    assert alarms(db, vault, coordinator) == ["lapses"], "it is closed, and still waits for its appointment"


def test_a_phone_without_power_or_connection_alarms_until_it_is_well(
    db: Database, vault: Vault, coordinator: Viewer
) -> None:
    add(db, coordinator)
    assert alarms(db, vault, coordinator) == [], "a phone that never reports is not missed"
    report(db, battery=12, online=False)
    assert alarms(db, vault, coordinator) == ["battery", "offline"]
    report(db, battery=80)
    assert alarms(db, vault, coordinator) == ["offline"], "what it does not say stays as it was"
    report(db, online=True)
    assert alarms(db, vault, coordinator) == []
    assert alarms(db, vault, coordinator, NOW + timedelta(hours=2)) == ["unheard"]
    report(db, now=NOW + timedelta(hours=2))
    assert alarms(db, vault, coordinator, NOW + timedelta(hours=3)) == []


def test_those_on_duty_hear_of_an_alarm_once(db: Database, vault: Vault, coordinator: Viewer) -> None:
    add(db, coordinator)
    report(db, online=False)
    for minutes in (0, 1, 90):
        alarms(db, vault, coordinator, NOW + timedelta(minutes=minutes))
    told = db.read_now(lambda session: session.exec(select(Alert)).all())
    assert [(one.kind, one.about, one.person_id) for one in told] == [("gateway", NUMBER, coordinator.person_id)]


def test_what_arrives_shows_that_a_number_lives(db: Database, vault: Vault, coordinator: Viewer) -> None:
    add(db, coordinator)
    sms = proxies.Sms(NUMBER, "MOPH", "Welcome", "1")
    db.write_now(lambda session: proxies.receive(session, vault, {}, sms, NOW))
    assert db.read_now(lambda session: pool.proxy_number(session, coordinator, NUMBER)).last_seen_at == NOW


def test_a_retired_number_alarms_nobody(db: Database, vault: Vault, coordinator: Viewer) -> None:
    add(db, coordinator, TODAY - timedelta(days=1))
    report(db, battery=1, online=False)
    db.write_now(lambda session: pool.retire_number(session, coordinator, NUMBER, NOW))
    assert alarms(db, vault, coordinator) == []


def test_alarms_are_for_coordinators(db: Database, volunteer: Viewer) -> None:
    with pytest.raises(Refused, match="not_found"):
        db.read_now(lambda session: health.alarms(session, volunteer))
