"""Not going alone: who goes along with whom, and outings on which many go to one place."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, Column, Index, text
from sqlmodel import Field, SQLModel

from api.tables.keys import RowId


class OfferRow(SQLModel, table=True):
    """One time at which a worker wants company. Sealed to the case in `box`: her name and where they meet.

    `state` is `offered`, `taken`, `home` (who went says that she is home), or `withdrawn`. `wish` is `woman`, `man` or
    nothing; `district` and `language` are the case's routing facts. `asked_at` is when it was asked whether she is
    home.
    """

    __tablename__ = "offer"
    __table_args__ = (
        Index(
            "uq_offer_case_start",
            "case_id",
            "starts_at",
            unique=True,
            sqlite_where=text("state IN ('offered', 'taken')"),
            postgresql_where=text("state IN ('offered', 'taken')"),
        ),
        {"sqlite_autoincrement": True},  # tasks are about one by its id
    )

    id: int | None = Field(default=None, sa_column=Column(RowId, primary_key=True))
    case_id: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    state: str = Field(default="offered", index=True)
    starts_at: datetime
    ends_at: datetime = Field(index=True)
    district: str
    language: str
    wish: str = ""
    box: bytes
    offered_by: int = Field(foreign_key="person.id")
    taken_by: int | None = Field(default=None, foreign_key="person.id", index=True)
    taken_at: datetime | None = None
    asked_at: datetime | None = None
    ended_at: datetime | None = None
    created_at: datetime


class OutingRow(SQLModel, table=True):
    """A day on which many go to one place. `box` holds the place, sealed to the team; `places`: how many can come.

    `led_by` is who goes with them and ticks who came, when it is not a coordinator. One that belongs to a `service` may
    be open for `sign_up` by the bot: its words for that lie in `label_box`, under the time lock until it starts.
    `needs` are the skills that it asks for, each between blanks, `area` is the code of the place where it is.
    """

    __tablename__ = "outing"

    id: int | None = Field(default=None, sa_column=Column(RowId, primary_key=True))
    starts_at: datetime = Field(index=True)
    box: bytes
    places: int
    service: str = ""
    sign_up: bool = False
    label_box: bytes = b""
    needs: str = ""
    area: str = ""
    person_id: int = Field(foreign_key="person.id")
    led_by: int | None = Field(default=None, foreign_key="person.id")
    created_at: datetime


class OutingCase(SQLModel, table=True):
    """Which case goes on which outing, whether she `signed_up` herself, whether she came and for how many `hours`; who
    ticked that, and when."""

    __tablename__ = "outing_case"

    outing_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    case_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False, index=True))
    came: bool = False
    signed_up: bool = False
    hours: float | None = None
    ticked_at: datetime | None = None
    ticked_by: int | None = Field(default=None, foreign_key="person.id")
    added_at: datetime


class NoticeToMany(SQLModel, table=True):
    """One notice to many: whom it was for, how many got it in how many SMS segments; `box` holds its texts, sealed
    to the team. Its replies (`reply_ids`) can be stopped until `last_at`, when the last of them goes out.
    """

    __tablename__ = "notice_to_many"

    id: int | None = Field(default=None, sa_column=Column(RowId, primary_key=True))
    service: str
    area: str
    language: str
    told: int
    segments: int
    box: bytes
    person_id: int = Field(foreign_key="person.id")
    created_at: datetime
    last_at: datetime
    stopped_at: datetime | None = None
    stopped: int = 0
    reply_ids: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
