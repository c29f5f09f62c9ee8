"""Two ways of writing one word fold to the same; two words never do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.fold import fold


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Été", "ete"),
        ("  Côte  d’Ivoire ", "cote divoire"),
        ("أيّار", "ايار"),
        ("إثيوبيا", "اثيوبيا"),
        ("فاطمة", "فاطمه"),
        ("فارسى", "فارسی"),
        ("ኅዳር", "ሕዳር"),
        ("ህዳር", "ኅዳር"),
        ("ዓመት", "አመት"),
        ("ፀሐይ", "ጸሀይ"),
        ("İstanbul", "istanbul"),
        ("Ёлка!", "елка"),
        ("ja'a", "jaʼa"),
        ("👍 Yes", "yes"),
        ("ትምህርት፣", "ትምህርት"),
        ("१२ मई", "12 मई"),
    ],
)
def test_ways_of_writing_one_word_are_equal(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"), [("কি", "কী"), ("live in", "livein"), ("سبت", "شبت"), ("мир", "мор"), ("ሰላም", "ሰላማ")]
)
def test_words_that_differ_stay_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_punctuation_and_pictures_alone_are_nothing() -> None:
    assert fold("…!? 🙂 — ") == ""


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_the_short_way_for_ascii_is_no_other_way(text: str) -> None:
    assert fold(text) == fold(text + "—")
