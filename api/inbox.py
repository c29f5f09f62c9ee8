"""One message, one transaction: seen before? then load the draft, step, apply the effects, keep the draft.

This is the hot path, and the only place where a message is handled below SQLModel. See DESIGN.md, section 4.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from api import effects
from api.answers import pack_draft, pack_message, unpack_draft
from api.keyring import Gone
from api.replies import address_index, remember_chat_messages
from api.tables import DraftRow, Unhandled, metadata
from api.vault import Vault
from flows.effects import ForgetDraft
from flows.engine import step
from flows.loader import Library
from flows.model import Draft, Message

DRAFT_LIVES = timedelta(hours=72)
UNHANDLED = "unhandled"

_seen, _draft = metadata.tables["seen"], metadata.tables["draft"]
_case = metadata.tables["case"]
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_SEE = {name: insert(_seen).on_conflict_do_nothing().returning(_seen.c.key) for name, insert in _INSERT.items()}
_KEEP = {
    name: insert(_draft).on_conflict_do_update(
        index_elements=["address_index"],
        set_={column: insert(_draft).excluded[column] for column in ("secret_id", "box", "expires_at")},
    )
    for name, insert in _INSERT.items()
}
_LOAD = select(_draft.c.secret_id, _draft.c.box).where(_draft.c.address_index == effects.ADDRESS)
_CASES = (
    select(_case.c.reference)
    .where(_case.c.address_index == effects.ADDRESS, _case.c.state != "forgotten")
    .order_by(_case.c.id)
)


def receive(session: Session, vault: Vault, library: Library, message: Message, now: datetime) -> Sequence[str]:
    """Take one message in. Gives the references of the cases that it opened or changed; a repeat changes nothing."""
    if not see(session, vault, message.lane, message.id, now):
        return ()
    address = address_index(vault, message.lane, message.address)
    _one_at_a_time(session, address)
    secret_id, draft = _load(session, vault, address)
    turn = step(library, draft, message, now)
    remember_chat_messages(session, vault, [(address, message.lane, message.chat_message)], now)
    scene = effects.Scene(session, vault, message, address, now)
    touched, opened = effects.apply_all(scene, turn.effects)
    if any(isinstance(effect, ForgetDraft) for effect in turn.effects) and secret_id:
        vault.keyring.destroy(secret_id)
        secret_id = None
    kept = turn.draft and replace(turn.draft, cases=(*turn.draft.cases, *opened))
    _keep(session, vault, address, secret_id, kept, now)
    return touched


def see(session: Session, vault: Vault, lane: str, provider_id: str, now: datetime) -> bool:
    """Remember a provider's message id; False when it was seen before."""
    key = vault.index("seen", lane, provider_id)
    statement = _SEE[session.get_bind().dialect.name]
    return session.connection().execute(statement, {"key": key, "at": now}).first() is not None


def store_unhandled(session: Session, vault: Vault, message: Message, error: str, now: datetime) -> None:
    """Keep a message whose turn failed, sealed to the team; `error` is the kind of exception, never its text."""
    if see(session, vault, message.lane, message.id, now):
        box = vault.seal_to_team(UNHANDLED, pack_message(message))
        session.add(Unhandled(lane=message.lane.split(":")[0], error=error, box=box, at=now))


def expect_reply(session: Session, vault: Vault, address: bytes, reference: str, language: str, now: datetime) -> None:
    """A volunteer has written: what comes next from this address, outside a service, goes to that case."""
    _one_at_a_time(session, address)
    secret_id, draft = _load(session, vault, address)
    waiting = replace(draft, language=draft.language or language, reply_to=reference)
    _keep(session, vault, address, secret_id, waiting, now)


def _one_at_a_time(session: Session, address: bytes) -> None:
    """Two messages from one address wait for each other. SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(address[:8], "big", signed=True)
        session.connection().execute(select(func.pg_advisory_xact_lock(number)))


def _load(session: Session, vault: Vault, address: bytes) -> tuple[bytes | None, Draft]:
    row = session.connection().execute(_LOAD, {"address": address}).one_or_none()
    if row is not None:
        try:
            return row.secret_id, unpack_draft(vault.unlock(row.box, secret_id=row.secret_id))
        except Gone:
            pass
    references = session.connection().execute(_CASES, {"address": address}).scalars()
    return None, Draft(cases=tuple(references))


def _keep(
    session: Session, vault: Vault, address: bytes, secret_id: bytes | None, draft: Draft | None, now: datetime
) -> None:
    connection = session.connection()
    if draft is None:
        connection.execute(delete(DraftRow).where(_draft.c.address_index == address))
        return
    expires = now + DRAFT_LIVES
    secret_id = secret_id or vault.keyring.new_secret()
    box = vault.lock(pack_draft(draft), expires=expires, secret_id=secret_id)
    values = {"address_index": address, "secret_id": secret_id, "box": box, "expires_at": expires}
    connection.execute(_KEEP[connection.dialect.name], values)
