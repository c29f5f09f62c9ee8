"""What a reader gives when it cannot give an answer."""

from dataclasses import dataclass
from typing import Literal

from flows.model import Option

Code = Literal[
    "ambiguous",
    "constraint",
    "date_in_future",
    "excludes_others",
    "no_year",
    "not_a_choice",
    "not_a_country",
    "not_a_date",
    "not_a_name",
    "not_a_number",
    "not_a_phone",
    "not_a_photo",
    "not_a_place",
    "not_a_text",
    "not_an_email",
    "not_yes_or_no",
    "too_big",
    "too_long",
    "too_old",
    "too_small",
    "which_calendar",
]


@dataclass(frozen=True, slots=True)
class Misread:
    """Why there is no answer, in a code that the engine turns into words, and what she may have meant.

    `constraint` is the engine's own: a rule of the service file forbids this answer.

    The value of each option, given to the same reader, is that answer: a button or a number can choose it.
    """

    code: Code
    options: tuple[Option, ...] = ()
