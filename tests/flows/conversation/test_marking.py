"""Where several can be chosen by buttons, what is marked stands in the question that she pressed, not below it."""

import pytest

from flows.effects import Say
from flows.engine import step
from flows.model import Answer, Draft, Manner, Message, Reply, Value
from tests.factories import NOW
from tests.libraries import the_library
from tests.transcripts.play import Player

ASKED_FOR_DAYS = Draft("en", "vaccination", {"days": Answer(("any",))}, editing="days", touched=NOW)

REGISTRATION = (
    "1", "1", "1", "Hirut", "1990", "1", "1", "7", "4", "0", "Beirut", "1", "8", "2", "4", "4", "2", "2",
)  # fmt: skip


def hears(draft: Draft, text: str = "", button: str = "") -> tuple[Draft, Reply]:
    message = Message("telegram", "telegram:1", "501", "7", text, button, chat_message="102")
    turn = step(the_library(), draft, message, NOW)
    (said,) = turn.effects
    assert isinstance(said, Say)
    assert turn.draft is not None
    return turn.draft, said.reply


def test_each_press_that_marks_takes_the_place_of_what_was_pressed() -> None:
    draft, reply = hears(ASKED_FOR_DAYS, button="days=saturday")
    assert (reply.about, reply.instead, draft.chosen) == ("days", "102", ("saturday",))
    draft, reply = hears(draft, button="days=saturday")
    assert (reply.about, reply.instead, draft.chosen) == ("days", "102", ())


@pytest.mark.parametrize(("text", "button"), [("", "days=any"), ("", "days=✓"), ("nonsense", ""), ("sunday", "")])
def test_what_ends_it_or_is_typed_stands_below(text: str, button: str) -> None:
    draft, _ = hears(ASKED_FOR_DAYS, button="days=saturday")
    _, reply = hears(draft, text, button)
    assert reply.instead == ""


@pytest.mark.parametrize(
    ("language", "typed"), [("en", "that is all!"), ("fr", "c’est tout"), ("am", "ይህ ብቻ ነው"), ("ar", "هذا كل شيء")]
)
def test_the_words_of_the_last_button_end_it_too(language: str, typed: str) -> None:
    draft, _ = hears(ASKED_FOR_DAYS.but(language=language), button="days=saturday")
    draft, _ = hears(draft, typed)
    assert draft.answers["days"].value == ("saturday",)
    assert (draft.editing, draft.chosen) == ("", ())


def test_they_end_nothing_where_nothing_is_marked() -> None:
    draft, reply = hears(ASKED_FOR_DAYS, "That is all")
    assert (draft.failures, reply.about) == (1, "days")


def at_the_review(said: Value, manner: Manner = "chat") -> Player:
    """She has answered everything, the days like this, and is about to look once more."""
    player = Player(the_library(), manner)
    for text in ("hello", "1", *(["1"] if manner == "sms" else []), *REGISTRATION):
        lines = player.hear(text)
    assert "Please look once more" in lines[0], lines
    assert player.draft is not None
    player.draft = player.draft.with_answer("days", Answer(said))
    return player


def test_an_answer_that_is_changed_begins_with_what_she_chose() -> None:
    player = at_the_review(("weekday", "saturday"))
    lines = player.hear("[review=days]")
    assert [line[4:] for line in lines if "✓" in line] == ["✓ Monday to Friday", "✓ Saturday"]
    player.hear("[days=sunday]")
    player.hear("[days=saturday]")
    player.hear("[days=✓]")
    assert player.draft is not None
    assert player.draft.answers["days"].value == ("weekday", "sunday")


def test_to_say_that_it_is_all_keeps_it() -> None:
    player = at_the_review(("weekday", "saturday"))
    player.hear("[review=days]")
    player.hear("That is all")
    assert player.draft is not None
    assert player.draft.answers["days"].value == ("weekday", "saturday")


@pytest.mark.parametrize(
    ("said", "manner"), [(("any",), "chat"), (None, "chat"), (("no longer there",), "chat"), (("weekday",), "sms")]
)
def test_it_begins_empty_where_nothing_can_be_added_or_she_types(said: Value, manner: Manner) -> None:
    player = at_the_review(said, manner)
    review = player.hear("what")
    number = next(line.split()[1] for line in review if "Best days" in line)
    assert not [line for line in player.hear(number) if "✓" in line]
    player.hear("3")
    assert player.draft is not None
    assert player.draft.answers["days"].value == ("sunday",)


def test_back_begins_with_what_she_chose() -> None:
    chosen = Draft("en", "vaccination", {"days": Answer(("saturday", "sunday"))}, editing="company", touched=NOW)
    draft, reply = hears(chosen, "back")
    assert (draft.editing, draft.chosen) == ("days", ("saturday", "sunday"))
    assert "✓ Saturday" in reply.plain


def test_what_is_typed_then_takes_its_place_unless_she_has_pressed() -> None:
    before = Draft("en", "vaccination", {"days": Answer(("saturday", "sunday"))}, editing="company", touched=NOW)
    asked, _ = hears(before, "back")
    typed, _ = hears(asked, "1")
    assert typed.answers["days"].value == ("weekday",)
    pressed, _ = hears(asked, button="days=sunday")
    typed, _ = hears(pressed, "1")
    assert typed.answers["days"].value == ("weekday", "saturday")
