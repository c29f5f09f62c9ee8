"""`rafiqa` at the command line. This file owns a clock, and says in plain words what each command does."""

import logging
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import click
from sqlalchemy.exc import OperationalError

from api import settings as environment
from api.commands import audit as trail
from api.commands.backup import back_up
from api.commands.export import export
from api.commands.forget import forget
from api.commands.opened import Deployed, deployed
from api.commands.paper import print_paper
from api.commands.restore import restore
from api.commands.setup import recover, set_up
from api.errors import Refused
from api.keys.deployment import NotSetUp
from api.numbers import pool
from api.serving import serve
from api.settings import Settings
from api.variables import SettingsError
from flows.__main__ import main as flows


class _Commands(click.Group):
    """Turns what an operator can put right into one clear line."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except SettingsError as error:
            raise click.ClickException(str(error)) from None
        except OperationalError as error:
            kind = type(error.orig).__name__
            raise click.ClickException(f"RAFIQA_DATABASE_URL: the database does not answer ({kind}).") from None
        except NotSetUp:
            raise click.ClickException("There is no deployment here yet. Run `rafiqa setup` first.") from None
        except OSError as error:
            if error.filename is None:
                raise
            raise click.ClickException(f"{error.filename}: {error.strerror}") from None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """A chatbot and intake desk for people whom the state's forms shut out.

    Settings are environment variables that begin with RAFIQA_; docs/operations.md lists them. The data lies in
    RAFIQA_DATA_DIR (./data when it is not set).
    """
    os.umask(0o077)  # whatever a command writes is for its owner alone


def _now() -> datetime:
    return datetime.now(UTC)


def _settings() -> Settings:
    return environment.load()


@main.command("setup", short_help="Begin: make the keys and let the first people in.")
@click.option("--trial", is_flag=True, help="Ask nothing: one coordinator, two volunteers, three invented numbers.")
def _setup(trial: bool) -> None:
    """Begin: make the keys, the paper recovery key and the first coordinator.

    Have paper and a pen beside you. To run it again changes nothing.
    """
    set_up(_settings(), trial=trial, now=_now())


@main.command("recover", short_help="Let a coordinator in with the recovery key on paper.")
def _recover() -> None:
    """Let a coordinator in again, with the recovery key on paper, when all passphrases are lost."""
    recover(_settings(), now=_now())


@main.command("serve", short_help="Run the server.")
def _serve() -> None:
    """Run the server until it is stopped with Ctrl-C. It takes messages, sends replies and shows the desk."""
    settings = _settings()
    with deployed(settings) as opened:  # what is wrong is said here in one line
        _claim_channel(opened, settings)
        logging.basicConfig(level=settings.log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
        logging.getLogger("alembic").setLevel(logging.WARNING)
    serve(settings)


def _claim_channel(opened: Deployed, settings: Settings) -> None:
    number = settings.twilio_number
    try:
        if number:
            opened.db.write_now(lambda session: pool.claim_channel(session, number))
    except Refused:
        raise SettingsError("RAFIQA_TWILIO_NUMBER: this is one of the proxy numbers; a number cannot be both") from None


@main.command("talk", short_help="Talk to a service in this terminal.")
@click.argument("service")
@click.option("--lang", default="", help="Begin in this language, e.g. am.")
@click.option("--sms", is_flag=True, help="Talk as by SMS, without buttons.")
def _talk(service: str, lang: str, sms: bool) -> None:
    """Talk to a SERVICE in this terminal, as a worker would. Nothing is stored."""
    sys.exit(flows(["talk", service, f"--lang={lang}", *(["--sms"] if sms else [])]))


@main.command("check", short_help="Look for what is wrong in the services.")
@click.argument("service", default="")
def _check(service: str) -> None:
    """Look for what is wrong in one SERVICE, or in all: wrong names, missing translations, long messages."""
    sys.exit(flows(["check", *([service] if service else [])]))


@main.command("print", short_help="Make the paper form of a service.")
@click.argument("service")
@click.option("--lang", default="en", show_default=True, help="One to three languages, e.g. am,ar.")
@click.option("--to", "path", type=click.Path(dir_okay=False, path_type=Path), help="Where to; else into this folder.")
def _print(service: str, lang: str, path: Path | None) -> None:
    """Make the paper form of a SERVICE, on one page with its card, for where there is no telephone."""
    print_paper(_settings(), service, lang, path)


@main.command("export", short_help="Make a batch for a ministry or another recipient.")
@click.argument("service")
@click.argument("recipient", default="ministry")
@click.option("--form", type=click.Choice(["xlsx", "csv"]), default="xlsx", show_default=True)
@click.option("--again", is_flag=True, help="With the cases that were exported before.")
@click.option(
    "--to", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=Path(), help="Where to."
)
def _export(service: str, recipient: str, form: Literal["xlsx", "csv"], again: bool, folder: Path) -> None:
    """Make a numbered batch of a SERVICE for a RECIPIENT, with those who agreed to it. Asks for a passphrase."""
    export(_settings(), service, recipient, form=form, again=again, folder=folder, now=_now())


@main.command("forget", short_help="Make one case unreadable for ever.")
@click.argument("reference")
@click.option("--yes", is_flag=True, help="Do not ask whether I am sure.")
def _forget(reference: str, yes: bool) -> None:
    """Make the case with this REFERENCE unreadable for ever, in old backups too. It cannot be undone."""
    if not yes:
        click.confirm(f"Make {reference} unreadable for ever?", abort=True)
    forget(_settings(), reference, now=_now())


@main.command("audit", short_help="Show who did what, and check that nobody changed it.")
@click.option("--check", is_flag=True, help="Say whether the trail is complete; fails when it is not.")
@click.option("--lines", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many to show.")
def _audit(check: bool, lines: int) -> None:
    """Show the newest lines of the trail; or check that no line was changed, removed or moved."""
    trail.look(_settings(), check=check, lines=lines)


@main.command("backup", short_help="Copy everything to another place.")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--keyring-only", is_flag=True, help="Mirror only the keyring: do this every hour.")
def _backup(folder: Path, keyring_only: bool) -> None:
    """Copy everything into FOLDER, while the server runs or not.

    Each run adds a copy of the database, which nobody can read without the keyring, and overwrites the copy of the
    keyring. Never let another program keep older copies of FOLDER/keyring-never-archive.
    """
    back_up(_settings(), folder, now=_now(), keyring_only=keyring_only)


@main.command("restore", short_help="Bring everything back from a backup.")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--name", default="", help="Which copy, e.g. 2026-11-24T090000; the newest when not given.")
def _restore(folder: Path, name: str) -> None:
    """Bring a deployment back from FOLDER, into an empty data folder and an empty database."""
    restore(_settings(), folder, now=_now(), name=name)


if __name__ == "__main__":
    main()
