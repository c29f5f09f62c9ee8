"""How an answer stands readable beside its sealed case: as one text, several values with a blank between them."""

from collections.abc import Mapping

from flows.model import Value


def fact_of(value: Value) -> str:
    """The text of an answer; nothing for one that was left out."""
    return value or "" if not isinstance(value, tuple) else " ".join(value)


def values_in(fact: str) -> tuple[str, ...]:
    """The values of such a text."""
    return tuple(fact.split())


def holds(route: Mapping[str, str], name: str, value: str) -> bool:
    """Whether a case's readable facts say that this was answered, alone or among others."""
    return value in values_in(route.get(name, ""))
