"""The calendars in which people count their years, and the Gregorian one that forms are filled in with.

Where a table or a calculation is needed, a library has it: Umm al-Qura by hijridate (1343-1500), Bikram Sambat by
nepali-datetime (1975-2100), Solar Hijri by convertdate. An Ethiopian date is the Coptic one 276 years later.
"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple

from convertdate import coptic, persian
from hijridate import Gregorian, Hijri
from nepali_datetime import date as NepaliDate

Calendar = Literal["gregorian", "ethiopian", "bikram_sambat", "hijri", "solar_hijri"]
_ETHIOPIAN_BEFORE_COPTIC = 276


class _Rules(NamedTuple):
    """One calendar: when a year's first day is, how long its months are, and how to read a Gregorian day."""

    months: int
    first: Callable[[int, int], date]
    written: Callable[[date], tuple[int, int, int]]


def to_gregorian(calendar: str, year: int, month: int | None = None, day: int | None = None) -> tuple[date, date]:
    """The first and the last Gregorian day of that day, month or year.

    ValueError if there is no such date or calendar, or where its tables end; it does not repeat the date.
    """
    try:
        first, last = _span(_RULES[calendar], year, month)
        if day is None:
            return first, last
        exact = first + timedelta(day - 1)
    except (KeyError, ValueError, OverflowError):
        raise ValueError("no such date in this calendar") from None
    if not first <= exact <= last:
        raise ValueError("no such day in this month")
    return exact, exact


def from_gregorian(calendar: str, day: date) -> tuple[int, int, int]:
    """Year, month and day of a Gregorian day in another calendar. ValueError where its tables end."""
    try:
        return _RULES[calendar].written(day)
    except (KeyError, ValueError, OverflowError):
        raise ValueError("no such date in this calendar") from None


def _span(rules: _Rules, year: int, month: int | None) -> tuple[date, date]:
    if year < 1:
        raise ValueError("years are counted from one")
    if month is None:
        start, after = rules.first(year, 1), rules.first(year + 1, 1)
    elif not 1 <= month <= rules.months:
        raise ValueError(f"the year has no month {month}")
    else:
        start = rules.first(year, month)
        after = rules.first(year + 1, 1) if month == rules.months else rules.first(year, month + 1)
    return start, after - timedelta(1)


def _gregorian_written(day: date) -> tuple[int, int, int]:
    return day.year, day.month, day.day


def _gregorian_first(year: int, month: int) -> date:
    return date(year, month, 1)


def _ethiopian_first(year: int, month: int) -> date:
    return date(*coptic.to_gregorian(year - _ETHIOPIAN_BEFORE_COPTIC, month, 1))


def _ethiopian_written(day: date) -> tuple[int, int, int]:
    year, month, number = coptic.from_gregorian(day.year, day.month, day.day)
    return year + _ETHIOPIAN_BEFORE_COPTIC, month, number


def _nepali_first(year: int, month: int) -> date:
    return NepaliDate(year, month, 1).to_datetime_date()  # type: ignore[no-any-return]


def _nepali_written(day: date) -> tuple[int, int, int]:
    written = NepaliDate.from_datetime_date(day)
    return written.year, written.month, written.day


def _hijri_first(year: int, month: int) -> date:
    return date(*Hijri(year, month, 1).to_gregorian().datetuple())


def _hijri_written(day: date) -> tuple[int, int, int]:
    return Gregorian(day.year, day.month, day.day).to_hijri().datetuple()


def _solar_first(year: int, month: int) -> date:
    """Six months of 31 days, five of 30, and what is left: only the year's beginning needs the equinox."""
    return _nowruz(year) + timedelta(31 * min(month - 1, 6) + 30 * max(month - 7, 0))


def _solar_written(day: date) -> tuple[int, int, int]:
    year = day.year - 621
    if _nowruz(year) > day:
        year -= 1
    passed = (day - _nowruz(year)).days
    month = passed // 31 if passed < 186 else 6 + (passed - 186) // 30
    return year, month + 1, (day - _solar_first(year, month + 1)).days + 1


@lru_cache(maxsize=512)
def _nowruz(year: int) -> date:
    """The Gregorian day on which a Solar Hijri year begins; ten milliseconds of astronomy, so kept."""
    if not 1000 < year < 1700:
        raise ValueError("nobody alive counts such years")
    return date(*persian.to_gregorian(year, 1, 1))


_RULES = {
    "gregorian": _Rules(12, _gregorian_first, _gregorian_written),
    "ethiopian": _Rules(13, _ethiopian_first, _ethiopian_written),
    "bikram_sambat": _Rules(12, _nepali_first, _nepali_written),
    "hijri": _Rules(12, _hijri_first, _hijri_written),
    "solar_hijri": _Rules(12, _solar_first, _solar_written),
}
