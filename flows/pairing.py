"""Who goes with whom: how well a case fits another one, or an outing, by place, ability and hours."""

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from flows.expressions import Expression
from flows.expressions.convert import to_number
from flows.model import Value
from flows.places import common
from flows.service import Match, ServiceFile

Compile = Callable[[str, str], Expression | None]
"""Compiles a text, if there is one; the second argument says where it stands."""
Side = Literal["of", "with", ""]


@dataclass(frozen=True, slots=True)
class Pairing:
    """What a service says of it, compiled: which cases look for somebody (`of`), which are looked for (`beside`)."""

    plan: Match
    of: Expression | None
    beside: Expression | None
    ability: Mapping[str, Expression]
    cap: Expression | None
    full: Expression | None

    def side(self, route: Mapping[str, str], now: datetime) -> Side:
        """On which side a case is, by its readable facts; nothing when it is on none."""
        values: dict[str, Value] = dict(route)
        if self.of and self.of.truth(values, now=now):
            return "of"
        return "with" if self.beside and self.beside.truth(values, now=now) else ""


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody who may be a match: the answers that count, where, in which language, and the `hours` given already."""

    values: Mapping[str, Value]
    place: str
    language: str
    hours: float = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: the skills, where (the code of a place, or nothing), and the language, if it matters."""

    skills: Collection[str]
    place: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Fit:
    """How well they fit: `near` is the code of the narrowest place that they have in common, `levels` how many levels
    agree, `can` and `lacks` are of the skills that are looked for; `full`: no hours are left, or it is too much."""

    levels: int
    near: str
    can: tuple[str, ...]
    lacks: tuple[str, ...]
    speaks: bool
    full: bool

    @property
    def order(self) -> tuple[bool, bool, int, int, bool]:
        """Who has the ability comes first, of these the nearest; whose hours are full comes last."""
        return self.full, bool(self.lacks), -len(self.can), -self.levels, not self.speaks


def compile_pairing(file: ServiceFile, expression: Compile) -> Pairing | None:
    """Compile it, if the service says who goes with whom. Raises what `expression` raises."""
    plan = file.case.match
    if plan is None:
        return None
    ability = {skill: expression(text, f"case.match.ability.{skill}") for skill, text in plan.ability.items()}
    return Pairing(
        plan,
        expression(plan.of, "case.match.of"),
        expression(plan.beside, "case.match.with"),
        {skill: one for skill, one in ability.items() if one},
        expression(plan.cap, "case.match.cap"),
        expression(plan.full, "case.match.full"),
    )


def fit(pairing: Pairing, wanted: Wanted, helper: Helper, now: datetime) -> Fit:
    """How well somebody fits what is looked for."""
    able = {skill for skill, when in pairing.ability.items() if when.truth(helper.values, now=now)}
    near = common(wanted.place, helper.place)
    return Fit(
        near.count("/"),
        near,
        tuple(one for one in wanted.skills if one in able),
        tuple(one for one in wanted.skills if one in pairing.ability and one not in able),
        wanted.language in ("", helper.language),
        _is_full(pairing, helper, now),
    )


def _is_full(pairing: Pairing, helper: Helper, now: datetime) -> bool:
    if pairing.full and pairing.full.truth(helper.values, now=now):
        return True
    cap = to_number(pairing.cap.evaluate(helper.values, now=now)) if pairing.cap else math.inf
    return helper.hours + pairing.plan.each > cap  # what is no number is no cap: it is compared as false


def expressions_of(pairing: Pairing | None) -> Iterator[tuple[str, Expression]]:
    """Every expression with its place in the file."""
    if pairing is None:
        return
    named = {"of": pairing.of, "with": pairing.beside, "cap": pairing.cap, "full": pairing.full}
    yield from ((f"case.match.{name}", one) for name, one in named.items() if one)
    yield from ((f"case.match.ability.{skill}", one) for skill, one in pairing.ability.items())


def pairing_amiss(pairing: Pairing | None, file: ServiceFile) -> Iterable[tuple[str, str, str]]:
    """What is wrong with it: kind, place in the file, what is to be said about it."""
    if pairing is None:
        return
    plan = pairing.plan
    if bool(plan.of) != bool(plan.beside) or not (plan.of or plan.outings):
        yield "undefined", "case.match", "it needs `of` and `with`, or `outings`"
    if plan.task and plan.task not in [one.task for one in file.case.tasks]:
        yield "undefined", "case.match", f"'{plan.task}' is not a task of this service"
    for name, one in (("of", pairing.of), ("with", pairing.beside)):
        for asked in sorted(one.names - set(file.case.route)) if one else ():
            yield "undefined", f"case.match.{name}", f"${{{asked}}} is not routed, so nobody is found by it"
