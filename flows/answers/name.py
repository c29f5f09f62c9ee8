"""Reads a person's name, in any script."""

import unicodedata

from flows.answers.outcome import Misread
from flows.model import Answer

_JOINERS = "\u200c\u200d"  # parts of words in Persian, Sinhala and Bengali; all other unseen signs go


def read(text: str, *, longest: int = 100) -> Answer | Misread:
    """The name as she wrote it, with single blanks between its words and no invisible marks.

    Refused are only `not_a_name` (no letter in it) and `too_long`: nobody is told that her name is wrong.
    """
    seen = text if text.isprintable() else "".join(_seen(sign) for sign in text)
    value = " ".join(seen.split())
    if not any(sign.isalpha() for sign in value):
        return Misread("not_a_name")
    return Answer(value, text) if len(value) <= longest else Misread("too_long")


def _seen(sign: str) -> str:
    category = unicodedata.category(sign)
    if category == "Cf" and sign not in _JOINERS:
        return ""
    return " " if category[0] == "C" and category != "Cf" else sign
