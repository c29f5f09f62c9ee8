"""The house rules of DESIGN.md, section 4, read from the code's own syntax trees."""

import ast
import sys
from collections.abc import Callable, Iterator
from functools import cache
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


@cache
def trees() -> dict[str, ast.Module]:
    """Every file's syntax tree: read only by the process that runs these tests."""
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8")) for path in FILES}


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


def breaking(rule: Callable[[str, ast.Module], object], under: str = "") -> dict[str, object]:
    """What a rule finds, by file: nothing where it is kept."""
    return {name: found for name, tree in trees().items() if name.startswith(under) and (found := rule(name, tree))}


def roots(tree: ast.AST) -> set[str]:
    return {one.split(".")[0] for one in imports(tree)}


def test_imports_go_one_way() -> None:
    """`api` may import `bot` and `flows`, `bot` may import `flows`, `flows` neither."""
    strangers = {package: (set(PACKAGES) - may) | {"tests"} for package, may in PACKAGES.items()}
    assert not breaking(lambda name, tree: roots(tree) & strangers[name.split("/")[0]])


def test_what_is_said_is_pure() -> None:
    """`flows` has no database, network, clock, randomness or environment."""
    assert not breaking(lambda name, tree: roots(tree) & IMPURE, under="flows/")


def test_only_the_shell_owns_a_clock() -> None:
    def asks(name: str, tree: ast.AST) -> list[str]:
        return [
            call.func.attr
            for call in calls(tree)
            if name not in OWN_A_CLOCK
            and isinstance(call.func, ast.Attribute)
            and call.func.attr in CLOCKS
            and isinstance(call.func.value, ast.Name)
            and call.func.value.id in {"datetime", "date", "time"}
        ]

    assert not breaking(asks)


def test_a_function_with_a_session_is_plain_and_never_commits() -> None:
    def commits(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
        ends = {call.func.attr for call in calls(function) if isinstance(call.func, ast.Attribute)}
        return bool({"commit", "rollback"} & ends)

    def breaks(_: str, tree: ast.AST) -> list[str]:
        with_session = [one for one in functions(tree) if takes_a_session(one)]
        return [one.name for one in with_session if isinstance(one, ast.AsyncFunctionDef) or commits(one)]

    assert not breaking(breaks)


def test_routes_hold_no_sql() -> None:
    """SQL lives beside the rule that it serves."""
    sql = {"sqlalchemy", "sqlmodel", "psycopg", "sqlite3"}
    assert not breaking(lambda _, tree: roots(tree) & sql, under="api/routes/")


def test_nothing_is_imported_inside_a_function() -> None:
    def lazy(_: str, tree: ast.AST) -> list[str]:
        return [
            one.name
            for one in functions(tree)
            if any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(one))
        ]

    assert not breaking(lazy)


def test_files_and_functions_are_short() -> None:
    def long(_: str, tree: ast.AST) -> list[str]:
        lengths = [(one.name, (one.end_lineno or 0) - one.lineno + 1) for one in functions(tree)]
        return [f"{name} has {length} lines" for name, length in lengths if length > LONGEST_FUNCTION]

    assert not breaking(lambda name, _: (ROOT / name).read_text("utf-8").count("\n") > LONGEST_FILE)
    assert not breaking(long)


def test_names_say_what_a_file_is_about() -> None:
    assert not breaking(lambda name, _: set(Path(name).with_suffix("").parts) & FORBIDDEN_NAMES)


def test_every_module_says_why_it_exists() -> None:
    assert not breaking(lambda _, tree: tree.body and not ast.get_docstring(tree))


def test_a_broken_rule_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a file that breaks most of them."""
    wrong = (
        "import os\nfrom api import app\ndef f():\n    import time\n    return datetime.now()\n"
        "def g(session: Session):\n    session.commit()\n"
    )
    monkeypatch.setattr(sys.modules[__name__], "trees", lambda: {"flows/utils.py": ast.parse(wrong)})
    for test in (
        test_imports_go_one_way,
        test_what_is_said_is_pure,
        test_only_the_shell_owns_a_clock,
        test_a_function_with_a_session_is_plain_and_never_commits,
        test_nothing_is_imported_inside_a_function,
        test_names_say_what_a_file_is_about,
        test_every_module_says_why_it_exists,
    ):
        with pytest.raises(AssertionError, match=r"flows/utils\.py"):
            test()


def test_the_environment_is_read_in_one_place() -> None:
    readers = {
        name
        for name, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    }
    assert readers <= {"api/settings.py"}
