"""What keeps the pool of proxy numbers honest: refusals of portals, lines of those who wait, tests and alarms."""

from datetime import datetime

from sqlalchemy import BigInteger, Column
from sqlmodel import Field, SQLModel, UniqueConstraint

from api.tables.keys import RowId


class PortalRefusal(SQLModel, table=True):
    """A portal took a number no more. `people`: how many others the number served there, so how many it accepts."""

    __tablename__ = "portal_refusal"

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(foreign_key="number.number", index=True)
    portal: str = Field(index=True)
    people: int
    refused_at: datetime


class NumberWait(SQLModel, table=True):
    """A case that waits for a number for a portal; the line is in the order of `id`.

    `offered_at` is since when a place is kept for it.
    """

    __tablename__ = "number_wait"
    __table_args__ = (UniqueConstraint("case_id", "portal", name="uq_number_wait_case"),)

    id: int | None = Field(default=None, sa_column=Column(RowId, primary_key=True))
    portal: str = Field(index=True)
    case_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    asked_at: datetime
    offered_at: datetime | None = None


class WindowTurn(SQLModel, table=True):
    """A case that waits for the code window of its number; the line is in the order of `id`.

    `called_at` is when its turn began, `missed` how many turns passed without its volunteer.
    """

    __tablename__ = "window_turn"
    __table_args__ = (UniqueConstraint("case_id", "portal", name="uq_window_turn_case"),)

    id: int | None = Field(default=None, sa_column=Column(RowId, primary_key=True))
    number: str = Field(foreign_key="number.number", index=True)
    portal: str
    case_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    person_id: int = Field(foreign_key="person.id")
    asked_at: datetime
    called_at: datetime | None = None
    missed: int = 0


class SelfTest(SQLModel, table=True):
    """The daily proof that a number receives: another one texts it a word drawn by chance, kept as a keyed hash.

    `state` is `sent`, `arrived`, `late` (it came after it was given up), `lost` or `unsent` (the sender never sent it).
    """

    __tablename__ = "self_test"

    id: int | None = Field(default=None, sa_column=Column(RowId, primary_key=True))
    number: str = Field(foreign_key="number.number", index=True)
    sender: str = Field(foreign_key="number.number")
    token_index: bytes
    reply_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    state: str = "sent"
    created_at: datetime = Field(index=True)
    arrived_at: datetime | None = None


class NumberAlarm(SQLModel, table=True):
    """Something about a number that a coordinator must see, kept from when it began until it is over."""

    __tablename__ = "number_alarm"

    number: str = Field(foreign_key="number.number", primary_key=True)
    kind: str = Field(primary_key=True)
    since: datetime
