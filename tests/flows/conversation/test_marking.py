"""Where several can be chosen by buttons, what is marked stands in the question that she pressed, not below it."""

import pytest

from flows.effects import Say
from flows.engine import step
from flows.model import Answer, Draft, Message, Reply
from tests.factories import NOW
from tests.libraries import the_library

ASKED_FOR_DAYS = Draft("en", "vaccination", {"days": Answer(("any",))}, editing="days", touched=NOW)


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
