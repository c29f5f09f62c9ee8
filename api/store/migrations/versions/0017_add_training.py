"""Add training and reviewed languages."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "passed",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("service", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("version", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_passed_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "service", name=op.f("pk_passed")),
    )
    op.create_table(
        "language_review",
        sa.Column("service", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("language", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("texts", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reviewer", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("void_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_language_review_person_id_person")),
        sa.PrimaryKeyConstraint("service", "language", name=op.f("pk_language_review")),
    )
    needs = sa.Column("needs", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default="")
    op.add_column("case", needs)
    with op.batch_alter_table("case", schema=None) as batch_op:
        batch_op.alter_column("needs", server_default=None)
