"""Names, texts, numbers of papers and e-mail addresses are kept as she gave them, and little is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.answers import email, name, number, text
from flows.answers.outcome import Misread
from flows.model import Answer


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("አበበች በቀለ", "አበበች በቀለ"),
        ("  Fatema   Begum \n", "Fatema Begum"),
        ("فاطمة\u200f محمد", "فاطمة محمد"),
        ("ශ්\u200dරී කුමාරි", "ශ්\u200dරී කුමාරි"),  # the joiner is part of the word
        ("O'Neill-Nguyễn, Jr.", "O'Neill-Nguyễn, Jr."),
        ("李", "李"),
        ("Айгүл Өмүрбекова", "Айгүл Өмүрбекова"),
        ("Mary 2", "Mary 2"),
        ("X\x00Y", "X Y"),
    ],
)
def test_nobody_is_told_that_her_name_is_wrong(typed: str, kept: str) -> None:
    assert name.read(typed) == Answer(kept, typed)


@pytest.mark.parametrize(
    ("typed", "code"),
    [("", "not_a_name"), ("123", "not_a_name"), ("🙂🙂", "not_a_name"), ("?", "not_a_name"), ("a" * 101, "too_long")],
)
def test_what_has_no_letter_or_no_end_is_no_name(typed: str, code: str) -> None:
    assert name.read(typed) == Misread(code)


@given(st.text(max_size=120))
def test_a_name_is_one_line_that_reads_back_as_itself(typed: str) -> None:
    read = name.read(typed)
    if isinstance(read, Answer):
        assert isinstance(read.value, str)
        assert len(read.value.splitlines()) == 1
        assert name.read(read.value) == Answer(read.value, read.value)
        assert read.raw == typed


def test_a_text_is_anything_but_nothing() -> None:
    assert text.read(" I am afraid.\nHelp ") == Answer("I am afraid.\nHelp", " I am afraid.\nHelp ")
    assert text.read(" \n ") == Misread("not_a_text")
    assert text.read("a" * 1001) == Misread("too_long")
    assert text.read("abc", longest=2) == Misread("too_long")


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("EP1234567", "EP1234567"),
        ("ep 123-4567", "EP1234567"),
        ("EP 12 34 567", "EP1234567"),
        ("٢٤٥-١٩C٠١٢٣٤", "24519C01234"),
        ("245–19C01234", "24519C01234"),
        ("1234/2019", "1234/2019"),
        ("007", "007"),
    ],
)
def test_the_number_of_a_paper_is_kept_as_text(typed: str, value: str) -> None:
    assert number.read(typed, language="en") == Answer(value, typed)


@pytest.mark.parametrize("typed", ["0", "٠", "none", "I don't know", "አላውቅም", "لا أعرف", "no"])
def test_a_number_that_cannot_be_read_is_an_answer(typed: str) -> None:
    assert number.read(typed, language="en") == Answer(None, typed)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "not_a_number"),
        ("hello", "not_a_number"),
        ("my passport is EP1234567", "not_a_number"),
        ("1" * 31, "too_long"),
    ],
)
def test_a_sentence_is_not_the_number_of_a_paper(typed: str, code: str) -> None:
    assert number.read(typed, language="en") == Misread(code)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("3", Answer("3", "3")),
        ("٣", Answer("3", "٣")),
        ("3 children", Answer("3", "3 children")),
        ("03", Answer("3", "03")),
        ("0", Misread("too_small")),
        ("21", Misread("too_big")),
        ("-3", Misread("not_a_number")),
        ("1.5", Misread("not_a_number")),
        ("1 or 2", Misread("not_a_number")),
        ("three", Misread("not_a_number")),
        ("9" * 20, Misread("not_a_number")),
    ],
)
def test_how_many_is_one_whole_number(typed: str, expected: Answer | Misread) -> None:
    assert number.read_whole(typed, minimum=1, maximum=20) == expected


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("almaz@example.org", "almaz@example.org"),
        (" Almaz.T@Example.ORG. ", "almaz.t@example.org"),
        ("almaz @ gmail. com", "almaz@gmail.com"),
        ("<mailto:a+b@mail.example.co.ke>", "a+b@mail.example.co.ke"),
        ("almaz٩٢@gmail.com", "almaz92@gmail.com"),
    ],
)
def test_an_address_is_kept_as_a_portal_wants_it(typed: str, value: str) -> None:
    assert email.read(typed, language="en") == Answer(value, typed)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "almaz",
        "almaz@",
        "@gmail.com",
        "a@b",
        "a b@gmail.com",
        "my mail is a@b.org",
        "a@b..org",
        "a@-b.org",
        "አ@gmail.com",
        "a" * 65 + "@b.org",
        "a@b.org c@d.org",
    ],
)
def test_half_an_address_is_refused(typed: str) -> None:
    assert email.read(typed, language="en") == Misread("not_an_email")


@pytest.mark.parametrize("typed", ["0", "none", "የለኝም", "ما عندي", "I don't have"])
def test_having_no_address_is_an_answer(typed: str) -> None:
    assert email.read(typed, language="en") == Answer(None, typed)


@given(st.text(max_size=300))
def test_no_text_makes_them_fail(typed: str) -> None:
    for read in (number.read(typed, language="en"), number.read_whole(typed), email.read(typed, language="en")):
        assert isinstance(read, Misread) or read.raw == typed


@given(st.emails(domains=st.just("example.org")))
def test_every_plain_address_is_taken(address: str) -> None:
    assert email.read(address, language="en") == Answer(address.lower(), address)
