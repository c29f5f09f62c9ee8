"""E-mail addresses of ours, their loan to cases, and what portals sent to them."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, text
from sqlmodel import Field, SQLModel

from api.tables.keys import RowId


class MailAddress(SQLModel, table=True):
    """An address on our domain, made for one case and one portal, and never given to anybody else.

    What stands before the `@` of `address` is drawn by chance. `state` is `active`, `cooling` (the case gave it back;
    what comes late still reaches it) or `ended` (what comes is dropped). `cooling_days` are as the portal asked when it
    was lent. Until `expects_until` her volunteer waits for a login code.
    """

    __tablename__ = "mail_address"
    __table_args__ = (
        Index(
            "uq_mail_address_case",
            "case_id",
            "portal",
            unique=True,
            sqlite_where=text("state = 'active'"),
            postgresql_where=text("state = 'active'"),
        ),
    )

    id: int | None = Field(default=None, sa_column=Column(RowId, primary_key=True))
    address: str = Field(unique=True)
    case_id: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    portal: str
    state: str = "active"
    cooling_days: int
    lent_at: datetime
    expects_until: datetime | None = None
    released_at: datetime | None = None
    cool_until: datetime | None = None


class MailMessage(SQLModel, table=True):
    """An e-mail that came to an address of a case, sealed to the case.

    `kind` is `code` or `other`; the box of a code is emptied when its lifetime ends (`wipe_at`), its files with it.
    """

    __tablename__ = "mail_message"

    id: int | None = Field(default=None, sa_column=Column(RowId, primary_key=True))
    address_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    case_id: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    kind: str
    box: bytes
    received_at: datetime
    wipe_at: datetime | None = Field(default=None, index=True)
    read_by: int | None = Field(default=None, foreign_key="person.id")
    read_at: datetime | None = None


class MailFileRow(SQLModel, table=True):
    """One file of an e-mail, sealed to the case: its name, its type and its content in one box."""

    __tablename__ = "mail_file"

    id: int | None = Field(default=None, sa_column=Column(RowId, primary_key=True))
    message_id: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    case_id: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    box: bytes
