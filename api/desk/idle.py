"""Claims that nobody acts on: the case goes back to the queue after a time, and whoever has it is told before."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from api.desk.rules import rules
from api.staff import audit
from api.tables import Audit, CaseRow, metadata

LOOKING = ("case.see", "case.number", "code.see", "task.see")
"""What is in the trail and is not working on a case."""
_case = metadata.tables["case"]


def return_idle(session: Session, now: datetime) -> Sequence[str]:
    """Put the claimed cases in which nothing was done for too long back into the queue; gives their references.

    A case that rests until a date has its time. Numbers that are lent stay with the case.
    """
    hours = rules(session).claim_hours
    if not hours:
        return ()
    before = now - timedelta(hours=hours)
    idle = [
        reference
        for reference, at in _last_acts(session, col(CaseRow.claimed_at) <= before, now).items()
        if at <= before
    ]
    for reference in idle:
        back = _case.update().where(_case.c.reference == reference, _case.c.state == "claimed")
        session.connection().execute(back.values(state="open", claimed_by=None, claimed_at=None))
        audit.record(session, None, "case.return", reference, now)
    return idle


def returns_at(session: Session, person_id: int, now: datetime) -> Mapping[str, datetime]:
    """When a person's cases go back to the queue if she does nothing in them: those of which she is to be warned."""
    ours = rules(session)
    if not ours.claim_hours:
        return {}
    acts = _last_acts(session, CaseRow.claimed_by == person_id, now)
    ends = {reference: at + timedelta(hours=ours.claim_hours) for reference, at in acts.items()}
    return {reference: at for reference, at in ends.items() if at <= now + timedelta(hours=ours.warn_hours)}


def _last_acts(session: Session, which: ColumnElement[bool] | bool, now: datetime) -> dict[str, datetime]:
    """When somebody last did something in each of these claimed cases; to take it is the first act."""
    acted = col(Audit.object) == CaseRow.reference, Audit.person_id == CaseRow.claimed_by
    acts = (*acted, col(Audit.action).not_in(LOOKING))
    last = select(func.max(Audit.at)).where(*acts).correlate(CaseRow).scalar_subquery()
    awake = col(CaseRow.snoozed_until).is_(None) | (col(CaseRow.snoozed_until) <= now)
    claimed = select(CaseRow.reference, CaseRow.claimed_at, CaseRow.snoozed_until, last).where(
        CaseRow.state == "claimed", awake, which
    )
    return {
        reference: max(one for one in times if one is not None) for reference, *times in session.exec(claimed).all()
    }
