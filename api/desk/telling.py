"""Doing a task: what it asks for in words, and being done with it; a worker who was told says the date back."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from api.desk.reaching import notice_in
from api.desk.tasks import TaskView, end_task, task_for, view_of
from api.errors import Refused
from api.going import offers
from api.keys.keyring import Gone
from api.keys.vault import Vault
from api.staff import alerts, audit
from api.staff.access import id_of, lock_of, may_open
from api.staff.people import Viewer, takes_cases
from api.tables import CaseRow, NoticeRow, Person, TaskRow
from flows.loader import Library
from flows.notices import Notice, told

TELL = "tell_worker"


@dataclass(frozen=True, slots=True)
class ToDo:
    """One task, opened: what to say, in the worker's language and in the viewer's; `dated`: it is done only when the
    worker has said the date back. `mine`: she may open the case too."""

    task: TaskView
    language: str
    text: str
    shown: str
    dated: bool
    mine: bool


def to_do(session: Session, vault: Vault, library: Library, viewer: Viewer, task_id: int, now: datetime) -> ToDo:
    """Open a task. Refused(404, "no_such_task")."""
    row, case = task_for(session, viewer, task_id)
    view = view_of(row, case, now)
    if case is None or not row.box or row.kind != TELL:
        return ToDo(view, case.language if case else "", "", "", False, case is not None and may_open(viewer, case))
    notice, calendar = _notice(vault, viewer, row, case)
    audit.record_visit(session, viewer.person_id, "task.see", case.reference, now)
    text, shown = (
        told(library.words(language), case.reference, notice, now.date(), calendar=calendar)
        for language in (case.language, viewer.language)
    )
    return ToDo(view, case.language, text, shown, notice.day is not None, may_open(viewer, case))


def finish(session: Session, vault: Vault, viewer: Viewer, task_id: int, said: date | None, now: datetime) -> None:
    """Be done with a task. Of a date, `said` is what the worker says that it is.

    Refused: (404, "no_such_task"), (422, "said_nothing"), (422, "said_another_date"): then it is not done.
    That somebody is home is said of who went with her too.
    """
    row, case = task_for(session, viewer, task_id)
    if row.kind == offers.CHECK_IN:
        offers.say_home(session, viewer, int(row.about), now)  # which locks the offer, and then its task
        return
    row, case = task_for(session, viewer, task_id, locked=True)
    if case is not None and row.kind == TELL and row.box:
        notice, _ = _notice(vault, viewer, row, case)
        if notice.day is not None and said is None:
            raise Refused(422, "said_nothing")
        if notice.day is not None and said != notice.day:
            raise Refused(422, "said_another_date")
        _told(session, viewer, row, now)
    end_task(session, viewer, task_id, now)


def could_not(session: Session, vault: Vault, viewer: Viewer, task_id: int, now: datetime) -> None:
    """She could not do it: it stays open as late, and those on duty hear of it. Refused(404, "no_such_task")."""
    row, case = task_for(session, viewer, task_id, locked=True)
    row.person_id, row.escalated_at, row.due_at = None, now, min(now, row.due_at)
    session.add(row)
    alerts.alert_on_duty(session, vault, "late", now, about=f"task:{task_id}", skill=row.skill)
    audit.record(session, viewer.person_id, "task.could_not", case.reference if case else row.about, now, kind=row.kind)


def hand_over(session: Session, viewer: Viewer, task_id: int, person_id: int, now: datetime) -> None:
    """Give a task to somebody: she sees it, and what it says, until it is done.

    Refused: (404, "no_such_task"), (404, "no_such_person").
    """
    row, case = task_for(session, viewer, task_id, locked=True)
    other = session.get(Person, person_id)
    if other is None or not takes_cases(other, now):
        raise Refused(404, "no_such_person")
    row.person_id = person_id
    session.add(row)
    audit.record(session, viewer.person_id, "task.hand", case.reference if case else row.about, now, to=person_id)


def _told(session: Session, viewer: Viewer, row: TaskRow, now: datetime) -> None:
    notice = session.get(NoticeRow, int(row.about)) if row.about.isdecimal() else None
    if notice is not None and notice.case_id == row.case_id:
        notice.state, notice.ended_at, notice.ended_by = "told", now, viewer.person_id
        session.add(notice)


def _notice(vault: Vault, viewer: Viewer, row: TaskRow, case: CaseRow) -> tuple[Notice, str]:
    """What is to be told: whoever has the task may read this much of the case, and no more."""
    try:
        return notice_in(vault.open_case(viewer.team, lock_of(case)), id_of(case), row.box)
    except Gone:
        raise Refused(404, "no_such_task") from None
