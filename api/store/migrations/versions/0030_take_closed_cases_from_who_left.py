"""Take their closed cases from those who left, or take no cases any more: what comes there is for coordinators."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

CASE = sa.table("case", sa.column("state", sa.String), sa.column("claimed_by", sa.Integer))
PERSON = sa.table("person", sa.column("id", sa.Integer), sa.column("role", sa.String), sa.column("active", sa.Boolean))


def upgrade() -> None:
    left = sa.select(PERSON.c.id).where(sa.or_(sa.not_(PERSON.c.active), PERSON.c.role == "trainee"))
    op.execute(CASE.update().where(CASE.c.state == "closed", CASE.c.claimed_by.in_(left)).values(claimed_by=None))
