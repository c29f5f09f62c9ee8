"""Reads yes or no."""

from flows.answers.outcome import Misread
from flows.answers.words import meanings
from flows.digits import number_in
from flows.model import Answer

_NUMBERED = {1: "yes", 2: "no"}


def read(text: str, *, language: str) -> Answer | Misread:
    """`yes` or `no`, from a word of any language, a thumb, or 1 and 2 as a menu would number them."""
    number = number_in(text)
    if number is not None:
        value = _NUMBERED.get(number)
        return Answer(value, text) if value else Misread("not_yes_or_no")
    meant = meanings(text, language) & {"yes", "no"}
    if len(meant) == 1:
        return Answer(next(iter(meant)), text)
    return Misread("not_yes_or_no")
