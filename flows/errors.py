"""The one error of this package."""


class ServiceError(Exception):
    """A service file is wrong. Says where: file, line, question, and what to do about it, in the author's words."""

    def __init__(self, message: str, *, file: str = "", line: int = 0, question: str = "") -> None:
        self.message, self.file, self.line, self.question = message, file, line, question
        place = f"{file}:{line}" if line else file
        super().__init__(": ".join(part for part in (place, question, message) if part))
