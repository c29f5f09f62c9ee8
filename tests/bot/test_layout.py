"""How replies are laid out."""

from hypothesis import given
from hypothesis import strategies as st

from bot.layout import chat, data, sms, split, texts
from flows.model import Option, Reply
from flows.segments import count
from tests.libraries import the_countries


def options(*labels: str) -> tuple[Option, ...]:
    return tuple(Option(label.lower(), label) for label in labels)


def test_buttons_are_numbered_and_short_ones_stand_two_in_a_row() -> None:
    text, rows = chat(Reply("Which?", options("Yes", "No", "Later"), about="when"))
    assert text == "Which?"
    assert rows == [[("1 Yes", "when=yes"), ("2 No", "when=no")], [("3 Later", "when=later")]]


def test_one_long_label_gives_every_option_a_row_of_its_own() -> None:
    _, rows = chat(Reply("Which?", options("Yes", "Only a photo or a copy")))
    assert [len(row) for row in rows] == [1, 1]


def test_a_reply_without_options_has_no_buttons() -> None:
    assert chat(Reply("Thank you.")) == ("Thank you.", [])


def test_more_options_than_telegram_shows_become_numbers_in_the_text() -> None:
    reply = Reply("Which?", options(*(f"Place {number}" for number in range(101))))
    text, rows = chat(reply)
    assert rows == []
    assert text.endswith("101 Place 100")


def test_by_sms_a_reply_is_one_text_that_fits_the_cheap_alphabet_where_it_can() -> None:
    reply = Reply("Où êtes-vous née ?", (Option("a", "À l’étranger"), Option("b", "Ici")))
    assert sms(reply) == "Où etes-vous née ?\n1 A l'étranger\n2 Ici"
    assert sms(Reply("ሰላም, née")) == "ሰላም, née"


def test_what_is_not_worth_a_button_is_numbered_in_the_text() -> None:
    lines = (Option("send", "Send"), Option("name", "Name: Almaz", button=False))
    text, rows = chat(Reply("Look once more.", lines, about="review"))
    assert text == "Look once more.\n2 Name: Almaz"
    assert rows == [[("1 Send", "review=send")]]


def test_a_button_carries_what_it_is_about_and_its_value_or_its_number_where_that_is_over_64_bytes() -> None:
    asked = Reply("Which?", about="day")
    assert data(asked, 3, Option("a" * 60, "A")) == "day=" + "a" * 60
    assert data(asked, 3, Option("a" * 61, "A")) == "day=3"
    assert data(asked, 3, Option("ሀ" * 21, "three bytes each")) == "day=3"


def test_a_text_that_fits_is_not_cut() -> None:
    assert split("ሰላም", 4096) == ["ሰላም"]
    assert split("", 4096) == [""]


def test_a_long_text_is_cut_at_a_line_then_at_a_space_then_anywhere() -> None:
    assert split("one two\nthree four", 12) == ["one two", "three four"]
    assert split("one two three", 8) == ["one two", "three"]
    assert split("one two", 3) == ["one", "two"]
    assert split("abcdefgh", 3) == ["abc", "def", "gh"]


def test_an_emoji_counts_twice_and_is_never_halved() -> None:
    assert split("😀😀😀", 4) == ["😀😀", "😀"]
    assert split("😀😀", 3) == ["😀", "😀"]


def test_a_reply_of_several_sms_says_of_each_which_one_it_is() -> None:
    senegal, kenya = (the_countries().of(number) for number in ("+221770000000", "+254712000000"))
    assert senegal.most_segments == 1
    words = " ".join(f"word{number}" for number in range(60))
    sent = texts(Reply(words), senegal, 1600)
    assert [one[:6] for one in sent] == ["(1/3) ", "(2/3) ", "(3/3) "]
    assert " ".join(one[6:] for one in sent) == words
    assert all(count(one).segments == 1 for one in sent)
    assert texts(Reply("Thank you."), senegal, 1600) == ["Thank you."]
    assert len(texts(Reply(words), kenya, 1600)) < 3, "where the network joins parts, it does, and needs no places"


def test_more_than_nine_have_room_for_two_digits() -> None:
    sent = texts(Reply("ሀ" * 1000), the_countries().of("+221770000000"), 1600)
    assert sent[9].startswith(f"(10/{len(sent)}) ")
    assert all(count(one).segments == 1 for one in sent)
    assert "".join(one.partition(") ")[2] for one in sent) == "ሀ" * 1000


def test_what_a_provider_cuts_is_numbered_too() -> None:
    sent = texts(Reply("a" * 2000), None, 1600)
    assert [one[:6] for one in sent] == ["(1/2) ", "(2/2) "]
    assert max(map(len, sent)) == 1600


@given(st.text(st.sampled_from("aሀب😀 \n"), max_size=60), st.integers(2, 9))
def test_parts_fit_and_lose_nothing_but_the_gaps(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert "".join("".join(parts).split()) == "".join(text.split())
    if text.strip():
        assert all(part for part in parts)
        assert all(len(part.encode("utf-16-le")) // 2 <= limit for part in parts)
