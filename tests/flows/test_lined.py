"""What a YAML file says: words stay words, every key has its line, and what nobody can mean is refused."""

from contextlib import suppress
from math import inf, isnan
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yaml import YAMLError

from flows.errors import ServiceError
from flows.lined import Unreadable, line_of, parse
from flows.source import read_yaml

PLAIN = {
    # YAML 1.1 took these for true, false, a date, sixty times one plus twenty, and a thousand
    "yes": "yes", "no": "no", "on": "on", "off": "off", "y": "y", "2026-11-30": "2026-11-30", "1:20": "1:20",
    "1_000": "1_000", "+961 3 123456": "+961 3 123456",
    # the core schema of 1.2
    "true": True, "False": False, "~": None, "null": None, "": None, "12": 12, "-7": -7, "0o17": 15, "0x1F": 31,
    "1.5": 1.5, "1.": 1.0, ".5": 0.5, "1e3": 1000.0, ".inf": inf, "-.Inf": -inf,
}  # fmt: skip


@pytest.mark.parametrize(("written", "meant"), PLAIN.items())
def test_a_plain_word_means_what_yaml_1_2_says(written: str, meant: Any) -> None:
    found = parse(f"a: {written}".encode())["a"]
    assert (found, type(found)) == (meant, type(meant))
    assert parse(f"a: '{written}'".encode())["a"] == written, "what is quoted is a text"


def test_not_a_number_is_one() -> None:
    assert isnan(parse(b"a: .nan")["a"])


def test_every_key_and_every_item_knows_its_line() -> None:
    tree = parse(
        b"# a line\nservice: x\nquestions:\n  - ask: a\n    choices: {yes: 'Yes',\n      no: 'No'}\n  - ask: b\n"
    )
    questions = tree["questions"]
    assert [line_of(tree, "service"), line_of(tree, "questions")] == [2, 3]
    assert [line_of(questions, 0), line_of(questions, 1), line_of(questions[0]["choices"], "no")] == [4, 7, 6]


WRONG = {
    "ask: a\nask: b\n": "x.yaml:2: 'ask' stands here twice",
    "a: &one\n  b: *one\n": "x.yaml:1: this part contains itself",
    "[1, 2]: a\n": "x.yaml:1: a name must be a word",
    "a: !!int five\n": "x.yaml:1: 'five' is no number",
    "a: [1\nb: 2\n": "x.yaml:2: this is not YAML: did not find expected ',' or ']'",
    "a: \x00": "x.yaml: this is not a text in UTF-8",
}


@pytest.mark.parametrize(("written", "said"), WRONG.items())
def test_what_nobody_can_mean_is_refused_with_its_line(tmp_path: Path, written: str, said: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(written, "utf-8")
    with pytest.raises(ServiceError) as refused:
        read_yaml(path)
    assert str(refused.value) == said


def test_a_part_may_stand_in_two_places() -> None:
    tree = parse(b"a: &one {b: 1}\nc: *one\n")
    assert tree == {"a": {"b": 1}, "c": {"b": 1}}


@given(st.binary() | st.text(alphabet="ab1: -[]{},&*!'\"\n#|>?~").map(str.encode))
def test_no_file_makes_it_fail_in_another_way(text: bytes) -> None:
    with suppress(YAMLError, Unreadable):
        parse(text)
