"""Things to do with a deadline: opened by rules, done by people, told to those on duty when nobody did them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false
from sqlalchemy import case as either
from sqlmodel import Session, col, func, or_, select

from api.errors import Refused
from api.staff import audit, signin
from api.staff.access import FORGOTTEN
from api.staff.people import Viewer
from api.tables import CaseRow, TaskRow, metadata
from flows.language import t

UNTOLD = "tell_date"
"""Nobody has told a worker a date that is kept; `about` is the day (ISO 8601)."""
KINDS: Mapping[str, str] = {
    "tell_worker": t("Tell the worker, and have the worker say the date back"),
    UNTOLD: t("Tell the worker the date: nobody has yet"),
    "check_in": t("Is the worker home? Ask, and say so"),
    "call_back": t("Call the worker back"),
    "number_died": t("The number is lost: the worker and the portal must be told"),
    "recharge": t("Pay for the number"),
    "number_silent": t("The daily test did not arrive: look at the phone"),
    "read_mail": t("Read the e-mail that came to a case that is closed"),
    "escalated": t("Somebody asks for your help with this case"),
    "read_message": t("Read the message that found no case"),
    "read_appointment": t("Look whether the appointment is right, so that the worker can be told"),
    "outing_full": t("The outing that the worker chose is full: offer another one"),
    "tell_code": t("Tell the worker the collection code"),
    "planned": t("Something that this service plans"),
    "follow_up": t("Ask or tell the worker, as it was planned"),
    "follow_up_missed": t("No answer came to a planned question: look how it is"),
    "follow_up_bad": t("An answer that worries: look how it is"),
    "answer_portal": t("Answer the portal, before the place goes to somebody else"),
}
"""Every kind of task, in the console's source language."""
LIVING = ("open", "doing", "ready")
"""States of a task that somebody has still to do something about."""

_task = metadata.tables["task"]


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task as the desk shows it: `reference` and `about` where it has them; `late` once its deadline passed;
    `person_id` is who was given it, if anybody was, `claimed_by` whose case it is of. `state` is one of `LIVING`, or
    how it ended; `name`, `service` and `skill` are of a task that a service plans."""

    id: int
    kind: str
    reference: str
    about: str
    created_at: datetime
    due_at: datetime
    late: bool
    person_id: int | None = None
    claimed_by: int | None = None
    state: str = "open"
    name: str = ""
    service: str = ""
    skill: str = ""


def open_task(
    session: Session,
    kind: str,
    now: datetime,
    *,
    due_at: datetime,
    case_id: int | None = None,
    about: str = "",
    box: bytes = b"",
    person_id: int | None = None,
    name: str = "",
) -> None:
    """Open a task, once: one of this kind that is open about the same changes nothing. `name`: the service's word."""
    assert kind in KINDS
    same = select(TaskRow.id).where(
        TaskRow.kind == kind, col(TaskRow.state).in_(LIVING), TaskRow.case_id == case_id, TaskRow.about == about
    )
    if session.exec(same.limit(1)).first() is None:
        row = TaskRow(
            kind=kind,
            name=name,
            case_id=case_id,
            about=about,
            box=box,
            person_id=person_id,
            created_at=now,
            due_at=due_at,
        )
        session.add(row)
        session.flush()


def tasks(session: Session, viewer: Viewer, now: datetime) -> list[TaskView]:
    """The open tasks that she may do: her own cases', her own, and what needs a skill of hers; all for a coordinator.

    What needs a skill of hers comes first, and then the most pressing.
    """
    rows = select(TaskRow, CaseRow).join(CaseRow, col(TaskRow.case_id) == CaseRow.id, isouter=True)
    by = either((_fits(viewer), 0), else_=1), col(TaskRow.due_at), col(TaskRow.id)
    shown = rows.where(col(TaskRow.state).in_(LIVING), _hers(viewer)).order_by(*by)
    return [view_of(task, case, now) for task, case in session.exec(shown)]


def count_tasks(session: Session, viewer: Viewer) -> int:
    """How many open tasks are hers to do: her own, and those of her cases; of a coordinator, what nobody else has."""
    mine = or_(col(TaskRow.person_id) == viewer.person_id, _nobodys(viewer))
    counted = select(func.count(col(TaskRow.id))).join(CaseRow, col(TaskRow.case_id) == CaseRow.id, isouter=True)
    return session.exec(counted.where(col(TaskRow.state).in_(LIVING), _hers(viewer), mine)).one()


def resume_with_count(session: Session, token: str, now: datetime) -> tuple[Viewer, int] | None:
    """Who is signed in with this cookie, as `signin.resume` says, and how many tasks are hers: one look for a page."""
    viewer = signin.resume(session, token, now)
    return None if viewer is None else (viewer, count_tasks(session, viewer))


def tasks_of(session: Session, case_id: int, now: datetime) -> list[TaskView]:
    """The open tasks of a case, the most pressing first."""
    rows = select(TaskRow, CaseRow).join(CaseRow, col(TaskRow.case_id) == CaseRow.id)
    shown = rows.where(TaskRow.case_id == case_id, col(TaskRow.state).in_(LIVING)).order_by(col(TaskRow.due_at))
    return [view_of(task, case, now) for task, case in session.exec(shown)]


def task_for(session: Session, viewer: Viewer, task_id: int, *, locked: bool = False) -> tuple[TaskRow, CaseRow | None]:
    """An open task that she may do, and its case; `locked` to change the task.

    Refused(404, "no_such_task"), also when somebody was faster.
    """
    hers = select(TaskRow, CaseRow).join(CaseRow, col(TaskRow.case_id) == CaseRow.id, isouter=True)
    open_one = hers.where(TaskRow.id == task_id, col(TaskRow.state).in_(LIVING), _hers(viewer))
    if locked:
        open_one = open_one.with_for_update(of=TaskRow).execution_options(populate_existing=True)
    found = session.exec(open_one).one_or_none()
    if found is None:
        raise Refused(404, "no_such_task")
    return found


def about_case(session: Session, viewer: Viewer, task_id: int) -> tuple[int, str]:
    """A task's id and the reference that it is about, if any. Refused(404, "no_such_task")."""
    task, case = task_for(session, viewer, task_id)
    return task.id or 0, case.reference if case else ""


def end_task(session: Session, viewer: Viewer, task_id: int, now: datetime, *, state: str = "done") -> None:
    """Be done with a task, or drop it (`state`). Refused(404, "no_such_task"), also when somebody was faster."""
    assert state in ("done", "dropped")
    task, _ = task_for(session, viewer, task_id, locked=True)
    task.state, task.ended_at, task.ended_by = state, now, viewer.person_id
    task.box = b""
    session.add(task)
    audit.record(session, viewer.person_id, f"task.{state}", task.about, now, kind=task.kind)


def settle(
    session: Session, kind: str, now: datetime, *, case_id: int | None = None, about: str = "", state: str = "done"
) -> None:
    """What a task asked for has happened by itself, or is not wanted any more (`state`): it is done, by nobody."""
    which = _task.c.kind == kind, _task.c.state.in_(LIVING), _task.c.case_id == case_id, _task.c.about == about
    session.connection().execute(_task.update().where(*which).values(state=state, ended_at=now, box=b""))


def drop_tasks(session: Session, case_id: int, now: datetime) -> None:
    """A case is closed or forgotten: nothing is left to do, and what was sealed in its tasks is emptied."""
    hers = _task.update().where(_task.c.case_id == case_id, _task.c.state.in_(LIVING))
    session.connection().execute(hers.values(state="dropped", ended_at=now, box=b""))


def mark_late(session: Session, now: datetime) -> Sequence[tuple[int, str]]:
    """Mark the tasks whose deadline passed, each once; gives their ids and skills, for `api.desk.lateness`."""
    late = _task.c.state.in_(LIVING), _task.c.due_at <= now, _task.c.escalated_at.is_(None)
    marked = _task.update().where(*late).values(escalated_at=now).returning(_task.c.id, _task.c.skill)
    return [(number, skill) for number, skill in session.connection().execute(marked)]


def _hers(viewer: Viewer) -> ColumnElement[bool]:
    """Which tasks a viewer may see and end; the select must join the case."""
    if viewer.coordinator:
        return or_(col(TaskRow.case_id).is_(None), col(CaseRow.state) != FORGOTTEN)
    if viewer.trainee:
        return false()  # what is in a task is of a case that perhaps nobody shares with her
    return or_(
        col(TaskRow.person_id) == viewer.person_id,
        (col(CaseRow.claimed_by) == viewer.person_id) & (col(CaseRow.state) != FORGOTTEN),
        and_(_fits(viewer), col(TaskRow.person_id).is_(None), col(CaseRow.state) != FORGOTTEN),
    )


def _fits(viewer: Viewer) -> ColumnElement[bool]:
    """Which tasks need a skill that she has."""
    return col(TaskRow.skill).in_(viewer.facts.skills)


def _nobodys(viewer: Viewer) -> ColumnElement[bool]:
    """Which tasks no other person was given, or has by her case."""
    of_her_case = or_(col(CaseRow.claimed_by).is_(None), col(CaseRow.claimed_by) == viewer.person_id)
    return col(TaskRow.person_id).is_(None) & of_her_case


def view_of(task: TaskRow, case: CaseRow | None, now: datetime) -> TaskView:
    """A task as the desk shows it."""
    return TaskView(
        task.id or 0,
        task.kind,
        case.reference if case else "",
        task.about,
        task.created_at,
        task.due_at,
        task.due_at <= now,
        task.person_id,
        case.claimed_by if case else None,
        task.state,
        task.name,
        case.service if case else "",
        task.skill,
    )
