"""What is wrong with the other words of a service, said before anybody hears them."""

from pathlib import Path

import pytest

from tests.flows.test_check import HEAD, findings

TEXT = HEAD.format(more="")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("menu: Vaccination", "school.yaml: menu: en: “Vaccination” gives away what it is for"),
        ("case: {offer: [{when: \"${been} = 'no'\", say: Read, card: rights}]}", "there is no card 'rights'"),
        ("cards: [{card: a, title: A, text: A}, {card: a, title: B, text: B}]", "cards.a: this name is used twice"),
        ("  - {ask: door, type: photo, title: Door, label: Send it}", "door: it must be optional"),
        ("  - {ask: door, type: text, title: Door, label: Send it, photo: have}", "'have' is not one of its choices"),
        ("  - {ask: outcome, type: text, title: Door, label: Say}", "outcome: this name is used by the engine"),
        (
            "  - {repeat: kids, title: Kid, more: More?, questions: [{ask: ok, type: consent, title: O, label: O, "
            'choices: {yes: "Yes"}}]}',
            "a consent, or a question for later, is not asked again and again",
        ),
        (
            "  - {repeat: kids, title: Kid, more: More?, questions: [{ask: age, type: number, title: A, label: A}]}\n"
            '  - {ask: w, type: text, title: W, label: W, relevant: "${age} > 3"}',
            "w: relevant names ${age}, which is asked again and again",
        ),
        (
            "  - {ask: kinds, type: many, title: K, label: K, choices: {to talk: Talk, order: Order}}",
            "kinds: the value 'to talk' of several must be one word",
        ),
        (
            "case: {follow_ups: [{follow_up: a, in: 1 day, say: Hi, until: opened}]}",
            "case.follow_ups.a: until: 'opened' ends nothing; there are closed, served and task.<name>.done",
        ),
        (
            "case: {follow_ups: [{follow_up: a, in: 1 day, say: Hi, while: \"${been} = 'no'\"}]}",
            "case.follow_ups.a: while: 'been' is not routed, so nobody can look at it on the day",
        ),
        ("crisis: {words: ',', say: Call}", "crisis.words: there are no words"),
        ("outcomes: [{outcome: a, after: bean, when: 'true()', say: A}]", "'bean' is not a question of this service"),
        ("outcomes: [{outcome: a, after: child, when: \"${been} = 'no'\", say: A}]", "is only asked after 'child'"),
        ("case: {checklist: {title: L, items: [child]}}", "'child' must be a choice or a photo"),
        ("case: {checklist: {title: L, items: [been], open: [can]}}", "'can' is not a choice of any item"),
    ],
)
def test_a_mistake_is_said_with_its_place(tmp_path: Path, more: str, said: str) -> None:
    assert any(said in one for one in findings(tmp_path, f"{TEXT}{more}\n"))


def test_what_is_said_must_be_there_in_every_language(tmp_path: Path) -> None:
    found = findings(tmp_path, HEAD.format(more=", fr") + "crisis: {words: 'end, over', say: Call}\n")
    assert any("untranslated" in one or "no translation of “end, over”" in one for one in found)


def test_a_service_with_nothing_to_ask_needs_something_to_read(tmp_path: Path) -> None:
    empty = "service: school\ntitle: School\nlanguages: [en]\n"
    assert findings(tmp_path, empty) == ["school.yaml: there are neither questions nor cards"]
    assert findings(tmp_path, empty + "cards: [{card: a, title: A, text: A}]\n") == []
