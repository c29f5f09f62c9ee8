"""docs/services.md is true: its example runs as it stands there, and every word of the schema is explained."""

import re
from pathlib import Path
from typing import get_args

import pytest

from flows.check import check
from flows.expressions import compile_expression
from flows.expressions.rounds import Round
from flows.language import load_catalogues
from flows.loader import EXPORT_FUNCTIONS, Library, load_library
from flows.plans import FollowUp, Report, TaskPlan
from flows.service import (
    CasePlan,
    Checklist,
    Crisis,
    Escalation,
    Export,
    Kind,
    Lend,
    Offer,
    Outcome,
    Part,
    Question,
    Repeat,
    ServiceFile,
)
from tests.libraries import DESK, ROOT
from tests.transcripts.play import play

PAGE = (ROOT / "docs" / "services.md").read_text("utf-8")
TRANSCRIPT = Path(__file__).parent / "school.txt"


def example() -> str:
    """The service file that the page builds."""
    block, *_ = re.findall(r"^```yaml\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
    return str(block)


@pytest.fixture
def school(tmp_path: Path, library: Library) -> Library:
    """A library with nothing in it but the example."""
    (tmp_path / "school.yaml").write_text(example(), "utf-8")
    return load_library(tmp_path, load_catalogues(ROOT / "translations"), library.places, DESK)


def test_nothing_is_wrong_with_the_example(school: Library) -> None:
    assert check(school, school.services["school"]) == []


def test_the_example_is_a_conversation(school: Library) -> None:
    written = TRANSCRIPT.read_text("utf-8")

    assert play(school, written) == written


PARTS: tuple[type[Part], ...] = (
    ServiceFile, Question, Repeat, CasePlan, Checklist, Lend, Offer, Export, Escalation, Crisis, Outcome,
    TaskPlan, FollowUp, Report,
)  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
def test_every_word_of_the_schema_is_explained(part: type[Part]) -> None:
    words = [field.alias or word for word, field in part.model_fields.items()]
    assert [word for word in words if f"`{word}`" not in PAGE] == []


def test_every_kind_of_answer_is_explained() -> None:
    assert [kind for kind in get_args(Kind) if f"| `{kind}` |" not in PAGE] == []


def expressions() -> list[str]:
    """What the last table tells an author to write."""
    table = PAGE[PAGE.index("| to say | write |") :]
    cells = re.findall(r"^\| .*? \| (.*) \|$", table, flags=re.MULTILINE)[1:]
    return [expression for cell in cells for expression in re.findall(r"`([^`]+)`", cell)]


@pytest.mark.parametrize("expression", expressions())
def test_every_expression_on_the_page_compiles(expression: str) -> None:
    children = {"children": [Round("true()", {"called": "children_1_called", "age": "children_1_age"})]}
    compile_expression(expression, extra=EXPORT_FUNCTIONS, rounds=children)
