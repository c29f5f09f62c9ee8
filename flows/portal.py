"""Portals as data: how many people a number may serve, who writes from it, and what its messages look like."""

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import Field, StringConstraints, ValidationError, field_validator, model_validator

from flows.parts import Name, Part
from flows.source import located, read_yaml

Kind = Literal["confirmation", "appointment", "reminder", "answer", "link"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""What a portal sends besides login codes. `answer` wants one by SMS until a deadline."""
Token = Literal["reference", "document", "name", "birth"]
TOKENS: tuple[Token, ...] = get_args(Token)
"""By what a message says whose it is: the portal's reference, digits of a document, a name, a date of birth."""
Examples = dict[str, tuple[str, ...]]
"""What such messages say, word for word, by language (ISO 639)."""
Digits = Annotated[str, StringConstraints(pattern=r"^\+?[0-9]+(\*|-\+?[0-9]+)?$")]
"""A number (`+96170123456`), those that begin so (`+9611*`), or a range of them (`+96181000000-+96181000999`)."""


def _readable(patterns: tuple[str, ...]) -> tuple[str, ...]:
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"{pattern} is no regular expression: {error}") from None
    return patterns


class LoginCode(Part):
    """What a one-time login code looks like.

    `patterns` are regular expressions for the whole code, its digits in ASCII and its spaces and dashes gone. One of
    `words` stands in every message with a code, none of `unless` does; both in whatever languages the portal writes.
    """

    patterns: tuple[str, ...] = Field(min_length=1)
    lifetime_minutes: int = Field(gt=0, le=60)
    words: tuple[str, ...] = Field(min_length=1)
    unless: tuple[str, ...] = ()
    examples: Examples = Field(default_factory=dict)

    _patterns = field_validator("patterns")(_readable)


class Wanted(Part):
    """The answer that a message wants by SMS: the word that says yes, the one that says no, and within how long."""

    yes: str = Field(min_length=1, max_length=40)
    no: str = Field(default="", max_length=40)
    hours: int = Field(gt=0, le=24 * 14)


class MessageKind(Part):
    """One kind of message, recognised by one of `words` or `patterns` (regular expressions), and none of `unless`."""

    kind: Kind
    words: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    wants: Wanted | None = None
    examples: Examples = Field(min_length=1)

    _patterns = field_validator("patterns")(_readable)

    @model_validator(mode="after")
    def _makes_sense(self) -> "MessageKind":
        if not self.words and not self.patterns:
            raise ValueError("it needs words or patterns to be recognised by")
        if (self.kind == "answer") != (self.wants is not None):
            raise ValueError("a kind `answer`, and no other, says in `wants` which answer it wants")
        return self


class Portal(Part):
    """A website of the state that wants a telephone number from each person.

    `model` True: it imitates portals of its kind and is none that exists. `people_per_number` is its cap, null when
    nobody knows one. `cooling_days` is how long a number rests after a case gave it back, so that late messages do
    not reach the next person. `senders` are the exact names that it writes from, `sender_numbers` the numbers and
    ranges of them; both empty: not known. A name `*-NHPSMS` stands for every operator's header before it, as in
    India. `hotlines` are the numbers that its messages tell people to call. `messages` are its kinds of message besides
    login codes: the first that fits is meant. `identifies` is by what they say whose they are, `dates` in which order
    they write a day and a month. `asks` are the questions of a service whose answers its form
    wants, in its order.
    """

    portal: Name
    name: str
    model: bool = False
    people_per_number: int | None = Field(gt=0)
    cooling_days: int = Field(ge=0)
    asks: tuple[Name, ...] = ()
    code: LoginCode
    senders: tuple[str, ...] = ()
    sender_numbers: tuple[Digits, ...] = ()
    hotlines: tuple[str, ...] = ()
    identifies: tuple[Token, ...] = TOKENS
    dates: Literal["day_first", "month_first", ""] = ""
    messages: tuple[MessageKind, ...] = ()

    @property
    def lifetime(self) -> timedelta:
        """How long a login code can be used: also how long a code window is open, and quiet afterwards."""
        return timedelta(minutes=self.code.lifetime_minutes)

    def writes_from(self, sender: str) -> bool:
        """Whether a message with this sender may be this portal's."""
        return not (self.senders or self.sender_numbers) or self.is_sender(sender)

    def is_sender(self, sender: str) -> bool:
        """Whether this sender is known to be this portal."""
        name = sender.strip().casefold()
        return any(_named(name, known.casefold()) for known in self.senders) or any(
            _numbered(name, known) for known in self.sender_numbers
        )

    @property
    def wanted(self) -> Wanted | None:
        """The answer that its messages of kind `answer` want."""
        return next((one.wants for one in self.messages if one.wants), None)


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


def _named(name: str, known: str) -> bool:
    return name.partition("-")[2] == known[2:] if known.startswith("*-") else name == known


def _numbered(sender: str, known: str) -> bool:
    """Whether a sender's number is `known`, begins so, or lies in its range; an international prefix may be missing."""
    number = _digits(sender)
    if not number or re.search("[a-z]", sender):
        return False
    first, _, last = (_digits(part) for part in known.partition("-"))
    if "-" in known:
        return len(number) == len(first) and first <= number <= last
    return number.startswith(first) if known.endswith("*") else number == first


def _digits(number: str) -> str:
    return re.sub(r"[^0-9]", "", number).removeprefix("00")
