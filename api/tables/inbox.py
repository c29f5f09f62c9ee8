"""What people decided about messages that found no case, and e-mail that came to no case's address."""

from datetime import datetime

from sqlalchemy import BigInteger, Column
from sqlmodel import Field, SQLModel

from api.tables.keys import RowId


class PortalSender(SQLModel, table=True):
    """A sender of whom a coordinator said that it is a portal's, beside those that the portal's file names."""

    __tablename__ = "portal_sender"

    portal: str = Field(primary_key=True)
    sender: str = Field(primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    accepted_at: datetime


class MessageApart(SQLModel, table=True):
    """A message of which somebody said that it is not for a case: it is not proposed to that one any more."""

    __tablename__ = "message_apart"

    message_id: int = Field(primary_key=True)
    case_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    person_id: int = Field(foreign_key="person.id")
    said_at: datetime


class StrayMail(SQLModel, table=True):
    """An e-mail to an address that a case had once, or to one that is nearly a case's: it waits, sealed to the team.

    `portal` is that of the address, `kind` `code` or `other`. `box` holds what came and to which address; it is emptied
    at `wipe_at`, or when the mail was given to a case. `read_by` and `read_at` say who read it first, `told_at` when
    those on duty were told that nobody had, `settled_at` when somebody said that it is nobody's.
    """

    __tablename__ = "stray_mail"

    id: int | None = Field(default=None, sa_column=Column(RowId, primary_key=True))
    portal: str
    kind: str
    box: bytes
    received_at: datetime
    wipe_at: datetime | None = Field(default=None, index=True)
    read_by: int | None = Field(default=None, foreign_key="person.id")
    read_at: datetime | None = None
    told_at: datetime | None = None
    settled_at: datetime | None = None


class MailApart(SQLModel, table=True):
    """An e-mail of which somebody said that it is not for a case, as `MessageApart` says of an SMS."""

    __tablename__ = "mail_apart"

    mail_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    case_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    person_id: int = Field(foreign_key="person.id")
    said_at: datetime


class StrayFile(SQLModel, table=True):
    """One file of such an e-mail, sealed to the team: its name, its type and its content in one box."""

    __tablename__ = "stray_file"

    id: int | None = Field(default=None, sa_column=Column(RowId, primary_key=True))
    mail_id: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    box: bytes
