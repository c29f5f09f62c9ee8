"""Portals as data: how many people a number may serve, and what a login code of that portal looks like."""

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from pydantic import Field, ValidationError, field_validator

from flows.service import Name, Part
from flows.source import located, read_yaml


class LoginCode(Part):
    """What a one-time login code looks like.

    `patterns` are regular expressions for the whole code, its digits in ASCII and its spaces and dashes gone. One of
    `words` stands in every message with a code, none of `unless` does; both in whatever languages the portal writes.
    """

    patterns: tuple[str, ...] = Field(min_length=1)
    lifetime_minutes: int = Field(gt=0, le=60)
    words: tuple[str, ...] = Field(min_length=1)
    unless: tuple[str, ...] = ()

    @field_validator("patterns")
    @classmethod
    def _can_be_read(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern} is no regular expression: {error}") from None
        return patterns


class Portal(Part):
    """A website of the state that wants a telephone number from each person.

    `model` True: it imitates portals of its kind and is none that exists. `people_per_number` is its cap, null when
    nobody knows one. `cooling_days` is how long a number rests after a case gave it back, so that late messages do
    not reach the next person. `senders` are the names or numbers that it writes from (empty: not known). `hotlines`
    are the numbers that its messages tell people to call.
    """

    portal: Name
    name: str
    model: bool = False
    people_per_number: int | None = Field(gt=0)
    cooling_days: int = Field(ge=0)
    code: LoginCode
    senders: tuple[str, ...] = ()
    hotlines: tuple[str, ...] = ()

    @property
    def lifetime(self) -> timedelta:
        """How long a login code can be used: also how long a code window is open, and quiet afterwards."""
        return timedelta(minutes=self.code.lifetime_minutes)

    def writes_from(self, sender: str) -> bool:
        """Whether a message with this sender may be this portal's."""
        return not self.senders or sender.strip().casefold() in (known.casefold() for known in self.senders)


Portals = Mapping[str, Portal]
"""Portals by the name that services and leases use for them."""


def load_portals(folder: Path) -> Portals:
    """Load every portal file in `folder`. Raises ServiceError for the first thing that is wrong."""
    portals = (load_portal(path) for path in sorted(folder.glob("*.yaml")))
    return {portal.portal: portal for portal in portals}


def load_portal(path: Path) -> Portal:
    """Load one portal file. Raises ServiceError with file and line."""
    tree = read_yaml(path)
    try:
        return Portal.model_validate(tree)
    except ValidationError as error:
        raise located(error, tree, path) from None
