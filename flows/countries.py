"""What SMS can do in a country, as data: which gateways carry it both ways, how long it may be, when we keep quiet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self, get_args
from zoneinfo import ZoneInfo

import phonenumbers
from pydantic import AfterValidator, Field, ValidationError, model_validator

from flows.errors import ServiceError
from flows.parts import Part
from flows.source import located, read_yaml

DEFAULT = "default"
"""The name of the file with the rules of every country that has none of its own."""
Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
DAYS: tuple[Day, ...] = get_args(Day)
Carrier = Literal["twilio", "smsgate", "httpsms", "cht"]
"""Gateways of which a country may say whether they carry SMS both ways."""


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise ValueError(f"{name} is no time zone; one is Asia/Beirut") from None
    return name


class Hours(Part):
    """Days, and the hours of them in which we may write unasked; `until` 00:00 is the end of the day."""

    days: tuple[Day, ...] = Field(min_length=1)
    start: time = Field(alias="from")
    until: time

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until != time(0) and self.until <= self.start:
            raise ValueError("the hours end before they begin: write two lines for a night")
        return self

    def hold(self, local: datetime) -> bool:
        """Whether this local time is one of them."""
        within = self.start <= local.time() and (self.until == time(0) or local.time() < self.until)
        return DAYS[local.weekday()] in self.days and within


class Country(Part):
    """The rules of a country (ISO 3166 alpha-2, or `default`).

    `two_way` says by gateway whether people there can be written to *and* answer. `longest` is how many segments one
    message may have; without `concatenation` it is one. Outside the hours of `awake`, in the zone, nobody is written
    to unasked: an answer to what somebody just wrote goes out at any time.
    """

    country: str = Field(pattern=f"^([A-Z]{{2}}|{DEFAULT})$")
    name: str
    two_way: Mapping[Carrier, bool]
    longest: int = Field(gt=0, le=10)
    concatenation: bool
    zone: Annotated[str, AfterValidator(_zone)]
    awake: tuple[Hours, ...] = Field(min_length=1)

    @property
    def most_segments(self) -> int:
        """How many segments one message may have."""
        return self.longest if self.concatenation else 1

    def carries(self, gateway: str) -> bool:
        """Whether this gateway carries SMS both ways there; where the file is silent, it does."""
        return {str(name): works for name, works in self.two_way.items()}.get(gateway, True)


def allowed_now(country: Country, now: datetime) -> bool:
    """Whether somebody there may be written to unasked at this time (aware)."""
    local = now.astimezone(ZoneInfo(country.zone))
    return any(hours.hold(local) for hours in country.awake)


def next_allowed(country: Country, now: datetime) -> datetime:
    """The first time from `now` (aware) on at which somebody there may be written to unasked; in UTC."""
    if allowed_now(country, now):
        return now.astimezone(UTC)
    zone = ZoneInfo(country.zone)
    today = now.astimezone(zone).date()
    starts = (
        datetime.combine(day, hours.start, zone).astimezone(UTC)
        for day in (today + timedelta(days=ahead) for ahead in range(8))
        for hours in country.awake
        if DAYS[day.weekday()] in hours.days
    )
    return min(start for start in starts if start > now)


@dataclass(frozen=True, slots=True)
class Countries:
    """The rules of all countries that have a file, and of all others."""

    by_code: Mapping[str, Country]

    def of(self, number: str) -> Country:
        """The rules for a number (E.164); the default's for one whose country has none, or is not known."""
        return self.by_code.get(region(number), self.by_code[DEFAULT])


@lru_cache(maxsize=1024)
def region(number: str) -> str:
    """The country (ISO 3166 alpha-2) of a number in E.164; nothing when it has none."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number)) or ""
    except phonenumbers.NumberParseException:
        return ""


def load_countries(folder: Path) -> Countries:
    """Load every country's file in `folder`. Raises ServiceError for the first thing that is wrong."""
    countries = [load_country(path) for path in sorted(folder.glob("*.yaml"))]
    by_code = {one.country: one for one in countries}
    if DEFAULT not in by_code:
        raise ServiceError("no file here has the rules of all other countries", file=f"{DEFAULT}.yaml", line=1)
    return Countries(by_code)


def load_country(path: Path) -> Country:
    """Load one country's file. Raises ServiceError with file and line."""
    tree = read_yaml(path)
    try:
        return Country.model_validate(tree)
    except ValidationError as error:
        raise located(error, tree, path) from None
