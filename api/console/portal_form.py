"""The answers of a case in the order in which a portal asks for them, to be copied one after the other."""

from collections.abc import Iterator
from dataclasses import dataclass

from api.desk.caseview import CaseView
from flows.loader import Library
from flows.portal import Portal


@dataclass(frozen=True, slots=True)
class PortalField:
    """One field of a portal's form: the title of its question, and what to type there, nothing while it is not known.

    `ours` says that it is a number or an address of ours; `hidden` that it is known and was not asked for.
    """

    name: str
    title: str
    value: str
    ours: bool = False
    hidden: bool = False


def portal_form(library: Library, case: CaseView, portal: Portal | None, reader: str) -> tuple[PortalField, ...]:
    """What to type into the portal, in its order and in the reader's language. Empty for a portal that is not known."""
    return tuple(_fields(library, case, portal, reader)) if portal else ()


def _fields(library: Library, case: CaseView, portal: Portal, reader: str) -> Iterator[PortalField]:
    service = library.services.get(case.service)
    answers = {answer.name: answer for answer in case.answers}
    lent = {"phone": case.lease.number if case.lease else "", "email": case.mail.address or ""}
    for name in portal.asks:
        asked = service.by_name.get(name) if service else None
        if asked is None:
            continue
        prompt = asked.prompts.get(reader) or next(iter(asked.prompts.values()))
        ours = lent.get(asked.question.type, "")
        answer = answers.get(name)
        value = ours or (answer.value if answer else "")
        yield PortalField(name, prompt.title, value, bool(ours), bool(answer and answer.hidden and not ours))
