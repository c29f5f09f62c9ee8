"""Add what takes people somewhere, what is told to many, and what workers send."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT, TIME = sqlmodel.sql.sqltypes.AutoString, sqlmodel.sql.sqltypes.UTCDateTime
LIVING = sa.text("state IN ('offered', 'taken')")


def upgrade() -> None:
    _offers()
    _outings()
    _notices()
    _media()


def _offers() -> None:
    op.create_table(
        "offer",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("state", TEXT(), nullable=False),
        sa.Column("starts_at", TIME(), nullable=False),
        sa.Column("ends_at", TIME(), nullable=False),
        sa.Column("district", TEXT(), nullable=False),
        sa.Column("language", TEXT(), nullable=False),
        sa.Column("wish", TEXT(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("offered_by", sa.Integer(), nullable=False),
        sa.Column("taken_by", sa.Integer(), nullable=True),
        sa.Column("taken_at", TIME(), nullable=True),
        sa.Column("asked_at", TIME(), nullable=True),
        sa.Column("ended_at", TIME(), nullable=True),
        sa.Column("created_at", TIME(), nullable=False),
        sa.ForeignKeyConstraint(["offered_by"], ["person.id"], name=op.f("fk_offer_offered_by_person")),
        sa.ForeignKeyConstraint(["taken_by"], ["person.id"], name=op.f("fk_offer_taken_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
    )
    for column in ("case_id", "state", "ends_at", "taken_by"):
        op.create_index(op.f(f"ix_offer_{column}"), "offer", [column], unique=False)
    op.create_index(
        "uq_offer_case_start",
        "offer",
        ["case_id", "starts_at"],
        unique=True,
        sqlite_where=LIVING,
        postgresql_where=LIVING,
    )


def _outings() -> None:
    op.create_table(
        "outing",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("starts_at", TIME(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("led_by", sa.Integer(), nullable=True),
        sa.Column("created_at", TIME(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_outing_person_id_person")),
        sa.ForeignKeyConstraint(["led_by"], ["person.id"], name=op.f("fk_outing_led_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outing")),
    )
    op.create_index(op.f("ix_outing_starts_at"), "outing", ["starts_at"], unique=False)
    op.create_table(
        "outing_case",
        sa.Column("outing_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("came", sa.Boolean(), nullable=False),
        sa.Column("ticked_at", TIME(), nullable=True),
        sa.Column("ticked_by", sa.Integer(), nullable=True),
        sa.Column("added_at", TIME(), nullable=False),
        sa.ForeignKeyConstraint(["ticked_by"], ["person.id"], name=op.f("fk_outing_case_ticked_by_person")),
        sa.PrimaryKeyConstraint("outing_id", "case_id", name=op.f("pk_outing_case")),
    )
    op.create_index(op.f("ix_outing_case_case_id"), "outing_case", ["case_id"], unique=False)


def _notices() -> None:
    op.create_table(
        "notice_to_many",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("service", TEXT(), nullable=False),
        sa.Column("area", TEXT(), nullable=False),
        sa.Column("language", TEXT(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME(), nullable=False),
        sa.Column("last_at", TIME(), nullable=False),
        sa.Column("stopped_at", TIME(), nullable=True),
        sa.Column("stopped", sa.Integer(), nullable=False),
        sa.Column("reply_ids", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_to_many_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_to_many")),
    )


def _media() -> None:
    op.create_table(
        "media",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("media_index", sa.LargeBinary(), nullable=False),
        sa.Column("kind", TEXT(), nullable=False),
        sa.Column("lane", TEXT(), nullable=False),
        sa.Column("state", TEXT(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("secret_id", sa.LargeBinary(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try", TIME(), nullable=False),
        sa.Column("created_at", TIME(), nullable=False),
        sa.Column("expires_at", TIME(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media")),
    )
    for column in ("media_index", "case_id", "secret_id", "expires_at"):
        op.create_index(op.f(f"ix_media_{column}"), "media", [column], unique=False)
