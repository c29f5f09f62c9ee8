"""Who is on duty when, and how those who are hear that something waits."""

from datetime import datetime

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel

from api.tables.keys import RowId


class Duty(SQLModel, table=True):
    """One shift of the duty roster: somebody is there from `starts_at` until `ends_at`, for these languages."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    starts_at: datetime = Field(index=True)
    ends_at: datetime = Field(index=True)
    languages: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))


class StaffAddress(SQLModel, table=True):
    """Where somebody of us gets alerts: a lane of ours and her chat or number, time-locked and renewed every day."""

    __tablename__ = "staff_address"

    person_id: int = Field(foreign_key="person.id", primary_key=True)
    channel: str  # telegram | sms | phone: what is shown of it
    address_index: bytes = Field(default=b"", index=True)
    box: bytes
    created_at: datetime
    expires_at: datetime = Field(index=True)


class AddressCode(SQLModel, table=True):
    """A code that proves that an address is hers: she sends it to the bot, or gets it there and types it in."""

    __tablename__ = "address_code"

    person_id: int = Field(foreign_key="person.id", primary_key=True)
    code_hash: bytes = Field(unique=True)
    box: bytes = b""  # the address that the code went to; empty when she sends it
    tries: int = 0
    used_at: datetime | None = None
    expires_at: datetime


class Alert(SQLModel, table=True):
    """That somebody was told that something waits. `slot` numbers the period, in which she is told it once."""

    __table_args__ = (Index("uq_alert_slot", "person_id", "kind", "about", "slot", unique=True),)

    id: int | None = Field(default=None, sa_column=Column(RowId, primary_key=True))
    person_id: int = Field(foreign_key="person.id", index=True)
    kind: str
    about: str = ""
    slot: int
    at: datetime = Field(index=True)
    seen_at: datetime | None = None
