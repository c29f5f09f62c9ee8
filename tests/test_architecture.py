"""The house rules of DESIGN.md, section 4, read from the code's own syntax trees."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = {"flows": {"flows"}, "bot": {"flows", "bot"}, "api": {"flows", "bot", "api"}}
FORBIDDEN_NAMES = {"utils", "helpers", "manager", "common", "base", "misc"}
IMPURE = {
    "os", "random", "secrets", "time", "socket", "sqlite3", "sqlalchemy", "sqlmodel", "aiohttp", "httpx", "telegram",
    "twilio", "asyncio", "threading", "subprocess", "fastapi", "psycopg", "uuid", "urllib", "requests",
}  # fmt: skip
CLOCKS = {"now", "utcnow", "today", "time", "monotonic"}
OWN_A_CLOCK = {"api/app.py", "api/runner.py", "api/__main__.py", "flows/__main__.py"}
LONGEST_FILE = 300
LONGEST_FUNCTION = 40

FILES = sorted(
    path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts
)
TREES = {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8")) for path in FILES}
EACH_FILE = pytest.mark.parametrize("name", TREES)


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module or ""


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def calls(node: ast.AST) -> Iterator[ast.Call]:
    return (one for one in ast.walk(node) if isinstance(one, ast.Call))


def takes_a_session(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    arguments = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
    return any(isinstance(one.annotation, ast.Name) and one.annotation.id == "Session" for one in arguments)


@EACH_FILE
def test_imports_go_one_way(name: str) -> None:
    """`api` may import `bot` and `flows`, `bot` may import `flows`, `flows` neither."""
    package = name.split("/")[0]
    strangers = (set(PACKAGES) - PACKAGES[package]) | {"tests"}
    assert not {one.split(".")[0] for one in imports(TREES[name])} & strangers


@pytest.mark.parametrize("name", [name for name in TREES if name.startswith("flows/")])
def test_what_is_said_is_pure(name: str) -> None:
    """`flows` has no database, network, clock, randomness or environment."""
    assert not {one.split(".")[0] for one in imports(TREES[name])} & IMPURE


@EACH_FILE
def test_only_the_shell_owns_a_clock(name: str) -> None:
    if name in OWN_A_CLOCK:
        return
    asked = [
        call.func.attr
        for call in calls(TREES[name])
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in CLOCKS
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id in {"datetime", "date", "time"}
    ]
    assert not asked


@EACH_FILE
def test_a_function_with_a_session_is_plain_and_never_commits(name: str) -> None:
    for function in functions(TREES[name]):
        if takes_a_session(function):
            assert isinstance(function, ast.FunctionDef), f"{function.name} must be def"
            ends = [c.func.attr for c in calls(function) if isinstance(c.func, ast.Attribute)]
            assert not {"commit", "rollback"} & set(ends), f"{function.name} must not commit"


@pytest.mark.parametrize("name", [name for name in TREES if name.startswith("api/routes/")])
def test_routes_hold_no_sql(name: str) -> None:
    """SQL lives beside the rule that it serves."""
    taken = {one.split(".")[0] for one in imports(TREES[name])}
    assert not taken & {"sqlalchemy", "sqlmodel", "psycopg", "sqlite3"}


@EACH_FILE
def test_nothing_is_imported_inside_a_function(name: str) -> None:
    for function in functions(TREES[name]):
        inside = [node for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)]
        assert not inside, f"{function.name} imports"


@EACH_FILE
def test_files_and_functions_are_short(name: str) -> None:
    lines = (ROOT / name).read_text("utf-8").count("\n")
    assert lines <= LONGEST_FILE
    for function in functions(TREES[name]):
        length = (function.end_lineno or 0) - function.lineno + 1
        assert length <= LONGEST_FUNCTION, f"{function.name} has {length} lines"


@EACH_FILE
def test_names_say_what_a_file_is_about(name: str) -> None:
    assert not set(Path(name).with_suffix("").parts) & FORBIDDEN_NAMES


@EACH_FILE
def test_every_module_says_why_it_exists(name: str) -> None:
    if TREES[name].body:
        assert ast.get_docstring(TREES[name])


def test_the_environment_is_read_in_one_place() -> None:
    readers = {
        name
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    }
    assert readers <= {"api/settings.py"}
