"""What is said: messages that were seen, drafts, replies, and who sends them."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, text
from sqlmodel import Field, SQLModel

from api.tables.keys import RowId


class Seen(SQLModel, table=True):
    """Messages that were taken in, by a keyed hash of lane and provider id, so that a repeat changes nothing."""

    key: bytes = Field(primary_key=True)
    at: datetime = Field(index=True)


class DraftRow(SQLModel, table=True):
    """The one draft of an address, under the time lock and a shred secret of its own."""

    __tablename__ = "draft"

    address_index: bytes = Field(primary_key=True)
    secret_id: bytes
    box: bytes
    expires_at: datetime = Field(index=True)


class ReplyRow(SQLModel, table=True):
    """The outbox: what goes out, to whom (both time-locked), and how far it got.

    `state` is `waiting`, `sent`, `delivered`, `failed` or `dead`. `send_after` is the plan, `next_try` the back-off:
    two columns, because a reply planned for next month must not hold up its chat.
    """

    __tablename__ = "reply"
    __table_args__ = (
        Index(
            "ix_reply_waiting",
            "lane",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        # An id is never used again: the outbox and late delivery reports know replies by it.
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, sa_column=Column(RowId, primary_key=True))
    lane: str
    address_index: bytes = Field(index=True)
    box: bytes
    kind: str = "say"  # say | clear: a wish to delete what can be deleted in that chat
    state: str = "waiting"
    rank: int = 0  # of the provider's delivery state; never goes back
    case_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True, index=True))
    item_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    attempts: int = 0
    error: str = ""
    created_at: datetime
    send_after: datetime
    next_try: datetime
    sent_at: datetime | None = None
    expires_at: datetime = Field(index=True)


class ChatMessage(SQLModel, table=True):
    """The ids by which a chat can be cleared (time-locked, 47 hours: the provider deletes only younger ones)."""

    __tablename__ = "chat_message"

    id: int | None = Field(default=None, sa_column=Column(RowId, primary_key=True))
    address_index: bytes = Field(index=True)
    lane: str
    box: bytes
    expires_at: datetime = Field(index=True)


class Shredding(SQLModel, table=True):
    """A shred secret that is to be destroyed, written down with what lets go of it."""

    secret_id: bytes = Field(primary_key=True)


class Lane(SQLModel, table=True):
    """One bot or number that sends, held by one runner until `until`."""

    name: str = Field(primary_key=True)
    holder: str = ""
    until: datetime


class Clock(SQLModel, table=True):
    """What the runner noted of the time: until when it was believed, and when it looked last.

    `doubted_at` is since when it is more than a day away from what was believed, ahead of it or behind.
    """

    id: int = Field(default=1, primary_key=True)
    believed_at: datetime
    noted_at: datetime
    doubted_at: datetime | None = None


class Unhandled(SQLModel, table=True):
    """A message whose turn failed through a bug of ours: stored, sealed to the team, for a person to look at."""

    id: int | None = Field(default=None, primary_key=True)
    lane: str
    error: str
    box: bytes
    at: datetime
    handled_at: datetime | None = None
