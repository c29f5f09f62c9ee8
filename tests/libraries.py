"""The library that ships, loaded once for all tests that need it."""

from functools import cache
from pathlib import Path

from flows.countries import Countries, load_countries
from flows.language import load_catalogues
from flows.loader import Library, load_library
from flows.model import Desk
from flows.places import load_places

ROOT = Path(__file__).resolve().parent.parent
DESK = Desk(name="Amel", handle="@rafiqa_bot", number="+96170000000", phrase="The cedar stands by the door")


@cache
def the_library() -> Library:
    """Every service, in every language, as a server would load it."""
    folder = ROOT / "flows" / "library"
    return load_library(folder, load_catalogues(ROOT / "translations"), load_places(folder / "places"), DESK)


@cache
def the_countries() -> Countries:
    """The rules of every country, as they ship."""
    return load_countries(ROOT / "flows" / "library" / "countries")
