"""Reads anything she wants to say."""

from flows.answers.outcome import Misread
from flows.model import Answer


def read(text: str, *, longest: int = 1000) -> Answer | Misread:
    """The text without blanks at its ends; `not_a_text` if nothing is left, `too_long` beyond `longest` characters."""
    value = text.strip()
    if not value:
        return Misread("not_a_text")
    return Answer(value, text) if len(value) <= longest else Misread("too_long")
