"""Reads an e-mail address."""

import re

from flows.answers.outcome import Misread
from flows.answers.words import meanings
from flows.digits import number_in, read_digits
from flows.model import Answer

_AROUND = re.compile(r"\s*([@.])\s*")  # telephones put a blank after every full stop
_ADDRESS = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"
)


def read(text: str, *, language: str) -> Answer | Misread:
    """The address in small letters (RFC 5321 sizes, ASCII only, as portals take no other).

    0, none or I do not know mean that she has none: the value is None.
    """
    if number_in(text) == 0 or meanings(text, language) & {"none", "unknown", "no"}:
        return Answer(None, text)
    value = _AROUND.sub(r"\1", read_digits(text).strip(" <>\n\t")).rstrip(".,;").lower().removeprefix("mailto:")
    if len(value) > 254 or len(value.partition("@")[0]) > 64 or not _ADDRESS.fullmatch(value):
        return Misread("not_an_email")
    return Answer(value, text)
