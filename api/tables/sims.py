"""Which SIM in which phone is which number of ours."""

from datetime import datetime

from sqlmodel import Field, SQLModel, UniqueConstraint


class SimRow(SQLModel, table=True):
    """A SIM of which a gateway told us: its phone by the gateway's own id, and its slot (0: the gateway did not say).

    `number` is the number of ours that it has, E.164; none until a coordinator says so. `seen_at` is when the gateway
    spoke of it last.
    """

    __tablename__ = "sim"
    __table_args__ = (
        UniqueConstraint("gateway", "device", "slot", name="uq_sim_place"),
        UniqueConstraint("number", name="uq_sim_number"),
    )

    id: int | None = Field(default=None, primary_key=True)
    gateway: str
    device: str
    slot: int
    number: str | None = Field(default=None, foreign_key="number.number")
    seen_at: datetime
