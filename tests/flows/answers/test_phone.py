"""A telephone number is understood as people write it in Lebanon, and kept as providers want it."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.answers import phone
from flows.answers.outcome import Misread
from flows.model import Answer, Option


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("70123456", "+96170123456"),
        ("03 123 456", "+9613123456"),  # the old mobile numbers have seven digits
        ("3123456", "+9613123456"),
        ("71-123456", "+96171123456"),
        ("81/123456", "+96181123456"),
        ("٧٠١٢٣٤٥٦", "+96170123456"),
        ("\u202a+961 70 123 456\u202c", "+96170123456"),
        ("0096170123456", "+96170123456"),
        ("961 70 123456", "+96170123456"),
        ("+961 (0)3 123456", "+9613123456"),
        ("01 123456", "+9611123456"),
        ("my number is 70 123456, call me", "+96170123456"),
        ("+251 911 234 567", "+251911234567"),
        ("251911234567", "+251911234567"),
        ("+383 44 123 456", "+38344123456"),
    ],
)
def test_a_number_is_kept_in_the_international_form(typed: str, expected: str) -> None:
    assert phone.read(typed) == Answer(expected, typed)


@pytest.mark.parametrize(
    "typed", ["", "+", "70", "7012345", "70123456789", "no phone", "70-CALLME", "1800FLOWERS", "1", "9" * 500]
)
def test_what_cannot_be_called_is_no_number(typed: str) -> None:
    assert phone.read(typed) == Misread("not_a_phone")


def test_two_numbers_are_asked_about() -> None:
    read = phone.read("70123456 or 03 123456")
    numbers = ("+96170123456", "+9613123456")
    assert read == Misread("ambiguous", tuple(Option(number, number) for number in numbers))
    assert phone.read("70123456 / 70 123 456") == Answer("+96170123456", "70123456 / 70 123 456")


def test_a_common_answer_can_be_chosen_instead() -> None:
    offered = (Option("employer", "My employer's"), Option("none", "None"))
    assert phone.read("2", offered) == Answer("none", "2")
    assert phone.read("none", offered) == Answer("none", "none")
    assert phone.read("70123456", offered) == Answer("+96170123456", "70123456")


def test_a_number_elsewhere_is_one_of_that_country() -> None:
    assert phone.read("0555 123 456", region="KG") == Answer("+996555123456", "0555 123 456")


@given(st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)))
def test_any_number_written_with_its_country_is_understood_everywhere(region: str) -> None:
    example = phonenumbers.example_number(region)
    written = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    expected = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    assert phone.read(written) == Answer(expected, written)
    assert phone.read(expected) == Answer(expected, expected)


@given(st.text(max_size=80))
def test_no_text_makes_it_fail(text: str) -> None:
    phone.read(text)
