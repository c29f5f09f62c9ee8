"""How an answer stands readable beside its sealed case: as one text, several values with a blank between them."""

from collections.abc import Mapping

from flows.asking import MANNER
from flows.checklists import CHECKLIST
from flows.loader import Service
from flows.model import Answer, Manner, Value
from flows.rules import OUTCOME


def fact_of(value: Value) -> str:
    """The text of an answer; nothing for one that was left out."""
    return value or "" if not isinstance(value, tuple) else " ".join(value)


def values_in(fact: str) -> tuple[str, ...]:
    """The values of such a text."""
    return tuple(fact.split())


def engine_facts(route: Mapping[str, str], manner: Manner) -> dict[str, Answer]:
    """What expressions may name besides questions, as answers: how she writes, and what hers led to (as routed)."""
    led_to = {OUTCOME: Answer(route[OUTCOME])} if OUTCOME in route else {}
    return {MANNER: Answer(manner), **led_to}


def values_of(service: Service, route: Mapping[str, str], manner: Manner) -> dict[str, Value]:
    """What is readable of a case, as an expression sees it; the open items of its checklist are several."""
    several = {name for name, one in service.by_name.items() if one.question.type == "many"} | {CHECKLIST}
    facts: dict[str, Value] = {name: values_in(fact) if name in several else fact for name, fact in route.items()}
    return {**facts, MANNER: manner}


def holds(route: Mapping[str, str], name: str, value: str) -> bool:
    """Whether a case's readable facts say that this was answered, alone or among others."""
    return value in values_in(route.get(name, ""))
