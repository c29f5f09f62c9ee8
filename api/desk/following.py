"""Follow-ups as the server alone keeps them: planned with what they need to know, answered, missed, or cancelled.

A case is sealed, and weeks later nobody may be there to open it. So where and when she may be written to, and the
answers that the follow-up reads, lie in the follow-up's own box, under the time lock until it is over and under the
case's shred secret: and only when she said that she may be written to.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from api.answers import Contact, decode, encode, pack, unpack
from api.desk.tasks import open_task
from api.desk.wishes import LONGEST_WAIT, Wishes, wishes_of
from api.keys.keyring import Gone
from api.keys.vault import Vault
from api.staff.alerts import alert, alert_on_duty
from api.store.once import insert_once
from api.tables import CaseRow, FollowUpRow, Person, metadata
from flows.effects import Heard
from flows.model import Answer
from flows.planning import Step

WISHES = frozenset({"phone", "phone_safe", "safe_hours"})
"""The answers that say whether, where and when she may be written to."""
LOOK_WITHIN = timedelta(hours=1)
"""How soon somebody looks after an answer that worries."""
AFTER_MISSED = timedelta(days=1)
"""How soon somebody looks after an answer that did not come."""

_follow_up = metadata.tables["follow_up"]
_LIVING = ("planned", "asked", "task")


@dataclass(frozen=True, slots=True)
class Known:
    """What a follow-up needs when its day comes: where she is written to, and what it reads of her answers."""

    contact: Contact
    answers: dict[str, Answer]
    reads: frozenset[str]

    @classmethod
    def of(cls, contact: Contact, answers: Mapping[str, Answer], reads: Collection[str]) -> "Known":
        """Of all her answers no more than it reads."""
        names = {*reads, *WISHES}
        return cls(contact, {name: one for name, one in answers.items() if name in names}, frozenset(names))

    @property
    def wishes(self) -> Wishes:
        """What she said about being written to."""
        return wishes_of(self.answers)

    @property
    def may_write(self) -> bool:
        """Whether she said that the phone from which she wrote may be written to unasked."""
        wishes = self.wishes
        return wishes.may in ("always", "hours") and wishes.whose in ("", "this") and self.contact.manner != "assisted"

    def with_answer(self, name: str, answer: Answer) -> "Known":
        """The same after one more answer, when it is one that follow-ups read."""
        return replace(self, answers={**self.answers, name: answer}) if name in self.reads else self


@dataclass(frozen=True, slots=True)
class Whose:
    """A case as follow-ups need it: its id, its shred secret, and the index of the address that it came from."""

    case_id: int
    secret_id: bytes
    address_index: bytes


def plan(session: Session, vault: Vault, whose: Whose, steps: Sequence[Step], known: Known, now: datetime) -> None:
    """Plan follow-ups; one that is planned for this event already changes nothing."""
    for step in steps:
        row = {
            "case_id": whose.case_id,
            "name": step.follow_up,
            "number": step.number,
            "state": "planned",
            "address_index": whose.address_index if known.may_write else b"",
            "box": lock(vault, whose.secret_id, known, step.until) if known.may_write else b"",
            "bad": False,
            "event_at": step.event_at,
            "due_at": step.due_at,
            "until": step.until,
            "created_at": now,
        }
        insert_once(session, _follow_up, row)


def lock(vault: Vault, secret_id: bytes, known: Known, until: datetime) -> bytes:
    """Lock what a follow-up knows until a week after it is over: it may have to wait for her safe hours."""
    content = {
        "contact": asdict(known.contact),
        "known": decode(pack(known.answers)),
        "reads": sorted(known.reads),
    }
    return vault.lock(encode(content), expires=until + LONGEST_WAIT, secret_id=secret_id)


def unlock(vault: Vault, secret_id: bytes, box: bytes) -> Known | None:
    """What a follow-up knows; None when it never was to know, or its time is over."""
    try:
        content = decode(vault.unlock(box, secret_id=secret_id)) if box else None
    except Gone:
        return None
    if content is None:
        return None
    known = unpack(encode(content["known"]))
    return Known(Contact(**content["contact"]), known, frozenset(content["reads"]))


def heard(
    session: Session, vault: Vault, case_id: int, question: str, answer: Answer, told: Heard, now: datetime
) -> None:
    """She has answered a question of a follow-up: a bad answer is told at once, the last one ends it."""
    row = session.get(FollowUpRow, told.number)
    case = session.get(CaseRow, case_id)
    if row is None or case is None or row.case_id != case_id or row.state not in _LIVING:
        return
    if told.bad and not row.bad:
        row.bad = True
        raise_alarm(session, vault, case, row, "follow_up_bad", now, now + LOOK_WITHIN)
    known = unlock(vault, case.secret_id, row.box)
    if known is not None:
        known = known.with_answer(question, answer)
        whose = Whose(case_id, case.secret_id, row.address_index)
        plan(session, vault, whose, told.steps, known, now)
        row.box = lock(vault, case.secret_id, known, row.until)
    session.add(row)
    if told.over:
        end(session, row, "answered", now)


def end(session: Session, row: FollowUpRow, state: str, now: datetime) -> None:
    """A follow-up is over: what it knew is emptied."""
    row.state, row.ended_at, row.box = state, now, b""
    session.add(row)


def cancel(session: Session, case_id: int, now: datetime) -> None:
    """Nothing that was planned in a case is wanted any more."""
    which = _follow_up.c.case_id == case_id, _follow_up.c.state.in_(("planned", "asked"))
    over = _follow_up.update().where(*which).values(state="cancelled", ended_at=now, box=b"")
    session.connection().execute(over)


def unplan(session: Session, case_id: int, name: str, event_at: datetime | None = None) -> None:
    """A follow-up of this name, after one event or any, is not to be any more, as far as its day has not come."""
    which = [_follow_up.c.case_id == case_id, _follow_up.c.name == name, _follow_up.c.state == "planned"]
    which += [_follow_up.c.event_at == event_at] if event_at else []
    session.connection().execute(_follow_up.delete().where(*which))


def raise_alarm(
    session: Session, vault: Vault, case: CaseRow, row: FollowUpRow, kind: str, now: datetime, due_at: datetime
) -> None:
    """Have somebody look: a task, told to whoever has the case and to those on duty."""
    open_task(session, kind, now, due_at=due_at, case_id=case.id, about=str(row.id))
    told = "urgent" if kind == "follow_up_bad" else "follow_up"
    holder = session.get(Person, case.claimed_by) if case.claimed_by else None
    if holder is not None and holder.active:
        alert(session, vault, holder, told, now, about=case.reference)
    alert_on_duty(session, vault, told, now, about=case.reference)


@dataclass(frozen=True, slots=True)
class FollowUpView:
    """A follow-up as the page of its case shows it; `name` is the service's word, `number` which one it is."""

    name: str
    number: int
    state: str
    bad: bool
    due_at: datetime
    until: datetime
    ended_at: datetime | None


def follow_ups_of(session: Session, case_id: int) -> list[FollowUpView]:
    """The follow-ups of a case by their dates, without those that were cancelled."""
    hers = select(FollowUpRow).where(FollowUpRow.case_id == case_id, FollowUpRow.state != "cancelled")
    return [
        FollowUpView(one.name, one.number, one.state, one.bad, one.due_at, one.until, one.ended_at)
        for one in session.exec(hers.order_by(col(FollowUpRow.due_at), col(FollowUpRow.id)))
    ]
