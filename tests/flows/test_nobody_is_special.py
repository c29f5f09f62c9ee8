"""Nine programmes run on one engine: outside `flows/library/` no file of `flows` knows one of them by its name."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.libraries import ROOT

LIBRARY = ROOT / "flows" / "library"
FILES = sorted(
    path
    for path in (ROOT / "flows").rglob("*")
    if path.is_file() and LIBRARY not in path.parents and "__pycache__" not in path.parts
)
SERVICES = sorted(path.stem for path in LIBRARY.glob("*.yaml"))
COMMON = {"emergency", "health", "helpline"}
"""Services whose names are words of their own, which a number, an answer or a message may well be called."""
OURS = (
    "amel", "sairon", "bajenu", "gox", "cdpf", "telef[oó]nica", "empresas que inspiran", "bajenu gox",
)  # fmt: skip
"""Who runs them, and what they are called."""


def named(text: str) -> list[str]:
    """What stands in a text of all that."""
    unmistakable = [one for one in SERVICES if one not in COMMON]
    words = "|".join((*OURS, *(f"{one}|{one.replace('_', ' ')}" for one in unmistakable)))
    return re.findall(rf"(?<![a-z])(?:{words})(?![a-z])", text, re.IGNORECASE)


def singled_out(tree: ast.AST) -> Iterator[str]:
    """Services that code asks for by name: compared with, looked up by, or the beginning of a catalogue's key."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare | ast.Subscript):
            inside = ast.walk(node.slice if isinstance(node, ast.Subscript) else node)
            yield from (one.value for one in inside if isinstance(one, ast.Constant) and one.value in SERVICES)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from (one for one in SERVICES if re.search(rf"(?<!\w){one}:\w", node.value))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_file_of_the_engine_names_a_programme(path: Path) -> None:
    text = path.read_text("utf-8")
    assert named(text) == []
    if path.suffix == ".py":
        about_health = {"health"} if path.name in ("service.py", "amiss.py") else set()  # how sensitive an answer is
        assert set(singled_out(ast.parse(text))) <= about_health


@pytest.mark.parametrize("text", ['if name == "health":', 'services["helpline"]', "key = 'vaccination:papers:label'"])
def test_who_does_is_found(text: str) -> None:
    tree = ast.parse(f"{text} pass" if text.endswith(":") else text)
    assert named(text) or list(singled_out(tree))
