"""What leaves a question out, and what is an answer to it."""

import pytest

from flows.model import Answer, Draft, Message
from flows.reading import read
from flows.talk import Talk
from tests.factories import NOW
from tests.words.libraries import made_up

STORY = made_up().services["flat"].by_name["story"]


@pytest.mark.parametrize("typed", ["0", " - ", "٠", "۰", "०", "০", "０", "0️⃣", "\u200f٠"])
def test_a_nought_of_any_script_leaves_out_what_may_be_left_out(typed: str) -> None:
    message = Message("chat", "chat:1", "her", "1", typed)
    outcome = read(Talk(made_up(), Draft("en", "flat"), message, NOW), STORY, message)
    assert outcome == Answer(None, typed)
