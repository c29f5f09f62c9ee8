"""Add what comes after a case was opened: empty until the branch that fills it is merged."""

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
