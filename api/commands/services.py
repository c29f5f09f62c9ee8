"""The services that a command speaks of, and how its languages are written."""

from collections.abc import Sequence

import click

from api.settings import Settings
from flows.__main__ import LIBRARY, TRANSLATIONS
from flows.errors import ServiceError
from flows.language import load_catalogues
from flows.loader import Library, Service, load_library
from flows.places import load_places


def the_library(settings: Settings) -> Library:
    """The services in the words of this deployment."""
    try:
        return load_library(LIBRARY, load_catalogues(TRANSLATIONS), load_places(LIBRARY / "places"), settings.desk)
    except ServiceError as error:
        raise click.ClickException(str(error)) from None


def the_service(library: Library, name: str) -> Service:
    """The service of this name."""
    service = library.services.get(name)
    if service is None:
        raise click.ClickException(f"There is no service {name}. There are: {', '.join(library.services)}.")
    return service


def spoken(service: Service, typed: str, most: int) -> Sequence[str]:
    """The languages that were typed (`am,ar`), all of the service, at most so many."""
    languages = [one.strip() for one in typed.split(",") if one.strip()]
    if not 0 < len(languages) <= most or not set(languages) <= set(service.file.languages):
        known = ", ".join(service.file.languages)
        raise click.ClickException(f"Name one to {most} languages of {service.name}, with commas between: {known}.")
    return languages
