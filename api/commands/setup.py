"""Founds a deployment: keys, the paper, the first people."""

import os
import secrets
from dataclasses import dataclass
from datetime import datetime

import click
from nacl.exceptions import CryptoError
from sqlmodel import Session

from api.commands.opened import deployed, storage
from api.keys import deployment, locks
from api.keys.locks import Cost, PersonLock, RecoveryKey
from api.keys.passphrases import new_passphrase
from api.keys.vault import TeamKey
from api.setting_kinds import INDEX_KEY_BYTES
from api.settings import Settings
from api.staff import people
from api.staff.people import COORDINATOR, Newcomer
from api.tables import Number

TRIAL_PEOPLE = (
    Newcomer("Amal", COORDINATOR, languages=("ar", "en", "fr")),
    Newcomer("Hana", languages=("am", "en")),
    Newcomer("Rita", languages=("ar", "fr")),
)
TRIAL_NUMBERS = ("+96170000001", "+96170000002", "+96170000003")

PAPER = """
This is the recovery key. It opens everything if all passphrases are lost.

    {key}

Write it on two sheets of paper now, and keep them in two places, never beside the server.
It is not shown again. If all passphrases and both sheets are lost, nobody can open the cases.
"""


@dataclass(frozen=True, slots=True)
class _Enrolled:
    newcomer: Newcomer
    passphrase: str
    lock: PersonLock

    def line(self) -> str:
        """The one line in which a passphrase is shown, for people and for programs."""
        return f"{self.newcomer.name} ({self.newcomer.role}): {self.passphrase}"


def set_up(settings: Settings, *, trial: bool, now: datetime, cost: Cost = locks.STANDARD) -> None:
    """Found a deployment, unless there is one, and print each passphrase once, as `Name (role): six words`."""
    with storage(settings) as opened:
        if opened.db.read_now(deployment.exists):
            click.echo(f"There is a deployment in {settings.data_dir} already; nothing was changed.")
            return
        key = RecoveryKey.generate()
        enrolled = [_enrol(newcomer, cost) for newcomer in (TRIAL_PEOPLE if trial else _ask(key))]
        make_index_key(settings)
        opened.db.write_now(lambda session: _found(session, key, enrolled, trial, now))
    click.echo("\nThe passphrases. They are shown this once; each may change her own.\n")
    for one in enrolled:
        click.echo(one.line())
    if trial:
        click.echo("\nThis is a trial: play it with invented people only.")


def recover(settings: Settings, *, now: datetime, cost: Cost = locks.STANDARD) -> None:
    """Let a coordinator in with the key on paper: one who lost her passphrase, or a new one."""
    with deployed(settings) as opened:
        typed = click.prompt("The recovery key, from the paper")
        team = opened.db.read_now(lambda session: _team_on_paper(session, typed))
        one = _enrol(Newcomer(click.prompt("The name with which she signs in"), COORDINATOR), cost)
        opened.db.write_now(lambda session: _let_in(session, team, one, now))
    click.echo(f"\n{one.line()}")


def make_index_key(settings: Settings) -> None:
    """Write a new index key that only its owner may read, unless there is one."""
    if settings.index_key or settings.index_key_path.exists():
        return
    with open(os.open(settings.index_key_path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o400), "w") as file:
        file.write(secrets.token_hex(INDEX_KEY_BYTES) + "\n")


def _ask(key: RecoveryKey) -> tuple[Newcomer, ...]:
    click.echo(PAPER.format(key=key.on_paper()))
    while not _is(key, click.prompt("Type it here from the paper")):
        click.echo("That is not the same. Look at each group of four once more.")
    return (Newcomer(click.prompt("The name with which the first coordinator signs in"), COORDINATOR),)


def _is(key: RecoveryKey, typed: str) -> bool:
    try:
        return RecoveryKey.from_paper(typed).public == key.public
    except ValueError:
        return False


def _enrol(newcomer: Newcomer, cost: Cost) -> _Enrolled:
    passphrase = new_passphrase()
    return _Enrolled(newcomer, passphrase, locks.new_person(passphrase, cost))


def _found(session: Session, key: RecoveryKey, enrolled: list[_Enrolled], trial: bool, now: datetime) -> None:
    team = deployment.found(session, key.public, trial=trial)
    for one in enrolled:
        people.add(session, team, one.newcomer, one.lock, None, now)
    for number in TRIAL_NUMBERS if trial else ():
        session.add(Number(number=number, use="proxy", gateway="simulator", registered_to="nobody: a trial"))


def _team_on_paper(session: Session, typed: str) -> TeamKey:
    try:
        return deployment.recover(session, RecoveryKey.from_paper(typed))
    except (ValueError, CryptoError):
        raise click.ClickException("This is not the recovery key of this deployment.") from None


def _let_in(session: Session, team: TeamKey, one: _Enrolled, now: datetime) -> None:
    person = people.named(session, one.newcomer.name)
    if person is None or person.id is None:
        people.add(session, team, one.newcomer, one.lock, None, now)
    else:
        people.renew(session, team, person.id, one.lock, None, now)
        person.role = COORDINATOR
