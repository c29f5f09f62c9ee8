"""What is to happen in a case weeks after something did in it: one row for each date."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index
from sqlmodel import Field, SQLModel

from api.tables.keys import RowId


class FollowUpRow(SQLModel, table=True):
    """One follow-up on its date. `name` is the service's word for it, `number` which one after the event it is.

    `state` is `planned`, `asked` (her answer is waited for until `until`), `said`, `answered`, `missed`, `task` (a
    volunteer does it), `done` or `cancelled`. `box` holds where and when she may be written to and the answers that it
    has to know: under the time lock until a week after `until` and the case's shred secret, and emptied when it ends;
    empty from the start when she never said that she may be written to. `bad`: she answered what it alarms about.
    """

    __tablename__ = "follow_up"
    __table_args__ = (Index("uq_follow_up_event", "case_id", "name", "event_at", "number", unique=True),)

    id: int | None = Field(default=None, sa_column=Column(RowId, primary_key=True))
    case_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    name: str
    number: int
    state: str = Field(default="planned", index=True)
    address_index: bytes = b""
    box: bytes = b""
    bad: bool = False
    event_at: datetime
    due_at: datetime = Field(index=True)
    until: datetime = Field(index=True)
    asked_at: datetime | None = None
    ended_at: datetime | None = None
    created_at: datetime
