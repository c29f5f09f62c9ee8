"""Tasks that a service plans for its cases, each with a state of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from api.desk.cases import Opened
from api.desk.tasks import LIVING, TaskView, open_task, settle, task_for, view_of
from api.errors import Refused
from api.keys.vault import Vault
from api.staff import audit, duty
from api.staff.access import id_of
from api.staff.alerts import alert, alert_on_duty
from api.staff.people import Viewer
from api.tables import CaseRow, FollowUpRow, TaskRow
from flows.planning import Open

KIND, FOLLOW_UP = "planned", "follow_up"
STATES = ("doing", "ready", "done", "refused", "dropped")
"""What a planned task can become; `ready` only when it has a collection code."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A task that changed: of which case and kind, and under which name its service knows it."""

    reference: str
    kind: str
    name: str
    case_id: int


def open_planned(session: Session, case_id: int, tasks: Sequence[Open], now: datetime) -> None:
    """Open what a service plans for a case, each once in its life."""
    if not tasks:
        return
    had = select(TaskRow.name, TaskRow.about).where(TaskRow.case_id == case_id, TaskRow.kind == KIND)
    known = set(session.exec(had))
    for one in tasks:
        about = str(one.round or "")
        if (one.task, about) not in known:
            row = TaskRow(kind=KIND, name=one.task, case_id=case_id, about=about, created_at=now, due_at=one.due_at)
            row.skill = one.skill
            session.add(row)
    session.flush()


def promise_call(
    session: Session, vault: Vault, opened: Opened, language: str, within: timedelta, now: datetime
) -> None:
    """She was promised a call within a time: a task, told at once to those on duty who speak her language (ISO 639)."""
    open_task(session, "call_back", now, due_at=now + within, case_id=opened.id)
    there = duty.on_duty(session, now)
    speaking = [one for one in there if language in one.languages]
    for person in speaking:
        alert(session, vault, person, "call", now, about=opened.reference)
    if not speaking:
        alert_on_duty(session, vault, "call", now, about=opened.reference)


def planned_of(session: Session, case: CaseRow, now: datetime) -> list[TaskView]:
    """Everything that is planned for a case, also what is over, in the order in which it was opened."""
    hers = select(TaskRow).where(TaskRow.case_id == case.id, TaskRow.kind == KIND)
    return [view_of(row, case, now) for row in session.exec(hers.order_by(col(TaskRow.id)))]


def move(session: Session, viewer: Viewer, task_id: int, state: str, now: datetime) -> Moved:
    """Say how far a planned task is, or that a planned follow-up is done.

    Refused: (404, "no_such_task"), (422, "no_such_state").
    """
    row, case = task_for(session, viewer, task_id, locked=True)
    if case is None or row.kind not in (KIND, FOLLOW_UP) or state not in STATES or state == "ready":
        raise Refused(422, "no_such_state")
    row.state = state
    if state not in LIVING:
        row.ended_at, row.ended_by, row.box = now, viewer.person_id, row.box if state == "done" else b""
    session.add(row)
    follow_up = session.get(FollowUpRow, int(row.about)) if row.kind == FOLLOW_UP and row.about else None
    if follow_up is not None and state not in LIVING:
        follow_up.state, follow_up.ended_at = "done" if state == "done" else "missed", now
        session.add(follow_up)
    settle(session, "tell_code", now, case_id=case.id, about=str(row.id))
    audit.record(session, viewer.person_id, f"task.{state}", case.reference, now, task=row.name)
    return Moved(case.reference, row.kind, row.name, id_of(case))
