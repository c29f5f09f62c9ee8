"""What authors and callers can rely on when they write and evaluate expressions."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from flows.errors import ServiceError
from flows.expressions import Result, compile_expression

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "answer", "holds"),
    [
        (". >= 18", "17", False),
        (".>=18", "18", True),
        (". <= today()", "2026-11-25", False),
        ("selected(., 'none') and count-selected(.) > 1", ("none", "fever"), True),
        ("string-length() = 3", "abc", True),
        ("normalize-space() = 'a b'", " a  b ", True),
        ("once('first') = 'kept'", "kept", True),
        ("once('first') = 'first'", None, True),
        ("regex(., '\\+?[0-9]{8,15}')", "+96170123456", True),
    ],
)
def test_a_dot_is_the_answer_being_checked(text: str, answer: str | tuple[str, ...] | None, holds: bool) -> None:
    assert compile_expression(text).truth({}, now=NOW, this=answer) is holds


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("''", False),
        ("'0'", True),
        ("'false'", True),
        ("0", False),
        ("0.5", True),
        ("0 div 0", False),
        ("today()", True),
    ],
)
def test_truth_follows_xpath(text: str, holds: bool) -> None:
    assert compile_expression(text).truth({}, now=NOW) is holds


def test_today_is_the_day_in_the_zone_of_now() -> None:
    late = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    beirut = timezone(timedelta(hours=2))
    today = compile_expression("today()")
    assert today.evaluate({}, now=late) == date(2026, 11, 24)
    assert today.evaluate({}, now=late.astimezone(beirut)) == date(2026, 11, 25)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("‘none’", "none"),
        ("“none”", "none"),
        ("'none’", "none"),
        ("selected(‘none’, ’none’)", True),
        ("'l’hôpital'", "l’hôpital"),
        ("\"she said 'no'\"", "she said 'no'"),
        ("'a “b” c'", "a “b” c"),
        ("1\u00a0+\n1", 2.0),
    ],
)
def test_quotes_and_blanks_may_come_from_excel(text: str, value: Result) -> None:
    assert compile_expression(text).evaluate({}, now=NOW) == value


def test_an_expression_tells_which_questions_and_functions_it_uses() -> None:
    expression = compile_expression("if(${a} = 'x', jr:choice-name(${b}, '${c}'), lent_or(${a}))", extra={"lent_or"})
    assert expression.names == {"a", "b", "c"}
    assert expression.calls == {"if", "jr:choice-name", "lent_or"}


def test_an_expression_tells_which_texts_it_compares_answers_with() -> None:
    expression = compile_expression("${a} = 'x' and 'y' != ${b} or selected(${c}, 'z') or ${d} > 'w' or ${e} = 1")
    assert expression.compared == {("a", "x"), ("b", "y"), ("c", "z")}


def test_the_caller_supplies_functions() -> None:
    labels = {("district", "akkar"): "Akkâr"}
    functions = {
        "jr:choice-name": lambda value, question: labels[question, value],
        "lent_or": lambda own: own or "+96181000001",
    }
    values = {"where": "akkar", "phone": None}
    expression = compile_expression(
        "concat(jr:choice-name(${where}, '${district}'), ' ', lent_or(${phone}))", ["lent_or"]
    )
    assert expression.evaluate(values, now=NOW, functions=functions) == "Akkâr +96181000001"


def test_without_labels_a_choice_keeps_its_value() -> None:
    expression = compile_expression("jr:choice-name(${where}, '${where}')")
    assert expression.evaluate({"where": "akkar"}, now=NOW) == "akkar"


def test_only_the_branch_that_holds_is_evaluated() -> None:
    def forbidden() -> Result:
        raise AssertionError

    expression = compile_expression(
        "if(true(), 1, never()) = 1 and (true() or never()) and coalesce('a', never())", ["never"]
    )
    assert expression.truth({}, now=NOW, functions={"never": forbidden})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the expression is empty (character 1 of: )"),
        ("   ", "the expression is empty (character 1 of:    )"),
        ("1 +", "something is missing at the end (character 4 of: 1 +)"),
        (
            "papers = 'none'",
            "papers does not fit here: write ${papers} for an answer, 'papers' for a text (character 1 ",
        ),
        ("${papers} = none", "none does not fit here: write ${none} for an answer, 'none' for a text (character 13 "),
        ("${papers} = 'none", "this quote is never closed (character 13 "),
        ("${papers} == 'none'", "= does not fit here (character 12 "),
        ("${my papers} = 'none'", "$ does not fit here: a question is written ${name}, without blanks"),
        ("${a} && ${b}", "&& does not fit here: write and (character 6 "),
        ("${a} &gt;= 3", "& does not fit here: if this came from a web page"),
        ("${a} / 2", "/ does not fit here: there are no paths"),
        ("../a = 1", ".. does not fit here: there are no groups"),
        ("${a} and or ${b}", "or does not fit here (character 10 "),
        ("(1 + 2", ") is missing (character 7 "),
        ("selected(${a} 'b')", ", is missing (character 15 "),
        ("1 2", "2 does not fit here (character 3 "),
        ("${a} ${b}", "${b} does not fit here (character 6 "),
        ("a b c ؟", "؟ does not fit here (character 7 "),
        ("selected(${a})", "selected() takes 2 values, not 1 (character 1 "),
        ("1 + round()", "round() takes 1 or 2 values, not 0 (character 5 "),
        ("concat()", "concat() takes at least 1 value, not 0"),
        ("string-length(1, 2)", "string-length() takes 0 or 1 value, not 2"),
        ("today(1)", "today() takes 0 values, not 1"),
        ("if(1, 2)", "if() takes 3 values, not 2"),
        ("slected(${a}, 'b')", "there is no function slected(); did you mean selected()? (character 1 "),
        ("random()", "there is no function random() (character 1 "),
        ("lent_or(1)", "there is no function lent_or()"),
        ("regex(., '[a')", "regex(): the pattern cannot be read: unterminated character set at position 0"),
        ("regex(., '[[:alpha:]]')", "regex(): the pattern cannot be read: Possible nested set"),
        ("regex(., ${a})", "the second value of regex() must be written out in quotes"),
        ("format-date(., '%d.%Q')", "format-date(): %Q means nothing in the format of a date"),
        ("format-date(., '%')", "format-date(): % means nothing"),
        ("jr:choice-name(., 'a')", "a does not fit here: write ${a} for an answer"),
        ("jr:choice-name(., '1')", "jr:choice-name() takes a question in quotes, '${name}' (character 1 "),
    ],
)
def test_a_mistake_is_reported_in_the_authors_words(text: str, message: str) -> None:
    with pytest.raises(ServiceError) as error:
        compile_expression(text)
    assert error.value.message.startswith(message)
