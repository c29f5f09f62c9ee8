"""From the tree of an expression to nested functions that evaluate it; what can be decided once is decided here."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from difflib import get_close_matches
from math import inf, isnan

from flows.expressions.convert import Result, from_value, to_text
from flows.expressions.functions import FUNCTIONS, PREPARED, Function, Kind, Prepared
from flows.expressions.operators import Part, Run, Scene, apply, binary
from flows.expressions.parser import Binary, Call, Literal, Negative, Node, Reference, This, parse, wrong

_CHOICE_NAME = "jr:choice-name"


class Compiler:
    """Compiles one expression, and keeps the `names`, `calls` and values `compared` that it meets."""

    def __init__(self, text: str, extra: Collection[str]) -> None:
        self.text = text
        self.extra = extra
        self.names: set[str] = set()
        self.calls: set[str] = set()
        self.compared: set[tuple[str, str]] = set()

    def part(self, node: Node) -> Part:
        """One node and all below it; raises ServiceError for a call that cannot work."""
        match node:
            case Literal(value):
                return Part(lambda scene: value, "text" if isinstance(value, str) else "number")
            case Reference(name):
                self.names.add(name)
                return Part(_reference(name), "text")
            case This():
                return Part(lambda scene: from_value(scene[2]), "text")
            case Negative(operand):
                number = self.part(operand).as_kind("number")
                return Part(lambda scene: -number(scene), "number")
            case Binary("=" | "!=" as sign, Reference(name), Literal(str(value))):
                self.names.add(name)
                self.compared.add((name, value))
                return Part(_is(name, value) if sign == "=" else _is_not(name, value), "truth")
            case Binary(sign, left, right):
                if sign in ("=", "!="):
                    self.compare(left, right)
                return binary(sign, self.part(left), self.part(right))
            case Call():
                self.calls.add(node.name)
                if node.name == "selected":
                    self.compare(*node.arguments)
                return self.call(node)

    def call(self, call: Call) -> Part:
        if function := FUNCTIONS.get(call.name):
            return self.function(call, function)
        if prepared := PREPARED.get(call.name):
            return self.prepared(call, prepared)
        if special := _SPECIALS.get(call.name):
            self.count(call, special.least, special.most)
            return special.build(*map(self.part, call.arguments))
        if call.name == _CHOICE_NAME:
            return self.choice_name(call)
        if call.name in self.extra:
            return _supplied(call.name, [self.part(argument).run for argument in call.arguments])
        raise wrong(self.text, call.at, f"there is no function {call.name}(){self.guess(call.name)}")

    def guess(self, name: str) -> str:
        known = (*FUNCTIONS, *PREPARED, *_SPECIALS, _CHOICE_NAME, *self.extra)
        return "".join(f"; did you mean {match}()?" for match in get_close_matches(name, known, n=1))

    def compare(self, *sides: Node) -> None:
        match sides:
            case (Reference(name), Literal(str(value))) | (Literal(str(value)), Reference(name)):
                self.compared.add((name, value))

    def function(self, call: Call, function: Function) -> Part:
        takes = function.takes
        self.count(call, len(takes) - function.optional, inf if function.repeats else len(takes))
        arguments = call.arguments or ((This(),) if function.of_this else ())
        kinds = takes + takes[-1:] * len(arguments)
        runs = [self.part(argument).as_kind(kind) for argument, kind in zip(arguments, kinds, strict=False)]
        return Part(apply(function.call, runs), function.gives)

    def prepared(self, call: Call, prepared: Prepared) -> Part:
        self.count(call, 2, 2)
        try:
            ready = prepared.prepare(self.quoted(call))
        except ValueError as error:
            raise wrong(self.text, call.at, f"{call.name}(): {error}") from error
        return Part(apply(ready, [self.part(call.arguments[0]).as_kind(prepared.takes)]), prepared.gives)

    def choice_name(self, call: Call) -> Part:
        """`jr:choice-name(value, '${question}')`: the label that the caller has for a value, or the value itself."""
        self.count(call, 2, 2)
        question = parse(self.quoted(call))
        if not isinstance(question, Reference):
            raise wrong(self.text, call.at, f"{_CHOICE_NAME}() takes a question in quotes, '${{name}}'")
        self.names.add(question.name)
        return Part(_choice_name(self.part(call.arguments[0]).as_kind("text"), question.name), "text")

    def quoted(self, call: Call) -> str:
        second = call.arguments[1]
        if isinstance(second, Literal) and isinstance(second.value, str):
            return second.value
        raise wrong(self.text, call.at, f"the second value of {call.name}() must be written out in quotes")

    def count(self, call: Call, least: int, most: float) -> None:
        given = len(call.arguments)
        if not least <= given <= most:
            wanted = f"{least}" if least == most else f"at least {least}" if most == inf else f"{least} or {most}"
            values = "value" if wanted.endswith(" 1") or wanted == "1" else "values"
            raise wrong(self.text, call.at, f"{call.name}() takes {wanted} {values}, not {given}")


def _reference(name: str) -> Run:
    def run(scene: Scene) -> str:
        value = scene[0].get(name)
        return value if isinstance(value, str) else from_value(value)  # spares the call for all but a few

    return run


def _is(name: str, text: str) -> Run:
    """`${name} = 'text'`: most expressions are this, so it is one call instead of four."""

    def run(scene: Scene) -> bool:
        value = scene[0].get(name)
        return (value if isinstance(value, str) else from_value(value)) == text

    return run


def _is_not(name: str, text: str) -> Run:
    equal = _is(name, text)
    return lambda scene: not equal(scene)


def _supplied(name: str, runs: list[Run]) -> Part:
    return Part(lambda scene: scene[3][name](*[run(scene) for run in runs]), "any")


def _choice_name(value: Run, question: str) -> Run:
    def run(scene: Scene) -> str:
        label = scene[3].get(_CHOICE_NAME)
        return to_text(label(value(scene), question)) if label else value(scene)

    return run


def _if(condition: Part, yes: Part, no: Part) -> Part:
    holds, then, otherwise = condition.as_kind("truth"), yes.run, no.run
    return Part(lambda scene: then(scene) if holds(scene) else otherwise(scene), _common(yes, no))


def _coalesce(*parts: Part) -> Part:
    runs = [part.run for part in parts]
    return Part(lambda scene: next((value for run in runs if _given(value := run(scene))), ""), _text_or_any(*parts))


def _once(part: Part) -> Part:
    first = part.run
    return Part(lambda scene: from_value(scene[2]) or first(scene), _text_or_any(part))


def _given(value: Result) -> bool:
    return value != "" and not (isinstance(value, float) and isnan(value))


def _text_or_any(*parts: Part) -> Kind:
    return "text" if _common(*parts) == "text" else "any"


def _common(*parts: Part) -> Kind:
    kinds = {part.kind for part in parts}
    return kinds.pop() if len(kinds) == 1 else "any"


@dataclass(frozen=True, slots=True)
class _Special:
    """A function that looks at the scene, or leaves some of its arguments alone."""

    least: int
    most: float
    build: Callable[..., Part]


_SPECIALS = {
    "if": _Special(3, 3, _if),
    "coalesce": _Special(2, inf, _coalesce),
    "once": _Special(1, 1, _once),
    "today": _Special(0, 0, lambda: Part(lambda scene: scene[1].date(), "date")),
    "now": _Special(0, 0, lambda: Part(lambda scene: scene[1], "date")),
}
