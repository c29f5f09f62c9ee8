"""She says where she lives in her own words, and it lands in the list."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.answers import place
from flows.answers.outcome import Misread
from flows.model import Answer, Option
from flows.places import Place, load_places

LEBANON = load_places(Path(__file__).resolve().parents[3] / "flows" / "library" / "places").of("lebanon")


def districts(within: str) -> tuple[Place, ...]:
    return LEBANON.level("district", LEBANON.named_by("governorate", within))


def options(within: str | None = None, language: str = "en") -> tuple[Option, ...]:
    places = LEBANON.level("governorate") if within is None else districts(within)
    return tuple(Option(one.id, one.label(language)) for one in places)


def read(text: str, within: str | None = None, language: str = "en") -> Answer | Misread:
    level = "governorate" if within is None else "district"
    return place.read(text, options(within, language), places=LEBANON, level=level, language=language)


@pytest.mark.parametrize(
    ("typed", "language", "governorate"),
    [
        ("2", "en", "mount_lebanon"),
        ("፪", "am", "mount_lebanon"),
        ("ሊባኖስ ተራራ", "am", "mount_lebanon"),
        ("Mount Lebanon", "en", "mount_lebanon"),
        ("Dora", "en", "mount_lebanon"),
        ("Jounieh", "fr", "keserwan_jbeil"),
        ("برج حمود", "ar", "mount_lebanon"),
        ("Beirut", "am", "beirut"),
        ("Nabatieh", "en", "el_nabatieh"),
        ("Baalbek", "en", "baalbek_el_hermel"),
        ("beirot", "en", "beirut"),
    ],
)
def test_any_place_stands_for_its_governorate(typed: str, language: str, governorate: str) -> None:
    assert read(typed, language=language) == Answer(governorate, typed)


@pytest.mark.parametrize(
    ("typed", "within", "district"),
    [
        ("4", "mount_lebanon", "el_meten"),
        ("Dora", "mount_lebanon", "el_meten"),
        ("Ouzai", "mount_lebanon", "baabda"),
        ("Hamra", "beirut", "beirut"),
        ("Tyre", "south", "sour"),
        ("Nabatieh", "el_nabatieh", "el_nabatieh"),
        ("Shatila", "", "baabda"),
    ],
)
def test_any_place_stands_for_its_district(typed: str, within: str, district: str) -> None:
    assert read(typed, within) == Answer(district, typed)


def test_dora_is_not_in_beirut_so_she_is_asked() -> None:
    asked = read("Dora", "beirut")
    assert asked == Misread("ambiguous", (Option("el_meten", "El Meten"),))
    assert read("el_meten", "beirut") == Answer("el_meten", "el_meten")


def test_two_places_in_one_sentence_are_asked_about() -> None:
    asked = read("Dora, Beirut")
    assert isinstance(asked, Misread)
    assert [option.value for option in asked.options] == ["beirut", "mount_lebanon"]


@pytest.mark.parametrize("typed", ["I don't know", "አላውቅም", "ما بعرف"])
def test_not_knowing_is_an_answer(typed: str) -> None:
    assert read(typed) == Answer(None, typed)


@pytest.mark.parametrize("typed", ["", "10", "0", "hello", "near the pharmacy"])
def test_what_is_no_place_is_asked_again(typed: str) -> None:
    assert read(typed) == Misread("not_a_place")


@given(
    st.text(max_size=30) | st.sampled_from(sorted(LEBANON.index)),
    st.sampled_from([None, "", "beirut", "south"]),
)
def test_each_option_is_an_answer(text: str, within: str | None) -> None:
    outcome = read(text, within)
    for option in outcome.options if isinstance(outcome, Misread) else ():
        assert read(option.value, within) == Answer(option.value, option.value)
