"""A deployment is founded once, and nobody is locked out of it for ever."""

import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from api.commands.opened import deployed
from api.commands.setup import recover, set_up
from api.keys import deployment, locks
from api.keys.deployment import NotSetUp
from api.keys.locks import PersonLock
from api.keys.vault import TeamKey
from api.settings import Settings
from api.staff import people
from tests.factories import CHEAP, NOW

LINE = re.compile(r"^(\w+) \((coordinator|volunteer)\): ((?:[a-z]+ ){5}[a-z]+)$", re.MULTILINE)
PAPER = re.compile(r"^ +((?:[A-Z2-7]{4} ?){14})$", re.MULTILINE)


@pytest.fixture
def settings(url: str, tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", database_url=url)


def run(settings: Settings, act: str, *typed: str, trial: bool = False) -> Result:
    """Run a command with what somebody types."""

    @click.command()
    def command() -> None:
        if act == "setup":
            set_up(settings, trial=trial, now=NOW, cost=CHEAP)
        else:
            recover(settings, now=NOW, cost=CHEAP)

    return CliRunner().invoke(command, input="".join(line + "\n" for line in typed))


def team_of(settings: Settings, name: str, passphrase: str) -> TeamKey | None:
    """The team key that this passphrase opens, or None."""
    with deployed(settings) as opened:
        person = opened.db.read_now(lambda session: people.named(session, name))
        assert person is not None
        private = locks.open_person(passphrase, PersonLock(person.public_key, person.salt, person.private_box))
        return locks.open_team(private, person.team_box or b"") if private else None


def test_a_trial_asks_nothing_and_prints_each_passphrase_in_one_line(settings: Settings) -> None:
    result = run(settings, "setup", trial=True)
    assert result.exit_code == 0
    found = LINE.findall(result.output)
    assert [role for _, role, _ in found] == ["coordinator", "volunteer", "volunteer"]
    for name, _, passphrase in found:
        assert team_of(settings, name, passphrase)
    with deployed(settings) as opened:
        assert opened.db.read_now(deployment.is_trial)


def test_to_set_up_again_changes_nothing(settings: Settings) -> None:
    name, _, passphrase = LINE.findall(run(settings, "setup", trial=True).output)[0]
    before = settings.index_key_bytes
    again = run(settings, "setup", trial=True)
    assert again.exit_code == 0
    assert "nothing was changed" in again.output
    assert not LINE.findall(again.output)
    assert team_of(settings, name, passphrase)
    assert settings.index_key_bytes == before


def test_a_real_setup_wants_the_recovery_key_back_from_the_paper(settings: Settings) -> None:
    refused = run(settings, "setup", "AAAA", "no")
    assert refused.exit_code != 0
    assert refused.output.count("That is not the same") == 2
    with pytest.raises(NotSetUp), deployed(settings):
        pass


def test_the_paper_lets_a_coordinator_in_again(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    paper = founded(settings, monkeypatch)
    wrong = run(settings, "recover", "AAAA BBBB")
    assert wrong.exit_code != 0
    assert "not the recovery key" in wrong.output
    again = run(settings, "recover", paper.lower(), "amal")
    assert again.exit_code == 0
    ((name, role, passphrase),) = LINE.findall(again.output)
    assert (name, role) == ("amal", "coordinator")
    assert team_of(settings, "Amal", passphrase)
    new = run(settings, "recover", paper, "Selam")
    assert team_of(settings, "Selam", LINE.findall(new.output)[0][2])


def founded(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> str:
    """Set up for real as somebody who copies the paper; gives what stands on it."""
    shown: list[str] = []

    def type_back(text: str, **_: object) -> str:
        return "".join(shown[-1:]) if "paper" in text else "Amal"

    def show(text: str = "", **_: object) -> None:
        shown.extend(PAPER.findall(text))

    with monkeypatch.context() as at_the_terminal:
        at_the_terminal.setattr(click, "prompt", type_back)
        at_the_terminal.setattr(click, "echo", show)
        set_up(settings, trial=False, now=NOW, cost=CHEAP)
    (paper,) = shown
    with deployed(settings) as opened:
        assert [person.name for person in opened.db.read_now(lambda s: people.everyone(s, NOW))] == ["Amal"]
        assert not opened.db.read_now(deployment.is_trial)
    return paper


def test_what_setup_writes_only_its_owner_may_read(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    run(settings, "setup", trial=True)
    assert settings.data_dir.stat().st_mode & 0o777 == 0o700
    assert settings.index_key_path.stat().st_mode & 0o777 == 0o400
    assert settings.keyring_path.stat().st_mode & 0o777 == 0o600
