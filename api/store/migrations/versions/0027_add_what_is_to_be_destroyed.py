"""Add which shred secrets are to be destroyed."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shredding",
        sa.Column("secret_id", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("secret_id", name=op.f("pk_shredding")),
    )
