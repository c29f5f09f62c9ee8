"""A checklist: what a case gathers for weeks, and which of it is still to be had.

Which items are open is a readable fact of the case (`route`), so that she can be asked for them without anybody
opening her answers; it is a list of questions' names and says nothing of what she answered.
"""

from collections.abc import Mapping
from dataclasses import replace

from flows import planning
from flows.loader import Library, Service
from flows.model import Answer, OpenList, Value

CHECKLIST = planning.CHECKLIST
"""The name of this fact among those that are routed: no question has it."""


def open_items(service: Service, relevant: Mapping[str, Value], asked_of_her: frozenset[str]) -> tuple[str, ...]:
    """The items that are still to be had: without an answer, or with one of those that say so.

    `relevant` are the answers that count, `asked_of_her` the questions that go with them, answered or not.
    """
    checklist = service.rules.checklist
    if checklist is None:
        return ()
    items = (one for one in checklist.items if one in asked_of_her)
    return tuple(one for one in items if relevant.get(one) is None or relevant[one] in checklist.open)


def is_open(service: Service, item: str, answer: Answer) -> bool | None:
    """Whether an item is still to be had after this answer; None: it is no item of the checklist."""
    checklist = service.rules.checklist
    if checklist is None or item not in checklist.items:
        return None
    return answer.media is None and (answer.value is None or answer.value in checklist.open)


def changed(lists: tuple[OpenList, ...], reference: str, item: str, *, still_open: bool) -> tuple[OpenList, ...]:
    """The lists after an item of one of them was answered; a list with nothing open is no more."""
    found = []
    for one in lists:
        left = (
            tuple(name for name in one.items if name != item or still_open) if one.reference == reference else one.items
        )
        found.append(replace(one, items=left))
    return tuple(one for one in found if one.items)


def list_in(library: Library, reference: str, service: str, route: Mapping[str, str], language: str) -> OpenList | None:
    """The checklist that a case's readable facts tell of; None when nothing is open, or the service has none now."""
    known = library.services.get(service)
    checklist = known.rules.checklist if known else None
    items = tuple(one for one in route.get(CHECKLIST, "").split() if checklist and one in checklist.items)
    return OpenList(reference, service, items, language) if items else None


def route_with(route: Mapping[str, str], item: str, *, still_open: bool) -> dict[str, str]:
    """A case's readable facts after an item was answered."""
    left = [one for one in route.get(CHECKLIST, "").split() if one != item] + ([item] if still_open else [])
    return {name: value for name, value in route.items() if name != CHECKLIST} | (
        {CHECKLIST: " ".join(left)} if left else {}
    )
