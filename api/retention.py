"""What is over ends: its row is deleted, its shred secret destroyed, and with its day the key of that day."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, delete

from api.inbound import unhandled
from api.inbound.inbox import DRAFT_LIVES
from api.keys.keyring import Keyring
from api.media import keeping
from api.staff import signin
from api.tables import ChatMessage, DraftRow, IntakeRow, ReplyRow, Seen

SEEN_LIVES = timedelta(days=400)
"""How long a repeat is recognised. A signed webhook never grows old by itself, so the token that signs it is to be
replaced once a year (docs/operations.md)."""


def end_what_is_over(session: Session, keyring: Keyring, now: datetime) -> None:
    """End drafts, intakes, replies, ids of chat messages, sessions, repeats, what failed and was settled; and old days.

    Call it every minute or so, while the clock is believed. A box is then unreadable in copies of the database too: a
    draft at once, because its secret is destroyed, all others when the day of their end is over.
    """
    _end_drafts(session, keyring, now)
    keeping.end_what_is_over(session, now)
    session.connection().execute(delete(ReplyRow).where(col(ReplyRow.expires_at) <= now))
    session.connection().execute(delete(ChatMessage).where(col(ChatMessage.expires_at) <= now))
    session.connection().execute(delete(Seen).where(col(Seen.at) <= now - SEEN_LIVES))
    session.connection().execute(delete(IntakeRow).where(col(IntakeRow.began_at) <= now - DRAFT_LIVES))
    signin.end_expired(session, now)
    unhandled.end_settled(session, now)
    keyring.destroy_days_before(now.date())


def _end_drafts(session: Session, keyring: Keyring, now: datetime) -> None:
    # Deleted first and destroyed then: a message that comes at this moment either saves its draft or finds none.
    over = delete(DraftRow).where(col(DraftRow.expires_at) <= now).returning(col(DraftRow.secret_id))
    ended = list(session.connection().execute(over).scalars())
    keeping.end_with_drafts(session, ended)
    for secret_id in ended:
        keyring.destroy(secret_id)
