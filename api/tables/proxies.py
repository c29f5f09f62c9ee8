"""Telephone numbers of ours, their loan to cases, and what portals sent to them."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Column, Index, text
from sqlmodel import Field, SQLModel

from api.tables.keys import RowId


class Number(SQLModel, table=True):
    """A telephone number of ours, E.164. `use` is `channel` or `proxy`: the primary key forbids both.

    `state` is `reserved` (set aside), `active`, `draining` (lent no more, its people keep it) or `retired`; `lost_at`
    says since when its SIM is lost. `plan` is the carrier and what was bought. `last_seen_at` is when something arrived
    on it last; `battery` (percent) and `online` are what its phone's gateway said at `checked_at`.
    """

    number: str = Field(primary_key=True)
    use: str
    gateway: str = "twilio"
    state: str = "active"
    registered_to: str = ""
    plan: str | None = None
    paid_until: date | None = None
    lost_at: datetime | None = None
    last_seen_at: datetime | None = None
    battery: int | None = None
    online: bool | None = None
    checked_at: datetime | None = None


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

    `kind` is `code`, one of `flows.portal.KINDS`, or `other`; `portal` is whose it was taken for, or nothing. A box is
    emptied at `wipe_at`: a code's when its lifetime ends, what nobody has a case for some days after `settled_at`.
    `code_index` is a keyed hash of number and code, by which the same code sent again is recognised; it goes with the
    box. `read_by` and `read_at` say who read it first, `told_at` when those on duty were told that nobody had.
    `answer_by` is until when the portal wants an answer, `answered_at` when one was given.
    """

    __tablename__ = "portal_message"

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(foreign_key="number.number", index=True)
    case_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True, index=True))
    kind: str
    portal: str = ""
    box: bytes
    code_index: bytes | None = Field(default=None, index=True)
    received_at: datetime
    wipe_at: datetime | None = Field(default=None, index=True)
    read_by: int | None = Field(default=None, foreign_key="person.id")
    read_at: datetime | None = None
    told_at: datetime | None = None
    settled_at: datetime | None = None
    answer_by: datetime | None = None
    answered_at: datetime | None = None
    answered_by: int | None = Field(default=None, foreign_key="person.id")


class AppointmentRow(SQLModel, table=True):
    """When a case is to be at a place, as somebody confirmed it; the place and the security code are sealed to it.

    `at` is the moment, or where `timed` is False the beginning of the day, in the deployment's zone. `message_id` is
    the portal message that it was read from, one appointment each; none where it was typed in from elsewhere.
    """

    __tablename__ = "appointment"

    id: int | None = Field(default=None, sa_column=Column(RowId, primary_key=True))
    case_id: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    message_id: int | None = Field(default=None, unique=True)
    portal: str
    at: datetime = Field(index=True)
    timed: bool = True
    box: bytes
    person_id: int = Field(foreign_key="person.id")
    created_at: datetime
