"""Makes one case unreadable for ever, on somebody's request by telephone or on paper."""

from datetime import datetime

import click

from api.commands.opened import deployed
from api.desk import forgetting
from api.errors import Refused
from api.settings import Settings
from flows.reference import read_reference


def forget(settings: Settings, typed: str, *, now: datetime) -> None:
    """Forget a case, in old backups too. The case is named by the reference that the worker was given."""
    reference = read_reference(typed)
    if reference is None:
        raise click.ClickException(f"{typed} is no reference such as K7-4QF. Is there a slip of the pen in it?")
    with deployed(settings) as opened:
        try:
            opened.db.write_now(lambda session: forgetting.forget(session, opened.vault, reference, now))
        except Refused:
            raise click.ClickException(f"There is no case {reference} that could be forgotten.") from None
    click.echo(f"{reference} is forgotten. Copies of the keyring that are older than now would still open it:")
    click.echo("run `rafiqa backup` with --keyring-only to overwrite the mirror at once.")
