"""The library that ships, loaded once for all tests that need it."""

from dataclasses import replace
from functools import cache
from pathlib import Path

from flows.countries import Countries, load_countries
from flows.language import load_catalogues
from flows.loader import Library, load_library
from flows.model import Desk
from flows.places import load_places

ROOT = Path(__file__).resolve().parent.parent
FIRST = "vaccination"
"""The service that is on before anybody has switched one on."""
DESK = Desk(name="Amel", handle="@rafiqa_bot", number="+96170000000", phrase="The cedar stands by the door")


@cache
def whole_library() -> Library:
    """Every service, in every language, all of them on."""
    folder = ROOT / "flows" / "library"
    return load_library(folder, load_catalogues(ROOT / "translations"), load_places(folder / "places"), DESK)


@cache
def the_library() -> Library:
    """Every service, as a server loads it that nobody has set up: only `FIRST` is offered."""
    library = whole_library()
    return replace(library, offered={FIRST: frozenset(library.services[FIRST].file.languages)})


@cache
def only(service: str) -> Library:
    """The library of a deployment that has this service and no other."""
    library = whole_library()
    return replace(library, services={service: library.services[service]})


@cache
def the_countries() -> Countries:
    """The rules of every country, as they ship."""
    return load_countries(ROOT / "flows" / "library" / "countries")
