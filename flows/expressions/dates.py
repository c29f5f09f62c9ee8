"""The functions of ODK that make dates, count them in days and write them out."""

import re
from collections.abc import Callable
from datetime import datetime

from flows.expressions.convert import Result, exactness, moment_number, to_date, to_moment

_YEAR, _MONTH, _DAY = 1, 2, 3
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SIGN = re.compile("%(.?)", re.DOTALL)
_SIGNS: dict[str, tuple[int, Callable[[datetime], str]]] = {
    "Y": (_YEAR, lambda moment: f"{moment.year:04}"),
    "y": (_YEAR, lambda moment: f"{moment.year % 100:02}"),
    "m": (_MONTH, lambda moment: f"{moment.month:02}"),
    "n": (_MONTH, lambda moment: f"{moment.month}"),
    "b": (_MONTH, lambda moment: _MONTHS[moment.month - 1]),
    "d": (_DAY, lambda moment: f"{moment.day:02}"),
    "e": (_DAY, lambda moment: f"{moment.day}"),
    "a": (_DAY, lambda moment: _DAYS[moment.weekday()]),
    "H": (_DAY, lambda moment: f"{moment.hour:02}"),
    "h": (_DAY, lambda moment: f"{moment.hour}"),
    "M": (_DAY, lambda moment: f"{moment.minute:02}"),
    "S": (_DAY, lambda moment: f"{moment.second:02}"),
    "3": (_DAY, lambda moment: f"{moment.microsecond // 1000:03}"),
}
"""The signs of a date's format in ODK: how exact a date must be for it, and what is written in its place."""


def day(value: Result) -> Result:
    """`date(value)`: the day, or the empty text when the value is no date."""
    return to_date(value) or ""


def moment(value: Result) -> Result:
    """`date-time(value)`: the moment, or the empty text when the value is none."""
    return to_moment(value) or ""


def days(value: Result) -> Result:
    """`decimal-date-time(value)`: days since 1970 with their fraction, or the empty text when the value is no date."""
    found = to_moment(value)
    return moment_number(found) if found else ""


def date_format(pattern: str) -> Callable[[Result], str]:
    """`format-date(value, pattern)` for one pattern; ValueError when it has a sign that ODK does not know.

    Months and days of the week are in English. What is no date gives the empty text. A partial date is never written
    as if the rest were known: when the pattern asks for more than there is, it stays as it is (`1992`).
    """
    signs = _SIGN.findall(pattern)
    if unknown := [sign for sign in signs if sign not in _SIGNS]:
        raise ValueError(f"%{unknown[0]} means nothing in the format of a date")
    needed = max((_SIGNS[sign][0] for sign in signs), default=0)

    def write(value: Result) -> str:
        found = to_moment(value)
        if found is None:
            return ""
        if isinstance(value, str) and 0 < exactness(value) < needed:
            return value.strip()
        return _SIGN.sub(lambda sign: _SIGNS[sign[1]][1](found), pattern)

    return write
