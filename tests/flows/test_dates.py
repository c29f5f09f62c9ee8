"""Dates are found in a message in any calendar, and those that can be two days say so."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.dates import dates_in, without_dates
from flows.digits import read_digits

TODAY = date(2026, 11, 24)


def found(text: str, order: str = "day_first", languages: tuple[str, ...] = ()) -> list[list[str]]:
    dates = dates_in(read_digits(text), today=TODAY, order=order, languages=languages)
    return [[day.isoformat() for day in one.days] for one in dates]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("on 12/12/2026 at 09:30", "2026-12-12"),
        ("12-12-2026", "2026-12-12"),
        ("12.12.26", "2026-12-12"),
        ("12.01.27", "2027-01-12"),
        ("2026/12/12", "2026-12-12"),
        ("١٢/١٢/٢٠٢٦", "2026-12-12"),
        ("on 3 December 2026", "2026-12-03"),
        ("3rd of December 2026", "2026-12-03"),
        ("December 3, 2026", "2026-12-03"),
        ("on 3 Dec at 10:00", "2026-12-03"),
        ("on 3 January", "2027-01-03"),
        ("le 12 décembre 2026 à 9h30", "2026-12-12"),
        ("٣ كانون الأول ٢٠٢٦", "2026-12-03"),
        ("يوم 3 ديسمبر الساعة 10", "2026-12-03"),
        ("በ 12 ኅዳር 2019", "2026-11-21"),
        ("DOB 25/05/1992", "1992-05-25"),
    ],
)
def test_it_is_found_however_it_is_written(text, day):
    assert found(text) == [[day]]


def test_the_words_of_a_portals_language_are_known():
    assert found("१२ दिसंबर २०२६", languages=("hi",)) == [["2026-12-12"]]
    assert found("12 Disember 2026", languages=("ms",)) == [["2026-12-12"]]


def test_where_the_order_is_not_known_both_days_are_meant():
    assert found("03/04/2027", order="") == [["2027-04-03", "2027-03-04"]]
    assert found("03/04/2027", order="month_first") == [["2027-03-04"]]
    assert found("13/04/2027", order="") == [["2027-04-13"]]


def test_a_year_that_can_be_ethiopian_means_two_days():
    assert found("12/03/2019") == [["2019-03-12", "2026-11-21"]]


@pytest.mark.parametrize(
    "text", ["", "code 4829", "call 1214", "10.10.10.10", "99/99/2026", "from 9 to 10", "31 February"]
)
def test_nothing_else_is_a_date(text):
    assert found(text) == []


def test_two_dates_stand_in_their_order():
    assert found("between 01-02-2027 and 1 March 2027") == [["2027-02-01"], ["2027-03-01"]]


def test_a_date_is_taken_out_of_a_text():
    assert without_dates("on 12/12/2026, code 4829", TODAY).split() == ["on", ",", "code", "4829"]


@given(st.text(max_size=80))
def test_no_text_breaks_it(text):
    dates_in(read_digits(text), today=TODAY)


@given(st.dates(date(1950, 1, 1), date(2049, 1, 1)), st.sampled_from(["%d/%m/%Y", "%Y-%m-%d", "%d %B %Y", "%B %d, %Y"]))
def test_every_day_is_found_in_every_form(day, form):
    assert any(day.isoformat() in days for days in found(f"come on {day.strftime(form)}."))
