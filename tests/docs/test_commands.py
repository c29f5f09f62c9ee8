"""Every command that a document shows is known here, and is tried in a form that changes nothing."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from functools import cache
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from fastapi.routing import APIRoute

from api.__main__ import main
from api.routes import health
from flows import __main__ as flows
from tests.docs.test_services import example
from tests.libraries import ROOT

PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
BLOCK = re.compile(r"^ *```sh\n(.*?)^ *```$", flags=re.MULTILINE | re.DOTALL)
SECONDS = 60


def commands(text: str) -> Iterator[str]:
    """The commands of a page's `sh` blocks: comments, prompts and settings before a command are not part of it."""
    for block in BLOCK.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            for words in steps(line.strip().removeprefix("$ ")):
                while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
                    words = words[1:]
                if words:
                    yield shlex.join([words[0].removeprefix(".venv/bin/"), *words[1:]])


def steps(line: str) -> Iterator[list[str]]:
    """The words of a line, and of each further command that `&&` joins to it."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    words: list[str] = []
    for word in lexer:
        if word == "&&":
            yield words
            words = []
        else:
            words.append(word)
    yield words


def shown() -> list[str]:
    """Every command that some page shows, once."""
    found = (command for page in PAGES if page.exists() for command in commands(page.read_text("utf-8")))
    return list(dict.fromkeys(found))


def run(words: list[str], folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run something to its end, with nobody at the keyboard."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RAFIQA_")}
    return subprocess.run(
        words,
        cwd=folder,
        env={**environment, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def explained(module: str, words: list[str]) -> None:
    """A command that would change or serve something: its help knows every option that is shown."""
    subcommand = [words[0]] if words and not words[0].startswith("-") else []
    known = help_of(module, *subcommand)
    assert [one for one in words if one.startswith("-") and one.split("=")[0] not in known] == []


@cache
def help_of(module: str, *subcommand: str) -> str:
    """What a command says of itself; ours is asked in this process, since to start it takes seconds."""
    if module == "api":
        said = CliRunner().invoke(main, [*subcommand, "--help"])
        assert said.exit_code == 0, said.output
        return said.output
    ended = run([sys.executable, "-m", module, *subcommand, "--help"])
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def planned(words: list[str], trial: Path) -> None:
    """`make` says what it would do."""
    assert run(["make", "-n", *words[1:]]).returncode == 0


def rafiqa(words: list[str], trial: Path) -> None:
    explained("api", words[1:])


def module_of_ours(words: list[str], trial: Path) -> None:
    explained(words[2], words[3:])


def really(words: list[str], trial: Path) -> None:
    """`python -m flows` changes nothing, so it is run; a service that the page tells to move has been moved.

    In this process, as each one that begins reads every service anew; `test_flows_is_a_program` begins one.
    """
    elsewhere = [] if "--library" in words else ["--library", "moved"]
    said, wrong = StringIO(), StringIO()
    with chdir(trial), redirect_stdout(said), redirect_stderr(wrong), patch("sys.stdin", StringIO()):
        status = flows.main([*elsewhere, *words[3:]])
    assert wrong.getvalue() == ""
    assert said.getvalue().endswith(" errors\n") if "check" in words else status == 0


def is_there(words: list[str], trial: Path) -> None:
    """What would take long, or write: the files and modules that it names exist."""
    assert words[1] != "-m" or find_spec(words[2])
    assert [one for one in words if "/" in one and not (ROOT / one.split("::")[0]).exists()] == []


def virtual(words: list[str], trial: Path) -> None:
    """The virtual environment lies where `make` puts it."""
    folder = Path(words[1]).parts[0]
    assert f"VENV := {folder}\n" in (ROOT / "Makefile").read_text("utf-8")


def answers(words: list[str], trial: Path) -> None:
    """A tool that the tests bring along knows this subcommand."""
    assert run([sys.executable, "-m", *words[:2], "--help"]).returncode == 0


def git(words: list[str], trial: Path) -> None:
    assert run(["git", words[1], "-h"]).returncode == 129, "git says how it is used"


def of_the_system(words: list[str], trial: Path) -> None:
    """An operator's own tool, where this machine has it, knows the long options."""
    known = run([words[0], "--help"]).stdout if shutil.which(words[0]) else " ".join(words)
    assert [one for one in words if one.startswith("--") and one not in known] == []


def contained(words: list[str], trial: Path) -> None:
    """Where a service is named, compose.yaml has it, and `rafiqa` knows what it is to do there."""
    if words[2] == "run":
        service = next(place for place, word in enumerate(words) if place > 2 and word in ("app", "database"))
        assert f"\n  {words[service]}:\n" in (ROOT / "compose.yaml").read_text("utf-8")
        explained("api", words[service + 1 :])


def asked(words: list[str], trial: Path) -> None:
    """A page that the server really has."""
    assert urlsplit(words[-1]).path in [route.path for route in health.router.routes if isinstance(route, APIRoute)]


def only_read(words: list[str], trial: Path) -> None:
    """A step of the reader's own."""


Rule = Callable[[list[str], Path], None]
RULES: tuple[tuple[str, Rule], ...] = (
    (r"make( [a-z-]+)?", planned),
    (r"rafiqa( .*)?", rafiqa),
    (r"python -m flows (talk|check|--library) ?.*", really),
    (r"python -m flows\.catalogues( --check)?", module_of_ours),
    (r"python -m pytest( .*)?", is_there),
    (r"python -m tests\.[a-z]+( .*)?", is_there),
    (r"ruff (check|format) \.|mypy", answers),
    (r"\. \.venv/bin/activate", virtual),
    (r"git [a-z]+( .*)?", git),
    (r"cd [a-z/]+|umask 022", only_read),
    (r"(apt-get (update|install)|useradd|install|systemctl|journalctl|df|openssl rand)( .*)?", of_the_system),
    (r"docker compose (build|run|up)( .*)?", contained),
    (r"curl( --fail)? http://127\.0\.0\.1:8000/.*", asked),
)
"""How each command is tried. A new command in a document needs a line here, or fits one."""


def rule_for(command: str) -> Rule | None:
    """The first rule that a command fits; none where it is joined to something else."""
    if any(re.fullmatch(r"[();<>|&]+", word) for word in shlex.split(command)):
        return None
    return next((rule for pattern, rule in RULES if re.fullmatch(pattern, command)), None)


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as its reader has it who followed docs/services.md: `try`, and the library with the file in it."""
    folder = tmp_path_factory.mktemp("reader")
    shutil.copytree(ROOT / "flows" / "library", folder / "moved")
    (folder / "try").mkdir()
    (folder / "try" / "school.yaml").write_text(example(), "utf-8")
    in_french = example().replace("languages: [en]", "languages: [en, fr]")
    (folder / "moved" / "school.yaml").write_text(in_french, "utf-8")
    return folder


@pytest.mark.parametrize("command", shown())
def test_the_command_works_as_it_is_shown(command: str, trial: Path) -> None:
    rule = rule_for(command)

    assert rule is not None, "say in RULES how this command is tried"
    rule(shlex.split(command), trial)


def test_flows_is_a_program(trial: Path) -> None:
    ended = run([sys.executable, "-m", "flows", "--library", "moved", "check"], trial)

    assert ended.stderr == ""
    assert ended.stdout.endswith(" errors\n")


def test_commands_are_found_as_they_are_typed() -> None:
    page = "```sh\n# first\n$ PORT=9000 make run  # then look\ncd docs && python -m pytest \\\n  tests/flows\n```\n"

    assert list(commands(page)) == ["make run", "cd docs", "python -m pytest tests/flows"]


@pytest.mark.parametrize(
    "command", ["rm -rf data", "python -m flows.engine", "curl example.org", "python -m pytest | tail", "git add > x"]
)
def test_a_command_that_nobody_thought_of_is_noticed(command: str) -> None:
    assert rule_for(command) is None


@pytest.mark.parametrize(
    "command",
    [
        "make sandwich",
        "python -m flows talk sandwich",
        "python -m pytest tests/nowhere",
        "git sandwich",
        "df --sandwich",
        "docker compose run app sandwich",
        "curl http://127.0.0.1:8000/sandwich",
    ],
)
def test_a_command_that_does_not_work_is_noticed(command: str, trial: Path) -> None:
    rule = rule_for(command)
    assert rule is not None

    with pytest.raises(AssertionError):
        rule(shlex.split(command), trial)
