"""Add accepted senders, what a message is not for, and e-mail that strayed."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0024"
down_revision = "0019"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "portal_sender",
        sa.Column("portal", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("sender", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("accepted_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_portal_sender_person_id_person")),
        sa.PrimaryKeyConstraint("portal", "sender", name=op.f("pk_portal_sender")),
    )
    op.create_table(
        "message_apart",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("said_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_message_apart_person_id_person")),
        sa.PrimaryKeyConstraint("message_id", "case_id", name=op.f("pk_message_apart")),
    )
    op.create_table(
        "stray_mail",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("portal", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("wipe_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("read_by", sa.Integer(), nullable=True),
        sa.Column("read_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("told_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("settled_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["read_by"], ["person.id"], name=op.f("fk_stray_mail_read_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stray_mail")),
    )
    op.create_index(op.f("ix_stray_mail_wipe_at"), "stray_mail", ["wipe_at"], unique=False)
    op.create_table(
        "mail_apart",
        sa.Column("mail_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("said_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mail_apart_person_id_person")),
        sa.PrimaryKeyConstraint("mail_id", "case_id", name=op.f("pk_mail_apart")),
    )
    op.create_table(
        "stray_file",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("mail_id", sa.BigInteger(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stray_file")),
    )
    op.create_index(op.f("ix_stray_file_mail_id"), "stray_file", ["mail_id"], unique=False)
