"""What a case still lacks before it can go where its service sends it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from flows.amending import Whose, asked_of_her
from flows.consent import covers
from flows.loader import Library, Service

What = Literal["answer", "consent", "refused"]


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is missing: an `answer`, a `consent` that was not given yet, or one that she `refused`."""

    what: What
    question: str


def missing(library: Library, whose: Whose, now: datetime) -> tuple[Missing, ...]:
    """The questions that are asked of her, that some export reads, and that have no answer; then the consents.

    What she left out where she may is not missing, nor a recording that nobody typed in yet.
    """
    service = library.services.get(whose.service)
    if service is None:
        return ()
    asked = asked_of_her(library, whose, now)
    return (*_answers(service, whose, asked), *_consents(service, whose, asked))


def _answers(service: Service, whose: Whose, asked: tuple[str, ...]) -> Iterator[Missing]:
    needed = {name for columns in service.columns.values() for one in columns.values() for name in one.names}
    for name in asked:
        answer = whose.answers.get(name)
        left_out = answer is not None and (service.by_name[name].question.optional or answer.media is not None)
        if name in needed and not left_out and (answer is None or answer.value is None):
            yield Missing("answer", name)


def _consents(service: Service, whose: Whose, asked: tuple[str, ...]) -> Iterator[Missing]:
    for name in dict.fromkeys(export.consent for export in service.file.exports.values()):
        answer = whose.answers.get(name)
        if name not in asked or (answer and covers(service, name, answer)):
            continue
        yield Missing("refused" if answer and answer.value == "no" else "consent", name)
