"""The reply table: what waits to be sent, to whom, and how far it got. It is the outbox."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from sqlalchemy import BindParameter, bindparam, case, select
from sqlmodel import Session

from api.answers import pack_reply, unpack_reply
from api.keys.keyring import Gone
from api.keys.vault import Vault
from api.store.hot import ForRows
from api.tables import metadata
from flows.model import Reply

LIVES = timedelta(hours=24)
"""How long the server can read a reply, from when it may be sent."""
HELD_LIVES = timedelta(hours=72)
"""How long one stays readable that may go out only when she has written."""
REPORTED_LATE = "whatsapp:"
"""Lanes whose provider takes a reply and may refuse it afterwards: it is kept until it was delivered."""
CHAT_ID_LIVES = timedelta(hours=47)
"""A bot may delete only what is younger than 48 hours (https://core.telegram.org/bots/api#deletemessage)."""
LOOK = 500
"""How many waiting replies are looked at in one go."""

_reply, _chat_message = metadata.tables["reply"], metadata.tables["chat_message"]


def address_index(vault: Vault, lane: str, address: str) -> bytes:
    """How an address (chat id or E.164) is recognised: a keyed hash of it and of its kind of channel."""
    return vault.index(lane.split(":", 1)[0], address)


def reply_row(
    vault: Vault,
    *,
    lane: str,
    address: str,
    reply: Reply,
    now: datetime,
    kind: Literal["say", "clear"] = "say",
    case_id: int | None = None,
    item_id: int | None = None,
    send_after: datetime | None = None,
    index: bytes = b"",
) -> dict[str, Any]:
    """A reply as a row of the outbox: to an address, by the lane that it wrote to, at once or from `send_after` on.

    `index` is the address's, where it is known already.
    """
    start = send_after or now
    expires = start + LIVES
    return {
        "lane": lane,
        "address_index": index or address_index(vault, lane, address),
        "box": vault.lock(pack_reply(address, reply), expires=expires),
        "kind": kind,
        "state": "waiting",
        "rank": 0,
        "attempts": 0,
        "error": "",
        "case_id": case_id,
        "item_id": item_id,
        "created_at": now,
        "send_after": start,
        "next_try": start,
        "expires_at": expires,
    }


_QUEUED = (
    *("lane", "address_index", "box", "kind", "state", "rank", "attempts", "error", "case_id", "item_id"),
    *("created_at", "send_after", "next_try", "expires_at"),
)
_QUEUE = ForRows(lambda insert: insert(_reply).returning(_reply.c.id), _QUEUED)
_REMEMBER = ForRows(lambda insert: insert(_chat_message), ("address_index", "lane", "box", "expires_at"))


def queue_replies(session: Session, rows: Sequence[dict[str, Any]]) -> Sequence[int]:
    """Put rows of `reply_row` into the outbox, in their order; gives their ids."""
    # Both databases number the rows of one INSERT as they stand in it, and may give the numbers in any order.
    return sorted(_QUEUE.run(session, rows).scalars()) if rows else ()


def queue_reply(session: Session, vault: Vault, *, lane: str, address: str, reply: Reply, **more: Any) -> None:
    """Put one reply into the outbox; takes what `reply_row` takes."""
    queue_replies(session, [reply_row(vault, lane=lane, address=address, reply=reply, **more)])


def remember_chat_messages(
    session: Session, vault: Vault, sent: Sequence[tuple[bytes, str, str]], now: datetime
) -> None:
    """Keep by which ids a chat can be cleared: (address index, lane, the provider's id of the message)."""
    expires = now + CHAT_ID_LIVES
    rows = [
        {"address_index": a, "lane": lane, "box": vault.lock(one.encode(), expires=expires), "expires_at": expires}
        for a, lane, one in sent
        if one
    ]
    if rows:
        _REMEMBER.run(session, rows)


def chat_messages(session: Session, vault: Vault, address: bytes) -> list[str]:
    """The ids of what may still be in a chat, oldest first."""
    boxes = session.connection().execute(
        select(_chat_message.c.box).where(_chat_message.c.address_index == address).order_by(_chat_message.c.id)
    )
    return [vault.unlock(box).decode() for (box,) in boxes]


class Due(NamedTuple):
    """A reply that may be sent: still locked."""

    id: int
    address_index: bytes
    box: bytes
    kind: str
    attempts: int
    next_try: datetime

    def opened(self, vault: Vault) -> tuple[str, Reply]:
        """The address and the reply. Raises Gone when its day is over."""
        return unpack_reply(vault.unlock(self.box))


class Fresh(NamedTuple):
    """A reply that was just queued, and what it says: its sender need not look it up."""

    lane: str
    due: Due
    reply: Reply
    address: str

    @classmethod
    def of(cls, number: int, row: dict[str, Any], address: str, reply: Reply) -> "Fresh":
        """From its id and its row."""
        due = Due(number, row["address_index"], row["box"], row["kind"], 0, row["next_try"])
        return cls(row["lane"], due, reply, address)


_now: BindParameter[datetime] = bindparam("now")
_PLANNED = _reply.c.lane == bindparam("lane"), _reply.c.state == "waiting", _reply.c.send_after <= _now
_DUE = (
    select(*(_reply.c[name] for name in ("id", "address_index", "box", "kind", "attempts", "next_try")))
    .where(*_PLANNED, _reply.c.next_try <= _now)
    .order_by(_reply.c.id)
    .limit(LOOK)
)
_BLOCKED = select(_reply.c.address_index).where(*_PLANNED, _reply.c.next_try > _now).distinct()
_IN_ORDER = _DUE.where(_reply.c.address_index.not_in(_BLOCKED))


def due_replies(session: Session, lane: str, now: datetime) -> list[Due]:
    """The waiting replies of a lane whose time has come, oldest first; one that failed waits for its next try."""
    return [Due(*row) for row in session.connection().execute(_DUE, {"lane": lane, "now": now})]


def in_order(session: Session, lane: str, now: datetime) -> tuple[list[Due], set[bytes]]:
    """The same without the chats where one waits for its next try, and these chats.

    Such a one holds back what comes after it in its chat, and nobody else's, however many there are.
    """
    given = {"lane": lane, "now": now}
    blocked = {bytes(one) for one in session.connection().execute(_BLOCKED, given).scalars()}
    due = _IN_ORDER if blocked else _DUE  # as a rule nobody waits for a next try
    return [Due(*row) for row in session.connection().execute(due, given)], blocked


def still_waits(session: Session, reply_id: int) -> bool:
    """Whether a reply is still to be sent."""
    waits = select(_reply.c.id).where(_reply.c.id == reply_id, _reply.c.state == "waiting")
    return session.connection().execute(waits).first() is not None


class Outcome(NamedTuple):
    """What became of a reply: `sent` (with the provider's id), `dead` (never), `waiting` until `next_try`, or `held`
    until she writes, which she had not at `since`. `segments` is how many parts of SMS it cost."""

    due: Due
    state: Literal["sent", "dead", "waiting", "held"]
    provider_id: str = ""
    error: str = ""
    next_try: datetime | None = None
    segments: int = 0
    since: datetime | None = None


def _sent(**more: bytes) -> ForRows:
    state = case((_reply.c.state == "waiting", "sent"), else_=_reply.c.state)  # a report may have been faster
    values = {"state": state, "sent_at": bindparam("at"), "attempts": _reply.c.attempts + 1, **more}
    return ForRows(lambda _: _reply.update().where(_reply.c.id.in_([bindparam("row")])).values(**values))


_SENT, _SENT_BUT_KEPT = _sent(box=b""), _sent()
_NOT_SENT = (
    _reply.update()
    .where(_reply.c.id == bindparam("row"), _reply.c.state == "waiting")  # a report may have been faster
    .values(
        state=bindparam("now_state"),
        error=bindparam("code"),
        next_try=bindparam("later"),
        attempts=bindparam("tries"),
    )
)


def _as_not_sent(one: Outcome) -> dict[str, Any]:
    later = one.next_try or one.due.next_try
    return {"row": one.due.id, "now_state": one.state, "code": one.error, "later": later, "tries": one.due.attempts + 1}


def mark(
    session: Session, vault: Vault, lane: str, outcomes: Sequence[Outcome], now: datetime, clearable: bool
) -> None:
    """Write down what became of some replies of a lane and, where chats can be cleared, by which ids.

    What was sent, or never will be, is emptied: nobody needs its text and address any more.
    """
    connection = session.connection()
    sent = [one for one in outcomes if one.state == "sent"]
    reported = lane.startswith(REPORTED_LATE)
    dead = [one.due.id for one in outcomes if one.state == "dead"]
    not_sent = [one for one in outcomes if one.state != "sent"]
    if sent:
        statement = _SENT_BUT_KEPT if reported else _SENT
        statement.run(session, [{"row": one.due.id} for one in sent], at=now)
    if not_sent:
        connection.execute(_NOT_SENT, [_as_not_sent(one) for one in not_sent])
    if dead:
        connection.execute(_reply.update().where(_reply.c.id.in_(dead), _reply.c.state == "dead").values(box=b""))
    cleared = [one.due.address_index for one in sent if one.due.kind == "clear"]
    for one in outcomes:
        if one.state == "held":
            _keep_longer(session, vault, one.due, now + HELD_LIVES)
    if cleared:
        connection.execute(_chat_message.delete().where(_chat_message.c.address_index.in_(cleared)))
    if clearable:
        said = [(one.due.address_index, lane, one.provider_id) for one in sent]
        remember_chat_messages(session, vault, said, now)


def report(session: Session, reply_id: int, rank: int, state: str, error: str) -> bool:
    """Take a provider's report on a reply; one that would go back (a rank not above the last) changes nothing."""
    values: dict[str, Any] = {"rank": rank, "state": state, "error": error}
    if state != "sent":
        values["box"] = b""  # it arrived, or never will
    changed = _reply.update().where(_reply.c.id == reply_id, _reply.c.rank < rank).values(values)
    return bool(session.connection().execute(changed).rowcount)


def _keep_longer(session: Session, vault: Vault, due: Due, expires: datetime) -> None:
    held = _reply.update().where(_reply.c.id == due.id, _reply.c.state == "held")
    with suppress(Gone):  # its day ended just now: it is over
        box = vault.lock(vault.unlock(due.box), expires=expires)
        session.connection().execute(held.values(box=box, expires_at=expires))
