"""What a volunteer learns: a quiz has a version, answers are right or wrong, and a mistake in the file is named."""

from pathlib import Path

import pytest

from flows.check import check, errors
from flows.loader import Library
from flows.service import Card, Quiz, Training
from flows.training import version, versions, wrong
from tests.flows.test_check import HEAD, findings
from tests.libraries import the_library

ASKED = Quiz(ask="promise", label="A date?", choices={"yes": "Soon", "no": "I do not know"}, right="no", why="Never.")
TRAINING = Training(cards=(Card(card="one", title="One", text="Read."),), quiz=(ASKED,))


def test_a_changed_quiz_is_another_one_and_a_changed_card_is_not() -> None:
    other = TRAINING.model_copy(update={"quiz": (ASKED.model_copy(update={"right": "yes"}),)})
    mended = TRAINING.model_copy(update={"cards": (Card(card="one", title="One", text="Read it."),)})
    assert version(other) != version(TRAINING) == version(mended)


def test_what_is_left_out_is_not_right() -> None:
    assert wrong(TRAINING, {"promise": "no"}) == ()
    assert wrong(TRAINING, {"promise": "yes"}) == wrong(TRAINING, {}) == (ASKED,)


def test_the_vaccination_teaches_the_law_the_portal_and_safety_before_it_asks(library: Library) -> None:
    training = library.services["vaccination"].file.training
    assert {"kafala", "portal", "safety"} <= {one.card for one in training.cards}
    assert versions(library)["vaccination"] == version(training)


@pytest.mark.parametrize(
    ("quiz", "said"),
    [
        ("{ask: a, label: A?, choices: {yes: Y, no: N}, right: maybe, why: W}", "'maybe' is not one of its choices"),
        ("{ask: a, label: A?, choices: {yes: Y}, right: yes, why: W}", "it needs two choices at least"),
        ("{ask: a, label: A?, choices: {yes: Y, no: N}, right: no, why: W}", "there is a quiz and nothing to learn"),
    ],
)
def test_a_quiz_that_cannot_be_passed_is_named(tmp_path: Path, quiz: str, said: str) -> None:
    text = HEAD.format(more="") + f"training: {{quiz: [{quiz}]}}\n"
    assert any(said in one for one in findings(tmp_path, text))


def test_a_need_may_not_follow_from_a_sensitive_answer_and_is_noted_when_it_follows_from_another(
    tmp_path: Path,
) -> None:
    text = HEAD.format(more="") + "case: {needs: {legal: \"${been} = 'no'\", children: \"${child} != ''\"}}\n"
    found = findings(tmp_path, text)
    assert "school.yaml: case.needs.children: ${child} could be guessed from it on a seized disk" in found
    assert "school.yaml: case.needs.legal: who sees that it is needed may guess the answer to ${been}" in found
    shipped = the_library()
    assert errors(shipped, shipped.services["vaccination"]) == []
    assert any(one.kind == "routed" for one in check(shipped, shipped.services["vaccination"]))
