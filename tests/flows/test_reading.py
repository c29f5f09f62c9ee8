"""What leaves a question out, and what is an answer to it."""

import pytest

from flows.model import Answer, Draft, Media, Message
from flows.reading import Misread, read
from flows.talk import Talk
from tests.factories import NOW
from tests.libraries import the_library
from tests.words.libraries import made_up

STORY = made_up().services["flat"].by_name["story"]


@pytest.mark.parametrize("typed", ["0", " - ", "٠", "۰", "०", "০", "０", "0️⃣", "\u200f٠"])
def test_a_nought_of_any_script_leaves_out_what_may_be_left_out(typed: str) -> None:
    message = Message("chat", "chat:1", "her", "1", typed)
    outcome = read(Talk(made_up(), Draft("en", "flat"), message, NOW), STORY, message)
    assert outcome == Answer(None, typed)


@pytest.mark.parametrize(
    ("shared", "outcome"),
    [
        ("+96170123456", Answer("+96170123456", "+96170123456")),
        ("+251911234567", Answer("+251911234567", "+251911234567")),
        ("+1", Misread("not_a_phone")),
    ],
)
def test_her_own_contact_is_her_number_where_one_is_asked_for(shared: str, outcome: Answer | Misread) -> None:
    number = the_library().services["vaccination"].by_name["phone_number"]
    message = Message("telegram", "telegram:1", "501", "1", media=Media("contact", shared))
    assert read(Talk(the_library(), Draft("en", "vaccination"), message, NOW), number, message) == outcome


def test_her_own_contact_is_no_answer_to_anything_else() -> None:
    message = Message("telegram", "telegram:1", "501", "1", media=Media("contact", "+96170123456"))
    assert isinstance(read(Talk(made_up(), Draft("en", "flat"), message, NOW), STORY, message), Misread)
