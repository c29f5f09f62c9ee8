"""`rafiqa` at the command line. This file owns a clock, and says in plain words what each command does."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click
import uvicorn

from api import settings as environment
from api.commands.backup import back_up
from api.commands.forget import forget
from api.commands.restore import restore
from api.commands.setup import recover, set_up
from api.deployment import NotSetUp
from api.settings import Settings, SettingsError
from flows.__main__ import main as flows

GRACE = 2
"""Seconds that open pages get to finish when the server stops; streams would hold it for ever."""


class _Commands(click.Group):
    """Turns what an operator can put right into one clear line."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except SettingsError as error:
            raise click.ClickException(str(error)) from None
        except NotSetUp:
            raise click.ClickException("There is no deployment here yet. Run `rafiqa setup` first.") from None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """A chatbot and intake desk for people whom the state's forms shut out.

    Settings are environment variables that begin with RAFIQA_; docs/operations.md lists them. The data lies in
    RAFIQA_DATA_DIR (./data when it is not set).
    """


def _now() -> datetime:
    return datetime.now(UTC)


def _settings() -> Settings:
    return environment.load()


@main.command("setup")
@click.option("--trial", is_flag=True, help="Ask nothing: one coordinator, two volunteers, three invented numbers.")
def _setup(trial: bool) -> None:
    """Begin: make the keys, the paper recovery key and the first coordinator.

    Have paper and a pen beside you. To run it again changes nothing.
    """
    set_up(_settings(), trial=trial, now=_now())


@main.command("recover")
def _recover() -> None:
    """Let a coordinator in again, with the recovery key on paper, when all passphrases are lost."""
    recover(_settings(), now=_now())


@main.command("serve")
def _serve() -> None:
    """Run the server until it is stopped with Ctrl-C. It takes messages, sends replies and shows the desk."""
    settings = _settings()
    uvicorn.run(
        "api.app:create_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        log_level=settings.log_level,
        access_log=False,  # addresses of pages hold references of cases
        server_header=False,
        timeout_graceful_shutdown=GRACE,
    )


@main.command("talk")
@click.argument("service")
@click.option("--lang", default="", help="Begin in this language, e.g. am.")
@click.option("--sms", is_flag=True, help="Talk as by SMS, without buttons.")
def _talk(service: str, lang: str, sms: bool) -> None:
    """Talk to a SERVICE in this terminal, as a worker would. Nothing is stored."""
    sys.exit(flows(["talk", service, f"--lang={lang}", *(["--sms"] if sms else [])]))


@main.command("check")
@click.argument("service", default="")
def _check(service: str) -> None:
    """Look for what is wrong in one SERVICE, or in all: wrong names, missing translations, long messages."""
    sys.exit(flows(["check", *([service] if service else [])]))


@main.command("forget")
@click.argument("reference")
@click.option("--yes", is_flag=True, help="Do not ask whether I am sure.")
def _forget(reference: str, yes: bool) -> None:
    """Make the case with this REFERENCE unreadable for ever, in old backups too. It cannot be undone."""
    if not yes:
        click.confirm(f"Make {reference} unreadable for ever?", abort=True)
    forget(_settings(), reference, now=_now())


@main.command("backup")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--keyring-only", is_flag=True, help="Mirror only the keyring: do this every hour.")
def _backup(folder: Path, keyring_only: bool) -> None:
    """Copy everything into FOLDER, while the server runs or not.

    Each run adds a copy of the database, which nobody can read without the keyring, and overwrites the copy of the
    keyring. Never let another program keep older copies of FOLDER/keyring-never-archive.
    """
    back_up(_settings(), folder, now=_now(), keyring_only=keyring_only)


@main.command("restore")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--name", default="", help="Which copy, e.g. 2026-11-24T090000; the newest when not given.")
def _restore(folder: Path, name: str) -> None:
    """Bring a deployment back from FOLDER, into an empty data folder and an empty database."""
    restore(_settings(), folder, now=_now(), name=name)


if __name__ == "__main__":
    main()
