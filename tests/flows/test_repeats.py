"""People of a household, one after the other: written out into ordinary questions, and counted over all rounds."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.asking import position
from flows.engine import step
from flows.errors import ServiceError
from flows.expressions import compile_expression
from flows.expressions.rounds import Round
from flows.model import Answer, Draft, Message
from tests.factories import NOW
from tests.words.libraries import made_up

HOUSEHOLD = {
    "household": [
        Round("${has_one} = 'yes'", {"age": "household_1_age", "name": "household_1_name"}),
        Round("${household_2} = 'yes'", {"age": "household_2_age", "name": "household_2_name"}),
    ]
}


@pytest.mark.parametrize(
    ("text", "gives"),
    [
        ("count(${household})", 2.0),
        ("count-if(${household}, ${age} < 3)", 1.0),
        ("count-if(${household}, ${age} < 3 or ${limit} = '1')", 2.0),
        ("join(', ', ${name})", "Ana, Tim"),
        ("sum(${age}) + 1", 11.0),
        ("max(${age}) - min(${age})", 6.0),
        ("if(count(${household}) > 1, 'several', 'one')", "several"),
    ],
)
def test_an_expression_looks_at_every_round(text: str, gives: object) -> None:
    values = {
        "has_one": "yes", "household_2": "yes", "limit": "1",
        "household_1_age": "8", "household_2_age": "2", "household_1_name": "Ana", "household_2_name": "Tim",
    }  # fmt: skip
    assert compile_expression(text, rounds=HOUSEHOLD).evaluate(values, now=NOW) == gives


def test_a_round_that_there_is_not_counts_nothing() -> None:
    count = compile_expression("count(${household})", rounds=HOUSEHOLD)
    assert count.evaluate({"has_one": "no"}, now=NOW) == 0.0
    young = compile_expression("count-if(${household}, ${age} < 3)", rounds=HOUSEHOLD)
    assert young.evaluate({"has_one": "yes", "household_1_age": "2", "household_2_age": "1"}, now=NOW) == 1.0
    assert compile_expression("join(', ', ${name})", rounds=HOUSEHOLD).evaluate({}, now=NOW) == ""


def test_a_group_is_unknown_where_it_is_not_declared() -> None:
    with pytest.raises(ServiceError):
        compile_expression("count(${household})")


def test_every_round_is_asked_under_names_of_its_own_and_keeps_the_texts_of_the_file() -> None:
    service = made_up().services["flat"]
    third = service.by_name["household_3_school"]
    assert third.question.relevant == "(${household_3} = 'yes') and (${household_3_age} < 16)"
    assert third.prompts["en"].label == "Person 3: Is there a school?"
    assert third.prompts["en"].title == "Person 3, School"
    assert service.lines["household_3_school"] == service.lines["household_1_school"]
    assert "household_4" not in service.by_name


@given(st.lists(st.sampled_from(["yes", "no"]), min_size=3, max_size=3), st.integers(0, 2))
@settings(deadline=None)
def test_who_says_there_is_nobody_more_is_asked_of_nobody_more(said: list[str], changed: int) -> None:
    """Also when an earlier no comes after a later yes: nothing of the later rounds counts, or is lost."""
    service = made_up().services["flat"]
    answers = {f"household_{number}": Answer(one) for number, one in enumerate(said, start=1)}
    answers |= {f"household_{number}_called": Answer("Ana") for number in (1, 2, 3)}
    here = position(service, Draft("en", "flat", answers), NOW)
    rounds = next((number for number, one in enumerate(said) if one == "no"), 3)
    called = [name for name in here.relevant if name.endswith("_called")]
    assert called == [f"household_{number}_called" for number in range(1, rounds + 1)]
    count = compile_expression("count(${household})", rounds=service.rounds)
    assert count.evaluate(here.values, now=NOW) == rounds


def test_one_goes_back_into_a_round_and_changes_it() -> None:
    answers = {"work": Answer("no"), "city": Answer("here"), "name": Answer("Lea"), "household_1": Answer("yes")}
    draft = Draft("en", "flat", {**answers, "household_1_called": Answer("Tim")}, touched=NOW)
    turn = step(made_up(), draft, Message("chat", "chat:1", "her", "1", "back"), NOW)
    assert turn.draft is not None
    assert turn.draft.editing == "household_1_called"
