"""The queue: what waits, and who takes it. A case is claimed by one person, however many press the button."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, true
from sqlmodel import Session, col, select

from api.desk import fitting, following, reading
from api.desk.idle import returns_at
from api.desk.rules import check_hands, rules
from api.desk.tasks import drop_tasks
from api.desk.training import Versions, check_trained, refuse_if_untrained, untrained
from api.errors import Refused
from api.going import offers
from api.mail import receiving
from api.mail.lending import end_addresses
from api.numbers import proxies
from api.numbers.leases import leave_leases, leave_window_lines
from api.staff import audit
from api.staff.access import FORGOTTEN, case_for, claimed_case, id_of, may_claim, shared_cases
from api.staff.accounts import still_here
from api.staff.people import Viewer
from api.tables import CaseRow, Person, metadata

CLOSING_REASONS = ("done", "referred", "unreachable", "withdrawn", "duplicate", "other")
"""Why a case is closed. What was withdrawn or is a duplicate never leaves in a batch."""

NOTHING_MORE = ("withdrawn", "duplicate")
"""Reasons for closing a case after which nothing follows that was planned for it."""

_case = metadata.tables["case"]
_NOTHING: Versions = {}


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """A case as its routing fields show it. `claimed_by` is a name, `waiting` since it was opened.

    `rests_until` is when a case that was put aside is looked at again, `returns_at` when one of hers goes back to the
    queue if nothing is done in it (only when that is soon), `escalated` why those on duty were asked. `fits` says why
    it is one for her (see `api.desk.fitting.why`), `late` that it waits for longer than the rules allow.
    """

    reference: str
    service: str
    language: str
    channel: str
    state: str
    urgency: str
    call: bool
    route: Mapping[str, str]
    opened_at: datetime
    waiting: timedelta
    claimed_by: str
    mine: bool
    unread: int
    rests_until: datetime | None = None
    returns_at: datetime | None = None
    escalated: str = ""
    fits: tuple[str, ...] = ()
    late: bool = False


def queue(session: Session, viewer: Viewer, now: datetime, stays: Collection[str] = ()) -> list[QueueEntry]:
    """What the viewer may act on, in the order in which `next_case` would give it to her; `stays` as in `return_idle`.

    Everything that is open, and her own cases that are claimed, or closed with something new to read; a coordinator
    sees everybody's, a trainee what is shared with her.
    """
    hers = true() if viewer.coordinator else col(CaseRow.claimed_by) == viewer.person_id
    to_read = (col(CaseRow.state) == "closed") & (col(CaseRow.unread) > 0)
    shown = or_(col(CaseRow.state) == "open", and_(hers, or_(col(CaseRow.state) == "claimed", to_read)))
    if viewer.trainee:
        shown = col(CaseRow.id).in_(shared_cases(session, viewer))
    facts, ours = fitting.facts_now(session, viewer), rules(session)
    cases = select(CaseRow, Person.name).join(Person, isouter=True).where(shown)
    found = session.exec(cases.order_by(*fitting.order(facts))).all()
    returning = returns_at(session, viewer.person_id, now, stays)
    return [
        replace(
            _entry(case, name, viewer, now, returning.get(case.reference)),
            fits=fitting.why(facts, case) if case.state == "open" else (),
            late=fitting.is_late(case, ours, now),
        )
        for case, name in found
    ]


def claim(session: Session, viewer: Viewer, reference: str, now: datetime, versions: Versions = _NOTHING) -> None:
    """Take an open case; to claim one's own again changes nothing. `versions` are the quizzes that are to be passed.

    Refused: (409, "already_claimed"), (409, "closed"), (409, "hands_full"), (409, "not_trained"),
    (409, "second_coordinator"), (404, "no_such_case").
    """
    may_claim(session, viewer)
    check_hands(session, viewer)
    check_trained(session, viewer, reference, versions)
    opened = _case.c.reference == reference, _case.c.state == "open"
    if _claim(session, viewer, now, *opened) is None:
        _refuse_claim(session, viewer, reference)


def next_case(session: Session, viewer: Viewer, now: datetime, versions: Versions = _NOTHING) -> str | None:
    """Claim the case that fits her best (see `api.desk.fitting.order`), and give its reference.

    None when nothing is open. Two who ask at once get two cases, and neither waits for the other. `versions` are the
    quizzes that are to be passed: of a service whose quiz she has not passed she gets none.
    Refused: (409, "hands_full"), (409, "second_coordinator"), (409, "not_trained") when nothing else waits.
    """
    may_claim(session, viewer)
    check_hands(session, viewer)
    lacking = untrained(session, viewer, versions)
    best = (
        select(_case.c.id)
        .where(_case.c.state == "open", _case.c.service.not_in(lacking))
        .order_by(*fitting.order(fitting.facts_now(session, viewer)))
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    taken = _claim(session, viewer, now, _case.c.id == best.scalar_subquery(), _case.c.state == "open")
    if taken is None:
        refuse_if_untrained(session, lacking)
    return taken


def release(session: Session, viewer: Viewer, reference: str, now: datetime) -> None:
    """Give a claimed case back to the queue. Its numbers stay with it."""
    case = claimed_case(session, viewer, reference)
    case.state, case.claimed_by, case.claimed_at = "open", None, None
    session.add(case)
    leave_window_lines(session, id_of(case))
    audit.record(session, viewer.person_id, "case.release", reference, now)


def close(session: Session, viewer: Viewer, reference: str, reason: str, now: datetime) -> None:
    """Close a case for one of `CLOSING_REASONS`. Its numbers cool, unless a message is still expected on them; its
    login codes are wiped. What came and was not read yet still shows in the queue.

    Refused: (422, "unknown_reason"), (409, "not_claimed"), (404, "no_such_case").
    """
    if reason not in CLOSING_REASONS:
        raise Refused(422, "unknown_reason")
    case = claimed_case(session, viewer, reference)
    case.state, case.closed_at, case.closing_reason = "closed", now, reason
    session.add(case)
    leave_leases(session, case, now)
    reading.end_notices(session, id_of(case), now)
    end_addresses(session, id_of(case), now)
    proxies.wipe_codes(session, id_of(case))
    receiving.wipe_codes(session, id_of(case))
    drop_tasks(session, id_of(case), now)
    if reason in NOTHING_MORE:
        following.cancel(session, id_of(case), now)
    offers.end_offers(session, id_of(case), now)
    audit.record(session, viewer.person_id, "case.close", reference, now, reason=reason)


def reopen(session: Session, viewer: Viewer, reference: str, now: datetime) -> None:
    """Take a closed case up again, for the one who closed it or a coordinator. Refused(409, "not_closed").

    It is its last volunteer's again; anybody's, when she is no longer here.
    """
    case = case_for(session, viewer, reference)
    if case.state != "closed":
        raise Refused(409, "not_closed")
    case.state, case.closed_at, case.closing_reason = "claimed", None, ""
    case.claimed_at = now  # or it would go back to the queue at once, as one that nobody worked on
    if case.claimed_by is None or not still_here(session, case.claimed_by, now):
        case.state, case.claimed_by, case.claimed_at = "open", None, None
    session.add(case)
    audit.record(session, viewer.person_id, "case.reopen", reference, now)


def _claim(session: Session, viewer: Viewer, now: datetime, *which: Any) -> str | None:
    """One conditional update: the database lets exactly one of several through, and nobody who was removed meanwhile.

    Refused(404, "no_such_case") for her.
    """
    if not still_here(session, viewer.person_id, now):
        raise Refused(404, "no_such_case")
    mine = {"state": "claimed", "claimed_by": viewer.person_id, "claimed_at": now, "snoozed_until": None}
    claimed = _case.update().where(*which).values(mine).returning(_case.c.reference)
    reference = session.connection().execute(claimed).scalar_one_or_none()
    if reference is not None:
        audit.record(session, viewer.person_id, "case.claim", reference, now)
    return reference


def _refuse_claim(session: Session, viewer: Viewer, reference: str) -> None:
    case = session.exec(select(CaseRow).where(CaseRow.reference == reference)).one_or_none()
    if case is None or case.state == FORGOTTEN:
        raise Refused(404, "no_such_case")
    if case.state == "closed":
        raise Refused(409, "closed")
    if case.claimed_by != viewer.person_id:
        raise Refused(409, "already_claimed")


def _entry(case: CaseRow, name: str | None, viewer: Viewer, now: datetime, returns: datetime | None) -> QueueEntry:
    return QueueEntry(
        case.reference,
        case.service,
        case.language,
        case.channel,
        case.state,
        case.urgency,
        case.call,
        case.route,
        case.opened_at,
        now - case.opened_at,
        name or "",
        case.claimed_by == viewer.person_id,
        case.unread,
        case.snoozed_until if case.snoozed_until and case.snoozed_until > now else None,
        returns,
        case.escalated,
    )
