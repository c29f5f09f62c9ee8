"""Says in words when a question is asked, where its `relevant` is simple: for forms that people read on paper."""

from collections.abc import Iterator
from dataclasses import dataclass

from flows.asking import MANNER
from flows.expressions import Expression
from flows.expressions.parser import Binary, Call, Literal, Node, Reference, parse
from flows.language import Words, t
from flows.loader import Asked, Service


@dataclass(frozen=True, slots=True)
class _Test:
    """One comparison: the answer to a question is, or is not, one of these choices."""

    question: str
    is_so: bool
    values: tuple[str, ...]


def condition_in_words(service: Service, asked: Asked, language: str, words: Words) -> str:
    """When a question is asked, by number and choice: "If question 7 is not: None".

    Empty when it is always asked, or when its expression is more than choices joined by `and`, or by `or`.
    """
    return in_words(service, asked.relevant, language, words) if asked.relevant else ""


def in_words(service: Service, expression: Expression, language: str, words: Words) -> str:
    """An expression over choices, as above; empty when it is more than that."""
    tree = parse(expression.text)
    sign = tree.operator if isinstance(tree, Binary) and tree.operator == "or" else "and"
    said = [node for node in _joined(tree, sign) if not (sign == "or" and _about_manner(node))]
    tests = [_test(node) for node in said]
    parts = [_said(service, test, language, words) for test in _merged(tests, sign)]
    if not all(parts):
        return ""
    condition = parts[0]
    for part in parts[1:]:
        both = t("{one}, or {other}") if sign == "or" else t("{one}, and {other}")
        condition = words.t(both, one=condition, other=part)
    return words.t(t("If {condition}"), condition=condition)


def _joined(node: Node, sign: str) -> Iterator[Node]:
    """The parts that a sign joins: of `a and b and c` the three."""
    if isinstance(node, Binary) and node.operator == sign:
        yield from _joined(node.left, sign)
        yield from _joined(node.right, sign)
    else:
        yield node


def _about_manner(node: Node) -> bool:
    """Whether a part speaks of the way in which she writes: on paper she does not."""
    match node:
        case Binary(_, left, right):
            return _about_manner(left) or _about_manner(right)
        case Reference(name):
            return name == MANNER
        case _:
            return False


def _test(node: Node) -> _Test | None:
    match node:
        case Binary("=" | "!=" as sign, Reference(name), Literal(str(value))):
            return _Test(name, sign == "=", (value,))
        case Call("selected", (Reference(name), Literal(str(value)))):
            return _Test(name, True, (value,))
        case Call("not", (Call("selected", (Reference(name), Literal(str(value)))),)):
            return _Test(name, False, (value,))
    return None


def _merged(tests: list[_Test | None], sign: str) -> list[_Test | None]:
    """The same with "is one or is the other", and "is not the one and is not the other", said once."""
    merged: list[_Test | None] = []
    for test in tests:
        last = merged[-1] if merged else None
        same = test and last and (test.question, test.is_so) == (last.question, last.is_so)
        if test and last and same and test.is_so == (sign == "or"):
            merged[-1] = _Test(test.question, test.is_so, last.values + test.values)
        else:
            merged.append(test)
    return merged


def _said(service: Service, test: _Test | None, language: str, words: Words) -> str:
    asked = service.by_name.get(test.question) if test else None
    if test is None or asked is None:
        return ""
    labels = {option.value: option.label for option in asked.prompts[language].options}
    if not labels.keys() >= set(test.values):
        return ""
    source = t("question {number} is: {answer}") if test.is_so else t("question {number} is not: {answer}")
    answer = " / ".join(labels[value] for value in test.values)
    return words.t(source, number=service.number_of(asked), answer=answer)
