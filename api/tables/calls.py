"""Masked calls: that one was made, and for its minutes, between which two numbers."""

from datetime import datetime

from sqlalchemy import BigInteger, Column
from sqlmodel import Field, SQLModel

from api.tables.keys import RowId


class Call(SQLModel, table=True):
    """A call between a volunteer and the worker of a case. `direction` is `out` (she called) or `in`.

    `state` is `ringing`, `connected`, or how it ended: `answered`, `busy`, `no_answer`, `failed`; or `missed`, when
    nobody was rung, and so without a `person_id`. `box` holds the two numbers under the time lock and is emptied when
    the call is over.
    """

    __table_args__ = {"sqlite_autoincrement": True}  # providers send the id back, long after

    id: int | None = Field(default=None, sa_column=Column(RowId, primary_key=True))
    case_id: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    person_id: int | None = Field(default=None, foreign_key="person.id")
    direction: str
    state: str = "ringing"
    box: bytes
    created_at: datetime
    ended_at: datetime | None = None
    seconds: int = 0


class OnCall(SQLModel, table=True):
    """A volunteer who takes calls until a time, at a number that is under the time lock until then."""

    __tablename__ = "on_call"

    person_id: int = Field(foreign_key="person.id", primary_key=True)
    box: bytes
    since: datetime
    until: datetime
