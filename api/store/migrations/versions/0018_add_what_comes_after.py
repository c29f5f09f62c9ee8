"""Add follow-ups, the tasks that services plan, and outings that workers sign up for."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT, TIME = sqlmodel.sql.sqltypes.AutoString, sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    op.create_table(
        "follow_up",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("name", TEXT(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", TEXT(), nullable=False),
        sa.Column("address_index", sa.LargeBinary(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("bad", sa.Boolean(), nullable=False),
        sa.Column("event_at", TIME(), nullable=False),
        sa.Column("due_at", TIME(), nullable=False),
        sa.Column("until", TIME(), nullable=False),
        sa.Column("asked_at", TIME(), nullable=True),
        sa.Column("ended_at", TIME(), nullable=True),
        sa.Column("created_at", TIME(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
    )
    for column in ("state", "due_at", "until"):
        op.create_index(op.f(f"ix_follow_up_{column}"), "follow_up", [column], unique=False)
    op.create_index("uq_follow_up_event", "follow_up", ["case_id", "name", "event_at", "number"], unique=True)
    _widen("staff_address", ("address_index", sa.LargeBinary()))
    op.create_index(op.f("ix_staff_address_address_index"), "staff_address", ["address_index"], unique=False)
    _widen("task", ("name", TEXT()), ("skill", TEXT()))
    _widen("outing", ("service", TEXT()), ("label_box", sa.LargeBinary()), ("sign_up", sa.Boolean()))
    _widen("outing_case", ("signed_up", sa.Boolean()))
    op.add_column("outing_case", sa.Column("hours", sa.Float(), nullable=True))


def _widen(table: str, *columns: tuple[str, sa.types.TypeEngine[object]]) -> None:
    """Add columns that are never empty, to rows that have nothing in them."""
    nothing = {TEXT: "", sa.LargeBinary: sa.text("''"), sa.Boolean: sa.false()}
    for name, kind in columns:
        default = nothing[type(kind)]
        op.add_column(table, sa.Column(name, kind, nullable=False, server_default=default))
    with op.batch_alter_table(table, schema=None) as batch_op:
        for name, _ in columns:
            batch_op.alter_column(name, server_default=None)
