"""What somebody of us does on a road: one sentence, and the use cases of the desk behind it."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlmodel import Session, col, or_, select

from api.staff.people import Viewer
from api.tables import CaseRow, TaskRow
from flows.loader import Library, Service
from tests.roads.stage import Stage

REFERENCE = re.compile(r"\b[A-Z]\d-[A-Z0-9]{3}\b")


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody of us acts in a case: the one that she named, or the newest."""

    stage: Stage
    session: Session
    viewer: Viewer
    reference: str

    @property
    def now(self) -> datetime:
        return self.stage.now

    @property
    def library(self) -> Library:
        return self.stage.library

    @property
    def service(self) -> Service:
        """The service of the case."""
        return self.library.services[self.case.service]

    @property
    def case(self) -> CaseRow:
        return self.session.exec(select(CaseRow).where(CaseRow.reference == self.reference)).one()

    def task(self, name: str) -> int:
        """The id of a task of the case, by the service's word or by its kind: the newest that is open; 0 for none."""
        hers = select(TaskRow).where(or_(col(TaskRow.case_id) == self.case.id, col(TaskRow.case_id).is_(None)))
        rows = self.session.exec(hers.order_by(col(TaskRow.ended_at).is_not(None), col(TaskRow.id).desc())).all()
        return next((row.id or 0 for row in rows if name in (row.name, row.kind)), 0)

    def moment(self, day: str, at: str = "00:00") -> datetime:
        """A day and an hour by the clocks of the desk."""
        return datetime.combine(date.fromisoformat(day), time.fromisoformat(at), self.stage.shell.settings.zone)


Doing = Callable[..., Iterator[str] | None]
Sentences = Sequence[tuple[str, Doing]]
"""A pattern for what is said, whole; its groups by name are given to the function, which may answer in lines."""
