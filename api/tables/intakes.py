"""Which form a volunteer fills in with somebody just now."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class IntakeRow(SQLModel, table=True):
    """The intake that a person began last. `key` is random: with her person_id it is the draft's address."""

    __tablename__ = "intake"

    person_id: int = Field(primary_key=True, foreign_key="person.id")
    key: str
    began_at: datetime = Field(index=True)
