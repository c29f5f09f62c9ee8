"""Somebody who signs in: the team lock, people, their sessions, and what they did."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column
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
    """Somebody who signs in. `role` is `volunteer`, `trainee` or `coordinator`.

    `skills`, `areas` (codes of places) and `hours` (weekday and part of the day, such as `1m`) are routing facts.
    `expires_at` is when she can no longer sign in unless a coordinator prolongs it. `factor_box` holds the secret of
    her second factor, sealed to her own key; of a code, `factor_step` and all before it have been used.
    """

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    role: str
    language: str = "en"
    languages: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    skills: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    areas: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    hours: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    active: bool = True
    public_key: bytes
    salt: bytes
    private_box: bytes
    team_box: bytes | None = None
    factor_box: bytes | None = None
    factor_step: int = 0
    factor_demanded: bool = False
    created_at: datetime
    expires_at: datetime | None = None


class Invitation(SQLModel, table=True):
    """A link by which somebody joins: the team key, sealed to a key that only the link's token gives."""

    id: int | None = Field(default=None, primary_key=True)
    token_hash: bytes = Field(unique=True)
    public_key: bytes
    team_box: bytes
    name: str
    role: str
    language: str
    facts: dict[str, list[str]] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    invited_by: int = Field(foreign_key="person.id")
    created_at: datetime
    expires_at: datetime


class CaseShare(SQLModel, table=True):
    """A mentor lets a trainee read along in her case, for as long as it is the mentor's."""

    __tablename__ = "case_share"

    case_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    trainee_id: int = Field(foreign_key="person.id", primary_key=True)
    mentor_id: int = Field(foreign_key="person.id")
    shared_at: datetime


class SignIn(SQLModel, table=True):
    """A signed-in session. `token_hash` recognises the cookie; `private_box` opens only with the cookie itself.

    It ends at `expires_at`, and before that when nothing was asked for `idle_minutes` after `seen_at`. `stage` is empty
    when she is in; `code` while the second factor is asked for, `enrol` while she has to set one up. At `proved_at` she
    last typed her passphrase.
    """

    token_hash: bytes = Field(primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    private_box: bytes
    created_at: datetime
    seen_at: datetime
    idle_minutes: int
    expires_at: datetime
    stage: str = ""
    tries: int = 0
    proved_at: datetime | None = None


class Audit(SQLModel, table=True):
    """Who did what to which object, and when. No names of workers, no values. `hash` ties it to the line before."""

    id: int | None = Field(default=None, sa_column=Column(RowId, primary_key=True))
    at: datetime = Field(index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    action: str
    object: str = Field(default="", index=True)
    detail: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    hash: bytes = b""


class TrailEnd(SQLModel, table=True):
    """How long the trail is and the hash of its last line: one row, and the turn of who adds the next."""

    __tablename__ = "trail_end"

    id: int = Field(default=1, primary_key=True)
    lines: int = 0
    hash: bytes = b""
