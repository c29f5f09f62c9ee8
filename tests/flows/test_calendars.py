"""One day has a name in every calendar, and each name leads back to that day."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.calendars import from_gregorian, to_gregorian

CALENDARS = ["gregorian", "ethiopian", "bikram_sambat", "hijri", "solar_hijri"]
LIFETIMES = st.dates(date(1924, 8, 1), date(2043, 4, 13))  # where all tables know every day


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ((2017, 1, 1), date(2024, 9, 11)),
        ((2016, 1, 1), date(2023, 9, 12)),  # a year before a leap day begins one day later
        ((2015, 13, 6), date(2023, 9, 11)),
        ((2000, 1, 1), date(2007, 9, 12)),
    ],
)
def test_ethiopian_new_years_and_the_little_month_are_where_they_should_be(
    written: tuple[int, int, int], day: date
) -> None:
    assert to_gregorian("ethiopian", *written) == (day, day)
    assert from_gregorian("ethiopian", day) == written


@pytest.mark.parametrize(
    ("calendar", "written", "day"),
    [
        ("bikram_sambat", (2049, 1, 1), date(1992, 4, 13)),
        ("bikram_sambat", (2000, 1, 1), date(1943, 4, 14)),
        ("solar_hijri", (1371, 1, 1), date(1992, 3, 21)),
        ("solar_hijri", (1399, 12, 30), date(2021, 3, 20)),  # a leap year
        ("hijri", (1420, 9, 1), date(1999, 12, 9)),  # Ramadan 1420 in Umm al-Qura
        ("hijri", (1445, 9, 1), date(2024, 3, 11)),
        ("gregorian", (1992, 2, 29), date(1992, 2, 29)),
    ],
)
def test_known_days_of_the_other_calendars(calendar: str, written: tuple[int, int, int], day: date) -> None:
    assert to_gregorian(calendar, *written) == (day, day)
    assert from_gregorian(calendar, day) == written


def test_a_year_of_another_calendar_lies_in_two_of_ours() -> None:
    assert to_gregorian("ethiopian", 1985) == (date(1992, 9, 11), date(1993, 9, 10))
    assert to_gregorian("ethiopian", 2015, 13) == (date(2023, 9, 6), date(2023, 9, 11))
    assert to_gregorian("gregorian", 1992, 2) == (date(1992, 2, 1), date(1992, 2, 29))


@pytest.mark.parametrize(
    ("calendar", "year", "month", "day"),
    [
        ("ethiopian", 2016, 13, 6),
        ("ethiopian", 2016, 14, 1),
        ("ethiopian", 2016, 1, 31),
        ("ethiopian", 0, 1, 1),
        ("gregorian", 1993, 2, 29),
        ("gregorian", 1993, 0, 1),
        ("gregorian", 1993, 1, 0),
        ("gregorian", 1993, 1, 10**12),
        ("gregorian", 99999, 1, 1),
        ("solar_hijri", 1400, 12, 30),
        ("solar_hijri", 99999, 1, 1),
        ("bikram_sambat", 1900, 1, 1),
        ("hijri", 1300, 1, 1),
        ("hijri", 1420, 13, 1),
        ("mayan", 5, 1, 1),
    ],
)
def test_dates_that_do_not_exist_are_refused(calendar: str, year: int, month: int, day: int) -> None:
    with pytest.raises(ValueError, match="no such"):
        to_gregorian(calendar, year, month, day)


def test_days_before_the_tables_begin_are_refused() -> None:
    with pytest.raises(ValueError, match="no such"):
        from_gregorian("hijri", date(1900, 1, 1))


@settings(deadline=None)  # the first equinox of a year takes a while
@given(LIFETIMES, st.sampled_from(CALENDARS))
def test_there_and_back_is_the_same_day(day: date, calendar: str) -> None:
    assert to_gregorian(calendar, *from_gregorian(calendar, day)) == (day, day)


@settings(deadline=None)  # the first equinox of a year takes a while
@given(LIFETIMES, st.sampled_from(CALENDARS))
def test_tomorrow_is_the_next_number_or_a_first(day: date, calendar: str) -> None:
    year, month, number = from_gregorian(calendar, day)
    following = from_gregorian(calendar, day + timedelta(1))
    assert following in {(year, month, number + 1), (year, month + 1, 1), (year + 1, 1, 1)}


@settings(deadline=None)  # the first equinox of a year takes a while
@given(LIFETIMES, st.sampled_from(CALENDARS))
def test_a_day_lies_in_its_month_and_its_month_in_its_year(day: date, calendar: str) -> None:
    year, month, _ = from_gregorian(calendar, day)
    first_of_year, last_of_year = to_gregorian(calendar, year)
    first, last = to_gregorian(calendar, year, month)
    assert first_of_year <= first <= day <= last <= last_of_year


@settings(deadline=None)
@given(st.sampled_from(CALENDARS), st.integers(), st.integers() | st.none(), st.integers() | st.none())
def test_nonsense_is_a_value_error_and_nothing_else(
    calendar: str, year: int, month: int | None, day: int | None
) -> None:
    try:
        first, last = to_gregorian(calendar, year, month, day)
    except ValueError:
        return
    assert first <= last
