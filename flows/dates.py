"""Finds the dates that stand in a message, however they are written, and all the days that each can mean."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from flows.answers.date_shapes import Written, readings
from flows.answers.date_words import Said
from flows.calendars import from_gregorian, to_gregorian
from flows.months import Month, months_named

LANGUAGES = ("en", "ar", "fr", "am")
"""In whose words months are looked for where nobody says in which language a message is."""
_AHEAD = timedelta(days=300)  # a day without a year is the next one; of what is further off it would be a guess
_NUMERIC = re.compile(
    r"(?<![0-9/.-])(?:([0-9]{4})([-./])([0-9]{1,2})\2([0-9]{1,2})|([0-9]{1,2})([-./])([0-9]{1,2})\6([0-9]{4}|[0-9]{2}))"
    r"(?![0-9]|[/.-][0-9])"
)
_TOKEN = re.compile(r"[0-9]+|[^\W\d_][^\s\d.,:;()/!?\u060c\u061b\u1362\u0964-]*")
_BETWEEN = frozenset(["of", "de", "du", "the", "st", "nd", "rd", "th", "er", "ere", "le", "في", "من"])
# In which a language's readers write a date: `readings` has the month first for Filipinos, who write so.
_ORDERS = {"day_first": ("fr",), "month_first": ("fil",), "": ("fil",)}
_SHIFTS = (("ethiopian", 6, 9), ("bikram_sambat", -58, -55))


@dataclass(frozen=True, slots=True)
class Dated:
    """A date that stands at `start` to `end` of the text, and every Gregorian day that it can mean."""

    start: int
    end: int
    days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A number or a word of the text."""

    text: str
    start: int
    end: int


def dates_in(plain: str, *, today: date, order: str = "", languages: Iterable[str] = LANGUAGES) -> list[Dated]:
    """The dates in a text whose digits are ASCII (`read_digits`), in the order in which they stand there.

    `order` is `day_first`, `month_first`, or nothing when that is not known: 03/04/2027 then means two days. A day
    without a year is the next one after `today`.
    """
    numeric = [_numeric(found, today, order) for found in _NUMERIC.finditer(plain)]
    blanked = _NUMERIC.sub(lambda found: " " * len(found[0]), plain)
    worded = _worded(blanked, today, tuple(dict.fromkeys((*languages, *LANGUAGES))))
    return sorted((one for one in (*numeric, *worded) if one.days), key=lambda one: one.start)


def without_dates(plain: str, today: date) -> str:
    """The text with blanks where a date stands: what is left of its digits means something else."""
    for found in dates_in(plain, today=today):
        plain = plain[: found.start] + " " * (found.end - found.start) + plain[found.end :]
    return plain


def _numeric(found: re.Match[str], today: date, order: str) -> Dated:
    numbers = (found[1], found[3], found[4]) if found[1] else (found[5], found[7], found[8])
    days = [day for language in _ORDERS[order] for day in _days(numbers, today, language)]
    if order == "month_first" and len(days) > 1 and not found[1]:
        days = days[1:]  # the first reading has the day first
    return Dated(found.start(), found.end(), tuple(dict.fromkeys(days)))


def _days(numbers: tuple[str, str, str], today: date, language: str) -> Iterator[date]:
    said = Said(numbers, None, "", about=False, aged=False)
    soon = today.replace(year=today.year + 2, day=1)  # two digits are a year up to the one after the next
    for calendar in (None, *_other_calendars(numbers, today)):
        yield from _gregorian(readings(said, today=soon, language=language, calendar=calendar))


def _other_calendars(numbers: tuple[str, str, str], today: date) -> Iterator[str]:
    """Calendars in which a year of four digits would be about now, and is none that our calendar has now."""
    years = [int(number) for number in numbers if len(number) == 4]
    for calendar, least, most in _SHIFTS:
        if years and least <= today.year - years[0] <= most:
            yield calendar


def _gregorian(written: Iterable[Written]) -> Iterator[date]:
    for one in written:
        try:
            first, last = to_gregorian(*one)
        except ValueError:
            continue
        if first == last:
            yield first


def _worded(plain: str, today: date, languages: tuple[str, ...]) -> Iterator[Dated]:
    pieces = [_Piece(found[0], found.start(), found.end()) for found in _TOKEN.finditer(plain)]
    place = 0
    while place < len(pieces):
        found = next((one for size in (2, 1) if (one := _at(pieces, place, size, today, languages))), None)
        if found:
            yield found
        place += 1
        while found and place < len(pieces) and pieces[place].start < found.end:
            place += 1


def _at(pieces: list[_Piece], place: int, size: int, today: date, languages: tuple[str, ...]) -> Dated | None:
    """The date whose month is named by the pieces from `place` on."""
    named = pieces[place : place + size]
    if len(named) < size or any(piece.text.isdecimal() for piece in named):
        return None
    before, after = _number(pieces, place - 1, -1), _number(pieces, place + size, 1)
    if before is None and after is None:
        return None
    months = _months(" ".join(piece.text for piece in named), languages)
    if not months:
        return None
    day, year = _day_and_year(pieces, before, after)
    if day is None:
        return None
    around = (*named, day, *((year,) if year else ()))
    days = _of_month(months, day.text, year.text if year else "", today)
    return Dated(min(one.start for one in around), max(one.end for one in around), tuple(dict.fromkeys(days)))


def _number(pieces: list[_Piece], place: int, step: int) -> int | None:
    """The place of the number that stands next in this direction, a small word between them or not."""
    for _ in range(2):
        if not 0 <= place < len(pieces):
            return None
        if pieces[place].text.isdecimal():
            return place
        if pieces[place].text.lower() not in _BETWEEN:
            return None
        place += step
    return None


def _day_and_year(pieces: list[_Piece], before: int | None, after: int | None) -> tuple[_Piece | None, _Piece | None]:
    """`3 December 2026`, `December 3, 2026`, `3 December`: the day is short, the year has four digits."""
    short = [place for place in (before, after) if place is not None and len(pieces[place].text) <= 2]
    if not short:
        return None, None
    day = short[0]
    follows = _number(pieces, day + 1, 1) if day == after else after
    year = pieces[follows] if follows is not None and len(pieces[follows].text) == 4 else None
    return pieces[day], year


def _months(name: str, languages: tuple[str, ...]) -> frozenset[Month]:
    return next((months for language in languages if (months := months_named(name, language))), frozenset())


def _of_month(months: frozenset[Month], day: str, year: str, today: date) -> Iterator[date]:
    for month in sorted(months):
        if year:
            yield from _gregorian([Written(month.calendar, int(year), month.number, int(day))])
            continue
        now = from_gregorian(month.calendar, today)[0]
        days = _gregorian(Written(month.calendar, one, month.number, int(day)) for one in (now, now + 1))
        yield from (one for one in days if today <= one <= today + _AHEAD)
