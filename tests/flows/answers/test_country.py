"""She says where she is from, in her language or in the one of the house; nothing that she says is lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.answers import country
from flows.answers.outcome import Misread
from flows.model import Answer, Option

COMMON = (Option("ETH", "Ethiopia"), Option("BGD", "Bangladesh"), Option("LKA", "Sri Lanka"), Option("NGA", "Nigeria"))


def read(text: str, language: str = "en") -> Answer | Misread:
    return country.read(text, COMMON, language=language)


@pytest.mark.parametrize("typed", ["1", "፩", "١", "Ethiopia", "ETHIOPIA!", "ETH"])
def test_a_common_country_is_chosen(typed: str) -> None:
    assert read(typed) == Answer("ETH", typed)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Ethiopian", "ETH"),
        ("ኢትዮጵያ", "ETH"),
        ("ኢትዮጵያዊት", "ETH"),
        ("ከኢትዮጵያ", "ETH"),
        ("habesha", "ETH"),
        ("I am from Ethiopia", "ETH"),
        ("أثيوبيا", "ETH"),
        ("إثيوبية", "ETH"),
        ("éthiopienne", "ETH"),
        ("Эфиопия", "ETH"),
        ("埃塞俄比亚", "ETH"),
        ("বাংলাদেশ", "BGD"),
        ("বাঙালি", "BGD"),
        ("bangladeshi", "BGD"),
        ("ශ්\u200dරී ලංකාව", "LKA"),
        ("srilanka", "LKA"),
        ("இலங்கை", "LKA"),
        ("Pinay", "PHL"),
        ("Pilipinas", "PHL"),
        ("الفلبين", "PHL"),
        ("فلبين", "PHL"),
        ("Mkenya", "KEN"),
        ("gana", "GHA"),
        ("Salone", "SLE"),
        ("naija", "NGA"),
        ("Niger", "NER"),
        ("Cameroun", "CMR"),
        ("malgache", "MDG"),
        ("नेपाल", "NPL"),
        ("سوداني", "SDN"),
        ("South Sudan", "SSD"),
        ("سوريا", "SYR"),
        ("lebanese", "LBN"),
        ("فلسطين", "PSE"),
        ("Palestine", "PSE"),
        ("Кыргызстан", "KGZ"),
        ("тоҷик", "TJK"),
        ("Kosovo", "XKX"),
        ("XK", "XKX"),
        ("XKX", "XKX"),
        ("Côte d'Ivoire", "CIV"),
        ("ivory coast", "CIV"),
        ("stateless", "XXA"),
        ("بدون جنسية", "XXA"),
        ("Bosnia and Herzegovina", "BIH"),
    ],
)
def test_a_country_is_known_by_its_names_and_its_people(typed: str, code: str) -> None:
    assert read(typed) == Answer(code, typed)


@pytest.mark.parametrize(
    ("typed", "proposed"),
    [
        ("Etiopian", ["ETH"]),
        ("Philipine", ["PHL"]),
        ("siera leon", ["SLE"]),
        ("Nigera", ["NER", "NGA"]),
        ("Congo", ["COD", "COG"]),
        ("Palestinian from Syria", ["PSE", "SYR"]),
        ("из Эфиопии", ["ETH"]),
    ],
)
def test_what_is_only_close_or_double_is_asked_about(typed: str, proposed: list[str]) -> None:
    outcome = read(typed)
    assert isinstance(outcome, Misread)
    assert outcome.code == "ambiguous"
    assert [option.value for option in outcome.options] == proposed


def test_countries_are_proposed_in_her_language() -> None:
    outcome = read("kongo", "fr")
    assert isinstance(outcome, Misread)
    assert {option.label for option in outcome.options} == {"Congo-Kinshasa", "Congo-Brazzaville"}
    assert country.label("ETH", "am") == "ኢትዮጵያ"
    assert country.label("XKX", "kri") == "Kosovo"
    assert country.label("XXA", "en") == "XXA"


@pytest.mark.parametrize("typed", ["Wakanda", "Kurdistan, in the mountains", "hello", "ትትትት"])
def test_what_matches_nothing_is_kept_in_her_words(typed: str) -> None:
    assert read(typed) == Answer(country.UNMATCHED, typed)


@pytest.mark.parametrize("typed", ["", "9", "0", "???", "🙂", "NO", "yes", "none"])
def test_what_names_nothing_is_asked_again(typed: str) -> None:
    assert read(typed) == Misread("not_a_country")


@pytest.mark.parametrize("typed", ["I don't know", "አላውቅም"])
def test_not_knowing_is_an_answer(typed: str) -> None:
    assert read(typed) == Answer(None, typed)


@pytest.mark.parametrize("typed", ["et", "in", "so", "us and them", "may"])
def test_small_words_are_no_countries(typed: str) -> None:
    assert read(typed) == Answer(country.UNMATCHED, typed)


@settings(deadline=None)  # the first unknown word brings in the names of all languages
@given(st.text(max_size=40), st.sampled_from(["en", "fr", "ar", "am", "bn", "kri"]))
def test_whatever_she_writes_each_option_is_an_answer(text: str, language: str) -> None:
    outcome = read(text, language)
    if isinstance(outcome, Answer):
        assert outcome.raw == text
        assert outcome.value is None or len(str(outcome.value)) == 3
        return
    for option in outcome.options:
        assert read(option.value, language) == Answer(option.value, option.value)
