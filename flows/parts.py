"""What every file that an author writes is made of: parts that know their words, names, skills, and spans of time."""

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]

Skill = Literal[
    "medical",
    "legal",
    "listening",
    "children",
    "violence",
    "papers",
    "accompany",
    "driving",
    "errands",
    "from_home",
    "signing",
    "teaching",
    "computers",
]
"""What not everybody can do, and a case may need."""

_SPAN = re.compile(r"(-?\d{1,4}) (minute|hour|day|week)s?")


class Part(BaseModel):
    """A piece of a service file: unknown words are mistakes, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def read_span(text: object) -> object:
    """A span of time such as `28 days`, `30 minutes` or `-1 day`. ValueError says what was expected."""
    if not isinstance(text, str):
        return text
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise ValueError("should be a span of time such as `28 days`, `2 weeks`, `36 hours` or `-1 day`")
    return timedelta(**{f"{found[2]}s": int(found[1])})


Span = Annotated[timedelta, BeforeValidator(read_span)]
"""How long something takes, or how far from an event it lies; a day is 24 hours."""
