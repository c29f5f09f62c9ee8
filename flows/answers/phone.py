"""Reads a telephone number."""

import re
from collections.abc import Iterator

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberMatcher

from flows.answers.choice import offered
from flows.answers.outcome import Misread
from flows.digits import read_digits
from flows.model import Answer, Option

_NOISE = re.compile(r"[^\d+]+")  # words around it too: nobody here spells a number with letters
_LONGEST = 15  # digits of an E.164 number; more of them are two numbers


def read(text: str, options: tuple[Option, ...] = (), *, region: str = "LB") -> Answer | Misread:
    """The number in E.164, or the value of one of the common answers that were offered.

    A number without a country code is one of `region` (ISO 3166 alpha-2). It must be one that can exist by the rules
    of libphonenumber: `not_a_phone` otherwise, `ambiguous` when there are several.
    """
    chosen = offered(text, options)
    if chosen:
        return Answer(chosen.value, text)
    found = tuple(dict.fromkeys(_numbers(read_digits(text), region)))
    if len(found) > 1:
        return Misread("ambiguous", tuple(Option(number, number) for number in found))
    return Answer(found[0], text) if found else Misread("not_a_phone")


def _numbers(text: str, region: str) -> Iterator[str]:
    if len(text) > _LONGEST and sum(sign.isdecimal() for sign in text) > _LONGEST:
        yield from (_written(match.number) for match in PhoneNumberMatcher(text, region))
        return
    digits = _NOISE.sub(" ", text).strip()
    for attempt in (digits, f"+{digits}"):  # many leave out the plus
        number = _parsed(attempt, region)
        if number and phonenumbers.is_valid_number(number):
            yield _written(number)
            return


def _parsed(text: str, region: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except NumberParseException:
        return None


def _written(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)
