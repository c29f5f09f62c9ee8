"""What happened in a case, as somebody signed in says it: the tasks and follow-ups of its service follow from it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime

from sqlmodel import Session, col, select

from api.answers import unpack_contact
from api.desk import following, planned
from api.desk.answered import answers_in, whose
from api.desk.following import Known, Whose
from api.desk.tasks import settle
from api.keys.keyring import Gone
from api.keys.vault import CaseKey, Vault
from api.staff.access import id_of, lock_of
from api.staff.people import Viewer
from api.tables import CaseRow, FollowUpRow, Item, OutingCase, OutingRow
from flows.amending import relevant
from flows.asking import is_relevant
from flows.loader import Library, Service
from flows.model import Answer, Value
from flows.planning import MORNING, Plans, Step, is_bad, steps_after, steps_from_answers, tasks_for


def on_day(day: date) -> datetime:
    """The moment of an event of which only the day is known."""
    return datetime.combine(day, MORNING, UTC)


def happened(
    session: Session,
    vault: Vault,
    library: Library,
    viewer: Viewer,
    references: Sequence[str],
    event: str,
    at: datetime,
    now: datetime,
    *,
    beside: bool = False,
) -> None:
    """Plan what follows an event of some cases, in place of what was planned after an earlier one of its kind.

    `beside`: there can be several of its kind, and those at other times stay.
    """
    for case in session.exec(select(CaseRow).where(col(CaseRow.reference).in_(references))).all():
        plans = _plans(library, case)
        names = {name for name, one in plans.follow_ups.items() if one.plan.after == event} if plans else set()
        if plans is None or not names:
            continue
        try:
            key = vault.open_case(viewer.team, lock_of(case))
        except Gone:
            continue
        answers = answers_in(session, key, case)
        for name in names:
            following.unplan(session, id_of(case), name, at if beside else None)
        values = relevant(library, whose(case, answers), now)
        _plan(session, vault, case, key, answers, plans, steps_after(plans, event, at, values, now), now)


def undone(
    session: Session,
    library: Library,
    references: Sequence[str],
    events: Collection[str],
    at: datetime | None = None,
) -> None:
    """These events did not happen after all, those `at` a time or all: what is planned after them is not to be."""
    for case in session.exec(select(CaseRow).where(col(CaseRow.reference).in_(references))).all():
        plans = _plans(library, case)
        for name, one in plans.follow_ups.items() if plans else ():
            if one.plan.after in events:
                following.unplan(session, id_of(case), name, at)


def typed_in(
    session: Session, vault: Vault, library: Library, case: CaseRow, key: CaseKey, name: str,
    answers: dict[str, Answer], now: datetime,
) -> None:  # fmt: skip
    """Somebody has typed in the answer to a question: a follow-up that waits for it, or that was missed last, is
    looked at. With the last answer that it lacks it is answered, and what comes after it is planned."""
    service = library.services.get(case.service)
    if service is None:
        return
    plans = service.plans
    values = relevant(library, whose(case, answers), now)
    for one in (one for one, plan in plans.follow_ups.items() if name in plan.plan.ask):
        row = _waiting(session, case, one)
        if row is None:
            continue
        if is_bad(plans, one, values, now) and not row.bad:
            row.bad = True
            following.raise_alarm(session, vault, case, row, "follow_up_bad", now, now + following.LOOK_WITHIN)
        if _lacks_more(service, plans.follow_ups[one].plan.ask, name, values, now):
            continue
        for kind in ("follow_up", "follow_up_missed"):
            settle(session, kind, now, case_id=case.id, about=str(row.id))
        following.end(session, row, "answered", now)
        steps = steps_after(plans, f"follow_up.{one}", now, values, now)
        _plan(session, vault, case, key, answers, plans, steps, now)


def _lacks_more(service: Service, asks: Sequence[str], name: str, values: Mapping[str, Value], now: datetime) -> bool:
    """Whether the bot would go on, with a question that needs an answer and has none, of whatever time."""
    later = (service.by_name[one] for one in asks[asks.index(name) + 1 :] if one not in values)
    return any(is_relevant(one, values, now) for one in later if not one.question.optional)


def _waiting(session: Session, case: CaseRow, name: str) -> FollowUpRow | None:
    """The newest follow-up of this name for which an answer would still be good."""
    good = col(FollowUpRow.state).in_(("asked", "task", "missed"))
    waits = select(FollowUpRow).where(FollowUpRow.case_id == case.id, FollowUpRow.name == name, good)
    return session.exec(waits.order_by(col(FollowUpRow.due_at).desc()).limit(1)).first()


def catch_up(
    session: Session, vault: Vault, library: Library, case: CaseRow, key: CaseKey, answers: dict[str, Answer],
    now: datetime,
) -> None:  # fmt: skip
    """Make tasks and follow-ups agree with the answers as they are now: somebody has just opened, or changed, them."""
    plans = _plans(library, case)
    if plans is None or case.state == "closed" or not (plans.tasks or plans.follow_ups):
        return
    values = relevant(library, whose(case, answers), now)
    if not case.call or answers:
        planned.open_planned(session, id_of(case), tasks_for(plans, values, now), now)
    steps = steps_after(plans, "opened", case.opened_at, values, now) + steps_from_answers(plans, values, now)
    steps += tuple(one for at in _outings(session, case) for one in steps_after(plans, "outing", at, values, now))
    wanted = {(step.follow_up, step.event_at) for step in steps}
    had = _events(session, case)
    for name, event_at in had:
        if _by_answers(plans, name) and (name, event_at) not in wanted:
            following.unplan(session, id_of(case), name, event_at)
    new = [step for step in steps if (step.follow_up, step.event_at) not in had]
    _plan(session, vault, case, key, answers, plans, new, now)


def _plans(library: Library, case: CaseRow) -> Plans | None:
    service = library.services.get(case.service)
    return service.plans if service else None


def _by_answers(plans: Plans, name: str) -> bool:
    """Whether a follow-up depends on nothing but the answers of its case."""
    one = plans.follow_ups.get(name)
    return one is not None and (one.plan.after == "opened" or one.plan.after.startswith("answer."))


def _outings(session: Session, case: CaseRow) -> Sequence[datetime]:
    """When the outings are on whose lists she is."""
    on = select(OutingRow.starts_at).join(OutingCase, col(OutingCase.outing_id) == OutingRow.id)
    return session.exec(on.where(OutingCase.case_id == case.id)).all()


def _events(session: Session, case: CaseRow) -> set[tuple[str, datetime]]:
    hers = select(FollowUpRow.name, FollowUpRow.event_at).where(FollowUpRow.case_id == case.id)
    return set(session.exec(hers))


def _plan(
    session: Session, vault: Vault, case: CaseRow, key: CaseKey, answers: dict[str, Answer], plans: Plans,
    steps: Sequence[Step], now: datetime,
) -> None:  # fmt: skip
    if not steps:
        return
    sealed = select(Item.box).where(Item.case_id == case.id, Item.kind == "address").order_by(col(Item.id).desc())
    contact = unpack_contact(key.open(Vault.item_context(id_of(case), "address"), session.exec(sealed.limit(1)).one()))
    known = Known.of(contact, answers, plans.reads)
    following.plan(session, vault, Whose(id_of(case), case.secret_id, case.address_index), steps, known, now)
