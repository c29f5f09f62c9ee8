"""Expressions over a repeated group: each function that looks at all rounds is written out round by round.

`count(${household})` counts the rounds that there are, `count-if(${household}, ${age} < 5)` those in which something
holds, and `join(', ', ${name})`, `sum(${age})`, `min()` and `max()` take the answer of every round.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flows.expressions.parser import Binary, Call, Literal, Negative, Node, Reference, parse

EACH_ROUND = frozenset({"join", "join-given", "sum", "min", "max", "concat", "coalesce"})
"""Functions that take one argument more for every round of a question that is asked again and again."""


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a group: `exists` is the expression that says so, `names` what its questions are called in it."""

    exists: str
    names: Mapping[str, str]


Rounds = Mapping[str, Sequence[Round]]
"""The rounds of each repeated group, by its name."""


def spread(node: Node, rounds: Rounds) -> Node:
    """The same expression without groups: every look at all rounds is written out."""
    match node:
        case Call("count", (Reference(group),)) if group in rounds:
            return _sum([_once(parse(one.exists), node.at) for one in rounds[group]])
        case Call("count-if", (Reference(group), condition)) if group in rounds:
            each = (Binary("and", parse(one.exists), _renamed(condition, one.names)) for one in rounds[group])
            return _sum([_once(one, node.at) for one in each])
        case Call(name, arguments, at) if name in EACH_ROUND:
            spread_out = tuple(one for argument in arguments for one in _each(argument, rounds))
            return Call("join-given" if name == "join" and len(spread_out) > len(arguments) else name, spread_out, at)
        case Call(name, arguments, at):
            return Call(name, tuple(spread(one, rounds) for one in arguments), at)
        case Binary(operator, left, right):
            return Binary(operator, spread(left, rounds), spread(right, rounds))
        case Negative(operand):
            return Negative(spread(operand, rounds))
        case _:
            return node


def _each(argument: Node, rounds: Rounds) -> list[Node]:
    """A question of a group as one reference for each round; anything else as it is."""
    if isinstance(argument, Reference):
        for group in rounds.values():
            if argument.name in group[0].names:
                return [Reference(one.names[argument.name]) for one in group]
    return [spread(argument, rounds)]


def _renamed(node: Node, names: Mapping[str, str]) -> Node:
    match node:
        case Reference(name):
            return Reference(names.get(name, name))
        case Call(_, arguments, _):
            return replace(node, arguments=tuple(_renamed(one, names) for one in arguments))
        case Binary(operator, left, right):
            return Binary(operator, _renamed(left, names), _renamed(right, names))
        case Negative(operand):
            return Negative(_renamed(operand, names))
        case _:
            return node


def _once(condition: Node, at: int) -> Node:
    return Call("if", (condition, Literal(1.0), Literal(0.0)), at)


def _sum(parts: Sequence[Node]) -> Node:
    whole = parts[0]
    for part in parts[1:]:
        whole = Binary("+", whole, part)
    return whole
