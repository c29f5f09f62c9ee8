"""What a look at a service file finds before anybody is asked anything."""

from pathlib import Path

import pytest

from flows.check import check, errors, refuse_errors
from flows.errors import ServiceError
from flows.language import Catalogues, Words
from flows.loader import Library, load_service
from flows.model import Desk
from tests.libraries import the_library

HEAD = """\
service: school
title: School
languages: [en{more}]
closing: Thank you. Your number is {{reference}}.
questions:
  - {{ask: child, type: name, title: Child, label: Name?, sensitive: identity}}
  - {{ask: been, type: choice, title: Before, label: Been to school?, choices: {{yes: "Yes", no: "No"}}}}
"""


def library(folder: Path, text: str, *catalogues: Words) -> Library:
    """A library of this one service."""
    (folder / "school.yaml").write_text(text, "utf-8")
    words = Catalogues({"en": Words("en"), **{one.language: one for one in catalogues}})
    service = load_service(folder / "school.yaml", words)
    return Library({service.name: service}, words, the_library().places, Desk())


def findings(folder: Path, text: str, *catalogues: Words) -> list[str]:
    """What is said about it, as the author reads it."""
    found = library(folder, text, *catalogues)
    return [str(one) for one in check(found, found.services["school"])]


def test_a_service_that_is_right_gets_no_findings(tmp_path: Path) -> None:
    assert findings(tmp_path, HEAD.format(more="")) == []


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            "  - {ask: class, type: number, title: Class, label: Class?, relevant: \"${ben} = 'yes'\"}",
            "school.yaml:8: class: relevant names ${ben}, which is not a question of this service",
        ),
        (
            "  - {ask: class, type: number, title: Class, label: Class?, relevant: \"${been} = 'maybe'\"}",
            "school.yaml:8: class: ${been} is never 'maybe'",
        ),
        (
            "  - {ask: class, type: number, title: Class, label: Class?, "
            "relevant: \"${been} = 'yes' and ${been} = 'no'\"}",
            "school.yaml:8: class: no answer brings this question up",
        ),
        (
            "  - {ask: been, type: number, title: Class, label: Class?}",
            "school.yaml:8: been: this name is used by two questions",
        ),
        (
            "case: {route: [child]}",
            "school.yaml: case.route: 'child' would be readable on a seized disk",
        ),
        (
            '  - {ask: ok, type: consent, title: OK, label: "Give {items}?", items: [been], choices: {yes: Y, no: N}}\n'
            'exports: {all: {recipient: School, consent: ok, columns: {Name: "${child}"}}}',
            "school.yaml: exports.all.Name: ${child} is not among the items of ok",
        ),
    ],
)
def test_a_mistake_is_named_with_file_line_and_question(tmp_path: Path, more: str, said: str) -> None:
    assert said in findings(tmp_path, HEAD.format(more="") + more + "\n")


def test_a_missing_translation_and_one_that_fills_in_something_else_are_errors(tmp_path: Path) -> None:
    french = {
        ("school:title", "School"): "École",
        ("school:closing", "Thank you. Your number is {reference}."): "Merci. Votre numéro est {refrence}.",
        ("school:child:title", "Child"): "Enfant",
        ("school:child:label", "Name?"): "Nom ?",
        ("school:been:title", "Before"): "Avant",
        ("school:been:choice:yes", "Yes"): "Oui",
        ("school:been:choice:no", "No"): "Non",
    }
    assert findings(tmp_path, HEAD.format(more=", fr"), Words("fr", french)) == [
        "school.yaml: fr: \u201cMerci. Votre numéro est {refrence}.\u201d should fill in {reference}",
        "school.yaml:7: been: fr: no translation of \u201cBeen to school?\u201d",
    ]


def test_what_is_long_is_a_note_and_no_error(tmp_path: Path) -> None:
    long = "  - {ask: why, type: text, title: Why, label: " + "Why did the child not go to school before? " * 5 + "}\n"
    found = library(tmp_path, HEAD.format(more="") + long)
    assert [one.kind for one in check(found, found.services["school"])] == ["long"]
    assert errors(found, found.services["school"]) == []


def test_a_server_does_not_start_with_a_service_that_is_wrong(tmp_path: Path) -> None:
    wrong = library(tmp_path, HEAD.format(more="") + "case: {route: [town]}\n")
    with pytest.raises(ServiceError, match=r"school\.yaml: case\.route: 'town' is not a question"):
        refuse_errors(wrong)


def test_every_service_that_ships_may_run() -> None:
    refuse_errors(the_library())
