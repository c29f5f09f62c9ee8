"""Operators, and the parts that an expression is put together from: nested functions that know what they give."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import copysign, fmod, inf, isfinite, isnan, nan
from typing import Any

from flows.expressions.convert import Result, comparable, same, same_number, to_number, to_text, to_truth
from flows.expressions.functions import Kind
from flows.model import Value

Scene = tuple[Mapping[str, Value], datetime, Value, Mapping[str, Callable[..., Result]]]
"""What an expression is evaluated against: the answers, now, the answer at hand, the functions of the caller.

A plain tuple: one is made for each evaluation, and nothing is cheaper."""

Run = Callable[[Scene], Any]
"""Evaluates a part of an expression. What it gives is a Result, of the kind that its Part names."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an expression, ready to run, and the kind of value that it always gives."""

    run: Run
    kind: Kind

    def as_kind(self, kind: Kind) -> Run:
        """The same, converted to a kind where it is not known to be of it already."""
        if kind in ("any", self.kind):
            return self.run
        convert, run = _CONVERSIONS[kind], self.run
        return lambda scene: convert(run(scene))


_CONVERSIONS: dict[Kind, Callable[[Result], Result]] = {"text": to_text, "number": to_number, "truth": to_truth}


def apply(function: Callable[..., Result], runs: list[Run]) -> Run:
    """Calls a function with what its arguments give."""
    match runs:
        case [one]:
            return lambda scene: function(one(scene))
        case [one, two]:
            return lambda scene: function(one(scene), two(scene))
    return lambda scene: function(*[run(scene) for run in runs])


def binary(sign: str, left: Part, right: Part) -> Part:
    """Joins two parts by an operator; kinds that are known now spare a decision at each evaluation."""
    match sign:
        case "and":
            first, second = left.as_kind("truth"), right.as_kind("truth")
            return Part(lambda scene: first(scene) and second(scene), "truth")
        case "or":
            first, second = left.as_kind("truth"), right.as_kind("truth")
            return Part(lambda scene: first(scene) or second(scene), "truth")
        case "=":
            return Part(_equal(left, right), "truth")
        case "!=":
            equal = _equal(left, right)
            return Part(lambda scene: not equal(scene), "truth")
        case "-":
            return Part(_compared(operator.sub, left, right), "number")
    if sign in _ORDERS:
        return Part(_compared(_ORDERS[sign], left, right), "truth")
    return Part(apply(_ARITHMETIC[sign], [left.as_kind("number"), right.as_kind("number")]), "number")


def _equal(left: Part, right: Part) -> Run:
    kinds = {left.kind, right.kind}
    if kinds == {"text"}:
        return apply(operator.eq, [left.run, right.run])
    if kinds <= {"number", "text"}:
        return apply(same_number, [left.as_kind("number"), right.as_kind("number")])
    return apply(same, [left.run, right.run])


def _compared(join: Callable[[float, float], Result], left: Part, right: Part) -> Run:
    """Joins two numbers; where either side may turn out to be a date, text on the other is read as one."""
    if {left.kind, right.kind} & {"number", "truth"}:
        return apply(join, [left.as_kind("number"), right.as_kind("number")])
    first, second = left.run, right.run
    return lambda scene: join(*comparable(first(scene), second(scene)))


def _divide(left: float, right: float) -> float:
    """`div` as IEEE 754 has it: by zero is infinite, or NaN for zero by zero."""
    if right:
        return left / right
    return nan if not left or isnan(left) else copysign(inf, left) * copysign(1.0, right)


def _modulo(left: float, right: float) -> float:
    """`mod`: what is left over, with the sign of `left`; NaN where there is no such thing."""
    return fmod(left, right) if right and isfinite(left) else nan


_ORDERS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_ARITHMETIC = {"+": operator.add, "*": operator.mul, "div": _divide, "mod": _modulo}
