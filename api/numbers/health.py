"""How the phones and SIMs of proxy numbers are: what they report, what is to be paid, and what must alarm us."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from api.desk.tasks import open_task
from api.keys.vault import Vault
from api.numbers.pool import PROXY
from api.staff.access import coordinators_only
from api.staff.alerts import alert_on_duty
from api.staff.people import Viewer
from api.store.once import insert_once
from api.tables import CaseRow, Lease, Number, NumberAlarm, SelfTest, TaskRow, metadata
from flows.language import t

ALARMS: Mapping[str, str] = {
    "unpaid": t("It is not paid for any more"),
    "lapses": t("Its paid time ends while a case still needs it"),
    "silent": t("The daily test did not arrive"),
    "late": t("The daily test came much too late: the phone holds codes back"),
    "unsent": t("Its phone did not send the daily test"),
    "battery": t("The battery of its phone is nearly empty"),
    "offline": t("Its phone has no connection"),
    "unheard": t("Its phone has not reported for a long time"),
    "lost": t("Its SIM is lost, and somebody must still be told"),
}
"""Every kind of alarm, in the console's source language."""
OF_THE_PHONE = frozenset({"silent", "late", "unsent", "battery", "offline", "unheard"})
RECHARGE_BEFORE = timedelta(days=7)
NEEDED = timedelta(days=2)
"""How long a number that is lent must be paid for at least, where nobody said until when it is needed."""
LOW = 20
"""Percent of battery below which it alarms."""
UNHEARD_AFTER = timedelta(hours=2)
BEATING = frozenset({"smsgate", "cht"})
"""Gateways whose phones report again and again; the others tell only what changed."""

_number, _alarm = metadata.tables["number"], metadata.tables["number_alarm"]


@dataclass(frozen=True, slots=True)
class AlarmView:
    """One alarm: the number in E.164, one of `ALARMS`, since when, and until when it is paid."""

    number: str
    kind: str
    since: datetime
    paid_until: date | None


def report(
    session: Session, number: str, *, battery: int | None = None, online: bool | None = None, now: datetime
) -> None:
    """A gateway tells how the phone of a number (E.164) is; what it does not say stays as it was.

    `battery` is in percent. A number that is not ours changes nothing.
    """
    said = {"battery": battery, "online": online}
    values = {name: value for name, value in said.items() if value is not None}
    session.connection().execute(_number.update().where(_number.c.number == number).values(checked_at=now, **values))


def heard(session: Session, number: str, now: datetime) -> None:
    """Something arrived on a number."""
    session.connection().execute(_number.update().where(_number.c.number == number).values(last_seen_at=now))


def watch(session: Session, vault: Vault, now: datetime) -> bool:
    """Begin the alarms that are due and end those that are over; gives whether anything changed.

    Those on duty hear of each once, and a week before a number's paid time ends a task is opened to pay for it.
    """
    numbers = session.exec(select(Number).where(Number.use == PROXY)).all()
    _ask_to_recharge(session, [one for one in numbers if one.state != "retired"], now)
    due = _due(session, numbers, now)
    known = set(session.exec(select(NumberAlarm.number, NumberAlarm.kind)).all())
    for number, kind in sorted(known - due):
        over = _alarm.c.number == number, _alarm.c.kind == kind
        session.connection().execute(_alarm.delete().where(*over))
    for number, kind in sorted(due - known):
        if insert_once(session, _alarm, {"number": number, "kind": kind, "since": now}) is not None:
            alert_on_duty(session, vault, "gateway" if kind in OF_THE_PHONE else "number", now, number)
    return due != known


def watch_after(session: Session, vault: Vault, use_case: Callable[[Session], object], now: datetime) -> None:
    """Do something with a number, and see at once what that begins or ends."""
    use_case(session)
    session.flush()
    watch(session, vault, now)


def alarms(session: Session, viewer: Viewer) -> list[AlarmView]:
    """What alarms now, the oldest first."""
    coordinators_only(viewer)
    rows = select(NumberAlarm, Number).join(Number, col(NumberAlarm.number) == Number.number)
    shown = session.exec(rows.order_by(col(NumberAlarm.since), NumberAlarm.number, NumberAlarm.kind))
    return [AlarmView(alarm.number, alarm.kind, alarm.since, number.paid_until) for alarm, number in shown]


def alarm_count(session: Session) -> int:
    """How many alarms there are."""
    return session.exec(select(func.count()).select_from(NumberAlarm)).one()


def _ask_to_recharge(session: Session, numbers: list[Number], now: datetime) -> None:
    """Once for each day until which a number is paid: somebody may be done with the task before she has paid."""
    for one in numbers:
        if one.paid_until is None or one.paid_until > (now + RECHARGE_BEFORE).date():
            continue
        due = datetime.combine(one.paid_until, time(), UTC)
        asked = select(TaskRow.id).where(TaskRow.kind == "recharge", TaskRow.about == one.number, TaskRow.due_at == due)
        if session.exec(asked.limit(1)).first() is None:
            open_task(session, "recharge", now, due_at=due, about=one.number)


def _due(session: Session, numbers: Sequence[Number], now: datetime) -> set[tuple[str, str]]:
    needed, tests = _needed(session, now), _last_tests(session)
    untold = set(session.exec(select(TaskRow.about).where(TaskRow.kind == "number_died", TaskRow.state == "open")))
    due: set[tuple[str, str]] = set()
    for one in numbers:
        if one.state != "retired":
            due |= {(one.number, kind) for kind in _wrong(one, needed.get(one.number), now)}
            due |= {(one.number, kind) for kind in tests.get(one.number, ())}
        elif one.lost_at and one.number in untold:
            due.add((one.number, "lost"))
    return due


def _wrong(one: Number, needed: date | None, now: datetime) -> set[str]:
    """What a number's own row says."""
    kinds = set()
    if one.paid_until and one.paid_until < now.date():
        kinds.add("unpaid")
    elif one.paid_until and needed and one.paid_until < needed:
        kinds.add("lapses")
    if one.battery is not None and one.battery < LOW:
        kinds.add("battery")
    if one.online is False:
        kinds.add("offline")
    elif one.gateway in BEATING and one.checked_at and one.checked_at <= now - UNHEARD_AFTER:
        kinds.add("unheard")
    return kinds


def _needed(session: Session, now: datetime) -> dict[str, date]:
    """Until when each lent number is needed: until the last message that is expected, and two days at least."""
    held = select(Lease.number, func.max(CaseRow.keep_until)).join(CaseRow, col(Lease.case_id) == CaseRow.id)
    rows = session.exec(held.where(Lease.state == "active").group_by(Lease.number)).all()
    return {number: max(now + NEEDED, until or now).date() for number, until in rows}


def _last_tests(session: Session) -> dict[str, set[str]]:
    """What the last test of each number says, about it or about the one that was to send it."""
    last = select(func.max(col(SelfTest.id))).where(SelfTest.state != "sent").group_by(SelfTest.number)
    found: dict[str, set[str]] = {}
    for test in session.exec(select(SelfTest).where(col(SelfTest.id).in_(last))):
        if test.state in ("lost", "late"):
            found.setdefault(test.number, set()).add("silent" if test.state == "lost" else "late")
        elif test.state == "unsent":
            found.setdefault(test.sender, set()).add("unsent")
    return found
