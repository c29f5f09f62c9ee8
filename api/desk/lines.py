"""The conversation of a case: what was said both ways, the notes of the team, and the calls, in one order."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from sqlmodel import Session, col, select

from api.answers import decode, unpack_message
from api.desk.calls import calls_of
from api.desk.told import Told
from api.keys.vault import CaseKey, Vault
from api.media.opening import Files, FileView
from api.outbound.replies import address_index
from api.staff.access import id_of
from api.staff.people import Viewer
from api.tables import CaseRow, Item, ReplyRow
from bot.twilio import OPENED
from flows.model import Media, Message

TALK = ("in", "out", "note", "amended", "same")


@dataclass(frozen=True, slots=True)
class Line:
    """Something said: `in` by the worker, `out` to her, or a `note` for the team; or a call, `call_in` or `call_out`.

    `by` is who of us wrote it; `media` is the kind of what came without words; `state` is how far what went out got:
    `waiting`, `sent`, `delivered`, `read`, `failed`, `dead`, or nothing when that is not known any more; of a call, how
    it went and for how many seconds. `told`: a volunteer told it, and heard the date back. `due` is when what waits
    goes out, `read_at` when she confirmed that she read it, `seen_at` when whoever has the case saw what she wrote.
    `same` names another case of the same person, `file` is the recording or picture that came with it.
    """

    kind: str
    text: str
    by: str
    at: datetime
    media: str = ""
    state: str = ""
    seconds: int = 0
    due: datetime | None = None
    read_at: datetime | None = None
    seen_at: datetime | None = None
    file: FileView | None = None


def lines_of(
    session: Session,
    viewer: Viewer,
    case: CaseRow,
    key: CaseKey,
    names: Mapping[int, str],
    told: Told,
    files: Files,
    now: datetime,
) -> tuple[Line, ...]:
    """All that was said in a case; what she wrote counts as seen once whoever has the case looks. `names` by person."""
    items = list(session.exec(_SAID.where(Item.case_id == case.id)))
    if case.claimed_by == viewer.person_id:
        _see(session, items, now)
    lines = (*_talk(session, case, key, items, names, told, files, now), *_calls(session, case, names))
    return tuple(sorted(lines, key=lambda line: line.at))


_SAID = select(Item).where(col(Item.kind).in_(TALK)).order_by(col(Item.id))


def _see(session: Session, items: list[Item], now: datetime) -> None:
    for item in items:
        if item.kind in ("in", "amended") and item.seen_at is None:
            item.seen_at = now
            session.add(item)


def _talk(
    session: Session,
    case: CaseRow,
    key: CaseKey,
    items: Sequence[Item],
    names: Mapping[int, str],
    told: Told,
    files: Files,
    now: datetime,
) -> Iterator[Line]:
    went = select(ReplyRow).where(ReplyRow.case_id == case.id)
    replies = {reply.item_id: reply for reply in session.exec(went)}
    read = {one.item_id: one.ended_at for one in told.notices if one.item_id and one.state == "read"}
    for item in items:
        opened = key.open(Vault.item_context(id_of(case), item.kind), item.box)
        by, reply = names.get(item.person_id or 0, ""), replies.get(item.id)
        if item.kind == "in":
            yield from _wrote(unpack_message(opened), item, files)
        elif item.kind == "amended":
            yield Line("in", "", "", item.created_at, "answer", seen_at=item.seen_at)
        elif item.kind == "same":
            yield Line("same", decode(opened), by, item.created_at)
        else:
            due = reply.send_after if reply and reply.send_after > now and reply.state == "waiting" else None
            state, text = _state(reply) if reply else "", decode(opened)
            yield Line(item.kind, text, by, item.created_at, "", state, due=due, read_at=read.get(item.id or 0))
    for one in told.notices:
        if one.state == "told" and one.ended_at:
            yield Line("told", one.text, one.ended_by, one.ended_at)


def _wrote(message: Message, item: Item, files: Files) -> Iterator[Line]:
    """What she wrote, and what came with it: each file further than the first is a line of its own, without words."""
    address, words = address_index(files.vault, message.lane, message.address), message.text or message.button
    for said, media in zip_longest([words], message.all_media or [None], fillvalue=""):
        kind, file = (media.kind, files.of(address, media)) if isinstance(media, Media) else ("", None)
        yield Line("in", said, "", item.created_at, kind, seen_at=item.seen_at, file=file)


def _state(reply: ReplyRow) -> str:
    """How far a reply got; a provider that says so lets us know that she opened it."""
    return "read" if reply.state == "delivered" and reply.rank >= OPENED else reply.state


def _calls(session: Session, case: CaseRow, names: Mapping[int, str]) -> Iterator[Line]:
    for call in calls_of(session, id_of(case)):
        kind = f"call_{call.direction}"
        yield Line(kind, "", names.get(call.person_id or 0, ""), call.created_at, "", call.state, call.seconds)
