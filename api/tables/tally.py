"""What is counted by day, because the rows that it counts are deleted."""

from datetime import date

from sqlmodel import Field, SQLModel


class Tally(SQLModel, table=True):
    """How often something happened on a day: `name` is what, `label` where. Nobody can be found in it.

    `stopped`: conversations that ended unfinished, by service and the question that stood open (`vaccination:born`).
    `sent`: replies, by kind of channel; `segments`: what was paid for by SMS. `unknown`: what came and could be given
    to nobody: `mail` to an address that no case has, and a missed `call` of a hidden number.
    """

    day: date = Field(primary_key=True)
    name: str = Field(primary_key=True)
    label: str = Field(primary_key=True)
    count: int
