"""Tells what kind of message a portal sent, and looks whether a portal's file recognises its own examples."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flows.codes import any_of, find_code
from flows.digits import read_digits
from flows.portal import MessageKind, Portal, Portals

CODE, OTHER = "code", "other"
TELL_A_DATE = ("appointment", "reminder", "answer")
"""The kinds that say when somebody is to be where."""


@dataclass(frozen=True, slots=True)
class PortalFinding:
    """One thing that is wrong with a portal's file."""

    portal: str
    text: str

    def __str__(self) -> str:
        return f"{self.portal}: {self.text}"


def kind_of(text: str, portal: Portal) -> str:
    """`code`, the first of the portal's kinds that this message fits, or `other`."""
    if find_code(text, portal):
        return CODE
    plain = " ".join(read_digits(text).split())
    return next((one.kind for one in portal.messages if _is(plain, one)), OTHER)


def check_portals(portals: Portals) -> list[PortalFinding]:
    """Every example of each portal that is taken for another kind of message than it is one of."""
    return [PortalFinding(portal.portal, text) for portal in portals.values() for text in _mistaken(portal)]


def examples_of(portal: Portal) -> Iterator[tuple[str, str, str]]:
    """Every example of a portal: its kind, its language, its text."""
    kinds = ((CODE, portal.code.examples), *((one.kind, one.examples) for one in portal.messages))
    for kind, examples in kinds:
        for language, texts in examples.items():
            yield from ((kind, language, text) for text in texts)


def _mistaken(portal: Portal) -> Iterator[str]:
    for kind, language, text in examples_of(portal):
        taken = kind_of(text, portal)
        if taken != kind:
            yield f"an example of {kind} in {language} is taken for {taken}: \u201c{text}\u201d"


def _is(plain: str, kind: MessageKind) -> bool:
    if kind.unless and any_of(kind.unless).search(plain):
        return False
    in_words = bool(kind.words) and any_of(kind.words).search(plain) is not None
    return in_words or any(re.search(pattern, plain, re.IGNORECASE) for pattern in kind.patterns)
