"""A date that is kept and that nobody tells the worker: it becomes a task while there is time, and ends when told."""

from datetime import date, datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlmodel import Session

from api.desk.reaching import LEAST, TELL_WITHIN
from api.desk.tasks import LIVING, UNTOLD, open_task, settle
from api.desk.wishes import Ways
from api.tables import metadata

GRACE = timedelta(hours=1)
"""Who keeps a date mostly tells it in the same sitting."""
WHOLE_DAY = timedelta(days=1)
"""So long a date without an hour is still to come after its beginning."""
KIND = "appointment"
"""The kind of notice that tells a date, and of the patience with it."""

_appointment, _case, _notice, _task = (metadata.tables[name] for name in ("appointment", "case", "notice", "task"))

Day = tuple[int, date]
"""A case, by its row, and the day on which its worker is to be somewhere."""


def open_untold(session: Session, ways: Ways, now: datetime) -> int:
    """Dates to come that nobody told become tasks, once each; what is told by now, moved or over is no task any more.

    Gives how many became tasks. The deadline lies as long before the date as that of an unread notice.
    """
    coming, told = _coming(session, ways, now), _told(session, now)
    living, ever = _asked(session, now)
    for case_id, day in living & told:
        settle(session, UNTOLD, now, case_id=case_id, about=day.isoformat())
    for case_id, day in living - told - coming.keys():
        settle(session, UNTOLD, now, case_id=case_id, about=day.isoformat(), state="dropped")
    untold = [one for one, (_, kept) in coming.items() if kept <= now - GRACE and one not in told | ever]
    before = ways.patience[KIND].before
    for case_id, day in untold:
        at, kept = coming[case_id, day]
        due_at = max(now + LEAST, min(kept + TELL_WITHIN, at - before))
        open_task(session, UNTOLD, now, due_at=due_at, case_id=case_id, about=day.isoformat())
    return len(untold)


def _coming(session: Session, ways: Ways, now: datetime) -> dict[Day, tuple[datetime, datetime]]:
    """The days to come of cases that are worked on: when they are, and since when that is kept."""
    columns = _appointment.c.case_id, _appointment.c.at, _appointment.c.timed, _appointment.c.created_at
    hers = select(*columns).join(_case, _case.c.id == _appointment.c.case_id)
    dates = hers.where(_appointment.c.at > now - WHOLE_DAY, _case.c.state.in_(("open", "claimed")))
    rows = session.connection().execute(dates.order_by(_appointment.c.at.desc())).all()
    return {
        (case_id, at.astimezone(ways.zone).date()): (at, kept)
        for case_id, at, timed, kept in rows
        if (at if timed else at + WHOLE_DAY) > now
    }


def _told(session: Session, now: datetime) -> set[Day]:
    """The days that somebody told or is to tell; what was taken back counts only if it had gone out."""
    gone_out = and_(_notice.c.via != "task", _notice.c.send_after < _notice.c.ended_at)
    standing = or_(_notice.c.state != "cancelled", gone_out)
    days = select(_notice.c.case_id, _notice.c.day).where(_notice.c.kind == KIND, _notice.c.day >= _yesterday(now))
    return {(case_id, day) for case_id, day in session.connection().execute(days.where(standing))}


def _asked(session: Session, now: datetime) -> tuple[set[Day], set[Day]]:
    """The days for which a task is open, and those for which there ever was one."""
    columns = _task.c.case_id, _task.c.about, _task.c.state
    recent = or_(_task.c.about >= _yesterday(now).isoformat(), _task.c.state.in_(LIVING))
    rows = session.connection().execute(select(*columns).where(_task.c.kind == UNTOLD, recent)).all()
    ever = [((case_id, date.fromisoformat(about)), state) for case_id, about, state in rows]
    return {day for day, state in ever if state in LIVING}, {day for day, _ in ever}


def _yesterday(now: datetime) -> date:
    """No zone is further from ours than a day."""
    return (now - timedelta(days=1)).date()
