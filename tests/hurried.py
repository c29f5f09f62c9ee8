"""No test pulls the plug, so no database and no keyring of a test waits for the disk."""

from api.store import engines

SHIPPED = engines.SYNCHRONOUS
"""What a server does."""


def hurry() -> None:
    """Leave it to the system when to write to the disk, as `tests/conftest.py` tells PostgreSQL to."""
    engines.SYNCHRONOUS = "OFF"
