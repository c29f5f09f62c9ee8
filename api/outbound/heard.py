"""Who wrote within a day, where a channel lets us answer only so long; and what waits until she writes again."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, delete

from api.answers import unpack_reply
from api.keys.keyring import Gone
from api.keys.vault import Vault
from api.outbound.replies import HELD_LIVES, Outcome, address_index, queue_replies
from api.store.db import Database
from api.store.once import insert_once
from api.tables import Heard, ReplyRow, metadata
from bot.channel import ChannelError
from bot.whatsapp import OUTSIDE, TwilioWhatsApp
from flows.digits import read_digits
from flows.model import Manner, Message, Reply

WINDOW = timedelta(hours=24) - timedelta(minutes=5)
"""How long after she wrote free words may go out; a little less than the provider grants, whose clock decides."""
_heard, _reply, _seen = metadata.tables["heard"], metadata.tables["reply"], metadata.tables["seen"]
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def hear(session: Session, vault: Vault, message: Message, now: datetime) -> bool:
    """She wrote: the window is open, and what waited for that goes out. True when that was all she wanted.

    Whoever was asked to answer 1 and writes 1 answers that, and not what was asked before.
    """
    address = address_index(vault, message.lane, message.address)
    before = session.get(Heard, address, populate_existing=True)
    asked = before is not None and before.knocked_at is not None
    _keep(session, address, heard_at=now, knocked_at=None)
    waited = _release(session, address, now)
    if not (waited and asked and read_digits(message.text).strip() == "1"):
        return False
    insert_once(session, _seen, {"key": vault.index("seen", message.lane, message.id), "at": now})
    return True


def release(session: Session, outcomes: Iterable[Outcome], now: datetime) -> None:
    """Of what is held from now on: what she wrote for while it was being held goes out after all."""
    for address, since in {(one.due.address_index, one.since) for one in outcomes if one.since}:
        _release_if_heard(session, address, since, now)


def open_for(session: Session, address: bytes, now: datetime) -> bool:
    """Whether free words may go to an address now."""
    row = session.get(Heard, address)
    return row is not None and row.heard_at is not None and now < row.heard_at + WINDOW


def ask_once(session: Session, address: bytes, since: datetime, now: datetime) -> bool:
    """Whether she is to be asked to write: not when she was and has not answered, nor when she wrote after `since`."""
    row = _locked(session, address)
    if _wrote_after(row, since) or (row.knocked_at is not None and now < row.knocked_at + HELD_LIVES):
        return False
    _keep(session, address, heard_at=None, knocked_at=now)
    return True


def not_asked(session: Session, address: bytes) -> None:
    """The asking failed: it is to be tried again."""
    session.connection().execute(_heard.update().where(_heard.c.address_index == address).values(knocked_at=None))


def hold_again(session: Session, vault: Vault, reply_id: int, now: datetime) -> str:
    """The provider took a reply and then refused it as too late: it waits again, unless she has written since.

    Gives the address that is to be asked to write, or nothing.
    """
    row = session.get(ReplyRow, reply_id)
    if row is None or not row.box or row.state == "held":
        return ""
    try:
        address, _ = unpack_reply(vault.unlock(row.box))
    except Gone:
        return ""
    row.state, row.error = "held", OUTSIDE
    session.add(row)
    session.flush()
    return "" if _release_if_heard(session, row.address_index, row.sent_at or row.created_at, now) else address


def end_what_is_over(session: Session, now: datetime) -> None:
    """Forget when somebody wrote, once it means nothing any more."""
    silent = or_(col(Heard.heard_at).is_(None), col(Heard.heard_at) <= now - WINDOW)
    unasked = or_(col(Heard.knocked_at).is_(None), col(Heard.knocked_at) <= now - HELD_LIVES)
    session.connection().execute(delete(Heard).where(silent, unasked))


class WhileHeard:
    """WhatsApp as the outbox sees it: outside the window it asks her once to write, and holds the reply until then."""

    def __init__(self, channel: TwilioWhatsApp, db: Database, vault: Vault, clock: Callable[[], datetime]) -> None:
        self._channel, self._db, self._vault, self._clock = channel, db, vault, clock
        self.name, self.lane, self.pace = channel.name, channel.lane, channel.pace
        self.manner: Manner = channel.manner

    async def send(self, address: str, reply: Reply, *, reply_id: str) -> str:
        """Send what may be said now. Raises ChannelError, `held` when it has to wait until she writes."""
        index, now = address_index(self._vault, self.lane, address), self._clock()
        if await self._db.read(lambda session: open_for(session, index, now)):
            try:
                return await self._channel.send(address, reply, reply_id=reply_id)
            except ChannelError as error:
                if error.code != OUTSIDE:
                    raise
        await self.knock(address, now)
        raise ChannelError(OUTSIDE, permanent=False, held=now)

    async def knock(self, address: str, since: datetime) -> None:
        """Ask her to write, once, if she has not since; without a template nothing may be said. Raises ChannelError."""
        index, now = address_index(self._vault, self.lane, address), self._clock()
        if not self._channel.template:
            return
        asking: bool = await self._db.write(lambda session: ask_once(session, index, since, now))
        if not asking:
            return
        try:
            await self._channel.knock(address)
        except ChannelError:
            await self._db.write(lambda session: not_asked(session, index))
            raise

    async def clear(self, address: str, chat_messages: list[str]) -> None:
        """Do nothing, as the channel does."""
        await self._channel.clear(address, chat_messages)

    async def close(self) -> None:
        """Let go of connections."""
        await self._channel.close()


def _keep(session: Session, address: bytes, **values: datetime | None) -> None:
    kept: dict[str, Any] = {"address_index": address, **values}
    first = _INSERT[session.get_bind().dialect.name](_heard).values(kept)
    session.connection().execute(first.on_conflict_do_update(index_elements=["address_index"], set_=kept))


def _locked(session: Session, address: bytes) -> Heard:
    """What is known of an address, written to so that she and we do not miss each other: the second waits and sees."""
    _keep(session, address)
    return session.get_one(Heard, address, populate_existing=True)


def _release_if_heard(session: Session, address: bytes, since: datetime, now: datetime) -> bool:
    return _wrote_after(_locked(session, address), since) and _release(session, address, now)


def _wrote_after(row: Heard, since: datetime) -> bool:
    return row.heard_at is not None and row.heard_at > since


def _release(session: Session, address: bytes, now: datetime) -> bool:
    """What waited goes out, in its order, under new ids: the outbox takes up no id a second time."""
    held = _reply.c.address_index == address, _reply.c.state == "held", _reply.c.expires_at > now
    rows = session.connection().execute(_reply.select().where(*held).order_by(_reply.c.id)).mappings().all()
    fresh = {"state": "waiting", "rank": 0, "attempts": 0, "error": "", "send_after": now, "next_try": now}
    queue_replies(session, [{**{k: v for k, v in row.items() if k not in ("id", "sent_at")}, **fresh} for row in rows])
    session.connection().execute(_reply.delete().where(_reply.c.id.in_([row["id"] for row in rows])))
    return bool(rows)
