"""From the text of an expression to its tree: the operators of XPath 1.0 and `${name}`, by operator precedence."""

import re
from dataclasses import dataclass

from flows.errors import ServiceError


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, or a text in quotes."""

    value: str | float


@dataclass(frozen=True, slots=True)
class Reference:
    """`${name}`: the answer to another question."""

    name: str


@dataclass(frozen=True, slots=True)
class This:
    """`.`: the answer that is being looked at."""


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments; `at` is where its name stands."""

    name: str
    arguments: tuple["Node", ...]
    at: int


@dataclass(frozen=True, slots=True)
class Negative:
    """A minus sign before a value."""

    operand: "Node"


@dataclass(frozen=True, slots=True)
class Binary:
    """An operator between two values."""

    operator: str
    left: "Node"
    right: "Node"


Node = Literal | Reference | This | Call | Negative | Binary

_LEVELS = (("or",), ("and",), ("=", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "div", "mod"))
_POWERS = {operator: power for power, level in enumerate(_LEVELS, start=1) for operator in level}
_MINUS = len(_LEVELS) + 1
_DEEPEST = 150  # operators and brackets inside each other: far below what Python's stack can carry

_QUOTES = "'\"‘’“”"
_NAME = r"[^\W\d][\w.-]*"
_TOKEN = re.compile(
    rf"""(?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)
    | ['‘’](?P<single>(?:[^'‘’]|[‘’](?=\w))*)['‘’]   # Excel curls the quotes that authors type; but a curly one
    | ["“”](?P<double>(?:[^"“”]|[“”](?=\w))*)["“”]   # before a letter is an apostrophe, or opens a quotation
    | \$\{{\s*(?P<reference>{_NAME})\s*\}}
    | (?P<name>{_NAME}(?::{_NAME})?)
    | (?P<sign><=|>=|!=|[-+*=<>(),]|\.(?!\.))""",
    re.VERBOSE,
)
_BLANK = re.compile(r"\s*")
_HINTS = {
    "&&": "write and",
    "||": "write or",
    "&": "if this came from a web page, write <, > or = as they are",
    "..": "there are no groups to look into, write ${name}",
    "/": "there are no paths; write ${name} for an answer, div to divide",
    "$": "a question is written ${name}, without blanks in its name",
}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def wrong(text: str, at: int, problem: str) -> ServiceError:
    """The error to raise: what is wrong with the expression `text`, and at which character (counted from 1)."""
    return ServiceError(f"{problem} (character {at + 1} of: {text})")


def parse(text: str) -> Node:
    """The tree of an expression; raises ServiceError at the first thing that does not fit."""
    return _Parser(text).whole()


def _tokens(text: str) -> list[_Token]:
    tokens = []
    at = _skip(text, 0)
    while match := _TOKEN.match(text, at):
        kind = match.lastgroup or ""
        tokens.append(_Token(kind, match[kind], at))
        at = _skip(text, match.end())
    if at < len(text):
        raise wrong(text, at, _misfit(text, at))
    return [*tokens, _Token("end", "", at)]


def _skip(text: str, at: int) -> int:
    blank = _BLANK.match(text, at)
    return blank.end() if blank else at


def _misfit(text: str, at: int) -> str:
    if text[at] in _QUOTES:
        return "this quote is never closed"
    hints = (f"{start} does not fit here: {hint}" for start, hint in _HINTS.items() if text.startswith(start, at))
    return next(hints, f"{text[at]} does not fit here")


class _Parser:
    """Reads the tokens once, from left to right; `depth` is never less than the depth of the tree so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.next = 0
        self.depth = 0

    @property
    def here(self) -> _Token:
        return self.tokens[self.next]

    def whole(self) -> Node:
        if self.here.kind == "end":
            raise wrong(self.text, 0, "the expression is empty")
        node = self.expression(0)
        if self.here.kind != "end":
            raise self.misplaced()
        return node

    def expression(self, power: int) -> Node:
        """What stands here, up to the first operator that binds no tighter than `power`."""
        outside = self.depth
        self.deepen()
        node = self.operand()
        while (binds := self.binds()) > power:
            self.deepen()
            operator = self.take().text
            node = Binary(operator, node, self.expression(binds))
        self.depth = outside
        return node

    def operand(self) -> Node:
        match self.here.kind:
            case "number":
                return Literal(float(self.take().text))
            case "single" | "double":
                return Literal(self.take().text)
            case "reference":
                return Reference(self.take().text)
            case "name":
                return self.call()
        return self.signed()

    def signed(self) -> Node:
        if self.passes("."):
            return This()
        if self.passes("-"):
            return Negative(self.expression(_MINUS))
        if self.passes("("):
            node = self.expression(0)
            self.expect(")")
            return node
        raise self.misplaced()

    def call(self) -> Call:
        name = self.take()
        if name.text in _POWERS or not self.passes("("):
            self.next -= 1
            raise self.misplaced()
        arguments: list[Node] = []
        while not self.passes(")"):
            if arguments:
                self.expect(",")
            arguments.append(self.expression(0))
        return Call(name.text, tuple(arguments), name.at)

    def binds(self) -> int:
        return _POWERS.get(self.here.text, 0) if self.here.kind in ("name", "sign") else 0

    def take(self) -> _Token:
        token = self.here
        self.next += 1
        return token

    def passes(self, sign: str) -> bool:
        found = self.here.kind == "sign" and self.here.text == sign
        self.next += found
        return found

    def expect(self, sign: str) -> None:
        if not self.passes(sign):
            raise self.misplaced(f"{sign} is missing")

    def deepen(self) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            problem = "too much in one expression: calculate a part of it in a question of its own"
            raise wrong(self.text, self.here.at, problem)

    def misplaced(self, problem: str = "") -> ServiceError:
        token = self.here
        if problem or token.kind == "end":
            problem = problem or "something is missing at the end"
        elif token.kind == "name" and token.text not in _POWERS:
            problem = (
                f"{token.text} does not fit here: write ${{{token.text}}} for an answer, '{token.text}' for a text"
            )
        elif token.kind == "reference":
            problem = f"${{{token.text}}} does not fit here"
        return wrong(self.text, token.at, problem or f"{token.text} does not fit here")
