"""Cases, what is sealed in them, and what of them left in a batch."""

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, Column
from sqlmodel import Field, SQLModel

from api.tables.keys import RowId


class CaseRow(SQLModel, table=True):
    """A case: its routing fields are readable, its items are sealed to `public_key`.

    `state` is `open`, `claimed`, `closed` or `forgotten`; `route` holds the facts that the service names there.
    `keep_until` is until when a closed case keeps its numbers, because a portal may still write to them.
    `needs` are the codes of the skills that it asks for, each between blanks, so that one can be looked for in SQL.
    `kept_until` is until when it is not forgotten because somebody said why, `warned_at` since when the desk is warned.
    `snoozed_until` is when a case that rests is to be looked at again, `escalated` why those on duty were asked.
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
    needs: str = ""
    address_index: bytes = Field(index=True)
    public_key: bytes
    sealed_key: bytes
    secret_id: bytes
    opened_at: datetime
    claimed_by: int | None = Field(default=None, foreign_key="person.id", index=True)
    claimed_at: datetime | None = None
    closed_at: datetime | None = None
    closing_reason: str = ""
    keep_until: datetime | None = None
    unread: int = 0
    snoozed_until: datetime | None = None
    escalated: str = ""
    escalated_at: datetime | None = None
    kept_until: datetime | None = None
    warned_at: datetime | None = None


class Item(SQLModel, table=True):
    """One sealed thing in a case: `answers`, `address`, `note`, `in` (from her), `out` (to her).

    `amended` is an answer that she gave alone and that is not among `answers` yet, `edit` what a person changed there,
    `same` the reference of another case of the same person. `seen_at` is when her volunteer first saw what she wrote.
    """

    id: int | None = Field(default=None, sa_column=Column(RowId, primary_key=True))
    case_id: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    kind: str
    box: bytes
    person_id: int | None = Field(default=None, foreign_key="person.id")
    created_at: datetime
    seen_at: datetime | None = None


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
    """Which case left in which batch, and what the recipient answered, as somebody marked it.

    `answer` is empty, `appointment`, `refused` or `done`; `day` is when she was served. The reason of a refusal is the
    case's item `item_id`, an appointment its appointment `appointment_id`.
    """

    __tablename__ = "batch_case"

    batch_id: int = Field(foreign_key="batch.id", primary_key=True)
    case_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False, index=True))
    answer: str = ""
    day: date | None = None
    item_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    appointment_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    answered_at: datetime | None = None
    answered_by: int | None = Field(default=None, foreign_key="person.id")
