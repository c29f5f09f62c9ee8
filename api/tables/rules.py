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


class Setting(SQLModel, table=True):
    """One thing that a coordinator set of the deployment itself; what has no row is as its file says.

    `name` is like `desk.name` (a field of `flows.model.Desk`) or `service.vaccination` (`on` or `off`).
    """

    __tablename__ = "setting"

    name: str = Field(primary_key=True)
    value: str
