"""The command line says what to do in plain words, does it, and says in one line what is wrong."""

import csv
import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from api.__main__ import main
from api.commands import export as exporting
from api.commands.opened import deployed
from api.desk import queue
from api.keys.vault import TeamKey
from api.settings import load
from api.staff.people import Viewer
from tests.factories import ALMAZ, NOW, SHARED, make_case

Rafiqa = Callable[..., Result]
COMMANDS = ("setup", "recover", "serve", "talk", "check", "print", "export", "forget", "audit", "backup", "restore")


@pytest.fixture
def rafiqa(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rafiqa]:
    """Runs `rafiqa` with these arguments, in an empty folder, with what somebody types."""
    monkeypatch.setenv("RAFIQA_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    mask = os.umask(0o022)
    yield lambda *arguments, typed="": CliRunner().invoke(main, arguments, input=typed)
    os.umask(mask)


@pytest.fixture
def amals_words(rafiqa: Rafiqa) -> str:
    """Amal's passphrase, in a trial that was just set up."""
    found = re.search(r"^Amal \(coordinator\): (.+)$", rafiqa("setup", "--trial").output, re.MULTILINE)
    assert found
    return found[1]


def open_case(*, close: bool) -> str:
    """Put a case into the deployment; gives its reference."""
    with deployed(load()) as opened:
        amal = Viewer(1, "Amal", "coordinator", "en", TeamKey.generate())
        answers = {**ALMAZ, "share_ministry": SHARED}
        reference = make_case(opened.db, opened.vault, answers, claimed_by=amal).reference
        if close:
            opened.db.write_now(lambda session: queue.close(session, amal, reference, "done", NOW))
    return reference


def test_help_names_every_command_and_what_it_does(rafiqa: Rafiqa) -> None:
    listed = dict(re.findall(r"^  (\w+) +(\S.*)$", rafiqa("--help").output.split("Commands:")[1], re.MULTILINE))
    assert set(listed) == set(COMMANDS)
    assert all(text.endswith(".") and "..." not in text for text in listed.values())


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself(rafiqa: Rafiqa, command: str) -> None:
    result = rafiqa(command, "--help")
    assert result.exit_code == 0
    assert len(result.output.splitlines()) >= 5


@pytest.mark.parametrize("command", [["backup", "away"], ["forget", "K7-4QF", "--yes"], ["serve"], ["recover"]])
def test_before_setup_every_command_says_so_and_leaves_the_place_empty(
    rafiqa: Rafiqa, tmp_path: Path, command: list[str]
) -> None:
    result = rafiqa(*command)
    assert result.exit_code == 1
    assert result.output == "Error: There is no deployment here yet. Run `rafiqa setup` first.\n"
    assert not (tmp_path / "data").exists()


def test_a_wrong_setting_is_one_line(rafiqa: Rafiqa, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAFIQA_TWILIO_NUMBER", "03 123 456")
    result = rafiqa("serve")
    assert result.exit_code == 1
    assert result.output.startswith("Error: RAFIQA_TWILIO_NUMBER: ")
    assert result.output.count("\n") == 1
    assert "123 456" not in result.output


def test_a_database_that_is_not_there_is_one_line(
    rafiqa: Rafiqa, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAFIQA_DATABASE_URL", f"postgresql://amal:hunter2@/rafiqa?host={tmp_path}")
    result = rafiqa("setup", "--trial")
    assert result.exit_code == 1
    assert result.output == "Error: RAFIQA_DATABASE_URL: the database does not answer (OperationalError).\n"


def test_what_commands_write_is_for_their_owner_alone(rafiqa: Rafiqa, amals_words: str, tmp_path: Path) -> None:
    rafiqa("backup", "away")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) >= 6
    assert not any(stat.S_IMODE(path.stat().st_mode) & 0o077 for path in files)


def test_a_case_is_forgotten_only_when_somebody_is_sure(rafiqa: Rafiqa, amals_words: str) -> None:
    reference = open_case(close=False)
    assert rafiqa("forget", reference, typed="n\n").exit_code == 1
    assert "is forgotten" in rafiqa("forget", reference.lower(), typed="y\n").output
    assert "could be forgotten" in rafiqa("forget", reference, "--yes").output


def test_a_batch_needs_a_passphrase_and_leaves_once(rafiqa: Rafiqa, amals_words: str, tmp_path: Path) -> None:
    reference = open_case(close=True)
    wrong = rafiqa("export", "vaccination", "--form", "csv", typed="Amal\nguess\n")
    assert "do not belong together" in wrong.output
    nobody = rafiqa("export", "vaccination", "--form", "csv", typed="Nobody\nguess\n")
    assert nobody.output.splitlines()[-1] == wrong.output.splitlines()[-1]
    in_the_way = tmp_path / "vaccination-ministry-0001.csv"
    in_the_way.mkdir()
    stuck = rafiqa("export", "vaccination", "--form", "csv", typed=f"amal\n{amals_words}\n")
    assert (stuck.exit_code, stuck.output.splitlines()[-1]) == (1, f"Error: {in_the_way.name}: Is a directory")
    in_the_way.rmdir()
    done = rafiqa("export", "vaccination", "--form", "csv", typed=f"amal\n{amals_words}\n")
    assert done.exit_code == 0, done.output
    assert amals_words not in done.output
    (file,) = tmp_path.glob("*.csv")
    (row,) = csv.DictReader(file.read_text("utf-8-sig").splitlines())
    assert row["Reference"] == reference
    assert "went before" in rafiqa("export", "vaccination", typed=f"Amal\n{amals_words}\n").output


def test_what_a_killed_export_leaves_is_no_batch_by_its_name_and_goes_at_the_next(
    rafiqa: Rafiqa, amals_words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(ExitStack):
        """Nothing is undone when the power fails."""

        def callback(self, *_: Any, **__: Any) -> Any: ...

    open_case(close=True)

    def write_and_die(*given: Any) -> None:
        write(*given)
        raise OSError("killed")

    write = exporting._write
    words = f"Amal\n{amals_words}\n"
    with monkeypatch.context() as patch:
        patch.setattr(exporting, "ExitStack", Killed)
        patch.setattr(exporting, "_write", write_and_die)
        assert rafiqa("export", "vaccination", "--form", "csv", typed=words).exit_code == 1
    assert [path.name for path in tmp_path.glob("vacc*")] == ["vaccination-ministry-0001.csv.part"]
    assert rafiqa("export", "vaccination", "--form", "csv", typed=words).exit_code == 0
    assert [path.name for path in tmp_path.glob("vacc*")] == ["vaccination-ministry-0001.csv"]


def test_a_paper_form_is_written_in_the_languages_that_are_named(rafiqa: Rafiqa, tmp_path: Path) -> None:
    assert rafiqa("print", "vaccination", "--lang", "am,ar").exit_code == 0
    assert "<html" in (tmp_path / "vaccination-am-ar.html").read_text("utf-8")
    assert "languages of vaccination" in rafiqa("print", "vaccination", "--lang", "xx").output
    assert "no/a.html: No such file" in rafiqa("print", "vaccination", "--to", "no/a.html").output
    assert "There is no service" in rafiqa("print", "nonsense").output


def test_services_are_talked_to_and_checked_without_a_deployment(rafiqa: Rafiqa) -> None:
    assert rafiqa("check", "vaccination").exit_code == 0
    assert rafiqa("check", "nonsense").exit_code == 1
    assert rafiqa("talk", "vaccination", "--lang", "fr", "--sms", typed="1\n").exit_code == 0
