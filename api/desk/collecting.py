"""Collection codes: what is ready for a worker is collected with four digits, and without a name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from api.answers import decode, encode
from api.desk.conversation import chat_of, send
from api.desk.planned import KIND, Moved
from api.desk.tasks import open_task, task_for
from api.desk.wishes import Ways
from api.errors import Refused
from api.keys.keyring import Gone
from api.keys.vault import CaseKey, Vault
from api.staff import audit
from api.staff.access import FORGOTTEN, coordinators_only, id_of, lock_of
from api.staff.people import Viewer
from api.tables import CaseRow, TaskRow
from flows.loader import Library
from flows.model import Reply
from flows.notices import READY
from flows.where import PLACE

ITEM = "task"
AREAS = (PLACE, "area")
"""The routed facts by which a list is divided: where it is, or else the answer to a question of this name."""
CODES = 10_000
TELL_WITHIN = timedelta(days=1)


def make_ready(
    session: Session, vault: Vault, library: Library, viewer: Viewer, task_id: int, number: int, ways: Ways,
    now: datetime,
) -> Moved:  # fmt: skip
    """Something can be collected: draw its code (`number`, below `CODES`) and have the bot tell her.

    Where the bot may not write to her, telling the code is a task. Refused: (404, "no_such_task"),
    (422, "no_such_state").
    """
    row, case = task_for(session, viewer, task_id, locked=True)
    service = library.services.get(case.service) if case else None
    task = service.plans.tasks.get(row.name) if service and row.kind == KIND else None
    if case is None or task is None or not task.plan.code or row.state == "ready":
        raise Refused(422, "no_such_state")
    code = f"{number:04}"
    row.box = vault.seal(case.public_key, Vault.item_context(id_of(case), ITEM), encode(code))
    row.state = "ready"
    session.add(row)
    try:
        chat = chat_of(session, vault, viewer, case.reference, ways, now)
        send(session, vault, viewer, chat, Reply(library.words(case.language).t(READY, code=code)), now)
    except Refused as refused:
        if refused.code not in ("no_chat", "never_write", "no_such_case"):
            raise
        due_at, about = now + TELL_WITHIN, str(task_id)
        open_task(session, "tell_code", now, due_at=due_at, case_id=case.id, about=about, name=row.name)
    audit.record(session, viewer.person_id, "task.ready", case.reference, now, task=row.name)
    return Moved(case.reference, row.kind, row.name, id_of(case))


def code_in(key: CaseKey, case_id: int, box: bytes) -> str:
    """The collection code of a task, or nothing where it has none (yet)."""
    return str(decode(key.open(Vault.item_context(case_id, ITEM), box))) if box else ""


def code_of(session: Session, vault: Vault, viewer: Viewer, task_id: int) -> str:
    """The code of a task that she may do; of a task to tell it, the code that is to be told."""
    row, case = task_for(session, viewer, task_id)
    told = session.get(TaskRow, int(row.about)) if row.kind == "tell_code" and row.about else row
    if case is None or told is None or told.kind != KIND or not told.box or viewer.trainee:
        return ""
    return code_in(vault.open_case(viewer.team, lock_of(case)), id_of(case), told.box)


def put_back(session: Session, viewer: Viewer, task_id: int, now: datetime) -> str:
    """It was not collected after all: it waits again; gives the reference of its case, or nothing."""
    coordinators_only(viewer)
    row = session.get(TaskRow, task_id, with_for_update=True)
    case = session.get(CaseRow, row.case_id) if row else None
    if row is None or case is None or row.state != "done":
        return ""
    row.state, row.ended_at, row.ended_by = "ready", None, None
    session.add(row)
    audit.record(session, viewer.person_id, "task.ready", case.reference, now, task=row.name)
    return case.reference


@dataclass(frozen=True, slots=True)
class Share:
    """One line of a distribution list: no name, only what is said at the table and ticked. `code` is empty until it
    is ready, `area` the code of a place or nothing."""

    task_id: int
    reference: str
    area: str
    language: str
    state: str
    code: str


def distribution(
    session: Session, vault: Vault, library: Library, viewer: Viewer, service: str, task: str, now: datetime
) -> list[Share]:
    """Who is to collect something, by area and reference, with what was collected. Refused(404, "not_found")."""
    coordinators_only(viewer)
    known = library.services.get(service)
    if known is None or task not in known.plans.tasks or not known.plans.tasks[task].plan.code:
        raise Refused(404, "not_found")
    audit.record_visit(session, viewer.person_id, "codes.list", f"{service}:{task}", now)
    rows = select(TaskRow, CaseRow).join(CaseRow, col(TaskRow.case_id) == CaseRow.id)
    ours = TaskRow.kind == KIND, TaskRow.name == task, CaseRow.service == service, CaseRow.state != FORGOTTEN
    shown = rows.where(*ours, col(TaskRow.state).not_in(("refused", "dropped"))).order_by(col(CaseRow.reference))
    found = [_share(vault, viewer, row, case) for row, case in session.exec(shown)]
    return sorted(filter(None, found), key=lambda one: (one.area, one.reference))


def _share(vault: Vault, viewer: Viewer, row: TaskRow, case: CaseRow) -> Share | None:
    try:
        code = code_in(vault.open_case(viewer.team, lock_of(case)), id_of(case), row.box) if row.box else ""
    except Gone:
        return None
    area = next(filter(None, (case.route.get(one) for one in AREAS)), "")
    return Share(row.id or 0, case.reference, area, case.language, row.state, code)


def lists(library: Library) -> Sequence[tuple[str, str]]:
    """The tasks by which something is collected: service and task."""
    return [
        (name, task)
        for name, one in library.services.items()
        for task, compiled in one.plans.tasks.items()
        if compiled.plan.code
    ]
