"""Messages come in: seen before? then load the draft, step, apply the effects, keep the draft.

This is the hot path, and the only place where work is done below SQLModel. Messages that wait together are taken in
one transaction and share each statement, one message a chat; see docs/decisions/0006. DESIGN.md, section 4, has the
route.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlmodel import Session

from api.answers import pack_draft, pack_message, unpack_draft
from api.errors import Refused
from api.inbound import effects
from api.keys.keyring import Gone
from api.keys.vault import Vault
from api.outbound.replies import Fresh, address_index, remember_chat_messages
from api.store.hot import ForRows
from api.tables import Unhandled, metadata
from flows.effects import ForgetDraft
from flows.engine import step
from flows.loader import Library
from flows.model import Draft, Message

DRAFT_LIVES = timedelta(hours=72)
UNHANDLED = "unhandled"

_seen, _draft = metadata.tables["seen"], metadata.tables["draft"]
_case = metadata.tables["case"]
_CHANGING = ("secret_id", "box", "expires_at")
_SEE = ForRows(lambda insert: insert(_seen).on_conflict_do_nothing().returning(_seen.c.key), ("key", "at"))
_KEEP = ForRows(
    lambda insert: insert(_draft).on_conflict_do_update(
        index_elements=["address_index"], set_={name: insert(_draft).excluded[name] for name in _CHANGING}
    ),
    ("address_index", *_CHANGING),
)
_LOAD = ForRows(
    lambda _: select(_draft.c.address_index, _draft.c.secret_id, _draft.c.box).where(
        _draft.c.address_index.in_([bindparam("address")])
    )
)
_CASES = ForRows(
    lambda _: (
        select(_case.c.address_index, _case.c.reference)
        .where(_case.c.address_index.in_([bindparam("address")]), _case.c.state != "forgotten")
        .order_by(_case.c.id)
    )
)


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
    new = _not_seen(session, vault, messages, now)
    by_address = {address_index(vault, message.lane, message.address): message for message in new}
    assert len(by_address) == len(new), "one message a chat"
    if not by_address:
        return Taken()
    drafts = _load(session, vault, list(by_address))
    ahead = effects.Ahead(session, vault, now)
    kept = []
    for address, message in by_address.items():
        turn = step(library, drafts[address].draft, message, now)
        opened = ahead.apply(message, address, turn.effects)
        shredded = any(isinstance(effect, ForgetDraft) for effect in turn.effects)
        if turn.draft is not None:
            draft = replace(turn.draft, cases=(*turn.draft.cases, *opened)) if opened else turn.draft
            kept.append(_row(vault, address, draft, drafts[address].secret_id, shredded, now))
    if kept:
        _KEEP.run(session, kept)
    remember_chat_messages(session, vault, [(a, one.lane, one.chat_message) for a, one in by_address.items()], now)
    return Taken(ahead.touched, ahead.queue())


def store_unhandled(session: Session, vault: Vault, message: Message, error: str, now: datetime) -> None:
    """Keep a message whose turn failed, sealed to the team; `error` is the kind of exception, never its text."""
    if _not_seen(session, vault, [message], now):
        box = vault.seal_to_team(UNHANDLED, pack_message(message))
        session.add(Unhandled(lane=message.lane.split(":")[0], error=error, box=box, at=now))


def expect_reply(session: Session, vault: Vault, address: bytes, reference: str, language: str, now: datetime) -> None:
    """A volunteer has written: what comes next from this address goes to that case.

    Refused(409, "she_said_stop") while she wants to be written to only after she wrote.
    """
    before = _load(session, vault, [address])[address]
    if before.draft.silent:
        raise Refused(409, "she_said_stop")
    hers = before.draft.language or language
    waiting = replace(before.draft, language=hers, gate="", reply_to=reference, reply_due=True)
    row = _row(vault, address, waiting, before.secret_id, False, now)
    _KEEP.run(session, [row])


def _kind(session: Session) -> str:
    return session.get_bind().dialect.name


def _not_seen(session: Session, vault: Vault, messages: Sequence[Message], now: datetime) -> list[Message]:
    """Those whose provider's id is new; each is remembered."""
    keys = {vault.index("seen", message.lane, message.id): message for message in messages}
    rows = [{"key": key, "at": now} for key in keys]
    added = _SEE.run(session, rows).scalars()
    return [keys[bytes(key)] for key in added]


def _load(session: Session, vault: Vault, addresses: list[bytes]) -> Mapping[bytes, _Kept]:
    """The drafts of these addresses; one that has none, or whose key is gone, begins with the cases opened from it."""
    _one_at_a_time(session, addresses)
    found: dict[bytes, _Kept] = {}
    rows = _LOAD.run(session, [{"address": address} for address in addresses]).all()
    vault.keyring.read_ahead([secret_id for _, secret_id, _ in rows])
    for address, secret_id, box in rows:
        try:
            found[bytes(address)] = _Kept(unpack_draft(vault.unlock(box, secret_id=secret_id)), secret_id)
        except Gone:
            continue
    without = [address for address in addresses if address not in found]
    cases: dict[bytes, tuple[str, ...]] = dict.fromkeys(without, ())
    for address, reference in _CASES.run(session, [{"address": one} for one in without]) if without else ():
        cases[bytes(address)] += (reference,)
    return found | {address: _Kept(Draft(cases=references)) for address, references in cases.items()}


def _one_at_a_time(session: Session, addresses: list[bytes]) -> None:
    """Messages from one address wait for each other, in one order for all. SQLite has one writer anyway."""
    if _kind(session) == "postgresql":
        numbers = sorted(int.from_bytes(address[:8], "big", signed=True) for address in addresses)
        for number in numbers:
            session.connection().execute(select(func.pg_advisory_xact_lock(number)))


def _row(
    vault: Vault, address: bytes, draft: Draft, secret_id: bytes | None, shredded: bool, now: datetime
) -> dict[str, Any]:
    """A draft as it is kept; when it was forgotten, under a new secret, and the old one is destroyed."""
    if shredded and secret_id:
        vault.keyring.destroy(secret_id)
        secret_id = None
    secret_id = secret_id or vault.keyring.new_secret()
    expires = now + DRAFT_LIVES
    box = vault.lock(pack_draft(draft), expires=expires, secret_id=secret_id)
    return {"address_index": address, "secret_id": secret_id, "box": box, "expires_at": expires}
