"""A reference survives handwriting, a bad line and a cheap keyboard, and a wrong one is noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.reference import ALPHABET, LENGTHS, new_reference, read_reference

references = st.builds(new_reference, st.binary(min_size=8, max_size=16), st.sampled_from(LENGTHS))
looks_like = {"0": "Oo", "1": "IiLl", "2": "Zz", "5": "Ss", "8": "Bb", "V": "Uuv"}


def test_the_one_on_our_papers_is_a_reference():
    assert read_reference("K7-4QF") == "K7-4QF"


@pytest.mark.parametrize(
    "typed", ["k74qf", "K7 4QF", " k 7-4 q f ", "K7\u20134QF", "K٧-٤QF", "Ｋ７-４ＱＦ", "\u200fK7-4QF.", "#k7_4qf"]
)
def test_it_is_read_in_whatever_way_it_is_typed(typed):
    assert read_reference(typed) == "K7-4QF"


@pytest.mark.parametrize(
    "typed", ["", "K7-4Q", "K7-4QFA", "K7-4QG", "7K-4QF", "K7-4+QF", "ኬ7-4QF", "12345", "70 123 456"]
)
def test_anything_else_is_none(typed):
    assert read_reference(typed) is None


@given(references)
def test_every_new_reference_can_be_read(reference):
    assert read_reference(reference) == reference


@given(references, st.data())
def test_look_alikes_case_and_dashes_do_not_matter(reference, data):
    typed = [
        data.draw(st.sampled_from(character + character.lower() + looks_like.get(character, "")))
        for character in reference
    ]
    dash = data.draw(st.sampled_from(["", " ", "-", "\u2014", " - "]))
    assert read_reference("".join(typed).replace("-", dash)) == reference


@given(references, st.data())
def test_one_wrong_character_is_noticed(reference, data):
    places = [place for place, character in enumerate(reference) if character != "-"]
    place = data.draw(st.sampled_from(places))
    wrong = data.draw(st.sampled_from(ALPHABET.replace(reference[place], "")))
    assert read_reference(reference[:place] + wrong + reference[place + 1 :]) is None


@given(references, st.data())
def test_two_characters_that_changed_places_are_noticed(reference, data):
    typed = list(reference.replace("-", ""))
    one, other = sorted(data.draw(st.sets(st.integers(0, len(typed) - 1), min_size=2, max_size=2)))
    if typed[one] != typed[other]:
        typed[one], typed[other] = typed[other], typed[one]
        assert read_reference("".join(typed)) is None


@given(st.text(alphabet="0123456789 -", max_size=9) | st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ", max_size=9))
def test_no_number_and_no_word_is_taken_for_one(text):
    assert read_reference(text) is None
