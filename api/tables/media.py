"""Voice notes, pictures and files that workers or portals send: where the provider has them, then the bytes."""

from datetime import datetime

from sqlalchemy import BigInteger, Column
from sqlmodel import Field, SQLModel

from api.tables.keys import RowId


class MediaRow(SQLModel, table=True):
    """One file that a worker sent, or that came with a portal message (`message_id`).

    `media_index` recognises the provider's own reference of it.

    `state` is `waiting` (the box says where the provider has it), `kept` (the box holds the bytes), `lost` (the
    provider gave it to us at no try) or `large`. The box is sealed to the case, or time-locked: with the shred secret
    of the draft that it belongs to while there is no case (`secret_id`), without one while it waits for its bytes; what
    came with a portal message that has no case is sealed to the team.
    `lane` is the bot or number to ask, `tries` how often it was asked, `next_try` when it is asked again.
    """

    __tablename__ = "media"
    __table_args__ = {"sqlite_autoincrement": True}  # while its bytes load, another file must not get its id

    id: int | None = Field(default=None, sa_column=Column(RowId, primary_key=True))
    media_index: bytes = Field(index=True)
    kind: str
    lane: str
    state: str = "waiting"
    case_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True, index=True))
    secret_id: bytes = Field(default=b"", index=True)
    message_id: int | None = Field(default=None, index=True)
    box: bytes
    tries: int = 0
    next_try: datetime
    created_at: datetime
    expires_at: datetime | None = Field(default=None, index=True)
