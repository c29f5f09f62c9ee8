"""What people decided about cases, and the phrases with which they write."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, Column
from sqlmodel import Field, SQLModel


class CaseApart(SQLModel, table=True):
    """Two cases of which somebody said that they are not one person's; kept in both directions."""

    __tablename__ = "case_apart"

    case_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    other_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    person_id: int = Field(foreign_key="person.id")
    decided_at: datetime


class PairRow(SQLModel, table=True):
    """Two cases that somebody brought together: `case_id` needs what `other_id` offers. It ends with either of them."""

    __tablename__ = "pair"

    case_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    other_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False, index=True))
    person_id: int = Field(foreign_key="person.id")
    at: datetime


class Phrase(SQLModel, table=True):
    """A sentence that a coordinator wrote for volunteers to send, by language (ISO 639)."""

    id: int | None = Field(default=None, primary_key=True)
    texts: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    person_id: int = Field(foreign_key="person.id")
    created_at: datetime
