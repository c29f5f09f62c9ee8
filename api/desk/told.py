"""What the worker of a case was told and whether it was read, what is to be told, and whether there is a slip."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from api.desk.reaching import notice_in
from api.desk.reading import OPEN
from api.desk.slips import SlipView, slip_of
from api.desk.tasks import TaskView, tasks_of
from api.keys.vault import CaseKey
from api.numbers.appointments import Appointment, appointments_of
from api.staff.access import id_of
from api.tables import CaseRow, NoticeRow
from flows.language import Words
from flows.notices import told


@dataclass(frozen=True, slots=True)
class NoticeView:
    """One thing that a worker was, or is to be, told. `text` is in the viewer's language.

    `via` and `state` are as in the table; `by` told it, `ended_by` is who heard the date back. `waits` says that it
    has not gone out, `day` is its date (ISO 8601) or nothing, and `open` that nobody has confirmed it.
    """

    id: int
    kind: str
    via: str
    state: str
    text: str
    by: str
    send_after: datetime
    waits: bool
    unread_at: datetime
    ended_at: datetime | None
    ended_by: str
    item_id: int | None
    day: str

    @property
    def open(self) -> bool:
        """Whether nobody has confirmed it."""
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class Told:
    """Everything about telling the worker of a case, newest first; `appointments` are the kept ones still to come."""

    notices: tuple[NoticeView, ...]
    tasks: tuple[TaskView, ...]
    appointments: tuple[Appointment, ...]
    slip: SlipView | None


def told_of(
    session: Session, case: CaseRow, key: CaseKey, words: Words, names: Mapping[int, str], now: datetime
) -> Told:
    """Open it for a case that is open. `names` are people's by their ids, `words` the viewer's."""
    rows = session.exec(select(NoticeRow).where(NoticeRow.case_id == case.id).order_by(col(NoticeRow.id).desc()))
    coming = (one for one in appointments_of(session, case, key) if one.at >= now - timedelta(days=1))
    return Told(
        tuple(_view(row, case, key, words, names, now) for row in rows),
        tuple(tasks_of(session, id_of(case), now)),
        tuple(coming),
        slip_of(session, id_of(case), now),
    )


def _view(
    row: NoticeRow, case: CaseRow, key: CaseKey, words: Words, names: Mapping[int, str], now: datetime
) -> NoticeView:
    notice, calendar = notice_in(key, id_of(case), row.box)
    text = told(words, case.reference, notice, now.date(), calendar=calendar)
    return NoticeView(
        row.id or 0,
        row.kind,
        row.via,
        row.state,
        text,
        names.get(row.person_id, ""),
        row.send_after,
        row.send_after > now and row.state in OPEN,
        row.unread_at,
        row.ended_at,
        names.get(row.ended_by or 0, ""),
        row.item_id,
        row.day.isoformat() if row.day else "",
    )
