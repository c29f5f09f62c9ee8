"""Claims that nobody acts on: the case goes back to the queue after a time, and whoever has it is told before.

Not while the next step is a follow-up that is planned: then there is nothing to do until its day.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists
from sqlalchemy import select as rows
from sqlmodel import Session, col, func, select

from api.desk.rules import rules
from api.desk.tasks import LIVING
from api.staff import audit
from api.tables import Audit, CaseRow, FollowUpRow, TaskRow, metadata
from flows.loader import Library

LOOKING = ("case.see", "case.number", "code.see", "task.see")
"""What is in the trail and is not working on a case."""
TAKING = "case.claim"
_case = metadata.tables["case"]


class _Claim(NamedTuple):
    """Whose a case is, and since when."""

    reference: str
    by: int
    since: datetime


def staying(library: Library) -> frozenset[str]:
    """The services whose cases stay with whoever took them."""
    return frozenset(name for name, one in library.services.items() if one.file.case.stays)


def return_idle(session: Session, now: datetime, stays: Collection[str] = ()) -> Sequence[str]:
    """Put the claimed cases in which nothing was done for too long back into the queue; gives their references.

    A case that rests until a date has its time, and so has one that was worked on and waits for a follow-up; those of
    the services in `stays` are kept. Numbers that are lent stay with the case.
    """
    hours = rules(session).claim_hours
    if not hours:
        return ()
    before = now - timedelta(hours=hours)
    acts = _last_acts(session, col(CaseRow.claimed_at) <= before, now, stays)
    idle = [claim for claim, at in acts.items() if at <= before]
    return [claim.reference for claim in idle if _returned(session, claim, now)]


def returns_at(session: Session, person_id: int, now: datetime, stays: Collection[str] = ()) -> Mapping[str, datetime]:
    """When a person's cases go back to the queue if she does nothing in them: those of which she is to be warned.

    `stays` as in `return_idle`.
    """
    ours = rules(session)
    if not ours.claim_hours:
        return {}
    acts = _last_acts(session, col(CaseRow.claimed_by) == person_id, now, stays)
    ends = {claim.reference: at + timedelta(hours=ours.claim_hours) for claim, at in acts.items()}
    return {reference: at for reference, at in ends.items() if at <= now + timedelta(hours=ours.warn_hours)}


def _returned(session: Session, claim: _Claim, now: datetime) -> bool:
    """Put a case back; False when it is claimed anew, or by somebody else, since it was looked at."""
    same = _case.c.claimed_by == claim.by, _case.c.claimed_at == claim.since
    back = _case.update().where(_case.c.reference == claim.reference, _case.c.state == "claimed", *same)
    emptied = back.values(state="open", claimed_by=None, claimed_at=None)
    if not session.connection().execute(emptied).rowcount:
        return False
    audit.record(session, None, "case.return", claim.reference, now)
    return True


def _last_acts(
    session: Session, which: ColumnElement[bool], now: datetime, stays: Collection[str]
) -> dict[_Claim, datetime]:
    """When somebody last did something in each of these claimed cases; to take it is the first act.

    A follow-up that was answered, missed or made a task begins the time anew.
    """
    acted = col(Audit.object) == CaseRow.reference, Audit.person_id == CaseRow.claimed_by
    acts = (*acted, col(Audit.action).not_in(LOOKING))
    last = select(func.max(Audit.at)).where(*acts).correlate(CaseRow).scalar_subquery()
    came = func.max(func.coalesce(FollowUpRow.ended_at, FollowUpRow.due_at))
    over = col(FollowUpRow.state).not_in(("planned", "asked", "cancelled"))
    followed = select(came).where(FollowUpRow.case_id == CaseRow.id, over).correlate(CaseRow).scalar_subquery()
    awake = col(CaseRow.snoozed_until).is_(None) | (col(CaseRow.snoozed_until) <= now)
    times = _case.c.snoozed_until, last, followed
    claimed = rows(_case.c.reference, _case.c.claimed_by, _case.c.claimed_at, *times).where(
        _case.c.state == "claimed", awake, which, col(CaseRow.service).not_in(stays), ~_waits_for_its_day()
    )
    found = session.connection().execute(claimed)
    return {
        _Claim(reference, by, since): max(one for one in (since, *acts) if one is not None)
        for reference, by, since, *acts in found
    }


def _waits_for_its_day() -> ColumnElement[bool]:
    """Whether a case was worked on and its next step is a follow-up: no task, nothing to read, something planned."""
    hers = FollowUpRow.case_id == CaseRow.id, col(FollowUpRow.state).in_(("planned", "asked"))
    tasks = exists().where(TaskRow.case_id == CaseRow.id, col(TaskRow.state).in_(LIVING))  # type: ignore[arg-type]
    worked = exists().where(
        col(Audit.object) == CaseRow.reference,
        col(Audit.person_id) == CaseRow.claimed_by,
        col(Audit.at) >= CaseRow.claimed_at,
        col(Audit.action).not_in((*LOOKING, TAKING)),
    )
    return exists().where(*hers) & ~tasks & (col(CaseRow.unread) == 0) & worked  # type: ignore[arg-type]
