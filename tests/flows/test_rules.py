"""What must not wait is heard in any spelling and language; and what is read is read by nobody else."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from flows.asking import options_of
from flows.effects import Amend, Escalate, OpenCase, Say
from flows.engine import step
from flows.language import Catalogues, Words
from flows.loader import load_service
from flows.model import Answer, Asking, Draft, Media, Message, OpenList, Outing
from flows.talk import Talk
from tests.factories import NOW
from tests.words.libraries import FOLDER, made_up

FLAT = made_up().services["flat"]


@pytest.mark.parametrize("text", ["Hopeless!", "it is HOPELESS, all of it", "i will end it  all", "hópeless"])
def test_words_of_a_crisis_are_heard_in_any_spelling(text: str) -> None:
    assert FLAT.rules.crisis is not None
    assert FLAT.rules.crisis.heard(text)


@pytest.mark.parametrize("text", ["", "hopelessly late", "I end it", "all", "1", "ያ"])
def test_and_only_as_whole_words(text: str) -> None:
    assert FLAT.rules.crisis is not None
    assert not FLAT.rules.crisis.heard(text)


def test_they_are_heard_in_every_language_whichever_she_chose(tmp_path: Path) -> None:
    source = "end it all, hopeless"
    chinese = Words("zh", {("flat:crisis:words", source): "绝望，不想活"})
    arabic = Words("ar", {("flat:crisis:words", source): "لا أمل، أريد أن أموت"})
    text = (FOLDER / "flat.yaml").read_text("utf-8").replace("languages: [en]", "languages: [en, ar, zh]")
    (tmp_path / "flat.yaml").write_text(text, "utf-8")
    words = Catalogues({"en": Words("en"), "zh": chinese, "ar": arabic})
    crisis = load_service(tmp_path / "flat.yaml", words).rules.crisis
    assert crisis is not None
    assert all(map(crisis.heard, ("我真的不想活了", "أُريد أن أموت", "hopeless")))
    assert not crisis.heard("أموت")


def say(draft: Draft, text: str = "", media: Media | None = None) -> tuple[Draft, list[object]]:
    turn = step(made_up(), draft, Message("chat", "chat:1", "her", "1", text, media=media), NOW)
    assert turn.draft is not None
    return turn.draft, list(turn.effects)


IN_IT = Draft("en", "flat", {"work": Answer("no"), "city": Answer("here"), "name": Answer("Lea")}, touched=NOW)


def test_danger_is_raised_once_and_carries_no_consent() -> None:
    draft = replace(IN_IT, answers={**IN_IT.answers, "household_1": Answer("no"), "share": Answer("yes")})
    draft, effects = say(draft, "no")
    (call,) = [one for one in effects if isinstance(one, Escalate)]
    assert (call.reason, call.service, call.reference) == ("danger", "flat", "")
    assert set(call.answers) == {"work", "city", "name", "household_1", "safe"}
    assert draft.raised == ("danger",)
    draft, _ = say(replace(draft, begun="K7-4QF"), "back")
    draft, effects = say(draft, "no")
    assert not [one for one in effects if isinstance(one, Escalate)]


def test_nobody_is_called_by_words_of_a_crisis_when_the_bot_asks_for_one_name_only() -> None:
    asking = Asking("K7-4QF", "flat", "name", NOW)
    draft, effects = say(Draft("en", cases=("K7-4QF",), asking=asking, touched=NOW), "I am hopeless")
    assert [type(one).__name__ for one in effects] == ["Escalate", "Say", "Say"]
    assert isinstance(effects[2], Say)
    assert effects[2].reply.text == "What is your name?"
    assert draft.asking == asking
    _, effects = say(draft, "Lea")
    assert [one.answer.value for one in effects if isinstance(one, Amend)] == ["Lea"]


def test_nor_by_a_command() -> None:
    draft, effects = say(replace(IN_IT, answers={"work": Answer("no"), "city": Answer("here")}), "human")
    assert [one.reason for one in effects if isinstance(one, Escalate)] == ["human"]
    assert "name" not in draft.answers


def test_a_stranger_on_a_locked_phone_raises_the_alarm_without_her_answers() -> None:
    _, effects = say(replace(IN_IT, locked=True), "hopeless")
    (call,) = [one for one in effects if isinstance(one, Escalate)]
    assert call.answers == {}
    assert "Lea" not in repr([one for one in effects if isinstance(one, Say)])


def test_an_outcome_is_known_to_later_questions_and_routed() -> None:
    draft, _ = say(replace(IN_IT, answers={"work": Answer("yes")}), "2")
    assert draft.gate == "over"
    draft, effects = say(draft, "1")
    (opened,) = [one for one in effects if isinstance(one, OpenCase)]
    assert (opened.route, opened.open_items) == ({"city": "elsewhere", "outcome": "elsewhere"}, ())


def test_when_no_outing_is_coming_nobody_is_asked_about_one() -> None:
    library = replace(made_up(), outings={})
    answers = {name: Answer("x") for name in FLAT.by_name if not name.startswith(("household_", "share", "viewing"))}
    answers |= {"household_1": Answer("no"), "work": Answer("no"), "city": Answer("here"), "safe": Answer("yes")}
    answers.pop("identity_card")
    turn = step(library, Draft("en", "flat", answers, touched=NOW), Message("c", "c:1", "h", "1", "1"), NOW)
    assert turn.draft is not None
    assert turn.draft.answers["viewing"].value == "none"


def test_an_outing_is_offered_with_its_day_in_her_language_and_kept_in_those_words() -> None:
    talk = Talk(
        replace(made_up(), outings={"flat": (Outing("7", date(2026, 12, 24)),)}),
        IN_IT,
        Message("c", "c:1", "h", "1"),
        NOW,
    )
    options = options_of(talk, FLAT.by_name["viewing"])
    assert [one.label for one in options] == ["Thursday 24 December", "None of these"]


def test_a_picture_is_the_answer_that_the_question_takes_it_for() -> None:
    lists = (OpenList("K7-4QF", "flat", ("identity_card", "payslip")),)
    draft, _ = say(Draft("en", cases=("K7-4QF",), lists=lists, touched=NOW), "list")
    assert draft.asking is not None
    assert draft.asking.rest == ("payslip",)
    draft, _ = say(draft, media=Media("document", "d-1"))
    assert draft.lists == (OpenList("K7-4QF", "flat", ("payslip",)),)
    assert draft.asking is not None
    assert draft.asking.question == "payslip"
    draft, _ = say(draft, "cannot")
    assert (draft.lists, draft.asking) == ((), None)


def at_the_cards(draft: Draft, *offered: str) -> list[str]:
    library = replace(made_up(), offered={one: frozenset({"en"}) for one in offered})
    turn = step(library, replace(draft, service="flat", gate="cards"), Message("c", "c:1", "h", "1", "hm"), NOW)
    (menu,) = [one for one in turn.effects if isinstance(one, Say)]
    return [one.value for one in menu.reply.options]


def test_something_else_is_offered_only_where_there_is_something_else_for_her() -> None:
    her = Draft("en", touched=NOW)
    assert "other" in at_the_cards(her, "flat", "read")
    assert "other" not in at_the_cards(her, "flat")
    assert "other" not in at_the_cards(her, "flat", "visit"), "that one is for volunteers"
    assert "other" in at_the_cards(replace(her, ours=True), "flat", "visit")
    assert "other" in at_the_cards(replace(her, lists=(OpenList("K7-4QF", "flat", ("payslip",)),)), "flat")
