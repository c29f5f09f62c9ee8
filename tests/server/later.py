"""`python -m tests.server.later FILE`: the server by a clock that is ahead by the seconds in FILE."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from api import settings as environment
from api.app import create_app
from api.serving import server


def serve(clock: Path) -> None:
    """Serve until told to stop."""
    settings = environment.load()

    def later() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(clock.read_text("ascii")))

    server(settings, create_app(settings, clock=later)).run()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
