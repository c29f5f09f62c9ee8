"""When somebody last wrote by a channel that lets us answer for a while only."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class Heard(SQLModel, table=True):
    """Somebody on WhatsApp: when she wrote last, and when we asked her to write, so that we may say what waits."""

    address_index: bytes = Field(primary_key=True)
    heard_at: datetime | None = None
    knocked_at: datetime | None = None
