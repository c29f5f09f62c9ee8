"""A condition that is simple is said in words; any other is left to the volunteer."""

from pathlib import Path

import pytest

from flows.conditions import condition_in_words
from flows.language import Catalogues, Words
from flows.loader import load_service

FILE = """
service: school
title: School
languages: [en]
closing: Thank you.
questions:
  - {ask: child, type: choice, title: Child, label: Who?, choices: {girl: Girl, boy: Boy, twins: Twins}}
  - {ask: needs, type: many, title: Needs, label: What?, choices: {bag: A bag, books: Books}}
  - {ask: name, type: name, title: Name, label: Name?}
  - {ask: last, type: text, title: Last, label: "And?", relevant: RELEVANT}
"""
IN_WORDS = {
    "${child} = 'girl'": "If question 1 is: Girl",
    "${child} != 'girl'": "If question 1 is not: Girl",
    "${child} = 'girl' or ${child} = 'twins'": "If question 1 is: Girl / Twins",
    "${child} != 'girl' and ${child} != 'boy'": "If question 1 is not: Girl / Boy",
    "selected(${needs}, 'bag')": "If question 2 is: A bag",
    "not(selected(${needs}, 'bag'))": "If question 2 is not: A bag",
    "${child} = 'boy' and selected(${needs}, 'bag')": "If question 1 is: Boy, and question 2 is: A bag",
    "${child} = 'boy' or selected(${needs}, 'bag')": "If question 1 is: Boy, or question 2 is: A bag",
    "${child} != 'boy' or ${child} != 'girl'": "If question 1 is not: Boy, or question 1 is not: Girl",
}
LEFT_OUT = [
    "${child} = 'girl' and (${needs} = 'bag' or ${needs} = 'books')",
    "${child} = ''",
    "${name} = 'Almaz'",
    "string-length(${name}) > 3",
    "${child} = ${needs}",
]


def in_words(relevant: str, folder: Path, words: Words) -> str:
    path = folder / "school.yaml"
    path.write_text(FILE.replace("RELEVANT", f'"{relevant}"'), "utf-8")
    service = load_service(path, Catalogues({}))
    return condition_in_words(service, service.by_name["last"], "en", words)


@pytest.mark.parametrize("relevant", IN_WORDS)
def test_choices_and_what_joins_them_are_said_by_number_and_label(relevant: str, tmp_path: Path) -> None:
    assert in_words(relevant, tmp_path, Words("en")) == IN_WORDS[relevant]


@pytest.mark.parametrize("relevant", LEFT_OUT)
def test_what_cannot_be_said_simply_is_left_out(relevant: str, tmp_path: Path) -> None:
    assert in_words(relevant, tmp_path, Words("en")) == ""


def test_a_question_that_is_always_asked_has_no_condition(tmp_path: Path) -> None:
    path = tmp_path / "school.yaml"
    path.write_text(FILE.replace("RELEVANT", '""'), "utf-8")
    service = load_service(path, Catalogues({}))

    assert condition_in_words(service, service.by_name["last"], "en", Words("en")) == ""


def test_the_words_are_those_of_the_language(tmp_path: Path) -> None:
    german = Words("de", {("", "If {condition}"): "Nur falls {condition}"})

    assert in_words("${child} = 'girl'", tmp_path, german) == "Nur falls question 1 is: Girl"
