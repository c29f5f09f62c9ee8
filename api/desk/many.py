"""A notice to many: neutral words, only to those who said that they may be told, each in her language and safe hours.

Whom it reaches is found out inside a coordinator's session, where the cases open; what waits then is a reply like any
other, its address under the time lock, and can be stopped until it goes out.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from api.answers import decode, encode
from api.desk.cases import put_in
from api.desk.contacts import contact_of, way_to, wishes_in
from api.desk.wishes import Ways, next_safe
from api.errors import Refused
from api.inbound.inbox import is_silent
from api.keys.keyring import Gone
from api.keys.vault import Vault
from api.outbound.replies import address_index, queue_replies, reply_row
from api.staff import audit
from api.staff.access import coordinators_only, id_of, lock_of
from api.staff.facts import lies_in
from api.staff.people import Viewer
from api.tables import CaseRow, Item, NoticeToMany, ReplyRow
from flows.language import t
from flows.loader import Library
from flows.model import Reply
from flows.notices import is_telling
from flows.segments import count, fold
from flows.where import PLACE

CANNED = t("There is news for you. Write to us when you can.")
"""What may always be said: nothing, in her language."""
LONGEST = 320
KEPT = timedelta(days=90)
ITEM = "notice_to_many"


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom it is for: a service's cases that are not closed, in an area (any, when empty) and a language (any)."""

    service: str
    area: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What would go out: how many get it `by` which channel and by language, in how many SMS segments, and how many
    are left `out`, by the reason. `texts` are the words by language; `missing` the languages without any."""

    by: Mapping[str, int]
    languages: Mapping[str, int]
    segments: int
    out: Mapping[str, int]
    texts: Mapping[str, str]
    missing: tuple[str, ...]
    last_at: datetime

    @property
    def total(self) -> int:
        """How many get it."""
        return sum(self.by.values())


@dataclass(frozen=True, slots=True)
class Sent:
    """A notice that was sent; `waiting`: some of it can still be stopped."""

    id: int
    row: NoticeToMany
    texts: Mapping[str, str]
    waiting: bool


@dataclass(frozen=True, slots=True)
class _Recipient:
    case: CaseRow
    lane: str
    address: str
    is_sms: bool
    send_after: datetime


def preview(
    session: Session,
    vault: Vault,
    library: Library,
    viewer: Viewer,
    audience: Audience,
    texts: Mapping[str, str],
    ways: Ways,
    now: datetime,
) -> Plan:
    """How it would go, without sending. Without any texts the canned one is said in each language.

    Refused: (422, "too_long"), (422, "telling_words"), (404, "not_found") for who is no coordinator.
    """
    return _planned(session, vault, library, viewer, audience, texts, ways, now)[0]


def send(
    session: Session,
    vault: Vault,
    library: Library,
    viewer: Viewer,
    audience: Audience,
    texts: Mapping[str, str],
    ways: Ways,
    now: datetime,
) -> int:
    """Send it, and give its id. Refused as `preview` is, and (409, "texts_missing"), (409, "nobody_to_tell")."""
    plan, recipients = _planned(session, vault, library, viewer, audience, texts, ways, now)
    if plan.missing:
        raise Refused(409, "texts_missing")
    if not recipients:
        raise Refused(409, "nobody_to_tell")
    rows = [_reply(session, vault, viewer, one, plan.texts[one.case.language], now) for one in recipients]
    notice = NoticeToMany(
        service=audience.service,
        area=audience.area,
        language=audience.language,
        told=plan.total,
        segments=plan.segments,
        box=vault.seal_to_team(ITEM, encode(dict(plan.texts))),
        person_id=viewer.person_id,
        created_at=now,
        last_at=plan.last_at,
        reply_ids=list(queue_replies(session, rows)),
    )
    session.add(notice)
    session.flush()
    audit.record(session, viewer.person_id, "notice.send", audience.service, now, told=plan.total)
    return notice.id or 0


def stop(session: Session, viewer: Viewer, notice_id: int, now: datetime) -> int:
    """Stop what has not gone out; gives how many hear nothing. Refused(404, "no_such_notice")."""
    coordinators_only(viewer)
    row = session.exec(select(NoticeToMany).where(NoticeToMany.id == notice_id).with_for_update()).one_or_none()
    if row is None or row.stopped_at is not None:
        raise Refused(404, "no_such_notice")
    waiting = delete(ReplyRow).where(col(ReplyRow.id).in_(row.reply_ids), col(ReplyRow.state).in_(("waiting", "held")))
    items = session.connection().execute(waiting.returning(col(ReplyRow.item_id))).scalars().all()
    session.connection().execute(delete(Item).where(col(Item.id).in_([one for one in items if one])))
    row.stopped_at, row.stopped, row.reply_ids = now, len(items), []
    session.add(row)
    audit.record(session, viewer.person_id, "notice.stop", row.service, now, stopped=len(items))
    return len(items)


def sent(session: Session, viewer: Viewer, now: datetime) -> list[Sent]:
    """What was sent, the newest first."""
    coordinators_only(viewer)
    rows = session.exec(select(NoticeToMany).order_by(col(NoticeToMany.id).desc()).limit(50))
    return [Sent(row.id or 0, row, _texts(viewer, row), row.last_at > now and row.stopped_at is None) for row in rows]


def end_what_is_over(session: Session, now: datetime) -> None:
    """Delete what was sent long ago."""
    session.connection().execute(delete(NoticeToMany).where(col(NoticeToMany.created_at) <= now - KEPT))


def _planned(
    session: Session,
    vault: Vault,
    library: Library,
    viewer: Viewer,
    audience: Audience,
    texts: Mapping[str, str],
    ways: Ways,
    now: datetime,
) -> tuple[Plan, list[_Recipient]]:
    coordinators_only(viewer)
    out: Counter[str] = Counter()
    found = {one.address: one for one in _recipients(session, vault, viewer, audience, ways, out, now)}
    recipients, languages = list(found.values()), Counter(one.case.language for one in found.values())
    said = _checked(texts) or {one: library.words(one).t(CANNED) for one in languages}
    segments = sum(count(fold(said.get(one.case.language, ""))).segments for one in recipients if one.is_sms)
    by = Counter(one.lane.split(":")[0] for one in recipients)
    missing = tuple(sorted(one for one in languages if one not in said))
    last_at = max((one.send_after for one in recipients), default=now)
    return Plan(by, languages, segments, out, said, missing, last_at), recipients


def _checked(texts: Mapping[str, str]) -> dict[str, str]:
    said = {language: " ".join(text.split()) for language, text in texts.items() if text.strip()}
    if any(len(text) > LONGEST for text in said.values()):
        raise Refused(422, "too_long")
    if any(map(is_telling, said.values())):
        raise Refused(422, "telling_words")
    return said


def _recipients(
    session: Session, vault: Vault, viewer: Viewer, audience: Audience, ways: Ways, out: Counter[str], now: datetime
) -> Iterator[_Recipient]:
    for case in _cases(session, audience):
        try:
            key = vault.open_case(viewer.team, lock_of(case))
        except Gone:
            continue
        contact, wishes = contact_of(session, key, case), wishes_in(session, key, case)
        way = way_to(session, contact, wishes, ways)
        if way.via != "channel":
            out[way.why or way.via] += 1
        elif is_silent(session, vault, address_index(vault, way.lane, way.address)):
            out["stop"] += 1
        else:
            send_after = next_safe(wishes, ways, way.address, now)
            yield _Recipient(case, way.lane, way.address, way.is_sms, send_after)


def _cases(session: Session, audience: Audience) -> Sequence[CaseRow]:
    which = select(CaseRow).where(CaseRow.service == audience.service, col(CaseRow.state).in_(("open", "claimed")))
    if audience.language:
        which = which.where(CaseRow.language == audience.language)
    found = session.exec(which.order_by(col(CaseRow.id))).all()
    return [one for one in found if not audience.area or lies_in(one.route.get(PLACE, ""), audience.area)]


def _reply(
    session: Session, vault: Vault, viewer: Viewer, one: _Recipient, text: str, now: datetime
) -> dict[str, object]:
    case, case_id = one.case, id_of(one.case)
    item_id = put_in(session, vault, case_id, case.public_key, "out", encode(text), now, viewer.person_id)
    more = {"now": now, "case_id": case_id, "item_id": item_id, "send_after": one.send_after}
    return reply_row(vault, lane=one.lane, address=one.address, reply=Reply(text), **more)  # type: ignore[arg-type]


def _texts(viewer: Viewer, row: NoticeToMany) -> Mapping[str, str]:
    texts: dict[str, str] = decode(viewer.team.open(ITEM, row.box))
    return texts
