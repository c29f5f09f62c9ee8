"""Every table, in one place: what is readable by the server is a plain column, everything else is a `box`.

A `box` is ciphertext from `vault`. docs/privacy.md says of each column who may open it and when it dies.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, MetaData, text
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
metadata: MetaData = SQLModel.metadata

# SQLite counts rows by itself only for INTEGER; PostgreSQL wants room for more than two thousand million.
RowId = BigInteger().with_variant(Integer, "sqlite")


class Team(SQLModel, table=True):
    """The team lock: one row. The private half is nowhere in clear; each person has it sealed to her own key."""

    id: int = Field(default=1, primary_key=True)
    public_key: bytes
    recovery_public: bytes
    recovery_box: bytes
    trial: bool = False


class Person(SQLModel, table=True):
    """Somebody who signs in. `role` is `volunteer` or `coordinator`."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    role: str
    language: str = "en"
    languages: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    active: bool = True
    public_key: bytes
    salt: bytes
    private_box: bytes
    team_box: bytes | None = None
    created_at: datetime


class SignIn(SQLModel, table=True):
    """A signed-in session. `token_hash` recognises the cookie; `private_box` opens only with the cookie itself.

    It ends at `expires_at`, and before that when nothing was asked for `idle_minutes` after `seen_at`.
    """

    token_hash: bytes = Field(primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    private_box: bytes
    created_at: datetime
    seen_at: datetime
    idle_minutes: int
    expires_at: datetime


class Number(SQLModel, table=True):
    """A telephone number of ours, E.164. `use` is `channel` or `proxy`: the primary key forbids both."""

    number: str = Field(primary_key=True)
    use: str
    gateway: str = "twilio"
    state: str = "active"  # active | retired
    registered_to: str = ""
    paid_until: date | None = None


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


class CaseRow(SQLModel, table=True):
    """A case: its routing fields are readable, its items are sealed to `public_key`.

    `state` is `open`, `claimed`, `closed` or `forgotten`; `route` holds the facts that the service names there.
    """

    __tablename__ = "case"

    id: int | None = Field(default=None, sa_column=Column(RowId, primary_key=True))
    reference: str = Field(unique=True)
    service: str = Field(index=True)
    language: str
    channel: str
    manner: str
    state: str = Field(default="open", index=True)
    urgency: str = "normal"
    call: bool = False
    route: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    address_index: bytes = Field(index=True)
    public_key: bytes
    sealed_key: bytes
    secret_id: bytes
    opened_at: datetime
    claimed_by: int | None = Field(default=None, foreign_key="person.id", index=True)
    claimed_at: datetime | None = None
    closed_at: datetime | None = None
    closing_reason: str = ""
    unread: int = 0


class Item(SQLModel, table=True):
    """One sealed thing in a case: `answers`, `address`, `note`, `in` (from her), `out` (to her), `portal`."""

    id: int | None = Field(default=None, sa_column=Column(RowId, primary_key=True))
    case_id: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    kind: str
    box: bytes
    person_id: int | None = Field(default=None, foreign_key="person.id")
    created_at: datetime


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


class Lane(SQLModel, table=True):
    """One bot or number that sends, held by one runner until `until`."""

    name: str = Field(primary_key=True)
    holder: str = ""
    until: datetime


class Unhandled(SQLModel, table=True):
    """A message whose turn failed through a bug of ours: stored, sealed to the team, for a person to look at."""

    id: int | None = Field(default=None, primary_key=True)
    lane: str
    error: str
    box: bytes
    at: datetime
    handled_at: datetime | None = None


class Lease(SQLModel, table=True):
    """The loan of a proxy number to a case for one portal.

    `place` is which of the portal's places on that number the case takes (1 to its cap): the partial unique index
    makes it impossible to lend one place twice while it is active or cooling. `state`: `active`, `cooling`, `ended`.
    `cooling_days` is how long the place will rest: as the portal asked when the number was lent.
    """

    __table_args__ = (
        Index(
            "uq_lease_place",
            "number",
            "portal",
            "place",
            unique=True,
            sqlite_where=text("state <> 'ended'"),
            postgresql_where=text("state <> 'ended'"),
        ),
        Index(
            "uq_lease_case",
            "case_id",
            "portal",
            unique=True,
            sqlite_where=text("state = 'active'"),
            postgresql_where=text("state = 'active'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(foreign_key="number.number", index=True)
    portal: str
    place: int
    case_id: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    state: str = "active"
    cooling_days: int
    lent_at: datetime
    released_at: datetime | None = None
    cool_until: datetime | None = None


class CodeWindow(SQLModel, table=True):
    """The minutes in which one case expects a code on one number. `state`: `open`, `quiet`, `ended`.

    One row that is not `ended` a number and portal, and one `open` a number: two partial unique indexes.
    """

    __tablename__ = "code_window"
    __table_args__ = (
        Index(
            "uq_code_window_number",
            "number",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "uq_code_window_quiet",
            "number",
            "portal",
            unique=True,
            sqlite_where=text("state <> 'ended'"),
            postgresql_where=text("state <> 'ended'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(foreign_key="number.number")
    portal: str
    case_id: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    person_id: int = Field(foreign_key="person.id")
    state: str = "open"
    opened_at: datetime
    closes_at: datetime
    quiet_until: datetime


class PortalMessage(SQLModel, table=True):
    """An SMS that a portal sent to a proxy number: sealed to its case, or to the team while it has none.

    `kind` is `code` or `other`; a code's box is emptied when its lifetime ends (`wipe_at`). `code_index` is a keyed
    hash of number and code, by which the same code sent again is recognised; it goes with the box.
    """

    __tablename__ = "portal_message"

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(foreign_key="number.number", index=True)
    case_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True, index=True))
    kind: str
    box: bytes
    code_index: bytes | None = Field(default=None, index=True)
    received_at: datetime
    wipe_at: datetime | None = Field(default=None, index=True)
    read_by: int | None = Field(default=None, foreign_key="person.id")
    read_at: datetime | None = None


class Batch(SQLModel, table=True):
    """An export to one recipient: what it was, who made it, and the checksum of the file (which is not kept)."""

    id: int | None = Field(default=None, primary_key=True)
    service: str
    export: str
    form: str  # xlsx | csv
    rows: int
    sha256: str
    columns: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    person_id: int = Field(foreign_key="person.id")
    created_at: datetime


class BatchCase(SQLModel, table=True):
    """Which case left in which batch; `again` counts repeats that somebody asked for."""

    __tablename__ = "batch_case"

    batch_id: int = Field(foreign_key="batch.id", primary_key=True)
    case_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))


class Audit(SQLModel, table=True):
    """Who did what to which object, and when. No names of workers, no values."""

    id: int | None = Field(default=None, sa_column=Column(RowId, primary_key=True))
    at: datetime = Field(index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    action: str
    object: str = ""
    detail: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
