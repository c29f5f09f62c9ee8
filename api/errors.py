"""The one error of a staff request."""


class Refused(Exception):
    """A signed-in person asked for what cannot be done.

    `status` is the HTTP status, `code` a stable word for tests and for the text that she is shown
    (see `console/refusals.py`), e.g. `Refused(409, "already_claimed")`.
    """

    def __init__(self, status: int, code: str) -> None:
        self.status, self.code = status, code
        super().__init__(f"{status} {code}")
