"""Writes the paper form of a service, for where there is no telephone."""

from pathlib import Path

import click

from api.commands.services import spoken, the_library, the_service
from api.paper import paper_form
from api.settings import Settings

LANGUAGES = 3


def print_paper(settings: Settings, name: str, languages: str, path: Path | None) -> None:
    """Write the form and its card as a page to print, to `path` or to a file named after service and languages."""
    library = the_library(settings)
    service = the_service(library, name)
    chosen = spoken(service, languages, LANGUAGES)
    path = path or Path(f"{name}-{'-'.join(chosen)}.html")
    path.write_text(paper_form(library, service, chosen), "utf-8")
    click.echo(f"The form is in {path}. Open it in a browser and print it on A4.")
