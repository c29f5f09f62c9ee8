"""The functions of ODK that need nothing but their arguments, and the table that says what each takes and gives."""

import math
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Context, Decimal
from math import inf, isfinite, isnan, nan
from typing import Literal

from flows.expressions.convert import Result, to_number, to_place, to_text, to_truth
from flows.expressions.dates import date_format, day, days, moment

Kind = Literal["text", "number", "truth", "date", "any"]
"""What a part of an expression is known to be before it is evaluated; `any`: only the answers will tell."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function: what it takes (converted before it is called), what it gives, how many arguments it needs.

    `optional` counts the last arguments that may be left out, `repeats` lets the last one come again, `of_this` puts
    the answer that is being looked at in the place of the one that is left out.
    """

    call: Callable[..., Result]
    takes: tuple[Kind, ...]
    gives: Kind
    optional: int = 0
    repeats: bool = False
    of_this: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """A function whose second argument is written out in quotes, so that it is checked and prepared only once.

    `prepare` raises ValueError saying what is wrong with it.
    """

    takes: Kind
    gives: Kind
    prepare: Callable[[str], Callable[..., Result]]


def _selected(chosen: str, value: str) -> bool:
    return f" {value.strip()} " in f" {chosen} "


def _selected_at(chosen: str, number: float) -> str:
    values, place = chosen.split(), to_place(number)
    return values[place] if 0 <= place < len(values) else ""


def _before(text: str, mark: str) -> str:
    return text.partition(mark)[0] if mark and mark in text else ""


def _after(text: str, mark: str) -> str:
    return text.partition(mark)[2] if mark else text


def _translate(text: str, old: str, new: str) -> str:
    table: dict[int, str] = {}
    for place, character in enumerate(old):
        table.setdefault(ord(character), new[place : place + 1])
    return text.translate(table)


def _full_match(pattern: str) -> Callable[[str], bool]:
    """A test of a whole text. Digits, letters and blanks are ASCII ones, as in the Java that ODK runs on."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # Python warns where it may read a set otherwise than Java does
        try:
            match = re.compile(pattern, re.ASCII).fullmatch
        except (re.error, Warning, OverflowError, RecursionError) as error:
            raise ValueError(f"the pattern cannot be read: {error}") from error
    return lambda text: match(text) is not None


def _whole(how: Callable[[float], int]) -> Callable[[float], float]:
    return lambda number: float(how(number)) if isfinite(number) else number


def _round(number: float, places: float = 0.0) -> float:
    """Halves go up, also below zero (XPath); negative places mean tens, hundreds …; beyond 30 places it is NaN."""
    if not isfinite(number):
        return number
    if not abs(places) <= 30:
        return nan
    how = ROUND_HALF_UP if number > 0 else ROUND_HALF_DOWN
    unit = Decimal(1).scaleb(-int(places))
    return float(Decimal(repr(number)).quantize(unit, how, Context(prec=400)))


def _pow(base: float, power: float) -> float:
    try:
        return math.pow(base, power)
    except OverflowError:
        return -inf if base < 0 and power % 2 == 1 else inf
    except ValueError:
        return inf if base == 0 else nan


def _largest(*numbers: float) -> float:
    return max((number for number in numbers if not isnan(number)), default=nan)


def _smallest(*numbers: float) -> float:
    return min((number for number in numbers if not isnan(number)), default=nan)


def _sum(*numbers: float) -> float:
    return math.fsum(number for number in numbers if isfinite(number))


FUNCTIONS: dict[str, Function] = {
    "selected": Function(_selected, ("text", "text"), "truth"),
    "count-selected": Function(lambda chosen: float(len(chosen.split())), ("text",), "number"),
    "selected-at": Function(_selected_at, ("text", "number"), "text"),
    "true": Function(lambda: True, (), "truth"),
    "false": Function(lambda: False, (), "truth"),
    "not": Function(lambda value: not value, ("truth",), "truth"),
    "boolean": Function(to_truth, ("any",), "truth"),
    "boolean-from-string": Function(lambda text: text.lower() in ("true", "1"), ("text",), "truth"),
    "string": Function(to_text, ("any",), "text"),
    "string-length": Function(lambda text: float(len(text)), ("text",), "number", optional=1, of_this=True),
    "normalize-space": Function(lambda text: " ".join(text.split()), ("text",), "text", optional=1, of_this=True),
    "concat": Function(lambda *parts: "".join(parts), ("text",), "text", repeats=True),
    "join": Function(lambda separator, *parts: separator.join(parts), ("text", "text"), "text", repeats=True),
    "join-given": Function(
        lambda separator, *parts: separator.join(part for part in parts if part),
        ("text", "text"),
        "text",
        repeats=True,
    ),
    "contains": Function(lambda text, part: part in text, ("text", "text"), "truth"),
    "starts-with": Function(str.startswith, ("text", "text"), "truth"),
    "ends-with": Function(str.endswith, ("text", "text"), "truth"),
    "substr": Function(
        lambda text, start, end=inf: text[to_place(start) : to_place(end)],
        ("text", "number", "number"),
        "text",
        optional=1,
    ),
    "substring-before": Function(_before, ("text", "text"), "text"),
    "substring-after": Function(_after, ("text", "text"), "text"),
    "translate": Function(_translate, ("text", "text", "text"), "text"),
    "number": Function(to_number, ("any",), "number"),
    "int": Function(_whole(int), ("number",), "number"),
    "floor": Function(_whole(math.floor), ("number",), "number"),
    "ceiling": Function(_whole(math.ceil), ("number",), "number"),
    "round": Function(_round, ("number", "number"), "number", optional=1),
    "abs": Function(abs, ("number",), "number"),
    "pow": Function(_pow, ("number", "number"), "number"),
    "min": Function(_smallest, ("number",), "number", repeats=True),
    "max": Function(_largest, ("number",), "number", repeats=True),
    "sum": Function(_sum, ("number",), "number", repeats=True),
    "date": Function(day, ("any",), "any"),
    "date-time": Function(moment, ("any",), "any"),
    "decimal-date-time": Function(days, ("any",), "any"),
}

PREPARED: dict[str, Prepared] = {
    "regex": Prepared("text", "truth", _full_match),
    "format-date": Prepared("any", "text", date_format),
    "format-date-time": Prepared("any", "text", date_format),
}
