"""Before she has chosen a language she can be forgotten, and ask who we are, in the language of her word."""

import pytest

from flows.catalogues import TRANSLATIONS
from flows.commands import WORDS, languages_of, recognise
from flows.conversation.orders import WHO
from flows.effects import Escalate, ForgetDraft, Say, Turn
from flows.engine import step
from flows.language import load_catalogues
from flows.model import Answer, Draft, Message
from tests.factories import NOW
from tests.libraries import DESK, the_library

CATALOGUES = load_catalogues(TRANSLATIONS)
HERS = Draft("am", "vaccination", {"privacy": Answer("yes"), "name": Answer("Hirut", "Hirut")})
FRESH = Draft(gate="language", touched=NOW)
ANEW = FRESH.but(aside=(HERS,))


def hear(draft: Draft | None, text: str) -> Turn:
    return step(the_library(), draft, Message("chat", "chat:1", "her", "1", text), NOW)


def said(turn: Turn) -> list[str]:
    return [one.reply.text for one in turn.effects if isinstance(one, Say)]


def who(language: str) -> str:
    return CATALOGUES.words(language).t(WHO, name=DESK.name, phrase=DESK.phrase)


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("draft", [None, ANEW], ids=["fresh", "anew"])
def test_who_is_answered_in_the_language_of_the_word(language: str, draft: Draft | None) -> None:
    turn = hear(draft, WORDS[language].split("|")[2].split()[-1])
    assert said(turn) == [who(language), "Rafiqa · رفيقة · ረፊቃ"]
    assert turn.draft is not None
    assert (turn.draft.language, turn.draft.gate) == ("", "language")


@pytest.mark.parametrize("language", WORDS)
def test_forget_reaches_what_it_reaches_once_a_language_is_chosen(language: str) -> None:
    word = WORDS[language].split("|")[8].split()[0]
    chosen, first = hear(ANEW.but(language=language, gate=""), word), hear(ANEW, word)
    assert first.effects[: len(chosen.effects)] == chosen.effects
    assert isinstance(first.effects[0], ForgetDraft)
    assert chosen.draft is not None
    assert first.draft == chosen.draft.but(language="", spoken=language, gate="language")


def test_a_case_of_this_phone_is_asked_for_and_goes() -> None:
    asked = hear(ANEW.but(cases=("K7-4QF",)), "oublier")
    assert [text.split()[0] for text in said(asked)] == ["Quelle"]
    gone = hear(asked.draft, "K7-4QF")
    assert gone.draft is not None
    assert (gone.draft.cases, gone.draft.language) == ((), "")


@pytest.mark.parametrize(
    ("draft", "text", "language"),
    [
        (FRESH, "stop", "en"),
        (FRESH, "#", "en"),
        (ANEW, "#", "am"),
        (ANEW, "stop", "en"),
        (FRESH.but(aside=(HERS.but(language="fr"),)), "stop", "fr"),
        (FRESH.but(spoken="fr"), "?", "fr"),
        (FRESH, "አቁም", "am"),
    ],
)
def test_a_word_of_several_languages_or_of_none(draft: Draft, text: str, language: str) -> None:
    turn = hear(draft, text)
    assert turn.draft is not None
    assert (turn.draft.language, turn.draft.spoken) == ("", language)


def test_help_leads_on_and_then_the_language_is_asked_for() -> None:
    menu = hear(None, "msaada")
    assert menu.draft is not None
    assert menu.draft.gate == "menu"
    assert said(hear(menu.draft, "2"))[0] == who("sw")
    assert said(hear(menu.draft, "hello")) == ["Rafiqa · رفيقة · ረፊቃ"]
    called = hear(menu.draft, "3").effects[0]
    assert isinstance(called, Escalate)
    assert (called.service, called.language) == ("vaccination", "sw")


def test_status_still_waits_for_her_language() -> None:
    turn = hear(hear(None, "status").draft, "who")
    assert said(turn) == [who("en"), "Rafiqa · رفيقة · ረፊቃ"]
    assert turn.draft is not None
    assert turn.draft.gate == "status_language"


def test_a_lone_sign_says_hello() -> None:
    assert said(hear(None, "?")) == ["Rafiqa · رفيقة · ረፊቃ"]


def test_stop_is_all_that_is_said() -> None:
    turn = hear(FRESH, "አቁም")
    assert len(said(turn)) == 1
    assert turn.draft is not None
    assert turn.draft.silent


def test_every_word_is_known_to_be_of_its_language() -> None:
    for language, words in WORDS.items():
        for word in words.replace("|", " ").split():
            assert language in languages_of(word)
            assert recognise(word)
