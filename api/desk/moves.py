"""What moves a case besides claiming and closing it: to somebody else, to those on duty, out of sight for a while."""

from datetime import datetime, timedelta

from sqlmodel import Session

from api.answers import encode
from api.desk.cases import put_in
from api.desk.tasks import open_task, settle
from api.desk.training import Versions, may_be_given
from api.errors import Refused
from api.keys.vault import Vault
from api.staff import audit
from api.staff.access import claimed_case, id_of
from api.staff.accounts import still_here
from api.staff.alerts import alert_on_duty
from api.staff.people import Viewer, takes_cases
from api.tables import CaseRow, Person

REASONS = ("danger", "medical", "legal", "child", "stuck")
"""Why those on duty are asked."""
PRESSING = ("danger", "medical", "child")
"""Reasons that make a case urgent."""
ANSWER_WITHIN = timedelta(hours=1)
LONGEST_REST = timedelta(days=92)
_NOTHING: Versions = {}


def hand_over(
    session: Session,
    vault: Vault,
    viewer: Viewer,
    reference: str,
    to: int,
    note: str,
    now: datetime,
    versions: Versions = _NOTHING,
) -> None:
    """Give a case that is claimed to somebody else, with a note for her that only the team can open.

    `versions` are the quizzes that she has to have passed, as who takes a case has. Refused: (422,
    "no_such_colleague") for who cannot sign in, (409, "colleague_untrained"), (409, "not_claimed"),
    (404, "no_such_case").
    """
    case = claimed_case(session, viewer, reference)
    other = to != case.claimed_by and still_here(session, to, now)
    colleague = session.get(Person, to) if other else None
    if colleague is None or not takes_cases(colleague, now):
        raise Refused(422, "no_such_colleague")
    if not may_be_given(session, colleague, case.service, versions):
        raise Refused(409, "colleague_untrained")
    case.claimed_by, case.claimed_at, case.snoozed_until = colleague.id, now, None
    case.unread += 1
    session.add(case)
    if note.strip():
        put_in(session, vault, id_of(case), case.public_key, "note", encode(note.strip()), now, viewer.person_id)
    audit.record(session, viewer.person_id, "case.hand_over", reference, now, to=colleague.name)


def escalate(session: Session, vault: Vault, viewer: Viewer, reference: str, reason: str, now: datetime) -> None:
    """Ask those on duty for help with a case; it stays with whoever has it. Refused(422, "unknown_reason")."""
    if reason not in REASONS:
        raise Refused(422, "unknown_reason")
    call_for_help(session, vault, claimed_case(session, viewer, reference), reason, now, viewer.person_id)


def call_for_help(
    session: Session, vault: Vault, case: CaseRow, reason: str, now: datetime, person_id: int | None = None
) -> None:
    """Mark a case, of any state but forgotten, and call those on duty; without `person_id` the worker's own words did.

    A case that is marked for the same reason stays marked since then; those on duty hear of it once an hour.
    """
    if case.escalated != reason:
        case.escalated, case.escalated_at = reason, now
        case.urgency = "high" if reason in PRESSING else case.urgency
        session.add(case)
        audit.record(session, person_id, "case.escalate", case.reference, now, reason=reason)
    open_task(session, "escalated", now, due_at=now + ANSWER_WITHIN, case_id=id_of(case))
    alert_on_duty(session, vault, "urgent", now, about=case.reference)


def settle_escalation(session: Session, viewer: Viewer, reference: str, now: datetime) -> None:
    """The help has come: the case is no longer marked, and nobody is asked for it any more."""
    case = claimed_case(session, viewer, reference)
    case.escalated, case.escalated_at = "", None
    session.add(case)
    settle(session, "escalated", now, case_id=id_of(case))
    audit.record(session, viewer.person_id, "case.calm", reference, now)


def snooze(session: Session, viewer: Viewer, reference: str, until: datetime | None, now: datetime) -> None:
    """Let a case rest until a time; None wakes it, and so does a word of the worker. Refused(422, "bad_date")."""
    case = claimed_case(session, viewer, reference)
    if until is not None and not now < until <= now + LONGEST_REST:
        raise Refused(422, "bad_date")
    case.snoozed_until = until
    session.add(case)
    audit.record(session, viewer.person_id, "case.snooze" if until else "case.wake", reference, now)
