"""Who asks for a person goes on meanwhile: what was open is said once more, with what calls the person."""

import pytest

from flows.effects import Deliver, Effect, Escalate, Say
from flows.engine import step
from flows.model import Answer, Asking, Draft, Message
from tests.factories import NOW
from tests.words.libraries import made_up

BEGUN = Draft("en", "flat", {"work": Answer("yes")}, touched=NOW)
ASKED = Draft("en", cases=("K7-4QF",), asking=Asking("K7-4QF", "flat", "city", NOW), touched=NOW)


def effects(draft: Draft, text: str) -> tuple[Effect, ...]:
    return step(made_up(), draft, Message("chat", "chat:1", "her", "1", text), NOW).effects


@pytest.mark.parametrize(
    ("draft", "text"), [(BEGUN, "human"), (BEGUN.but(gate="stuck"), "1"), (BEGUN.but(gate="forget"), "human")]
)
def test_the_question_that_is_open_follows(draft: Draft, text: str) -> None:
    called, receipt, question = effects(draft, text)
    assert isinstance(called, Escalate)
    assert isinstance(receipt, Say)
    assert isinstance(question, Say)
    assert question.reply.text.endswith("Where would you live?")


def test_so_does_the_one_question_of_a_volunteer() -> None:
    put, question = effects(ASKED, "human")
    assert isinstance(put, Deliver)
    assert isinstance(question, Say)
    assert question.reply.about == "asked-city"


def test_where_nothing_is_open_nothing_follows() -> None:
    assert len(effects(Draft("en", gate="service", touched=NOW), "human")) == 2
    assert len(effects(BEGUN.but(locked=True), "human")) == 2
