"""Writes the paper form of a service, for where there is no telephone."""

from dataclasses import replace
from pathlib import Path

import click

from api.commands.opened import deployed
from api.commands.services import spoken, the_library, the_service
from api.desk.house import desk_now
from api.keys.deployment import NotSetUp
from api.paper import paper_form
from api.settings import Settings
from api.variables import SettingsError
from flows.model import Desk

LANGUAGES = 3


def print_paper(settings: Settings, name: str, languages: str, path: Path | None) -> None:
    """Write the form and its card as a page to print, to `path` or to a file named after service and languages."""
    library = the_library(settings)
    library = replace(library, desk=_desk(settings, library.desk))
    service = the_service(library, name)
    chosen = spoken(service, languages, LANGUAGES)
    path = path or Path(f"{name}-{'-'.join(chosen)}.html")
    path.write_text(paper_form(library, service, chosen), "utf-8")
    click.echo(f"The form is in {path}. Open it in a browser and print it on A4.")


def _desk(settings: Settings, written: Desk) -> Desk:
    """Whose desk stands on it: as its coordinators have set it, once there is one."""
    try:
        with deployed(settings) as opened:
            return opened.db.read_now(lambda session: desk_now(session, written))
    except (NotSetUp, SettingsError):
        return written
