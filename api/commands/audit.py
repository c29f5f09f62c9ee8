"""Shows the trail at the command line, and checks that nobody changed it."""

import click

from api.commands.opened import deployed
from api.settings import Settings
from api.staff import audit
from api.store import trail
from api.store.trail import Checked


def look(settings: Settings, *, check: bool, lines: int) -> None:
    """Print the newest lines; or with `check` say whether the trail is complete, and fail when it is not."""
    with deployed(settings) as opened:
        if check:
            _say(opened.db.read_now(lambda session: trail.check(session, opened.vault.keyring)))
            return
        for one in reversed(opened.db.read_now(lambda session: audit.recent(session, limit=lines))):
            click.echo(f"{one.id}  {one.at:%Y-%m-%d %H:%M:%S}  {one.person or '-'}  {one.action}  {one.object}")


def _say(checked: Checked) -> None:
    span = f"from {checked.first:%Y-%m-%d %H:%M} to {checked.last:%Y-%m-%d %H:%M}" if checked.lines else ""
    if checked.broken is not None:
        before = f" It is complete {span}, {checked.lines} lines." if span else ""
        raise click.ClickException(f"The trail was changed: line {checked.broken} does not fit.{before}")
    if checked.short:
        raise click.ClickException(f"Lines are missing at the end of the trail, after {checked.lines} that fit.")
    click.echo(f"The trail is complete {span}: {checked.lines} lines." if span else "The trail is empty.")
    click.echo(f"It ends with {checked.mark}. Note that elsewhere: one made anew ends with something else.")
