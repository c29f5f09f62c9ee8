"""Never give an id again that links, tasks or files on their way still know."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

KNOWN_ELSEWHERE = ("call", "media", "notice", "offer", "task")


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for table in KNOWN_ELSEWHERE:
        with op.batch_alter_table(table, recreate="always", table_kwargs={"sqlite_autoincrement": True}):
            pass
