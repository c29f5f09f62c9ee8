"""What the numbers of a date can be: which is the year, which the month, which the day."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from flows.answers.date_words import Said
from flows.calendars import from_gregorian
from flows.months import Month

_MONTH_FIRST = ("en", "fil", "tl", "ceb", "ilo")  # Filipinos write 5/17/1992, and many of them answer in English
_OWN = {
    "am": "ethiopian",
    "ti": "ethiopian",
    "om": "ethiopian",
    "ne": "bikram_sambat",
    "fa": "solar_hijri",
    "ps": "solar_hijri",
}
_LUNAR = ("ar", "ur", "bn", "so")
_LAST_DAY = 32
"""The highest day that a month has in any calendar: Bikram Sambat has months of 32 days. What is higher is a year."""


class Written(NamedTuple):
    """A date as it was written, in the calendar it may be meant in; what was not said is None."""

    calendar: str
    year: int
    month: int | None = None
    day: int | None = None


def own_calendar(language: str) -> str:
    """The calendar in which those who write a language (ISO 639) count years beside the Gregorian one, or none."""
    return _OWN.get(language, "")


def readings(said: Said, *, today: date, language: str, calendar: str | None) -> list[Written]:
    """All dates that the numbers and words can mean, in the order to offer them, whether they exist or not."""
    found: list[Written] = []
    for year, month, day in _with_month(said) if said.months else _shapes(said.numbers, language):
        for name, number in _months(said, month, day, year, language, calendar):
            full = _year(year, name, today)
            if full:
                found.append(Written(name, full, number, int(day) if day else None))
    return list(dict.fromkeys(found))


def without_year(said: Said, *, today: date, language: str, calendar: str | None, coming: bool) -> list[Written]:
    """All days that can be meant when no year was said: each as it was last, or (`coming`) as it is next."""
    found = []
    for month, day in _days(said, language):
        for name, number in _months(said, month, day, "", language, calendar):
            year, *now = from_gregorian(name, today)
            asked = [number or 0, int(day)]
            if coming:
                year += asked < now
            else:
                year -= asked > now
            found.append(Written(name, year, number, int(day)))
    return list(dict.fromkeys(found))


def _days(said: Said, language: str) -> Iterator[tuple[str, str]]:
    """Month and day as typed; the month is empty where a word names it."""
    match [number for number in said.numbers if len(number) < 3 and 0 < int(number) <= _LAST_DAY]:
        case [day] if said.months and len(said.numbers) == 1:
            yield "", day
        case [first, second] if not said.months and len(said.numbers) == 2:
            yield from ((month, day) for _, month, day in _three(first, second, "", language))


_Shape = tuple[str, str, str]  # year, month, day as typed; empty what is not there


def _with_month(said: Said) -> Iterator[_Shape]:
    match [number for number in said.numbers if len(number) in (1, 2, 4)]:
        case [year] if len(year) == 4 or int(year) >= _LAST_DAY:
            yield year, "", ""
        case [day, year] if len(day) < 3 and int(day) <= _LAST_DAY:
            yield year, "", day
        case [year, day] if len(day) < 3:
            yield year, "", day


def _shapes(numbers: tuple[str, ...], language: str) -> Iterator[_Shape]:
    match numbers:
        case [one] if len(one) in (2, 4):
            yield one, "", ""
        case [one] if len(one) == 8:
            yield from _three(one[:2], one[2:4], one[4:], language)
            yield one[:4], one[4:6], one[6:]
        case [one] if len(one) == 6:
            yield from _three(one[:2], one[2:4], one[4:], language)
            yield one[2:], one[:2], ""
        case [first, second] if len(first) == 4 or int(first) > _LAST_DAY:
            yield first, second, ""
        case [first, second] if len(second) == 4 or int(second) > _LAST_DAY:
            yield second, first, ""
        case [first, second, third]:
            yield from _three(first, second, third, language)


def _three(first: str, second: str, third: str, language: str) -> Iterator[_Shape]:
    if len(first) == 4 or int(first) > _LAST_DAY:
        yield first, second, third
        return
    yield third, second, first
    months = 13 if own_calendar(language) == "ethiopian" else 12
    if int(second) > months or (language in _MONTH_FIRST and first != second):
        yield third, first, second


def _months(
    said: Said, month: str, day: str, year: str, language: str, calendar: str | None
) -> Iterator[tuple[str, int | None]]:
    """The calendars in which to read, each with its number of the month."""
    wanted = said.calendar or calendar
    if said.months:
        yield from _named(said.months, wanted, own_calendar(language))
        return
    for name in [wanted] if wanted else _likely(year or "2000", language):
        yield name, int(month) if month else None


def _named(months: frozenset[Month], wanted: str | None, own: str) -> list[Month]:
    """The months that a name means: those of the wanted calendar, else of her own if the Gregorian has no such name.

    Tir is the fifth Ethiopian and the fourth Iranian month; Tigrinya has one name for a month of both calendars.
    """
    calendars = {month.calendar for month in months}
    if wanted not in calendars:
        wanted = own if own in calendars and "gregorian" not in calendars else None
    fitting = [month for month in months if wanted in (None, month.calendar)]
    return sorted(fitting, key=lambda month: (month.calendar == "gregorian", month))


def _likely(year: str, language: str) -> Iterator[str]:
    """Her own calendar, then ours; for a year such as 1412 those of Islam, unless she counts otherwise."""
    own = own_calendar(language)
    if own:
        yield own
    elif 1300 <= int(year) < 1500:
        yield "hijri"
        if language not in _LUNAR:
            yield "solar_hijri"
    yield "gregorian"


def _year(year: str, calendar: str, today: date) -> int | None:
    """The year in full. Of two digits the last year that ended so: 92 is 1992, and 15 is 2015."""
    if len(year) != 2:
        return int(year) if len(year) == 4 else None
    now = from_gregorian(calendar, today)[0]
    return now - (now - int(year)) % 100
