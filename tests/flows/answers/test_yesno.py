"""Yes and no, in the languages that are spoken in the kitchen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.answers import yesno
from flows.answers.outcome import Misread
from flows.answers.words import meanings
from flows.model import Answer

WORDS = {
    "en": ("yes", "no"),
    "fr": ("Oui", "non"),
    "ar": ("نعم", "لا"),
    "am": ("አዎ", "አይደለም"),
    "ti": ("እወ", "ኣይፋልን"),
    "om": ("eeyyee", "lakki"),
    "bn": ("হ্যাঁ", "না"),
    "si": ("ඔව්", "නැහැ"),
    "ta": ("ஆம்", "இல்லை"),
    "ne": ("हो", "होइन"),
    "fil": ("Oo", "hindi"),
    "sw": ("ndiyo", "hapana"),
    "es": ("Sí", "no"),
    "ru": ("да", "нет"),
    "ky": ("ооба", "жок"),
    "kk": ("иә", "жоқ"),
    "tg": ("ҳа", "не"),
    "tr": ("evet", "hayır"),
    "wo": ("waaw", "déedéet"),
    "zh": ("是的", "不是"),
    "sq": ("po", "jo"),
    "sr": ("да", "не"),
    "mg": ("eny", "tsia"),
    "fa": ("بله", "نه"),
}


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("asked_in", ["own", "en"])
def test_her_word_is_understood_whatever_language_she_chose(language: str, asked_in: str) -> None:
    yes, no = WORDS[language]
    spoken = language if asked_in == "own" else "en"
    assert yesno.read(yes, language=spoken) == Answer("yes", yes)
    assert yesno.read(no, language=spoken) == Answer("no", no)


@pytest.mark.parametrize(
    "typed",
    ["1", "١", "፩", "1️⃣", "👍", "👍🏿", "✅", "YES!!", "yesssss", "yes please", "ok", "Yes, yes", "نعم شكرا", "opo po"],
)
def test_there_are_many_ways_to_say_yes(typed: str) -> None:
    assert yesno.read(typed, language="en") == Answer("yes", typed)


@pytest.mark.parametrize("typed", ["2", "٢", "👎", "❌", "No.", "no thanks", "NO NO NO", "لا شكرا", "hindi po", "nooo"])
def test_there_are_many_ways_to_say_no(typed: str) -> None:
    assert yesno.read(typed, language="en") == Answer("no", typed)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "3",
        "0",
        "yes no",
        "👍👎",
        "maybe",
        "no problem",
        "I don't know",
        "not",
        "none",
        "🙂",
        "yesterday",
        "thanks",
        "?",
    ],
)
def test_what_is_neither_is_not_guessed(typed: str) -> None:
    assert yesno.read(typed, language="en") == Misread("not_yes_or_no")


def test_a_word_means_what_it_means_in_her_language() -> None:
    assert meanings("wala", "fil") == {"none"}
    assert meanings("jo", "sq") == {"no"}
    assert meanings("没有", "zh") == {"no", "none"}


@given(st.text(max_size=40))
def test_no_text_makes_it_fail(text: str) -> None:
    yesno.read(text, language="kri")
