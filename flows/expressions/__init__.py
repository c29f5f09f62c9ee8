"""The expression language of ODK forms (`relevant`, `constraint`, `calculate`), compiled once and evaluated often."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from flows.expressions.compiler import Compiler
from flows.expressions.convert import Result
from flows.expressions.operators import Scene
from flows.expressions.parser import parse
from flows.model import Value

__all__ = ["Expression", "Result", "compile_expression"]

_NO_FUNCTIONS: Mapping[str, Callable[..., Result]] = {}


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression, ready to be evaluated; two are equal when their text is.

    `names` are the questions that it refers to (`${name}`), `calls` the functions that it uses. Nothing that a person
    answered can make it raise: what cannot be converted is NaN as a number and the empty text as a date, and
    comparing either gives false.
    """

    text: str
    names: frozenset[str] = field(compare=False)
    calls: frozenset[str] = field(compare=False)
    _run: Callable[[Scene], Result] = field(compare=False, repr=False)
    _holds: Callable[[Scene], bool] = field(compare=False, repr=False)

    def evaluate(
        self,
        values: Mapping[str, Value],
        *,
        now: datetime,
        this: Value = None,
        functions: Mapping[str, Callable[..., Result]] | None = None,
    ) -> Result:
        """Its value, given the answers so far.

        A name without an answer is the empty text. `now` is aware; today() is the date in its zone. `this` is the
        answer that `.` stands for. `functions` holds each function that was named as `extra` when this was compiled
        (one that is missing is a KeyError), and may hold `jr:choice-name(value, question) -> label`.
        """
        return self._run((values, now, this, functions or _NO_FUNCTIONS))

    def truth(
        self,
        values: Mapping[str, Value],
        *,
        now: datetime,
        this: Value = None,
        functions: Mapping[str, Callable[..., Result]] | None = None,
    ) -> bool:
        """Whether it holds: its value by XPath's rules, by which empty text, zero and NaN are false. See evaluate()."""
        return self._holds((values, now, this, functions or _NO_FUNCTIONS))


def compile_expression(text: str, extra: Collection[str] = ()) -> Expression:
    """Compiles the text that an author wrote; `extra` names functions that the caller will supply.

    Raises ServiceError, saying what is wrong and at which character.
    """
    compiler = Compiler(text, extra)
    part = compiler.part(parse(text))
    names, calls = frozenset(compiler.names), frozenset(compiler.calls)
    return Expression(text, names, calls, part.run, part.as_kind("truth"))
