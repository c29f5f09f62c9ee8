"""The one error of a staff request."""

from typing import Any


class Refused(Exception):
    """A signed-in person asked for what cannot be done.

    `status` is the HTTP status, `code` a stable word for tests and for the text that she is shown
    (see `console/refusals.py`), e.g. `Refused(409, "already_claimed")`. `detail` is what that text may name, e.g.
    `until` when; never anything of a worker's.
    """

    def __init__(self, status: int, code: str, **detail: Any) -> None:
        self.status, self.code, self.detail = status, code, detail
        super().__init__(f"{status} {code}")
