"""What workers were told unasked and whether they read it; slips by which anybody may ask; who wants silence."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Column
from sqlmodel import Field, SQLModel

from api.tables.keys import RowId


class NoticeRow(SQLModel, table=True):
    """One thing that a worker was, or is to be, told. `kind` is `appointment` or `news`.

    `via` is `channel` (to her), `trusted` (to a person she trusts) or `task` (a volunteer tells her); `state` is
    `sent`, `late` (unread at `unread_at`: a task since then), `read` (she answered 1), `told` (a volunteer did) or
    `cancelled`. `box` holds the words and the date, sealed to the case; `item_id` what went out; `day` is the last
    day on which it matters; `due_at` the deadline of the task.
    """

    __tablename__ = "notice"
    __table_args__ = {"sqlite_autoincrement": True}  # tasks are about one by its id

    id: int | None = Field(default=None, sa_column=Column(RowId, primary_key=True))
    case_id: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    kind: str
    via: str
    state: str = Field(default="sent", index=True)
    address_index: bytes = Field(default=b"", index=True)
    box: bytes
    item_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    day: date | None = None
    person_id: int = Field(foreign_key="person.id")
    created_at: datetime
    send_after: datetime
    unread_at: datetime = Field(index=True)
    due_at: datetime
    ended_at: datetime | None = None
    ended_by: int | None = Field(default=None, foreign_key="person.id")


class SlipRow(SQLModel, table=True):
    """The slip of a case: a keyed hash of its reference and code; `wrong` codes were tried since a right one."""

    __tablename__ = "slip"

    case_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    code_index: bytes
    wrong: int = 0
    locked_until: datetime | None = None
    person_id: int = Field(foreign_key="person.id")
    made_at: datetime


class SlipTry(SQLModel, table=True):
    """How many wrong slips an address showed since a time: after too many even a right one is refused for a day."""

    __tablename__ = "slip_try"

    address_index: bytes = Field(primary_key=True)
    wrong: int
    since: datetime = Field(index=True)


class SilenceRow(SQLModel, table=True):
    """An address from which somebody said STOP and has not written since."""

    __tablename__ = "silence"

    address_index: bytes = Field(primary_key=True)
    since: datetime
