"""What is to be done in a case, and what was done: what it lacks, and its timeline."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from api.desk.answered import whose
from api.desk.following import FollowUpView, follow_ups_of
from api.desk.labels import prompt_in
from api.desk.planned import planned_of
from api.desk.tasks import TaskView
from api.staff.access import id_of
from api.staff.people import Viewer
from api.tables import Audit, Batch, BatchCase, CaseRow
from flows.loader import Library
from flows.missing import What, missing
from flows.model import Answer

QUIET = frozenset({"case.see", "case.number", "code.read", "message.list", "task.see", "file.open"})
"""What is in the trail of a case and changes nothing in it."""


@dataclass(frozen=True, slots=True)
class Lacking:
    """Something that a case lacks; `question` is its name, `title` its short name in the reader's language."""

    what: What
    question: str
    title: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: `action` as in the trail, or `opened`, `exported`.

    `by` is who did it, nothing for the worker or the runner; `about` a question's title, a colleague, or a batch.
    """

    at: datetime
    by: str
    action: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Casework:
    """What a case lacks, what happened in it, the newest first, and what its service plans for it."""

    lacking: tuple[Lacking, ...]
    timeline: tuple[Event, ...]
    tasks: tuple[TaskView, ...]
    follow_ups: tuple[FollowUpView, ...]


def work_of(
    session: Session,
    library: Library,
    viewer: Viewer,
    case: CaseRow,
    names: Mapping[int, str],
    answers: dict[str, Answer],
    now: datetime,
) -> Casework:
    """What is to be done and was done in a case that the viewer may open; `names` of people by their ids."""
    found = missing(library, whose(case, answers), now)
    lacking = (Lacking(one.what, one.question, _title(library, viewer, case, one.question)) for one in found)
    events = [*_trail(session, library, viewer, case, names), *_exports(session, case, names)]
    events.sort(key=lambda one: one.at)
    opened = Event(case.opened_at, "", "opened")
    planned, follow_ups = planned_of(session, case, now), follow_ups_of(session, id_of(case))
    return Casework(tuple(lacking), (*reversed(events), opened), tuple(planned), tuple(follow_ups))


def _trail(
    session: Session, library: Library, viewer: Viewer, case: CaseRow, names: Mapping[int, str]
) -> Iterator[Event]:
    lines = select(Audit).where(Audit.object == case.reference, col(Audit.action).not_in(QUIET))
    for line in session.exec(lines.order_by(col(Audit.id))):
        question, about = line.detail.get("question", ""), str(line.detail.get("to") or line.detail.get("person", ""))
        about = _title(library, viewer, case, question) if question else about
        yield Event(line.at, names.get(line.person_id or 0, ""), line.action, about)


def _exports(session: Session, case: CaseRow, names: Mapping[int, str]) -> Iterator[Event]:
    went = select(Batch).join(BatchCase).where(BatchCase.case_id == id_of(case))
    for batch in session.exec(went):
        yield Event(batch.created_at, names.get(batch.person_id, ""), "exported", str(batch.id))


def _title(library: Library, viewer: Viewer, case: CaseRow, question: str) -> str:
    service = library.services.get(case.service)
    asked = service.by_name.get(question) if service else None
    return prompt_in(asked, viewer.language).title if asked else question
