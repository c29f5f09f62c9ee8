"""Follow-ups whose day has come: asked and said by the bot where she wants that, else a task for a volunteer.

The runner calls this. Nothing here opens a case: what it needs lies in the follow-up's own box.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from api.answers import encode
from api.desk import following
from api.desk.answered import manner_of
from api.desk.cases import put_in
from api.desk.contacts import cases_of
from api.desk.following import AFTER_MISSED, Known
from api.desk.planned import KIND
from api.desk.tasks import open_task
from api.desk.wishes import Ways, next_safe
from api.inbound.inbox import expect_answer, is_silent
from api.keys.vault import Vault
from api.outbound.replies import address_index, queue_reply
from api.staff.access import FORGOTTEN, id_of
from api.staff.people import takes_cases
from api.tables import Audit, BatchCase, CaseRow, FollowUpRow, Person, TaskRow
from flows.conversation.asked import first_of, question
from flows.loader import Library
from flows.model import Asking, Reply
from flows.planning import Following, still_wanted
from flows.routed import engine_facts, values_of

AT_ONCE = 50
"""How many are looked at in one go."""


@dataclass(frozen=True, slots=True)
class _Due:
    """A follow-up whose day has come, with its case."""

    row: FollowUpRow
    case: CaseRow
    plan: Following


def run_due(session: Session, vault: Vault, library: Library, ways: Ways, now: datetime) -> Sequence[str]:
    """Do what is due, and tell of what was missed; gives the references of the cases that changed."""
    changed = [_begin(session, vault, library, ways, one, now) for one in _due(session, library, now)]
    return [*filter(None, changed), *_miss(session, vault, library, now)]


def _due(session: Session, library: Library, now: datetime) -> list[_Due]:
    """What is planned until now, locked; what its service plans no more is cancelled."""
    waiting = FollowUpRow.state == "planned", col(FollowUpRow.due_at) <= now
    rows = select(FollowUpRow).where(*waiting).order_by(col(FollowUpRow.due_at)).limit(AT_ONCE)
    found = []
    for row in session.exec(rows.with_for_update(skip_locked=True)).all():
        case, plan = session.get(CaseRow, row.case_id), None
        if case is not None and case.state != FORGOTTEN and case.service in library.services:
            plan = library.services[case.service].plans.follow_ups.get(row.name)
        if case is None or plan is None or not _is_wanted(session, library, case, plan, now):
            following.end(session, row, "cancelled", now)
        else:
            found.append(_Due(row, case, plan))
    return found


def _is_wanted(session: Session, library: Library, case: CaseRow, plan: Following, now: datetime) -> bool:
    """Whether a follow-up is to happen although so much may have happened since it was planned."""
    facts = values_of(library.services[case.service], case.route, manner_of(case))
    return still_wanted(plan, facts, now) and not _has_happened(session, case, plan.plan.until)


def _has_happened(session: Session, case: CaseRow, event: str) -> bool:
    """Whether one of the events has happened that end a follow-up: none, when it names none."""
    kind, _, subject = event.partition(".")
    if kind == "served":
        served = select(BatchCase.case_id).where(BatchCase.case_id == case.id, BatchCase.answer == "done")
        return session.exec(served.limit(1)).first() is not None
    if kind == "task":
        named = TaskRow.kind == KIND, TaskRow.name == subject.removesuffix(".done"), TaskRow.state == "done"
        return session.exec(select(TaskRow.id).where(TaskRow.case_id == case.id, *named).limit(1)).first() is not None
    return kind == "closed" and case.state == "closed"


def _begin(session: Session, vault: Vault, library: Library, ways: Ways, due: _Due, now: datetime) -> str:
    """Ask, say, or make it a task; gives the reference of the case, or nothing when it has to wait."""
    row, case = due.row, due.case
    known = None if due.plan.plan.task else following.unlock(vault, case.secret_id, row.box)
    if known is None or not known.may_write or row.until <= now or _is_silent(session, vault, known):
        _make_task(session, due, now)
    elif due.plan.says:
        text = due.plan.says.get(known.contact.language) or next(iter(due.plan.says.values()))
        _send(session, vault, due, known, Reply(text), next_safe(known.wishes, ways, known.contact.address, now), now)
        following.end(session, row, "said", now)
    elif _is_asked_already(session, row, now):
        return ""
    else:
        _ask(session, vault, library, ways, due, known, now)
    return case.reference


def _ask(session: Session, vault: Vault, library: Library, ways: Ways, due: _Due, known: Known, now: datetime) -> None:
    row, case, plan, contact = due.row, due.case, due.plan.plan, known.contact
    send_after = next_safe(known.wishes, ways, contact.address, now)
    until = send_after + plan.window
    asking = first_of(
        library,
        Asking(
            case.reference,
            case.service,
            "",
            send_after,
            {**known.answers, **engine_facts(case.route, contact.manner)},
            follow_up=row.name,
            number=row.id or 0,
            rest=plan.ask,
            until=until,
        ),
        now,
    )
    if asking is None:
        following.end(session, row, "done", now)
        return
    said = question(library, asking, contact.language, contact.manner, now)
    _send(session, vault, due, known, said, send_after, now)
    index = address_index(vault, contact.lane, contact.address)
    expect_answer(session, vault, index, asking, contact.language, now)
    row.state, row.asked_at, row.until = "asked", now, until
    row.box = following.lock(vault, case.secret_id, known, until)
    session.add(row)


def _send(
    session: Session, vault: Vault, due: _Due, known: Known, said: Reply, send_after: datetime, now: datetime
) -> None:
    """Keep in the case what goes to its worker, and queue it; with several cases it says which one it is about."""
    case, contact = due.case, known.contact
    item_id = put_in(session, vault, id_of(case), case.public_key, "out", encode(said.plain), now)
    several = cases_of(session, case.address_index) > 1
    queue_reply(
        session,
        vault,
        lane=contact.lane,
        address=contact.address,
        reply=said._replace(text=f"{case.reference}: {said.text}") if several else said,
        now=now,
        case_id=case.id,
        item_id=item_id,
        send_after=send_after,
    )


def _make_task(session: Session, due: _Due, now: datetime) -> None:
    """A volunteer does it, until the end of its window."""
    row = due.row
    due_at = max(now, row.due_at) + due.plan.plan.window
    whose = _closed_by(session, due.case, now) if due.plan.plan.after == "closed" else None
    about, name = str(row.id), row.name
    open_task(session, "follow_up", now, due_at=due_at, case_id=row.case_id, about=about, name=name, person_id=whose)
    following.end(session, row, "task", now)
    row.ended_at = None


def _closed_by(session: Session, case: CaseRow, now: datetime) -> int | None:
    """Who closed a case, whoever had it: what comes after that is hers to do, as long as she is one of us."""
    closing = select(Audit.person_id).where(Audit.object == case.reference, Audit.action == "case.close")
    found = session.exec(closing.order_by(col(Audit.id).desc()).limit(1)).first()
    person = session.get(Person, found) if found else None
    return found if person is not None and takes_cases(person, now) else None


def _is_silent(session: Session, vault: Vault, known: Known) -> bool:
    return is_silent(session, vault, address_index(vault, known.contact.lane, known.contact.address))


def _is_asked_already(session: Session, row: FollowUpRow, now: datetime) -> bool:
    """Whether this address has another question open: one at a time, or an answer could go to the wrong one."""
    other = select(FollowUpRow.id).where(
        FollowUpRow.address_index == row.address_index, FollowUpRow.state == "asked", col(FollowUpRow.until) > now
    )
    return session.exec(other.limit(1)).first() is not None


def _miss(session: Session, vault: Vault, library: Library, now: datetime) -> list[str]:
    """What nobody answered within its window was missed; people hear of it if the service says so."""
    waiting = FollowUpRow.state == "asked", col(FollowUpRow.until) <= now
    rows = select(FollowUpRow).where(*waiting).order_by(col(FollowUpRow.until)).limit(AT_ONCE)
    changed = []
    for row in session.exec(rows.with_for_update(skip_locked=True)).all():
        following.end(session, row, "missed", now)
        case = session.get(CaseRow, row.case_id)
        service = library.services.get(case.service) if case else None
        plan = service.plans.follow_ups.get(row.name) if service else None
        if case is None or plan is None:
            continue
        due_at = now + AFTER_MISSED
        if plan.plan.missed == "alarm":
            following.raise_alarm(session, vault, case, row, "follow_up_missed", now, due_at)
        elif plan.plan.missed == "task":
            open_task(session, "follow_up_missed", now, due_at=due_at, case_id=case.id, about=str(row.id))
        changed.append(case.reference)
    return changed
