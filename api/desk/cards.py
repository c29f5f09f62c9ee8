"""Cards of a service that a volunteer sends to the worker of a case, in her language and within what she allowed."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from api.desk.caseview import CaseView
from api.desk.conversation import chat_of, send
from api.desk.wishes import Ways
from api.errors import Refused
from api.keys.vault import Vault
from api.staff import audit
from api.staff.people import Viewer
from flows.conversation.cards import card_text
from flows.loader import Library
from flows.model import Reply


@dataclass(frozen=True, slots=True)
class Sendable:
    """A card that can be sent: its name, its title and its text in the reader's language; `offered`: it fits now."""

    card: str
    title: str
    text: str
    offered: bool


def cards_for(library: Library, case: CaseView, reader: str) -> tuple[Sendable, ...]:
    """The cards of a case's service, those that fit its answers first."""
    service = library.services.get(case.service)
    if service is None:
        return ()
    found, fitting = [], {one.card for one in case.offers}
    for name in service.rules.cards:
        title, _, text = card_text(library, service, name, reader).partition("\n")
        found.append(Sendable(name, title, text, name in fitting))
    return tuple(sorted(found, key=lambda one: not one.offered))


def send_card(
    session: Session, vault: Vault, library: Library, viewer: Viewer, reference: str, card: str, ways: Ways,
    now: datetime,
) -> datetime:  # fmt: skip
    """Send a card to the worker of a case, as `conversation.write` sends words; gives from when on.

    Refused: (404, "no_such_card"), and as `conversation.write` refuses.
    """
    chat = chat_of(session, vault, viewer, reference, ways, now)
    service = library.services.get(chat.case.service)
    if service is None or card not in service.rules.cards:
        raise Refused(404, "no_such_card")
    send(session, vault, viewer, chat, Reply(card_text(library, service, card, chat.case.language)), now)
    audit.record(session, viewer.person_id, "case.card", reference, now)
    return chat.send_after
