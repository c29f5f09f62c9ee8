"""The queue narrowed to one routing field, such as a district: what can be chosen, and which cases have it.

Only what a service routes and asks from a list can be chosen, never words of hers: it stands in the page's address.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from api.console.shown import question_title
from api.desk.labels import in_words
from api.desk.queue import QueueEntry
from flows.loader import Library
from flows.routed import holds, values_in

Choices = list[tuple[str, list[tuple[str, str]]]]
"""By the short name of the question: what can be chosen, with its words in the reader's language."""


@dataclass(frozen=True, slots=True)
class RoutingFields:
    """What the queue can be narrowed to; `chosen` is one of the choices (`district.metn`), or nothing."""

    choices: Choices
    chosen: str


def fields_in(library: Library, entries: Iterable[QueueEntry], only: str, reader: str) -> RoutingFields:
    """The routing fields of the cases that wait; what was chosen stays among them when the last such case was taken."""
    groups: dict[str, dict[str, tuple[str, str]]] = {}
    for service, name, value in (*_found(library, entries), *_meant(library, only)):
        asked = library.services[service].by_name[name]
        title = question_title(library, service, name, reader)
        groups.setdefault(name, {}).setdefault(f"{name}.{value}", (title, in_words(library, asked, value, reader)))
    choices = [
        (
            next(iter(group.values()))[0],
            sorted(((code, words) for code, (_, words) in group.items()), key=lambda one: one[1]),
        )
        for group in groups.values()
    ]
    return RoutingFields(choices, only if any(only in group for group in groups.values()) else "")


def has(entry: QueueEntry, only: str) -> bool:
    """Whether a case has a routing field with this value; every case has nothing."""
    name, _, value = only.partition(".")
    return not only or holds(entry.route, name, value)


def _found(library: Library, entries: Iterable[QueueEntry]) -> Iterator[tuple[str, str, str]]:
    for entry in entries:
        known = library.services.get(entry.service)
        for name, field in entry.route.items() if known else ():
            if known and name in known.by_name:
                yield from ((entry.service, name, value) for value in values_in(field))


def _meant(library: Library, only: str) -> Iterator[tuple[str, str, str]]:
    """What an address says, in the first service that routes such a field and has words for it."""
    name, _, value = only.partition(".")
    for known in library.services.values():
        asked = known.by_name.get(name) if name in known.file.case.route else None
        if asked and value and in_words(library, asked, value, "en") != value:
            yield known.name, name, value
            return
