"""What is forgotten when: a closed case, after the days that a coordinator set, with a week's warning before.

A case is never forgotten that has something unread, a task that is open, or something that came in lately; nor one that
somebody keeps longer, for a reason that is sealed to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, select, update

from api.answers import encode
from api.desk import cases
from api.desk.tasks import LIVING
from api.errors import Refused
from api.inbound import inbox
from api.keys.vault import Vault
from api.staff import alerts, audit
from api.staff.access import case_for, coordinators_only, id_of
from api.staff.people import Viewer
from api.tables import CaseRow, DeskRule, Item, MailMessage, Person, PortalMessage, TaskRow
from flows.reference import read_reference

CLOSED, WITHDRAWN = GROUPS = ("closed", "withdrawn")
"""Kinds of closed case for which another number of days can hold: helped or not, and no longer wanted."""
LONGEST_DAYS = 3650
WARNED = timedelta(days=7)
"""How long before a case is forgotten everybody can see it; also when the rule is set on a day on which it is due."""
FRESH = timedelta(days=7)
"""How long something that came in keeps a case from being forgotten."""
LONGEST_KEPT = timedelta(days=3650)
AT_ONCE = 200
"""Cases that are forgotten in one go."""
_WITHDRAWN = ("withdrawn", "duplicate")
_EVERYBODY = 0


@dataclass(frozen=True, slots=True)
class Forgettable:
    """A case of which somebody thinks to forget it: `claimed_by` is the name of who has it, if anybody has."""

    reference: str
    service: str
    state: str
    opened_at: datetime
    claimed_by: str


Days = Mapping[tuple[str, str], int]
"""After how many days, by service and kind; what is not there is never forgotten."""


@dataclass(frozen=True, slots=True)
class Ending:
    """A closed case and when it is forgotten. `held` says by what it is kept meanwhile: `unread`, `task`, `fresh`."""

    reference: str
    service: str
    closed_at: datetime
    ends_at: datetime
    kept: bool
    held: str


def days(session: Session) -> Days:
    """The rules that were set."""
    found: dict[tuple[str, str], int] = {}
    for row in session.exec(select(DeskRule).where(col(DeskRule.name).startswith("forget:"))):
        _, service, group = row.name.split(":")
        if row.value:
            found[service, group] = row.value
    return found


def set_days(session: Session, viewer: Viewer, service: str, group: str, number: int, now: datetime) -> None:
    """Forget cases of a service so many days after they were closed; 0 means never. Refused(422, "bad_rule")."""
    coordinators_only(viewer)
    if group not in GROUPS or not service or not 0 <= number <= LONGEST_DAYS:
        raise Refused(422, "bad_rule")
    name = f"forget:{service}:{group}"
    session.merge(DeskRule(person_id=_EVERYBODY, name=name, value=number))
    audit.record(session, viewer.person_id, "rule.set", name, now, value=number, person=_EVERYBODY)
    session.flush()
    _calm(session, days(session))


def keep_longer(
    session: Session, vault: Vault, viewer: Viewer, reference: str, until: datetime, reason: str, now: datetime
) -> None:
    """Keep a case until a day, for a reason that is sealed to it as a note.

    Refused: (404, "no_such_case"), (422, "reason_missing"), (422, "bad_date").
    """
    coordinators_only(viewer)
    case, said = case_for(session, viewer, reference), " ".join(reason.split())
    if not said:
        raise Refused(422, "reason_missing")
    if not now < until <= now + LONGEST_KEPT:
        raise Refused(422, "bad_date")
    case.kept_until, case.warned_at = until, None
    session.add(case)
    cases.put_in(session, vault, id_of(case), case.public_key, "note", encode(said), now, viewer.person_id)
    audit.record(session, viewer.person_id, "case.keep", reference, now)


def forgettable(session: Session, viewer: Viewer, reference: str) -> Forgettable:
    """What would be gone for ever; it is not opened for that. Refused(404, "no_such_case")."""
    coordinators_only(viewer)
    case = case_for(session, viewer, reference)
    holder = session.get(Person, case.claimed_by) if case.claimed_by else None
    return Forgettable(reference, case.service, case.state, case.opened_at, holder.name if holder else "")


def forget_now(session: Session, vault: Vault, viewer: Viewer, reference: str, typed: str, now: datetime) -> None:
    """Make a case unreadable for ever, because she asked for it by telephone or on paper.

    `typed` is the reference once more, so that no other case is forgotten by a slip of the hand. Refused: (404,
    "no_such_case"), (422, "another_reference").
    """
    coordinators_only(viewer)
    _take_turn(session, reference)
    forgettable(session, viewer, reference)
    if read_reference(typed) != reference:
        raise Refused(422, "another_reference")
    forget(session, vault, reference, now, viewer.person_id)


def forget(session: Session, vault: Vault, reference: str, now: datetime, person_id: int | None = None) -> None:
    """Forget a case, and what the bot was asking its worker. Refused(404, "no_such_case")."""
    address = _take_turn(session, reference)
    cases.forget(session, vault, reference, now, person_id)
    if address:
        inbox.let_go_of(session, vault, address, reference, now)


def endings(session: Session, viewer: Viewer, now: datetime) -> Sequence[Ending]:
    """Every case that will be forgotten, the first first. Refused(404, "not_found") for a volunteer."""
    coordinators_only(viewer)
    rules = days(session)
    found = session.exec(select(CaseRow, *_holds(now)).where(CaseRow.state == "closed")).all()
    endings = [
        Ending(
            case.reference,
            case.service,
            case.closed_at,
            ends_at,
            case.kept_until is not None and case.kept_until > now,
            "unread" if case.unread else "task" if task else "fresh" if fresh else "",
        )
        for case, task, fresh in found
        if case.closed_at and (ends_at := _ends_at(case, rules, now))
    ]
    return sorted(endings, key=lambda one: (one.ends_at, one.reference))


def keep_up(session: Session, vault: Vault, now: datetime) -> None:
    """Warn of what is due within a week, and forget what is due and was warned of a week ago."""
    rules = days(session)
    if rules:
        due = (and_(*_due(*kind, now - timedelta(days=number), now)) for kind, number in rules.items())
        for reference in _taken(session, or_(*due), col(CaseRow.warned_at) <= now - WARNED):
            forget(session, vault, reference, now)
    for kind, number in rules.items():
        soon = _due(*kind, now - timedelta(days=number) + WARNED, now)
        warned = update(CaseRow).where(*soon, col(CaseRow.warned_at).is_(None)).values(warned_at=now)
        if session.connection().execute(warned).rowcount:
            alerts.alert_on_duty(session, vault, "forgetting", now)
    if rules:
        _calm(session, rules)


def _take_turn(session: Session, reference: str) -> bytes | None:
    """The address of a case, if it has one; its turn is taken, which comes before the lock of the case."""
    address = session.exec(select(CaseRow.address_index).where(CaseRow.reference == reference)).first()
    if address:
        inbox.take_turns(session, [address])
    return address


def _taken(session: Session, *over: ColumnElement[bool]) -> Sequence[str]:
    """The references of cases that are over: locked, and before that the turns of their addresses taken.

    All at once, whichever rule they are over by: turns are taken in one order for all.
    """
    found = session.exec(select(CaseRow.id, CaseRow.address_index).where(*over).limit(AT_ONCE)).all()
    inbox.take_turns(session, [address for _, address in found])
    mine = select(CaseRow.reference).where(*over, col(CaseRow.id).in_([case_id for case_id, _ in found]))
    # Locked, or a message, a reopening or "keep longer" that commits meanwhile would be forgotten with it.
    return session.exec(mine.with_for_update(skip_locked=True)).all()


def _due(service: str, group: str, closed_before: datetime, now: datetime) -> Sequence[ColumnElement[bool]]:
    """The closed cases of a kind that nothing keeps."""
    task, fresh = _holds(now)
    return (
        col(CaseRow.state) == "closed",
        col(CaseRow.service) == service,
        _of(group),
        col(CaseRow.closed_at) <= closed_before,
        or_(col(CaseRow.kept_until).is_(None), col(CaseRow.kept_until) <= now),
        col(CaseRow.unread) == 0,
        ~task,
        ~fresh,
    )


def _holds(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Whether a task of the case is open, and whether something came in lately."""
    task = select(TaskRow.id).where(TaskRow.case_id == CaseRow.id, col(TaskRow.state).in_(LIVING))
    since = now - FRESH
    wrote = select(Item.id).where(
        Item.case_id == CaseRow.id, col(Item.kind).in_(("in", "amended")), col(Item.created_at) > since
    )
    texted = select(PortalMessage.id).where(PortalMessage.case_id == CaseRow.id, col(PortalMessage.received_at) > since)
    mailed = select(MailMessage.id).where(MailMessage.case_id == CaseRow.id, col(MailMessage.received_at) > since)
    came = or_(*(one.correlate(CaseRow).exists() for one in (wrote, texted, mailed)))
    return task.correlate(CaseRow).exists(), came


def _calm(session: Session, rules: Days) -> None:
    """A warning that holds no more is taken back, so that a new one gives a whole week again."""
    for_ever = [
        and_(col(CaseRow.service) == service, _of(group)) for (service, group), number in rules.items() if number
    ]
    still = and_(col(CaseRow.state) == "closed", or_(*for_ever)) if for_ever else None
    warned = update(CaseRow).where(col(CaseRow.warned_at).is_not(None))
    session.connection().execute((warned.where(~still) if still is not None else warned).values(warned_at=None))


def _of(group: str) -> ColumnElement[bool]:
    withdrawn = col(CaseRow.closing_reason).in_(_WITHDRAWN)
    return withdrawn if group == WITHDRAWN else ~withdrawn


def _ends_at(case: CaseRow, rules: Days, now: datetime) -> datetime | None:
    """When a case is forgotten if nothing keeps it: not before a week of warning is over."""
    group = WITHDRAWN if case.closing_reason in _WITHDRAWN else CLOSED
    number = rules.get((case.service, group))
    if not number or case.closed_at is None:
        return None
    planned = case.closed_at + timedelta(days=number)
    kept = case.kept_until + WARNED if case.kept_until else planned  # the warning comes when it is kept no more
    return max(planned, kept, (case.warned_at or now) + WARNED)
