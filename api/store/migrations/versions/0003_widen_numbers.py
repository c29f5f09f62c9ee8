"""Widen numbers: states and health, what portals refuse, lines for numbers and windows, tests and alarms."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "number_wait",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("portal", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("offered_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_wait")),
        sa.UniqueConstraint("case_id", "portal", name="uq_number_wait_case"),
    )
    with op.batch_alter_table("number_wait", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_number_wait_portal"), ["portal"], unique=False)
    op.create_table(
        "number_alarm",
        sa.Column("number", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("since", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["number.number"], name=op.f("fk_number_alarm_number_number")),
        sa.PrimaryKeyConstraint("number", "kind", name=op.f("pk_number_alarm")),
    )
    op.create_table(
        "portal_refusal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("portal", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("refused_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["number.number"], name=op.f("fk_portal_refusal_number_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_refusal")),
    )
    with op.batch_alter_table("portal_refusal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portal_refusal_number"), ["number"], unique=False)
        batch_op.create_index(batch_op.f("ix_portal_refusal_portal"), ["portal"], unique=False)
    op.create_table(
        "self_test",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("sender", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("token_index", sa.LargeBinary(), nullable=False),
        sa.Column("reply_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("arrived_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["number"], ["number.number"], name=op.f("fk_self_test_number_number")),
        sa.ForeignKeyConstraint(["sender"], ["number.number"], name=op.f("fk_self_test_sender_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_test")),
    )
    with op.batch_alter_table("self_test", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_self_test_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_self_test_number"), ["number"], unique=False)
    op.create_table(
        "window_turn",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("portal", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("called_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["number.number"], name=op.f("fk_window_turn_number_number")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_window_turn_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_window_turn")),
        sa.UniqueConstraint("case_id", "portal", name="uq_window_turn_case"),
    )
    with op.batch_alter_table("window_turn", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_window_turn_number"), ["number"], unique=False)
    with op.batch_alter_table("case", schema=None) as batch_op:
        batch_op.add_column(sa.Column("keep_until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    with op.batch_alter_table("number", schema=None) as batch_op:
        batch_op.add_column(sa.Column("plan", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
        batch_op.add_column(sa.Column("lost_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("last_seen_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("battery", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("online", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("checked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
