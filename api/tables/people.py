"""Somebody who signs in: the team lock, people, their sessions, and what they did."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from api.tables.keys import RowId


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


class Audit(SQLModel, table=True):
    """Who did what to which object, and when. No names of workers, no values."""

    id: int | None = Field(default=None, sa_column=Column(RowId, primary_key=True))
    at: datetime = Field(index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    action: str
    object: str = Field(default="", index=True)
    detail: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
