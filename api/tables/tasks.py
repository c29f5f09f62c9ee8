"""What a person has to do that no page would remind her of: by when, for which case or number."""

from datetime import datetime

from sqlalchemy import BigInteger, Column
from sqlmodel import Field, SQLModel

from api.tables.keys import RowId


class TaskRow(SQLModel, table=True):
    """One thing to do. `kind` is a word of `api.desk.tasks.KINDS`; `state` is `open`, `doing`, `ready` (with a
    collection code), `done`, `refused` or `dropped`.

    `about` says what the task is about where it is not a case: a number of ours, or the id of a message. `box` holds
    what may not be read by the server: sealed to the case, or to the team where there is none; empty when the kind
    says all. A task that its service plans has the kind `planned` and a `name` there; `about` is then the round of its
    repeated group, if any, and `skill` what whoever does it must know. `due_at` is the deadline,
    `escalated_at` when it passed and those on duty were told.
    """

    __tablename__ = "task"
    __table_args__ = {"sqlite_autoincrement": True}  # what is told about a task knows it by its id

    id: int | None = Field(default=None, sa_column=Column(RowId, primary_key=True))
    kind: str
    name: str = ""
    skill: str = ""
    state: str = Field(default="open", index=True)
    case_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True, index=True))
    about: str = ""
    box: bytes = b""
    person_id: int | None = Field(default=None, foreign_key="person.id")
    created_at: datetime
    due_at: datetime = Field(index=True)
    escalated_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: int | None = Field(default=None, foreign_key="person.id")
