"""Add of which portal message a file is."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("media", sa.Column("message_id", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_media_message_id"), "media", ["message_id"], unique=False)
