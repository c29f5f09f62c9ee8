"""Add proxy e-mail."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "mail_address",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("address", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("portal", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("cooling_days", sa.Integer(), nullable=False),
        sa.Column("lent_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("expects_until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("released_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("cool_until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_address")),
        sa.UniqueConstraint("address", name=op.f("uq_mail_address_address")),
    )
    op.create_index(op.f("ix_mail_address_case_id"), "mail_address", ["case_id"], unique=False)
    op.create_index(
        "uq_mail_address_case",
        "mail_address",
        ["case_id", "portal"],
        unique=True,
        sqlite_where=sa.text("state = 'active'"),
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_table(
        "mail_message",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("address_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("wipe_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("read_by", sa.Integer(), nullable=True),
        sa.Column("read_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["read_by"], ["person.id"], name=op.f("fk_mail_message_read_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_message")),
    )
    op.create_index(op.f("ix_mail_message_case_id"), "mail_message", ["case_id"], unique=False)
    op.create_index(op.f("ix_mail_message_wipe_at"), "mail_message", ["wipe_at"], unique=False)
    op.create_table(
        "mail_file",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_file")),
    )
    op.create_index(op.f("ix_mail_file_case_id"), "mail_file", ["case_id"], unique=False)
    op.create_index(op.f("ix_mail_file_message_id"), "mail_file", ["message_id"], unique=False)
    op.create_table(
        "heard",
        sa.Column("address_index", sa.LargeBinary(), nullable=False),
        sa.Column("heard_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("knocked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("address_index", name=op.f("pk_heard")),
    )
