"""Who has learnt what a service asks of her, and which languages somebody has read through."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class Passed(SQLModel, table=True):
    """That a person passed the quiz of a service, and which one: `version` changes when the quiz does."""

    person_id: int = Field(foreign_key="person.id", primary_key=True)
    service: str = Field(primary_key=True)
    version: str
    at: datetime


class LanguageReview(SQLModel, table=True):
    """That somebody who speaks a language has read what a worker must not misunderstand in it.

    `texts` is the hash of what was read, `reviewer` who read it, `person_id` who said so here. At `void_at` it was
    noticed that the texts have changed since: then it counts no more.
    """

    __tablename__ = "language_review"

    service: str = Field(primary_key=True)
    language: str = Field(primary_key=True)
    texts: str
    reviewer: str
    person_id: int = Field(foreign_key="person.id")
    at: datetime
    void_at: datetime | None = None
