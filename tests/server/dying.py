"""`python -m tests.server.dying MOMENT FILE`: `later`, killed the first time that it lets go of a secret.

MOMENT is `before` its database commits that nothing needs the secret any more, or `after`, when the keyring is left.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from api.keys.keyring import Keyring
from tests.server.later import serve


def main(moment: str, clock: Path) -> None:
    """Serve until killed."""
    prepare, commit = Keyring.prepare, Keyring.commit

    def die_if_it_lets_go(keyring: Keyring) -> None:
        if keyring._thread.kept.destroyed:
            os.kill(os.getpid(), signal.SIGKILL)

    def prepare_and_die(keyring: Keyring) -> None:
        prepare(keyring)
        die_if_it_lets_go(keyring)

    def die_and_commit(keyring: Keyring, **options: Any) -> None:
        die_if_it_lets_go(keyring)
        commit(keyring, **options)

    patches: dict[str, tuple[str, Callable[..., None]]] = {
        "before": ("prepare", prepare_and_die),
        "after": ("commit", die_and_commit),
    }
    setattr(Keyring, *patches[moment])
    serve(clock)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
