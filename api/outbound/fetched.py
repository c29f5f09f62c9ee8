"""Lanes that are fetched: a telephone asks what there is to send, and tells later what became of it.

A reply is handed out until the telephone says something about it, always under the same id; it sends each id once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from api.keys.keyring import Gone
from api.keys.vault import Vault
from api.outbound.replies import Due, due_replies, report
from api.tables import metadata
from bot.cht import Outgoing, outgoing
from bot.gateway import Delivery
from flows.countries import Countries

AGAIN = timedelta(minutes=2)
"""How long a telephone has time to say something about a reply before it is handed out once more."""
MOST = 50
"""Replies in one answer to a telephone."""
_reply = metadata.tables["reply"]


def hand_out(
    session: Session, vault: Vault, countries: Countries, key: str, numbers: Sequence[str], now: datetime
) -> list[Outgoing]:
    """What the telephone with these numbers (E.164) is to send now, in order; `key` makes the ids."""
    due = [one for number in numbers for one in due_replies(session, f"sms:{number}", now)]
    return [message for one in due[:MOST] for message in _handed_out(session, vault, countries, key, one, now)]


def reported(session: Session, delivery: Delivery, now: datetime) -> None:
    """Take what a telephone says about a reply that it fetched: nobody needs its text and address any more."""
    if report(session, delivery.reply_id, delivery.rank, delivery.state, delivery.error):
        over = {"box": b"", "sent_at": now}
        session.connection().execute(_reply.update().where(_reply.c.id == delivery.reply_id).values(over))


def _handed_out(
    session: Session, vault: Vault, countries: Countries, key: str, due: Due, now: datetime
) -> list[Outgoing]:
    try:
        address, reply = due.opened(vault)
    except Gone:
        _set(session, due, state="dead", error="expired", box=b"")
        return []
    if due.kind == "clear":  # an SMS stays on the phone
        _set(session, due, state="sent", sent_at=now, box=b"")
        return []
    _set(session, due, attempts=due.attempts + 1, next_try=now + AGAIN)
    return outgoing(key, countries, due.id, address, reply)


def _set(session: Session, due: Due, **values: object) -> None:
    session.connection().execute(_reply.update().where(_reply.c.id == due.id).values(values))
