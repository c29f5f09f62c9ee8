"""Add which cases were brought together, and what an outing asks for."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0026"
down_revision = "0024"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    op.create_table(
        "pair",
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("other_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_pair_person_id_person")),
        sa.PrimaryKeyConstraint("case_id", "other_id", name=op.f("pk_pair")),
    )
    op.create_index(op.f("ix_pair_other_id"), "pair", ["other_id"], unique=False)
    for name in ("needs", "area"):
        op.add_column("outing", sa.Column(name, TEXT(), nullable=False, server_default=""))
    with op.batch_alter_table("outing", schema=None) as batch_op:
        for name in ("needs", "area"):
            batch_op.alter_column(name, server_default=None)
