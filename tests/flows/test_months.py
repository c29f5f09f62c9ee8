"""Months have many names, and a name is understood in whichever calendar it belongs to."""

import pytest

from flows.months import Month, month_name, months_named

LANGUAGES = [
    "en",
    "fr",
    "ar",
    "am",
    "ti",
    "om",
    "ne",
    "fa",
    "bn",
    "si",
    "fil",
    "sw",
    "ru",
    "tg",
    "wo",
    "zh",
    "sq",
    "kri",
]


@pytest.mark.parametrize(
    ("name", "language", "calendar", "number"),
    [
        ("May", "en", "gregorian", 5),
        ("mai", "fr", "gregorian", 5),
        ("Août", "fr", "gregorian", 8),
        ("أيار", "ar", "gregorian", 5),
        ("كانون الثاني", "ar", "gregorian", 1),
        ("يناير", "ar", "gregorian", 1),
        ("سبتمبر", "am", "gregorian", 9),  # whoever she is, she may write what she hears around her
        ("ሴፕቴምበር", "am", "gregorian", 9),
        ("мая", "ru", "gregorian", 5),
        ("Oktoba", "sw", "gregorian", 10),
        ("മേയ്", "ml", "gregorian", 5),
        ("መስከረም", "am", "ethiopian", 1),
        ("ህዳር", "am", "ethiopian", 3),
        ("Meskerem", "en", "ethiopian", 1),
        ("ታህሳስ", "am", "ethiopian", 4),
        ("رمضان", "ar", "hijri", 9),
        ("Rabi al-Awwal", "en", "hijri", 3),
        ("असोज", "ne", "bikram_sambat", 6),
        ("अप्रिल", "ne", "gregorian", 4),
        ("Mangsir", "ne", "bikram_sambat", 8),
        ("اسفند", "fa", "solar_hijri", 12),
        ("سرطان", "fa", "solar_hijri", 4),
    ],
)
def test_a_name_is_a_month(name: str, language: str, calendar: str, number: int) -> None:
    assert months_named(name, language) == {Month(calendar, number)}


@pytest.mark.parametrize(("name", "number"), [("Septembr", 9), ("Decmeber", 12), ("Febuary", 2), ("Juli", 7)])
def test_a_slip_of_the_finger_is_forgiven(name: str, number: int) -> None:
    assert months_named(name, "en") == {Month("gregorian", number)}


@pytest.mark.parametrize("name", ["", "Monday", "Ju", "Xyz", "year", "Tuesday", "🙂"])
def test_other_words_are_no_months(name: str) -> None:
    assert not months_named(name, "en")


def test_half_a_levantine_name_is_two_months() -> None:
    assert months_named("تشرين", "ar") == {Month("gregorian", 10), Month("gregorian", 11)}


def test_one_name_may_belong_to_two_calendars() -> None:
    assert months_named("Tir", "en") == {Month("ethiopian", 5), Month("solar_hijri", 4)}


def test_tigrinya_has_one_name_for_two_months() -> None:
    assert months_named("መስከረም", "ti") == {Month("ethiopian", 1), Month("gregorian", 9)}
    assert months_named("መስከረም", "am") == {Month("ethiopian", 1)}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("calendar", ["gregorian", "ethiopian", "hijri", "bikram_sambat", "solar_hijri"])
def test_what_we_write_we_read(calendar: str, language: str) -> None:
    for number in range(1, 14 if calendar == "ethiopian" else 13):
        assert Month(calendar, number) in months_named(month_name(Month(calendar, number), language), language)
