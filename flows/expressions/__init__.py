"""The expression language of ODK forms (`relevant`, `constraint`, `calculate`), compiled once and evaluated often.

The language is XPath 1.0's with `${name}` and ODK's functions; where ODK's documents are silent, JavaRosa decides. What
is different here, on purpose:

- A date may be partial (`1992`). It compares and counts by its first day, but is never written out as if that were so.
- What cannot be converted stops nothing: it is NaN as a number and the empty text as a date, and is neither equal to
  anything nor less nor more.
- Patterns of regex() and formats of format-date() are written out in quotes, so that they are checked beforehand and no
  answer can become a pattern.
- Repeated groups are written out beforehand (`rounds.py`): count(), count-if(), sum(), join() over all rounds.
- Nothing that needs other files or chance: no paths, instance(), random(), uuid().
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from flows.expressions.compiler import Compiler
from flows.expressions.convert import Result
from flows.expressions.operators import Scene
from flows.expressions.parser import parse
from flows.expressions.rounds import Rounds, spread
from flows.model import Value

__all__ = ["Expression", "Result", "Scene", "compile_expression", "scene_of"]

_NO_FUNCTIONS: Mapping[str, Callable[..., Result]] = {}
_NO_ROUNDS: Rounds = {}


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression, ready to be evaluated; two are equal when their text is.

    `names` are the questions that it refers to (`${name}`), `calls` the functions that it uses, `compared` the pairs of
    a question and a text that one is compared with (`=`, `!=`, `selected()`), so that a choice that does not exist can
    be found out. `holds` is `truth` for those who look at many expressions in one scene. No answer can make an
    expression raise.
    """

    text: str
    names: frozenset[str] = field(compare=False)
    calls: frozenset[str] = field(compare=False)
    compared: frozenset[tuple[str, str]] = field(compare=False)
    _run: Callable[[Scene], Result] = field(compare=False, repr=False)
    holds: Callable[[Scene], bool] = field(compare=False, repr=False)

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
        return self.holds((values, now, this, functions or _NO_FUNCTIONS))


def scene_of(values: Mapping[str, Value], now: datetime) -> Scene:
    """What expressions look at, given the answers so far, which may still change, and an aware time."""
    return values, now, None, _NO_FUNCTIONS


def compile_expression(text: str, extra: Collection[str] = (), rounds: Rounds = _NO_ROUNDS) -> Expression:
    """Compiles the text that an author wrote; `extra` names functions that the caller will supply.

    `rounds` are those of the groups that the service asks again and again. Raises ServiceError, saying what is wrong
    and at which character.
    """
    compiler = Compiler(text, extra)
    tree = parse(text)
    part = compiler.part(spread(tree, rounds) if rounds else tree)
    return Expression(
        text=text,
        names=frozenset(compiler.names),
        calls=frozenset(compiler.calls),
        compared=frozenset(compiler.compared),
        _run=part.run,
        holds=part.as_kind("truth"),
    )
