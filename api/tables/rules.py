"""What a coordinator sets for the desk, and nobody need edit in a file."""

from sqlmodel import Field, SQLModel


class DeskRule(SQLModel, table=True):
    """One number that a coordinator set: for everybody (`person_id` 0), or for one person.

    `name` is a field of `api.desk.rules.Rules`; what has no row has the value that is written there.
    """

    __tablename__ = "desk_rule"

    person_id: int = Field(default=0, primary_key=True)
    name: str = Field(primary_key=True)
    value: int


class DeskWord(SQLModel, table=True):
    """One word of the desk that a coordinator set, in place of the one from the environment.

    `name` is one of `api.desk.words.NAMES`, or `service:` and the name of a service that is switched off (`off`).
    """

    __tablename__ = "desk_word"

    name: str = Field(primary_key=True)
    value: str
