"""A choice is understood by number, by word, by half a word, and is never guessed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.answers import choice
from flows.answers.outcome import Misread
from flows.model import Answer, Option


def menu(**labels: str) -> tuple[Option, ...]:
    return tuple(Option(value, label) for value, label in labels.items())


PAPERS = menu(
    passport="Passport",
    residence="Residence permit",
    consular="Paper from the embassy",
    unhcr="UNHCR certificate",
    copy="Only a photo or a copy",
    other="Another paper",
    none="None",
)
SAFE = menu(always="Yes, any time", hours="Yes, at certain times", never="No, I will write to you")
ARABIC = menu(mine="معي", employer="عند صاحب العمل", lost="ضائع", expired="معي لكنه منتهي")
HEALTH = menu(
    heart="Heart and blood pressure", diabetes="Diabetes", lungs="Lungs, asthma", kidney="Kidneys", none="None"
)
DIGITS = [chr(code) for code in range(0x110000) if unicodedata.decimal(chr(code), None) == 0]


def value(text: str, options: tuple[Option, ...], language: str = "en") -> object:
    read = choice.read(text, options, language=language)
    return read.value if isinstance(read, Answer) else read.code


def values(text: str, options: tuple[Option, ...] = HEALTH, exclusive: tuple[str, ...] = ("none",)) -> object:
    read = choice.read(text, options, language="en", many=True, exclusive=exclusive)
    return read.value if isinstance(read, Answer) else read.code


@pytest.mark.parametrize(
    "typed",
    ["2", "2.", "(2)", "٢", "২", "፪", "2️⃣", "Residence permit", "residence permit!", "RESIDENCE", "permit", "residance"],
)
def test_she_says_the_second_in_her_way(typed: str) -> None:
    assert choice.read(typed, PAPERS, language="en") == Answer("residence", typed)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("pass", "passport"),
        ("pasport", "passport"),
        ("unhcr", "unhcr"),
        ("UNHRC", "unhcr"),
        ("embassy", "consular"),
        ("photo", "copy"),
        ("no", "none"),
        ("I don't have", "none"),
        ("የለኝም", "none"),
        ("жок", "none"),
    ],
)
def test_half_a_word_or_a_slip_of_the_finger_will_do(typed: str, expected: str) -> None:
    assert value(typed, PAPERS) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "🙂",
        "8",
        "0",
        "-1",
        "1.5",
        "no passport",
        "not a passport",
        "I lost my passport",
        "not",
        "p",
        "xyz",
        "9" * 5000,
    ],
)
def test_what_was_not_offered_is_not_guessed(typed: str) -> None:
    assert choice.read(typed, PAPERS, language="en") == Misread("not_a_choice")


def test_a_word_of_two_labels_is_asked_about() -> None:
    read = choice.read("paper", PAPERS, language="en")
    assert read == Misread("ambiguous", (PAPERS[2], PAPERS[5]))
    read = choice.read("yes", SAFE, language="en")
    assert read == Misread("ambiguous", SAFE[:2])


def test_no_is_the_only_label_that_begins_with_no() -> None:
    assert value("no", SAFE) == "never"


@pytest.mark.parametrize(
    ("typed", "label"), [("ninayo", "Sinayo"), ("legal", "Illegal"), ("有护照的", "没有护照"), ("male", "Female")]
)
def test_a_word_is_not_close_to_its_contrary(typed: str, label: str) -> None:
    assert value(typed, menu(first=label, second="…")) == "not_a_choice"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("live in", "in"), ("livein", "in"), ("live-out", "out"), ("live", "ambiguous"), ("liven", "in")],
)
def test_live_in_and_live_out_are_told_apart(typed: str, expected: str) -> None:
    assert value(typed, (Option("in", "Live-in"), Option("out", "Live-out"))) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("٤", "expired"), ("معي", "mine"), ("ضايع", "lost"), ("صاحب العمل", "employer"), ("employer", "employer")],
)
def test_arabic_labels(typed: str, expected: str) -> None:
    assert value(typed, ARABIC, "ar") == expected


@pytest.mark.parametrize("typed", ["1", "yes", "አዎ", "نعم", "👍🏾", "oui", "ok"])
def test_yes_is_yes_in_any_language_where_it_is_offered(typed: str) -> None:
    assert value(typed, menu(yes="Yes", no="No", later="Ask me later")) == "yes"


@pytest.mark.parametrize("typed", ["i dont know", "አላውቅም", "ما بعرف", "জানি না"])
def test_not_knowing_is_an_answer(typed: str) -> None:
    assert value(typed, menu(yes="Yes", no="No", unknown="I am not certain")) == "unknown"


@pytest.mark.parametrize(
    "typed",
    [
        "1,3",
        "1 3",
        "3 1",
        "1, 3.",
        "13",
        "1 and 3",
        "١ و ٣",
        "١ و٣",
        "፩ እና ፫",
        "১ ও ৩",
        "1/3",
        "1+3",
        "1\n3",
        "3 1 1",
        "heart lungs",
        "Heart and blood pressure, Lungs, asthma",
        "haert, lungs",
    ],
)
def test_several_are_several_however_they_are_separated(typed: str) -> None:
    assert choice.read(typed, HEALTH, language="en", many=True) == Answer(("heart", "lungs"), typed)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("2", ("diabetes",)),
        ("heart and blood pressure", ("heart",)),
        ("none", ("none",)),
        ("no", ("none",)),
        ("لا شيء", ("none",)),
        ("1 5", "excludes_others"),
        ("diabetes, none", "excludes_others"),
        ("1-3", "not_a_choice"),
        ("1 6", "not_a_choice"),
        ("11", "not_a_choice"),
        ("heart, something", "not_a_choice"),
        ("", "not_a_choice"),
        (",,,", "not_a_choice"),
        ("and", "not_a_choice"),
    ],
)
def test_several_with_care(typed: str, expected: object) -> None:
    assert values(typed) == expected


def test_none_may_stand_beside_others_where_it_is_not_exclusive() -> None:
    assert values("1 5", exclusive=()) == ("heart", "none")


LABELS = st.lists(
    st.text(st.characters(categories=["L"]), min_size=1, max_size=12), min_size=1, max_size=12, unique_by=str.casefold
)


@given(LABELS, st.data())
def test_the_number_in_the_list_is_always_understood(labels: list[str], data: st.DataObject) -> None:
    options = tuple(Option(f"v{position}", label) for position, label in enumerate(labels))
    position = data.draw(st.integers(1, len(options)))
    zero = data.draw(st.sampled_from(DIGITS))
    typed = "".join(chr(ord(zero) + int(digit)) for digit in str(position))
    assert choice.read(typed, options, language="en") == Answer(f"v{position - 1}", typed)


@given(st.sets(st.integers(1, 7), min_size=1), st.sampled_from([" ", ",", ", ", " and ", " و ", "،", "\n"]))
def test_any_set_of_numbers_gives_those_values_in_order(numbers: set[int], separator: str) -> None:
    typed = separator.join(map(str, numbers))
    expected = tuple(PAPERS[number - 1].value for number in sorted(numbers))
    assert values(typed, PAPERS, ()) == expected


@given(st.text(max_size=60), st.booleans())
def test_whatever_she_writes_it_is_read_or_misread(text: str, many: bool) -> None:
    read = choice.read(text, PAPERS, language="am", many=many)
    assert read.raw == text if isinstance(read, Answer) else read.code
    for option in read.options if isinstance(read, Misread) else ():
        again = choice.read(option.value, PAPERS, language="am")
        assert again == Answer(option.value, option.value)
