"""Messages come in: seen before? then load the draft, step, apply the effects, keep the draft.

This is the hot path, and the only place where work is done below SQLModel. Messages that wait together are taken in
one transaction and share each statement, one message a chat; see docs/decisions/0006. DESIGN.md, section 4, has the
route.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, literal, select, union_all
from sqlmodel import Session

from api.answers import pack_draft, pack_message, unpack_draft
from api.errors import Refused
from api.inbound import effects, lists
from api.keys.keyring import Gone
from api.keys.vault import Vault
from api.media import keeping
from api.outbound.replies import Fresh, address_index, remember_chat_messages
from api.store.hot import ForRows
from api.tables import Unhandled, metadata
from flows.conversation.returning import protects
from flows.effects import ForgetCase, ForgetDraft
from flows.engine import step
from flows.loader import Library
from flows.model import Asking, Draft, Message, Unread

DRAFT_LIVES = timedelta(hours=72)
UNHANDLED = "unhandled"

_seen, _draft = metadata.tables["seen"], metadata.tables["draft"]
_case, _notice, _silence, _staff = (metadata.tables[name] for name in ("case", "notice", "silence", "staff_address"))
_CHANGING = ("secret_id", "box", "expires_at")
_SEE = ForRows(lambda insert: insert(_seen).on_conflict_do_nothing().returning(_seen.c.key), ("key", "at"))
_KEEP = ForRows(
    lambda insert: insert(_draft).on_conflict_do_update(
        index_elements=["address_index"], set_={name: insert(_draft).excluded[name] for name in _CHANGING}
    ),
    ("address_index", *_CHANGING),
)
_LOAD = ForRows(
    lambda _: select(
        _draft.c.address_index,
        _draft.c.secret_id,
        _draft.c.box,
        select(_staff.c.person_id).where(_staff.c.address_index == _draft.c.address_index).exists().label("ours"),
    ).where(_draft.c.address_index.in_([bindparam("address")]))
)
_ADDRESSES: BindParameter[Sequence[bytes]] = bindparam("addresses", expanding=True)
# What is known of an address without a draft: its cases, what it was told and did not confirm, that it is silent.
_KNOWN = union_all(
    select(
        _case.c.address_index, literal("case").label("what"), _case.c.reference, _case.c.language, _case.c.opened_at,
        _case.c.id.label("row"),
    ).where(_case.c.address_index.in_(_ADDRESSES), _case.c.state != "forgotten"),
    select(
        _notice.c.address_index, literal("notice"), _case.c.reference, _case.c.language, _notice.c.send_after,
        _notice.c.id,
    )
    .join(_case, _case.c.id == _notice.c.case_id)
    .where(_notice.c.address_index.in_(_ADDRESSES), _notice.c.state.in_(("sent", "late"))),
    select(
        _silence.c.address_index, literal("silence"), literal(""), literal(""), _silence.c.since, literal(0)
    ).where(_silence.c.address_index.in_(_ADDRESSES)),
    select(
        _staff.c.address_index, literal("ours"), literal(""), literal(""), _staff.c.created_at, literal(0)
    ).where(_staff.c.address_index.in_(_ADDRESSES)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of messages: references of cases that were opened or changed, and replies that may be sent at once."""

    touched: Sequence[str] = ()
    fresh: Sequence[Fresh] = ()


@dataclass(frozen=True, slots=True)
class _Kept:
    """A draft, and under which shred secret it lies (None: not kept yet)."""

    draft: Draft
    secret_id: bytes | None = None


def receive(session: Session, vault: Vault, library: Library, messages: Sequence[Message], now: datetime) -> Taken:
    """Take messages in, each of another chat, in one transaction; one that was seen before changes nothing."""
    new = not_seen(session, vault, messages, now)
    by_address = {address_index(vault, message.lane, message.address): message for message in new}
    assert len(by_address) == len(new), "one message a chat"
    if not by_address:
        return Taken()
    drafts = _load(session, vault, list(by_address))
    ahead = effects.Ahead(session, vault, now)
    kept = []
    for address, message in by_address.items():
        before = drafts[address]
        draft = lists.refreshed(session, library, before.draft, new=before.secret_id is None)
        turn = step(library, draft, message, now)
        opened = ahead.apply(message, address, turn.effects)
        shredded = any(isinstance(effect, ForgetCase | ForgetDraft) for effect in turn.effects)
        if turn.draft is not None:
            draft = lists.with_opened(turn.draft, turn.effects, opened) if opened or shredded else turn.draft
            secret_id = drafts[address].secret_id
            if shredded and secret_id:
                secret_id = _renewed(session, vault, address, draft, secret_id)
            kept.append(_row(vault, address, draft, secret_id, now))
            _expect_files(session, vault, address, message, draft, kept[-1]["secret_id"], now)
    if kept:
        _KEEP.run(session, kept)
    remember_chat_messages(session, vault, [(a, one.lane, one.chat_message) for a, one in by_address.items()], now)
    return Taken(ahead.touched, ahead.queue())


def store_unhandled(session: Session, vault: Vault, message: Message, error: str, now: datetime) -> None:
    """Keep a message whose turn failed, sealed to the team; `error` is the kind of exception, never its text."""
    if not_seen(session, vault, [message], now):
        box = vault.seal_to_team(UNHANDLED, pack_message(message))
        session.add(Unhandled(lane=message.lane.split(":")[0], error=error, box=box, at=now))


def expect_reply(session: Session, vault: Vault, address: bytes, reference: str, language: str, now: datetime) -> None:
    """A volunteer has written: what comes next from this address goes to that case.

    Refused(409, "she_said_stop") while she wants to be written to only after she wrote.
    """
    before = _written_to(session, vault, address, language, now)
    asking = before.draft.asking and replace(before.draft.asking, due=False)
    waiting = before.draft.but(reply_to=reference, reply_due=True, asking=asking)
    row = _row(vault, address, waiting, before.secret_id, now)
    _KEEP.run(session, [row])


def expect_answer(session: Session, vault: Vault, address: bytes, asking: Asking, language: str, now: datetime) -> None:
    """A volunteer had one question asked: what comes next from this address answers it.

    An address of which nothing else is known remembers it for as long after the question goes out as a draft lives,
    and the question of a follow-up until its window is over.
    Refused(409, "she_said_stop") as above.
    """
    before = _written_to(session, vault, address, language, now)
    waiting = before.draft.but(reply_to=asking.reference, reply_due=False, asking=asking)
    begins = now if protects(before.draft) else max(now, asking.since)
    row = _row(vault, address, waiting, before.secret_id, begins)
    _KEEP.run(session, [row])


def _written_to(session: Session, vault: Vault, address: bytes, language: str, now: datetime) -> "_Kept":
    """The draft of an address to which somebody writes now: what was told to it before is not the last thing said."""
    before = _load(session, vault, [address])[address]
    if before.draft.silent:
        raise Refused(409, "she_said_stop")
    behind = tuple(replace(one, behind=one.behind or one.since <= now) for one in before.draft.unread)
    draft = before.draft.but(language=before.draft.language or language, gate="", unread=behind)
    return replace(before, draft=draft)


def draft_of(session: Session, vault: Vault, address: bytes) -> Draft | None:
    """The draft of an address, to be looked at; None when there is none, or its time is over."""
    row = _LOAD.run(session, [{"address": address}]).one_or_none()
    try:
        return unpack_draft(vault.unlock(row.box, secret_id=row.secret_id)) if row else None
    except Gone:
        return None


def lock_draft(session: Session, vault: Vault, address: bytes, now: datetime) -> None:
    """Show nothing of a draft any more until somebody shows that it is hers. One that says nothing is left as it is."""
    before = _load(session, vault, [address])[address]
    if before.secret_id is not None and protects(before.draft):
        locked = before.draft.but(locked=True, gate="go_on", failures=0)
        row = _row(vault, address, locked, before.secret_id, now)
        _KEEP.run(session, [row])


def let_go_of(session: Session, vault: Vault, address: bytes, reference: str, now: datetime) -> None:
    """A case is forgotten: what the draft of its address knows of it goes, from copies too."""
    before = _load(session, vault, [address])[address]
    left = before.draft.without_case(reference)
    if before.secret_id is not None and left != before.draft:
        secret_id = _renewed(session, vault, address, left, before.secret_id)
        _KEEP.run(session, [_row(vault, address, left, secret_id, now)])


def is_silent(session: Session, vault: Vault, address: bytes) -> bool:
    """Whether somebody said STOP from this address and has not written since."""
    return _load(session, vault, [address])[address].draft.silent


def expect_confirmation(session: Session, vault: Vault, address: bytes, unread: Unread, now: datetime) -> None:
    """Something is told to this address: a 1 from there says that it was read.

    Only a draft that is there has to know; one that begins later finds it in the table of notices.
    """
    before = _load(session, vault, [address])[address]
    if before.secret_id is not None:
        others = tuple(one for one in before.draft.unread if one.reference != unread.reference)
        draft = before.draft.but(unread=(*others, unread))
        _KEEP.run(session, [_row(vault, address, draft, before.secret_id, now)])


def _kind(session: Session) -> str:
    return session.get_bind().dialect.name


def not_seen(session: Session, vault: Vault, messages: Sequence[Message], now: datetime) -> list[Message]:
    """Those whose provider's id is new; each is remembered."""
    keys = {vault.index("seen", message.lane, message.id): message for message in messages}
    rows = [{"key": key, "at": now} for key in keys]
    added = _SEE.run(session, rows).scalars()
    return [keys[bytes(key)] for key in added]


def _load(session: Session, vault: Vault, addresses: list[bytes]) -> Mapping[bytes, _Kept]:
    """The drafts of these addresses; one that has none, or whose key is gone, begins with the cases opened from it."""
    take_turns(session, addresses)
    found: dict[bytes, _Kept] = {}
    rows = _LOAD.run(session, [{"address": address} for address in addresses]).all()
    vault.keyring.read_ahead([secret_id for _, secret_id, *_ in rows])
    for address, secret_id, box, ours in rows:
        try:
            draft = unpack_draft(vault.unlock(box, secret_id=secret_id)).but(ours=bool(ours))
            found[bytes(address)] = _Kept(draft, secret_id)
        except Gone:
            continue
    without = [address for address in addresses if address not in found]
    return found | (_known(session, without) if without else {})


def _known(session: Session, addresses: list[bytes]) -> dict[bytes, _Kept]:
    """New drafts for addresses that have none."""
    drafts = {address: Draft() for address in addresses}
    rows = session.connection().execute(_KNOWN, {"addresses": addresses}).all()
    for address, what, reference, language, at, _ in sorted(rows, key=lambda row: row.row):
        draft = drafts[bytes(address)]
        if what == "case":
            draft = draft.but(cases=(*draft.cases, reference))
        elif what == "notice":
            draft = draft.but(unread=(*draft.unread, Unread(reference, at, language)))
        elif what == "ours":
            draft = draft.but(ours=True)
        else:
            draft = draft.but(silent=True)
        drafts[bytes(address)] = draft
    return {address: _Kept(draft) for address, draft in drafts.items()}


def take_turns(session: Session, addresses: Sequence[bytes]) -> None:
    """Who reads and keeps the drafts of these addresses waits for each other, in one order for all.

    Take the turn of an address first, then the lock of a case: so does a message. SQLite has one writer anyway.
    """
    if _kind(session) == "postgresql":
        numbers = sorted(int.from_bytes(address[:8], "big", signed=True) for address in addresses)
        for number in numbers:
            session.connection().execute(select(func.pg_advisory_xact_lock(number)))


def _row(vault: Vault, address: bytes, draft: Draft, secret_id: bytes | None, now: datetime) -> dict[str, Any]:
    """A draft as it is kept; one that is new gets a shred secret."""
    secret_id = secret_id or vault.keyring.new_secret()
    expires = now + DRAFT_LIVES
    if draft.asking and draft.asking.until and not protects(draft):
        expires = max(expires, draft.asking.until)
    box = vault.lock(pack_draft(draft), expires=expires, secret_id=secret_id)
    return {"address_index": address, "secret_id": secret_id, "box": box, "expires_at": expires}


def _renewed(session: Session, vault: Vault, address: bytes, draft: Draft, old: bytes) -> bytes:
    """A draft was forgotten: what is left of it lies under a new secret, and the old one is destroyed."""
    new = vault.keyring.new_secret()
    keeping.follow_draft(session, vault, old, new, address, draft)
    vault.keyring.destroy(old)
    return new


def _expect_files(
    session: Session, vault: Vault, address: bytes, message: Message, draft: Draft, secret_id: bytes, now: datetime
) -> None:
    """Have the files of a message fetched that the draft keeps; what went to a case is fetched for that."""
    held = set(keeping.held_in(draft)) if message.media else ()
    for one in message.all_media:
        if one in held:
            keeping.expect_in_draft(session, vault, address, message.lane, one, secret_id, now)
