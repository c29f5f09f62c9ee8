"""What holds for every page: nothing inline, nothing from elsewhere, and a sentence for every refusal."""

import ast
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from api.console.names import ACTIONS
from api.console.refusals import ABSENT, SENTENCES, UNKNOWN, refusal
from api.console.render import STATIC, environment

ROOT = Path(__file__).resolve().parents[3]
PRINTED = {"paper.html"}
"""What is printed from a file is no page: its style must be inside it."""
TEMPLATES = sorted(path for path in (ROOT / "api" / "console" / "templates").glob("*.html") if path.name not in PRINTED)
EACH_TEMPLATE = pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)


@EACH_TEMPLATE
def test_a_page_holds_no_style_and_no_script_of_its_own(path: Path) -> None:
    """The policy that the guard sends would stop them anyway."""
    text = path.read_text("utf-8")
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)


@EACH_TEMPLATE
def test_a_page_loads_nothing_from_elsewhere(path: Path) -> None:
    assert not re.search(r"(?:src|href|action)=[\"'](?:https?:)?//", path.read_text("utf-8"))


@EACH_TEMPLATE
def test_every_field_has_a_label(path: Path) -> None:
    text = path.read_text("utf-8")
    text = re.sub(r"<label[^>]*><input.*?</label>", "", text)
    ids = re.findall(r"<(?:input|select|textarea)[^>]*\sid=\"(\w+)\"", text)
    assert not [one for one in ids if f'for="{one}"' not in text]


def test_each_thing_that_was_done_is_said_in_one_way() -> None:
    codes = re.findall(r'page\.done == "(\w+)"', (TEMPLATES[0].parent / "parts.html").read_text("utf-8"))
    assert sorted(codes) == sorted(set(codes))


def test_the_stylesheets_know_no_left_and_no_right() -> None:
    """Logical properties only: right-to-left then needs no sheet of its own."""
    physical = re.compile(r"(?:margin|padding|border|inset)-(?:left|right)|text-align: (?:left|right)|float:")
    for sheet in STATIC.glob("*.css"):
        assert not physical.findall(sheet.read_text("utf-8")), sheet.name


def test_every_refusal_in_the_code_has_a_sentence() -> None:
    codes = {code for path in (ROOT / "api").rglob("*.py") for code in _codes(path)}
    assert len(codes) > 10
    assert not {code for code in codes if refusal(code) == UNKNOWN}


def _codes(path: Path) -> set[str]:
    calls = (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))
    refused = (call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Refused")
    codes = (call.args[1] for call in refused if len(call.args) > 1)
    return {code.value for code in codes if isinstance(code, ast.Constant) and isinstance(code.value, str)}


def test_every_action_in_the_trail_has_words() -> None:
    actions = {name for path in (ROOT / "api").rglob("*.py") for name in _actions(path)}
    assert len(actions) > 15
    assert not actions - ACTIONS.keys()


def _actions(path: Path) -> set[str]:
    calls = (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))
    recorded = (call for call in calls if ast.unparse(call.func) in ("audit.record", "audit.record_visit"))
    codes = (call.args[2] for call in recorded)
    return {code.value for code in codes if isinstance(code, ast.Constant) and isinstance(code.value, str)}


def test_what_may_not_be_seen_is_refused_like_what_does_not_exist() -> None:
    assert SENTENCES["no_such_case"] == SENTENCES["not_found"] == ABSENT


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_template_compiles(language: str) -> None:
    jinja = environment(language, ZoneInfo("Asia/Beirut"))
    for path in TEMPLATES:
        jinja.get_template(path.name)
