"""Widen people, and add alerts and the duty roster."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _widen_people()
    _add_invitations()
    _add_duty()
    _add_addresses()
    _add_alerts()


def _add_duty() -> None:
    op.create_table(
        "duty",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ends_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_duty_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
    )
    for column in ("person_id", "starts_at", "ends_at"):
        op.create_index(op.f(f"ix_duty_{column}"), "duty", [column], unique=False)


def _add_addresses() -> None:
    op.create_table(
        "staff_address",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("channel", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_staff_address_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_staff_address")),
    )
    op.create_index(op.f("ix_staff_address_expires_at"), "staff_address", ["expires_at"], unique=False)
    op.create_table(
        "address_code",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_address_code_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_address_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_address_code_code_hash")),
    )


def _add_alerts() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("about", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("seen_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_alert_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    for column in ("person_id", "at"):
        op.create_index(op.f(f"ix_alert_{column}"), "alert", [column], unique=False)
    op.create_index("uq_alert_slot", "alert", ["person_id", "kind", "about", "slot"], unique=True)


def _widen_people() -> None:
    for column in ("skills", "areas", "hours"):
        _add("person", sa.Column(column, sa.JSON(), nullable=False, server_default="[]"))
    _add("person", sa.Column("factor_box", sa.LargeBinary(), nullable=True))
    _add("person", sa.Column("factor_step", sa.Integer(), nullable=False, server_default="0"))
    _add("person", sa.Column("factor_demanded", sa.Boolean(), nullable=False, server_default=sa.false()))
    _add("person", sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    _add("signin", sa.Column("stage", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=""))
    _add("signin", sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
    _add("signin", sa.Column("proved_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))


def _add(table: str, column: sa.Column) -> None:
    """Add a column, and take its default away again once the rows that were there have it."""
    given = column.server_default is not None
    op.add_column(table, column)
    if given:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column(column.name, server_default=None)


def _add_invitations() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("team_box", sa.LargeBinary(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("role", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("language", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("invited_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["invited_by"], ["person.id"], name=op.f("fk_invitation_invited_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    op.create_table(
        "case_share",
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("trainee_id", sa.Integer(), nullable=False),
        sa.Column("mentor_id", sa.Integer(), nullable=False),
        sa.Column("shared_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["trainee_id"], ["person.id"], name=op.f("fk_case_share_trainee_id_person")),
        sa.ForeignKeyConstraint(["mentor_id"], ["person.id"], name=op.f("fk_case_share_mentor_id_person")),
        sa.PrimaryKeyConstraint("case_id", "trainee_id", name=op.f("pk_case_share")),
    )
