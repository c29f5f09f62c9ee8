"""The made-up services, loaded once, with two outings that are coming."""

from dataclasses import replace
from datetime import date, time
from functools import cache
from pathlib import Path

from flows.language import load_catalogues
from flows.loader import Library, load_library
from flows.model import Outing
from flows.places import load_places
from tests.libraries import DESK, ROOT

FOLDER = Path(__file__).parent / "library"
TRANSCRIPTS = Path(__file__).parent / "transcripts"
COMING = (
    Outing("12", date(2026, 12, 5), time(10, 0), "Old Mill"),
    Outing("13", date(2026, 12, 6), time(15, 30), "Harbour"),
)


@cache
def made_up() -> Library:
    """All of them."""
    library = load_library(
        FOLDER, load_catalogues(ROOT / "translations"), load_places(ROOT / "flows/library/places"), DESK
    )
    return replace(library, outings={"flat": COMING})
