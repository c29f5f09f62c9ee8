"""A SIM is lost: its cases need another number, and the workers and the portal must be told."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from api.desk.answered import answers_in
from api.desk.tasks import end_task, open_task, settle
from api.keys.vault import Vault
from api.numbers.leases import end_those_of
from api.numbers.pool import proxy_row
from api.staff import audit
from api.staff.access import FORGOTTEN, case_for, id_of, open_key
from api.staff.people import Viewer
from api.tables import CaseRow, Lease, Person, TaskRow, metadata
from flows.loader import Library

TASK = "number_died"
TOLD_WITHIN = timedelta(hours=24)
"""By when they must be told; sooner where a message is expected sooner."""
OURS = frozenset({"telegram", "sms", "whatsapp", "phone"})
"""Channels by which the bot itself can write to a worker."""
_test = metadata.tables["self_test"]


@dataclass(frozen=True, slots=True)
class ToTell:
    """A case whose number is lost. `way`: `channel` (the bot reaches her), `trusted` (a person she trusts), `none`.

    `number` is the one that it has now (E.164), empty while it has none; `done` when she and the portal were told.
    """

    reference: str
    way: str
    claimed_by: str
    due_at: datetime
    late: bool
    done: bool
    number: str


def lose_number(session: Session, viewer: Viewer, number: str, now: datetime) -> list[str]:
    """Retire a number whose SIM is lost and end its loans and windows; gives the references that must be told of it.

    Each of their cases gets a task. Refused(404, "no_such_number").
    """
    row = proxy_row(session, viewer, number)
    row.state, row.lost_at = "retired", now
    session.add(row)
    cases = end_those_of(session, number, now)
    session.flush()
    session.connection().execute(_test.delete().where(_test.c.number == number, _test.c.state == "sent"))
    for kind in ("recharge", "number_silent"):
        settle(session, kind, now, about=number)
    found = session.exec(select(CaseRow).where(col(CaseRow.id).in_(cases)).order_by(col(CaseRow.id))).all()
    for case in found:
        expected = case.keep_until or now + TOLD_WITHIN
        due = max(now + timedelta(hours=1), min(expected, now + TOLD_WITHIN))
        open_task(session, TASK, now, due_at=due, case_id=id_of(case), about=number, person_id=case.claimed_by)
    audit.record(session, viewer.person_id, "number.lost", number, now, cases=len(found))
    return [case.reference for case in found]


def to_tell(
    session: Session, vault: Vault, library: Library, viewer: Viewer, number: str, now: datetime
) -> list[ToTell]:
    """Who must be told that a number is lost, those who were not told first."""
    proxy_row(session, viewer, number)
    rows = (
        select(TaskRow, CaseRow, Person.name)
        .join(CaseRow, col(TaskRow.case_id) == CaseRow.id)
        .join(Person, col(CaseRow.claimed_by) == Person.id, isouter=True)
        .where(TaskRow.kind == TASK, TaskRow.about == number, TaskRow.state != "dropped", CaseRow.state != FORGOTTEN)
        .order_by(col(TaskRow.state).desc(), col(TaskRow.due_at), col(TaskRow.id))
    )
    return [
        ToTell(
            reference=case.reference,
            way=_way(session, vault, library, viewer, case, now),
            claimed_by=name or "",
            due_at=task.due_at,
            late=task.state == "open" and task.due_at <= now,
            done=task.state == "done",
            number=_number_now(session, id_of(case)),
        )
        for task, case, name in session.exec(rows).all()
    ]


def told(session: Session, viewer: Viewer, reference: str, now: datetime) -> None:
    """The worker and the portal know that the number is lost. Refused(404, "no_such_case")."""
    case = case_for(session, viewer, reference)
    tasks = select(TaskRow.id).where(TaskRow.kind == TASK, TaskRow.case_id == id_of(case), TaskRow.state == "open")
    for task_id in session.exec(tasks.order_by(col(TaskRow.id)).with_for_update()).all():
        end_task(session, viewer, task_id or 0, now)


def lost_number_of(session: Session, case_id: int) -> str:
    """The lost number (E.164) of a case about which somebody must still be told; empty when there is none."""
    open_ones = TaskRow.kind == TASK, TaskRow.case_id == case_id, TaskRow.state == "open"
    return session.exec(select(TaskRow.about).where(*open_ones).order_by(col(TaskRow.id))).first() or ""


def _way(session: Session, vault: Vault, library: Library, viewer: Viewer, case: CaseRow, now: datetime) -> str:
    """How she is reached. Where the bot cannot, her answers are opened, for a number of a person whom she trusts."""
    if case.channel in OURS and not case.call:
        return "channel"
    service = library.services.get(case.service)
    phones = {name for name, asked in service.by_name.items() if asked.question.type == "phone"} if service else set()
    if not phones:
        return "none"
    audit.record_visit(session, viewer.person_id, "case.see", case.reference, now)
    answers = answers_in(session, open_key(vault, viewer, case), case)
    return "trusted" if any(answers[name].value for name in phones & answers.keys()) else "none"


def _number_now(session: Session, case_id: int) -> str:
    held = select(Lease.number).where(Lease.case_id == case_id, Lease.state == "active").order_by(col(Lease.id).desc())
    return session.exec(held).first() or ""
