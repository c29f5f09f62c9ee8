"""Whoever writes after a while is shown nothing, and can change nothing, until she says what was said before."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.model import Draft
from tests.libraries import the_library
from tests.transcripts.play import Player

A_QUARTER_OF_AN_HOUR = timedelta(minutes=15)
HANA = (
    "hello", "1", "1", "1", "1", "Hana Girma", "17 May 1988", "1", "Cameroon", "1", "2", "EP7654321", "2",
    "03 456 789", "1",
)  # fmt: skip
HERS = ("Hana", "Girma", "1988", "17/05", "Cameroon", "7654321", "456 789", "456789")
ORDERS = ("back", "help", "#", "who", "stop", "clear", "status", "human", "language")
BUTTONS = ("[gender=man]", "[phone_safe=always]", "[phone=none]", "[review=send]", "[go_on=go_on]", "[menu=back]")
OTHERS = (*ORDERS, *BUTTONS, "new", "hello", "Rose Njeri", "1992", "0", "1", "2", "3", "4", "(voice)", "K7-4QF", "")


def hana(said: int = len(HANA)) -> Player:
    """Hana's phone, a quarter of an hour after she stopped in the middle."""
    player = Player(the_library())
    for text in HANA[:said]:
        player.hear(text)
    player.now += A_QUARTER_OF_AN_HOUR
    return player


def kept(draft: Draft | None) -> list[dict[str, object]]:
    """The answers of every draft on this phone."""
    return [dict(one.answers) for one in (draft, *draft.aside)] if draft else []


@pytest.mark.parametrize("order", [*ORDERS, "[phone_safe=always]", "good morning"])
@pytest.mark.parametrize("then", ["back", "hello", "1", "[phone_safe=always]"])
def test_no_order_leads_around_the_proof(order: str, then: str) -> None:
    player = hana()
    lines = "\n".join([*player.hear(order), *player.hear(then)])
    assert "/22" not in lines
    assert "/23" not in lines
    assert not [words for words in HERS if words in lines]


@given(st.lists(st.sampled_from(OTHERS), min_size=1, max_size=10), st.sampled_from((9, len(HANA))))
@settings(max_examples=100, deadline=None)
def test_whatever_a_stranger_sends_shows_and_changes_nothing(texts: list[str], said: int) -> None:
    player = hana(said)
    before = kept(player.draft)[0]
    lines = "\n".join(line for text in texts for line in player.hear(text))
    assert not [words for words in HERS if words in lines]
    assert before in kept(player.draft)
    assert all(not one.answers.get("name") for one in player.opened)


@pytest.mark.parametrize("proof", ["1988", "Hana Girma", "hana girma", "17 May 1988"])
def test_she_goes_on_where_she_was_once_she_has_said_it(proof: str) -> None:
    player = hana()
    player.hear("status")
    player.hear("hello")
    player.hear("2")
    player.hear("Rose")
    assert "13/" in player.hear(proof)[0]
    assert player.draft is not None
    assert not player.draft.locked
    assert player.draft.aside == ()
    assert "12/" in player.hear("back")[0]


def test_asking_for_something_else_in_between_gives_no_more_guesses() -> None:
    player = hana()
    player.hear("hello")
    for guess in ("1985", "1986", "1987"):
        player.hear("2")
        lines = player.hear(guess)
        player.hear("back")
    assert any("English" in line for line in lines)
    player.hear("2")
    assert player.draft is not None
    assert not player.draft.answers


def test_who_has_said_nothing_that_could_prove_it_just_goes_on() -> None:
    player = hana(4)
    player.hear("hello")
    assert "2/21" in player.hear("2")[0]
    assert player.draft is not None
    assert not player.draft.locked


def test_after_beginning_anew_without_a_word_the_older_draft_can_still_be_taken_up() -> None:
    player = hana(4)
    player.hear("new")
    player.now += A_QUARTER_OF_AN_HOUR
    player.hear("hello")
    assert "2/21" in player.hear("2")[0]


def test_what_somebody_else_said_is_not_in_the_case_of_who_wants_a_person() -> None:
    player = hana()
    player.hear("human")
    assert [dict(one.answers) for one in player.opened] == [{}]


def test_a_draft_of_before_the_lock_existed_is_locked_all_the_same() -> None:
    player = hana()
    assert player.draft is not None
    player.draft = replace(player.draft, locked=False, gate="proof")
    assert "Begin anew" in "\n".join(player.hear("hello"))
