"""Reads the number on a paper, and how many there are of something."""

import re

from flows.answers.outcome import Misread
from flows.answers.words import meanings
from flows.digits import number_in, read_digits
from flows.model import Answer

_NOT_PART = re.compile(r"[\s\-‐-―_]+")
_WORD = re.compile(r"[^\W\d_]{4,}")
_ONE_COUNT = re.compile(r"[^\d\-−+]*(\d{1,9})[^\d]*")


def read(text: str, *, language: str, longest: int = 30) -> Answer | Misread:
    """The number of a document as text: capitals and ASCII digits, without blanks and dashes (`EP1234567`).

    0, none or I do not know mean that there is none to be read: the value is None. `not_a_number` if no digit is in
    it, or a word beside it.
    """
    if number_in(text) == 0 or meanings(text, language) & {"none", "unknown", "no"}:
        return Answer(None, text)
    value = _NOT_PART.sub("", read_digits(text)).upper()
    if not re.search("[0-9]", value) or _WORD.search(text):
        return Misread("not_a_number")
    return Answer(value, text) if len(value) <= longest else Misread("too_long")


def read_whole(text: str, *, minimum: int = 0, maximum: int = 999_999_999) -> Answer | Misread:
    """How many: the one whole number in the text, as ASCII digits; `too_small` or `too_big` outside the bounds."""
    found = _ONE_COUNT.fullmatch(read_digits(text))
    if not found:
        return Misread("not_a_number")
    number = int(found[1])
    if number < minimum:
        return Misread("too_small")
    return Answer(str(number), text) if number <= maximum else Misread("too_big")
