"""Makes a batch for a recipient without the console: the same file, the same rules, the same trail."""

import os
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import click
from sqlmodel import Session

from api.commands.opened import Deployed, deployed
from api.commands.services import the_library, the_service
from api.errors import Refused
from api.exports import batches
from api.exports.batches import Exported, Form
from api.keys import locks
from api.keys.locks import PersonLock
from api.settings import Settings
from api.staff import factor, people
from api.staff.accounts import active
from api.staff.people import Viewer

REFUSALS = {
    "not_found": "Only coordinators export.",
    "no_such_export": "This service has no such export.",
    "already_exported": "Every case that could go went before. Use --again to send them once more.",
    "nothing_to_export": "There is no case that could go. The console says why, case by case.",
}


def export(
    settings: Settings, service: str, recipient: str, *, form: Form, again: bool, folder: Path, now: datetime
) -> None:
    """Ask who is there, make the batch, and write its file into `folder` for nobody else to read."""
    library = the_library(settings)
    the_service(library, service)
    with deployed(settings) as opened, ExitStack() as undone:
        viewer = _who(opened, click.prompt("Your name"), click.prompt("Your passphrase", hide_input=True), now)

        def use_case(session: Session) -> Exported:
            batch = batches.export(
                session,
                opened.vault,
                library,
                viewer,
                service=service,
                export=recipient,
                form=form,
                again=again,
                now=now,
            )
            path = folder / batch.filename
            path.unlink(missing_ok=True)
            _write(_partial(path), batch.content, undone)  # before it counts as exported
            return batch

        try:
            batch = opened.db.write_now(use_case)
        except Refused as refused:
            raise click.ClickException(REFUSALS.get(refused.code, refused.code)) from None
        undone.pop_all()
    path = folder / batch.filename
    _partial(path).rename(path)
    click.echo(f"Batch {batch.number}: {batch.rows} rows in {path}\nSHA-256 {batch.sha256}")


def _partial(path: Path) -> Path:
    """Where a batch lies until it counts: what a kill leaves says by its name that this is not sure."""
    return path.with_name(f"{path.name}.part")


def _write(path: Path, content: bytes, undone: ExitStack) -> None:
    """Write it for nobody else to read; it goes again where what follows fails: what does not count has not left."""
    path.unlink(missing_ok=True)
    opened = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    undone.callback(path.unlink, missing_ok=True)
    with open(opened, "wb") as file:
        file.write(content)


def _who(opened: Deployed, name: str, passphrase: str, now: datetime) -> Viewer:
    person = opened.db.read_now(lambda session: people.named(session, name))
    private = None
    if person is not None and active(person, now):
        lock = PersonLock(person.public_key, person.salt, person.private_box)
        private = locks.open_person(passphrase, lock)
    if person is None or person.id is None or private is None or person.team_box is None:
        raise click.ClickException("This name and this passphrase do not belong together.")
    if person.factor_box is not None:
        code = click.prompt("The code of your app")
        if not opened.db.write_now(lambda session: factor.accepts(session, person, private, code, now)):
            raise click.ClickException("That is not the code, or it was used before.")
    team = locks.open_team(private, person.team_box)
    return Viewer(person.id, person.name, person.role, person.language, team)
