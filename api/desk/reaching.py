"""Reaching a worker: what she is to be told goes to her phone, to a person she trusts, or by a volunteer's mouth.

Which way, she has said herself (`api.desk.wishes`). What goes out waits for her safe hours, its address under the time
lock until then; what nobody confirms in time becomes a task (`api.desk.reading`).
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlmodel import Session

from api.answers import decode, encode
from api.desk import reading, tasks
from api.desk.cases import put_in
from api.desk.contacts import Via, Way, cases_of, contact_of, way_to, wishes_in
from api.desk.wishes import Patience, Ways, Wishes, next_safe
from api.errors import Refused
from api.inbound.inbox import expect_confirmation, is_silent
from api.keys.vault import CaseKey, Vault
from api.outbound.replies import address_index, queue_reply
from api.staff import audit
from api.staff.access import case_for, id_of, open_key
from api.staff.people import Viewer
from api.tables import CaseRow, NoticeRow
from flows.conversation.notices import ABOUT
from flows.language import Words
from flows.loader import Library
from flows.model import Option, Reply, Unread
from flows.notices import I_HAVE_READ_IT, Notice, is_telling, notice_text, told, trusted_text
from flows.segments import count, fold

ITEM = "notice"
LONGEST_PLACE = 60
LONGEST_WORDS = 1000
LEAST = timedelta(hours=1)
"""What a deadline leaves at least, however near the date is."""
TELL_WITHIN = timedelta(days=1)
"""What a volunteer has at most to tell a worker."""


@dataclass(frozen=True, slots=True)
class Reached:
    """How a worker is told something, before it is done and after.

    `via` is the way, `why` a word of why it is a task: `no_phone`, `never`, `unasked`, `stop`, `no_way`, or nothing.
    `text` is the very message, in her language; `shown` the same in the viewer's. `send_after` is when it goes out
    (with a task: now), `unread_at` when it becomes a task, `due_at` that task's deadline. `segments` is its cost by
    SMS, 0 where it goes another way.
    """

    via: Via
    why: str
    language: str
    text: str
    shown: str
    send_after: datetime
    unread_at: datetime
    due_at: datetime
    segments: int


@dataclass(frozen=True, slots=True)
class _Opened:
    """A case, opened, and how it can be reached."""

    case: CaseRow
    wishes: Wishes
    way: Way
    address: bytes


def preview(
    session: Session,
    vault: Vault,
    library: Library,
    viewer: Viewer,
    reference: str,
    notice: Notice,
    ways: Ways,
    now: datetime,
) -> Reached:
    """How `reach` would tell her, without telling. Refused as `reach` refuses."""
    opened = _open(session, vault, viewer, reference, notice, ways, now)
    return _planned(session, library, viewer, opened, notice, ways, now)


def reach(
    session: Session,
    vault: Vault,
    library: Library,
    viewer: Viewer,
    reference: str,
    notice: Notice,
    ways: Ways,
    now: datetime,
) -> Reached:
    """Tell a worker something, the way she wants; an older notice of the same kind that is not confirmed is dropped.

    Refused: (404, "no_such_case"), (409, "closed"), (422, "telling_words") when the place says what nobody may read,
    (422, "too_long"), (422, "appointment_past").
    """
    opened = _open(session, vault, viewer, reference, notice, ways, now)
    plan = _planned(session, library, viewer, opened, notice, ways, now)
    reading.end_notices(session, id_of(opened.case), now, kind=notice.kind)
    if notice.day:
        tasks.settle(session, tasks.UNTOLD, now, case_id=id_of(opened.case), about=notice.day.isoformat())
    row = _keep(session, vault, viewer, opened, notice, plan, now)
    if plan.via == "task":
        case_id = id_of(opened.case)
        about = str(row.id)
        tasks.open_task(session, "tell_worker", now, due_at=plan.due_at, case_id=case_id, about=about, box=row.box)
    else:
        row.item_id = _send(session, vault, library, viewer, opened, plan, now)
    session.add(row)
    audit.record(session, viewer.person_id, "case.tell", reference, now, kind=notice.kind, via=plan.via)
    return plan


def cancel(session: Session, vault: Vault, viewer: Viewer, reference: str, notice_id: int, now: datetime) -> None:
    """Take a notice back that is not confirmed: what did not go out yet never does, and its task is dropped.

    Refused(404, "no_such_notice").
    """
    case = case_for(session, viewer, reference)
    row = session.get(NoticeRow, notice_id)
    if row is None or row.case_id != case.id or row.state not in reading.OPEN:
        raise Refused(404, "no_such_notice")
    reading.end_notices(session, row.case_id, now, notice_id=notice_id)
    audit.record(session, viewer.person_id, "case.untell", reference, now)


def notice_in(key: CaseKey, case_id: int, box: bytes) -> tuple[Notice, str]:
    """What a notice's box holds: what is to be told, and the other calendar in which she counts."""
    packed: dict[str, Any] = decode(key.open(Vault.item_context(case_id, ITEM), box))
    calendar = packed.pop("calendar")
    day, at = packed["day"], packed["at"]
    packed["day"] = datetime.fromisoformat(day).date() if day else None
    packed["at"] = time.fromisoformat(at) if at else None
    return Notice(**packed), calendar


def _open(
    session: Session, vault: Vault, viewer: Viewer, reference: str, notice: Notice, ways: Ways, now: datetime
) -> _Opened:
    _refuse_nonsense(notice, ways, now)
    case = case_for(session, viewer, reference)
    if case.state == "closed":
        raise Refused(409, "closed")
    key = open_key(vault, viewer, case)
    contact, wishes = contact_of(session, key, case), wishes_in(session, key, case)
    way = Way("task", wishes.may) if notice.kind == "words" else way_to(session, contact, wishes, ways)
    address = address_index(vault, way.lane, way.address) if way.lane else b""
    if address and is_silent(session, vault, address):
        return _Opened(case, wishes, Way("task", "stop"), b"")
    return _Opened(case, wishes, way, address)


def _refuse_nonsense(notice: Notice, ways: Ways, now: datetime) -> None:
    if len(notice.place) > LONGEST_PLACE or len(notice.words) > LONGEST_WORDS:
        raise Refused(422, "too_long")
    if notice.kind == "words" and not notice.words:
        raise Refused(422, "empty")
    if is_telling(notice.place):
        raise Refused(422, "telling_words")
    if notice.day and notice.day < now.astimezone(ways.zone).date():
        raise Refused(422, "appointment_past")


def _planned(
    session: Session, library: Library, viewer: Viewer, opened: _Opened, notice: Notice, ways: Ways, now: datetime
) -> Reached:
    way, wishes, case = opened.way, opened.wishes, opened.case
    send_after = now if way.via == "task" else next_safe(wishes, ways, way.address, now)
    unread_at, due_at = _deadlines(notice, ways, way.via, send_after)
    today = now.astimezone(ways.zone).date()
    several = bool(opened.address) and cases_of(session, opened.address) > 1

    def say(words: Words) -> str:
        if way.via == "trusted":
            return trusted_text(words, case.reference)
        if way.via == "task":
            return told(words, case.reference, notice, today, calendar=wishes.calendar)
        return notice_text(words, case.reference, notice, today, calendar=wishes.calendar, several=several)

    text = say(library.words(case.language))
    return Reached(
        way.via,
        way.why,
        case.language,
        text,
        say(library.words(viewer.language)),
        send_after,
        unread_at,
        due_at,
        count(fold(text)).segments if way.is_sms else 0,
    )


def _deadlines(notice: Notice, ways: Ways, via: Via, start: datetime) -> tuple[datetime, datetime]:
    """When an unread notice becomes a task, and when that task is late: before the date, if there is time for it."""
    patience = ways.patience.get(notice.kind, Patience(TELL_WITHIN))
    last = start + timedelta(days=3650)
    if notice.day:
        last = datetime.combine(notice.day, notice.at or time(), ways.zone).astimezone(start.tzinfo) - patience.before
    unread_at = start if via == "task" else max(start + LEAST, min(start + patience.unread, last))
    return unread_at, max(unread_at + LEAST, min(unread_at + TELL_WITHIN, last))


def _keep(
    session: Session, vault: Vault, viewer: Viewer, opened: _Opened, notice: Notice, plan: Reached, now: datetime
) -> NoticeRow:
    case_id = id_of(opened.case)
    content = {
        "kind": notice.kind,
        "day": notice.day and notice.day.isoformat(),
        "at": notice.at and notice.at.isoformat("minutes"),
        "place": notice.place,
        "words": notice.words,
        "calendar": opened.wishes.calendar,
    }
    row = NoticeRow(
        case_id=case_id,
        kind=notice.kind,
        via=plan.via,
        state="late" if plan.via == "task" else "sent",
        address_index=opened.address,
        box=vault.seal(opened.case.public_key, Vault.item_context(case_id, ITEM), encode(content)),
        day=notice.day,
        person_id=viewer.person_id,
        created_at=now,
        send_after=plan.send_after,
        unread_at=plan.unread_at,
        due_at=plan.due_at,
    )
    session.add(row)
    session.flush()
    return row


def _send(
    session: Session, vault: Vault, library: Library, viewer: Viewer, opened: _Opened, plan: Reached, now: datetime
) -> int:
    """Put the message into the outbox and the case, and have the next 1 from there understood; gives the item's id."""
    case, way = opened.case, opened.way
    item_id = put_in(session, vault, id_of(case), case.public_key, "out", encode(plan.text), now, viewer.person_id)
    label = library.words(plan.language).t(I_HAVE_READ_IT)
    options = () if way.is_sms else (Option(case.reference, label),)
    queue_reply(
        session,
        vault,
        lane=way.lane,
        address=way.address,
        reply=Reply(plan.text, options, ABOUT),
        now=now,
        case_id=case.id,
        item_id=item_id,
        send_after=plan.send_after,
    )
    told_it = Unread(case.reference, plan.send_after, case.language)
    expect_confirmation(session, vault, opened.address, told_it, now)
    return item_id
