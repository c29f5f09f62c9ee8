"""Digits of every script mean the same number, and what is no number is left alone."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.digits import MARKS, number_in, read_digits

ZEROS = [chr(code) for code in range(sys.maxunicode) if unicodedata.decimal(chr(code), None) == 0]


def in_script(number: str, zero: str) -> str:
    return "".join(chr(ord(zero) + int(digit)) for digit in number)


def ethiopic(number: int) -> str:
    """Write a number below 100 million as an Ethiopian scribe would."""
    if number >= 10_000:
        above, below = divmod(number, 10_000)
        return (ethiopic(above) if above > 1 else "") + "፼" + (ethiopic(below) if below else "")
    if number >= 100:
        above, below = divmod(number, 100)
        return (ethiopic(above) if above > 1 else "") + "፻" + (ethiopic(below) if below else "")
    tens, units = divmod(number, 10)
    return ("" if not tens else chr(0x1371 + tens)) + ("" if not units else chr(0x1368 + units))


@pytest.mark.parametrize(
    "typed",
    [
        "2",
        " 2 ",
        "2.",
        "2)",
        "(2)",
        "[2]",
        "#2",
        "٢",
        "۲",
        "২",
        "२",
        "௨",
        "෨",
        "፪",
        "2️⃣",
        "２",
        "2።",
        "٢،",
        "\u200f٢\u200e",
        "02",
    ],
)
def test_two_is_two_on_every_keyboard(typed: str) -> None:
    assert number_in(typed) == 2


@pytest.mark.parametrize(
    "typed", ["", " ", "two", "2 2", "1,3", "1.5", "-2", "+2", "2a", "①", "²", "Ⅱ", "二", "9" * 5000]
)
def test_what_says_more_or_less_than_one_number_is_none(typed: str) -> None:
    assert number_in(typed) is None


def test_ten_has_a_key_of_its_own() -> None:
    assert number_in("🔟") == 10
    assert number_in("1️⃣0️⃣") == 10
    assert number_in("፲") == 10


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("፻", "100"),
        ("፲፱፻፹፭", "1985"),
        ("፳፻፲፪", "2012"),
        ("፼", "10000"),
        ("፪፼፫፻፬", "20304"),
        ("፯፩፩፪", "7112"),
        ("በ፲፪ ወር", "በ12 ወር"),
    ],
)
def test_ethiopic_numerals_have_no_zero(typed: str, means: str) -> None:
    assert read_digits(typed) == means


def test_a_telephone_number_pasted_from_an_arabic_page_loses_its_invisible_marks() -> None:
    assert read_digits("\u202a\u200e٠٣ ١٢٣ ٤٥٦\u202c") == "03 123 456"


@pytest.mark.parametrize("typed", ["①②", "x²", "Ⅳ", "⑩", "五", "አበበ", "ফাতেমা", "José"])
def test_what_only_looks_like_a_number_is_left_as_it_is(typed: str) -> None:
    assert read_digits(typed) == typed


@given(st.text())
def test_no_text_makes_it_fail_and_reading_twice_changes_nothing(text: str) -> None:
    once = read_digits(text)
    assert read_digits(once) == once
    assert not any(mark in once for mark in MARKS)
    number_in(text)


@given(st.integers(0, 999_999_999), st.sampled_from(ZEROS))
def test_a_number_is_the_same_in_every_script(number: int, zero: str) -> None:
    assert number_in(in_script(str(number), zero)) == number


@given(st.integers(1, 99_999_999))
def test_an_ethiopian_scribe_is_understood(number: int) -> None:
    assert number_in(ethiopic(number)) == number
