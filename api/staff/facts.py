"""What somebody of the team can do, where, and when: by this the right case finds her."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """What she can do, for finding the right case: readable by the server, like the routing fields of a case.

    `languages` in which she can help (ISO 639), `skills` as `api.console.names.SKILLS` has them, `areas` codes of
    places (`flows.places.Place.code`), `hours` when she usually can, such as `1m`: see `HOURS`.
    """

    languages: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    hours: tuple[str, ...] = ()


PARTS = {"m": (6, 12), "a": (12, 18), "e": (18, 24)}
"""The parts of a day, from which hour to which: morning, afternoon, evening."""
HOURS = tuple(f"{day}{part}" for day in range(1, 8) for part in PARTS)
"""Every part of a week: the ISO weekday, and the part of the day."""


def usually_there(facts: Facts, at: datetime) -> bool:
    """Whether she usually can at this time (in the zone of the desk); who named no hours always can."""
    part = next((part for part, (start, end) in PARTS.items() if start <= at.hour < end), "")
    return not facts.hours or f"{at.isoweekday()}{part}" in facts.hours


def helps_in(facts: Facts, place: str) -> bool:
    """Whether a place (its code) is in one of her areas; who named none helps everywhere."""
    return not facts.areas or any(lies_in(place, area) for area in facts.areas)


def lies_in(place: str, area: str) -> bool:
    """Whether the place with one code is, or lies in, the one with another code."""
    return f"{place}/".startswith(f"{area}/")
