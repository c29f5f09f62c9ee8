"""Drop the tasks that ask whether somebody is home whose case was forgotten, and with it the offer to go along."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

OFFER = sa.table("offer", sa.column("id", sa.BigInteger))
TASK = sa.table("task", *(sa.column(name) for name in ("kind", "state", "about", "due_at", "ended_at")))


def upgrade() -> None:
    its = sa.exists().where(sa.cast(OFFER.c.id, sa.String) == TASK.c.about)
    asked = TASK.c.kind == "check_in", TASK.c.state.in_(("open", "doing", "ready")), ~its
    op.execute(TASK.update().where(*asked).values(state="dropped", ended_at=TASK.c.due_at))
