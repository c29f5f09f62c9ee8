"""Whatever an author writes, it compiles or is a ServiceError; whatever a person answers, an expression has a value."""

from datetime import UTC, date, datetime
from math import isnan

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flows.errors import ServiceError
from flows.expressions import compile_expression
from flows.expressions.convert import to_number, to_text
from flows.expressions.functions import FUNCTIONS
from flows.model import Value

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)

# Texts that look like numbers, dates and moments are where conversions go wrong, so they come often.
TRICKY = "0 - . , -.5 1,5 1e9 NaN ٣ 1992 1992-05 0000 9999-12-31 2026-02-30 99999999 2026-11-24T25:00 2026-11-24Tx"
EDGES = ["", "9" * 400, "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
texts = st.one_of(
    st.sampled_from(TRICKY.split() + EDGES),
    st.text(max_size=8),
    st.floats().map(str),
    st.dates().map(str),
    st.datetimes().map(datetime.isoformat),
)
values: st.SearchStrategy[Value] = st.one_of(st.none(), texts, st.lists(st.sampled_from(["food", "rent"])).map(tuple))

PIECES = "${a} . 1 'x' '1992' ( ) , + - * div or = != < >= selected( if( today() round( regex( '[' ’ “ $ { } & .. :"
scraps = st.lists(st.sampled_from(PIECES.split()), max_size=30).map(" ".join)

ARITIES = {
    name: (len(known.takes) - known.optional, len(known.takes) + known.repeats) for name, known in FUNCTIONS.items()
}
ARITIES |= {"if": (3, 3), "coalesce": (2, 3), "once": (1, 1), "today": (0, 0), "now": (0, 0)}
WRITTEN_OUT = {"regex": "[0-9]+", "format-date": "%a %e %b %y %n %h %H:%M:%S.%3", "format-date-time": "%d/%m/%Y"}


def calls(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def call(name: str) -> st.SearchStrategy[str]:
        if name in WRITTEN_OUT:
            return inside.map(lambda argument: f"{name}({argument}, '{WRITTEN_OUT[name]}')")
        least, most = ARITIES[name]
        return st.lists(inside, min_size=least, max_size=most).map(lambda given: f"{name}({', '.join(given)})")

    return st.sampled_from([*ARITIES, *WRITTEN_OUT]).flatmap(call)


def operations(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    signs = st.sampled_from(["or", "and", "=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "div", "mod"])
    return st.tuples(inside, signs, inside).map(" ".join).map("({})".format) | inside.map("-{}".format)


quoted = texts.filter(lambda text: not set("'‘’") & set(text)).map("'{}'".format)
plain = st.sampled_from(["${a}", "${b}", "${c}", ".", "0", "1.5", "today()", "now()", "true()"])
leaves = plain | st.integers(0, 10**20).map(str) | quoted
sound = st.recursive(leaves, lambda inside: calls(inside) | operations(inside), max_leaves=20)


@given(st.text() | scraps)
@settings(deadline=None)
def test_any_text_compiles_or_is_a_service_error(text: str) -> None:
    try:
        compile_expression(text)
    except ServiceError as error:
        assert error.message.endswith(f" of: {text})")  # noqa: PT017 (either outcome is right)


LONG = 20_000


@pytest.mark.parametrize(
    "text",
    [
        "(" * LONG,
        "1" + "+1" * LONG,
        "- " * LONG + "1",
        "not(" * LONG,
        "'a" + "’b" * LONG,
        "regex(., '" + "(" * LONG + ")" * LONG + "')",
    ],
    ids=("brackets", "sum", "signs", "calls", "quotes", "pattern"),
)
def test_an_absurdly_long_text_is_a_service_error(text: str) -> None:
    with pytest.raises(ServiceError):
        compile_expression(text)


@given(sound, st.dictionaries(st.sampled_from("abc"), values), values)
@example("decimal-date-time(${a}) - now()", {"a": "0001-01-01T00:00:00+14:00"}, None)
@example("1" + " - ${a}" * 140, {"a": "2026-11-24"}, None)
@example("not(" * 140 + "." + ")" * 140, {}, "")
@settings(max_examples=150, deadline=None)
def test_a_sound_expression_has_a_value_for_all_answers(text: str, answers: dict[str, Value], this: Value) -> None:
    expression = compile_expression(text)
    value = expression.evaluate(answers, now=NOW, this=this)
    assert isinstance(value, str | float | bool | date)
    assert isinstance(to_text(value), str)
    assert isinstance(expression.truth(answers, now=NOW, this=this), bool)


@given(st.floats(allow_infinity=False))
@settings(deadline=None)
def test_a_number_survives_being_kept_as_text(number: float) -> None:
    kept = to_number(to_text(number))
    assert isnan(kept) if isnan(number) else abs(kept - number) < 1e-12


@given(st.dates(), st.dates())
@settings(deadline=None)
def test_dates_compare_as_the_calendar_does(first: date, second: date) -> None:
    answers = {"a": first.isoformat(), "b": second.isoformat()}
    for sign, holds in (("<", first < second), (">=", first >= second), ("=", first == second)):
        assert compile_expression(f"${{a}} {sign} ${{b}}").truth(answers, now=NOW) is holds
        assert compile_expression(f"date(${{a}}) {sign} ${{b}}").truth(answers, now=NOW) is holds
