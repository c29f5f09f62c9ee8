"""Whether a note names somebody: a name, an address or a number of the case that it stands in."""

import re
from collections.abc import Iterator, Mapping

from anyascii import anyascii

from flows.digits import read_digits
from flows.fold import fold
from flows.loader import Service
from flows.model import Answer

SHORTEST_WORD = 3
"""Letters: what is shorter is no name by which somebody could be known."""
SHORTEST_NUMBER = 4
"""Digits."""
_APOSTROPHES = re.compile("['’‘`]")
_NUMBER = re.compile(r"\d(?:[\s./()+-]?\d)*")


def names_somebody(note: str, service: Service, answers: Mapping[str, Answer]) -> bool:
    """Whether one of the names or numbers of a case stands in a note, in any script and with any punctuation."""
    words, numbers = set(_words(note)), list(_numbers(note))
    for text in _identities(service, answers):
        if words & set(_words(text)) or any(one in two or two in one for one in _numbers(text) for two in numbers):
            return True
    return False


def _identities(service: Service, answers: Mapping[str, Answer]) -> Iterator[str]:
    """What she said that tells who she is: as she wrote it, and as it was understood."""
    for name, answer in answers.items():
        asked = service.by_name.get(name)
        question = asked.question if asked else None
        tells = question is None or question.sensitive == "identity" or question.type in ("name", "phone", "email")
        if tells and not (question and answer.value in question.choices):
            yield from (one for one in (answer.raw, answer.value) if isinstance(one, str))


def _words(text: str) -> Iterator[str]:
    plain = _APOSTROPHES.sub(" ", text)
    for one in (*fold(text).split(), *fold(plain).split(), *fold(anyascii(plain)).split()):
        if len(one) >= SHORTEST_WORD and not one.isdecimal():
            yield one


def _numbers(text: str) -> Iterator[str]:
    for found in _NUMBER.findall(read_digits(text)):
        digits = re.sub(r"\D", "", found)
        if len(digits) >= SHORTEST_NUMBER:
            yield digits
