"""A conversation that a volunteer has for the one beside her, on a page of the console.

It goes the way of every message. What is said to it is a reply like any other, but no runner holds its lane: the page
takes the reply off when it is looked at (docs/decisions/0010).
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Delete, delete, func, select, update
from sqlmodel import Session

from api.answers import encode, unpack_reply
from api.desk import cases
from api.inbound import effects, inbox
from api.keys.keyring import Gone
from api.keys.vault import Vault
from api.outbound.replies import address_index
from api.staff.people import Viewer
from api.tables import IntakeRow, metadata
from flows.loader import Library
from flows.model import Draft, Message, Reply
from flows.sheet import Sheet

CHANNEL = "assisted"
"""The channel of what came in this way; its lanes are `assisted:<person>`."""
LONGEST = 1600
"""Characters of one typed answer, as in one SMS."""

_reply, _case = metadata.tables["reply"], metadata.tables["case"]


@dataclass(frozen=True, slots=True)
class Said:
    """How an intake stands: its draft, what was said last, and the reference of the case that it became last.

    `service` and `language` are of that case, `waits` says that nobody has taken it. An intake of which nothing is
    known has neither draft nor reference.
    """

    draft: Draft | None
    replies: tuple[Reply, ...] = ()
    reference: str = ""
    service: str = ""
    language: str = ""
    waits: bool = False

    @property
    def over(self) -> bool:
        """Whether nothing is asked any more: it became a case, or nothing was kept."""
        return self.draft is None or not (self.draft.service or self.draft.gate or self.draft.locked)


def message_of(
    viewer: Viewer, key: str, message_id: str, *, text: str = "", button: str = "", about: str = ""
) -> Message:
    """What was typed or pressed on the page of an intake, as a message.

    `key` is the random name of the intake; only who began it can go on, since she is in its address. `message_id` was
    made for the page that sends it: sent twice, it is taken once.
    """
    lane, address = f"{CHANNEL}:{viewer.person_id}", f"{viewer.person_id}.{key}"
    return Message(CHANNEL, lane, address, f"{key}.{message_id}", text, button, manner="assisted", about=about)


def look(session: Session, vault: Vault, viewer: Viewer, key: str) -> Said:
    """How an intake stands. What was said before the last turn is emptied; the rest ends with its day."""
    address = _index(vault, viewer, key)
    draft = inbox.draft_of(session, vault, address)
    hers = _case.c.address_index == address, _case.c.state != "forgotten"
    columns = _case.c.reference, _case.c.service, _case.c.language, (_case.c.state == "open").label("waits")
    case = session.connection().execute(select(*columns).where(*hers).order_by(_case.c.id.desc()).limit(1)).first()
    return Said(draft, _last_said(session, vault, address), *(case or ()))


def begin(session: Session, vault: Vault, viewer: Viewer, key: str, now: datetime) -> None:
    """The next person comes: lock the intake before, if it is not finished; who goes on shows first that it is hers."""
    row = session.get(IntakeRow, viewer.person_id) or IntakeRow(person_id=viewer.person_id, key="", began_at=now)
    if row.key:
        address = _index(vault, viewer, row.key)
        inbox.lock_draft(session, vault, address, now)
        session.connection().execute(_forget_said(address))
    row.key, row.began_at = key, now
    session.add(row)


def unfinished(session: Session, vault: Vault, viewer: Viewer) -> str:
    """The key of the intake that she began last, if something was said in it and it is not finished."""
    row = session.get(IntakeRow, viewer.person_id)
    draft = inbox.draft_of(session, vault, _index(vault, viewer, row.key)) if row else None
    return row.key if row and draft and draft.service and draft.answers else ""


def take_sheet(
    session: Session, vault: Vault, library: Library, viewer: Viewer, message: Message, sheet: Sheet, now: datetime
) -> list[str]:
    """Open the case of a paper form, once however often it is sent; gives its reference, or nothing the second time.

    What was written on the paper although it was not asked is kept in the case as a note.
    """
    if sheet.case is None or not inbox.not_seen(session, vault, [message], now):
        return []
    ahead = effects.Ahead(session, vault, now)
    address = address_index(vault, message.lane, message.address)
    (reference,) = ahead.apply(message, address, [sheet.case])
    ahead.queue()
    if sheet.aside:
        asked = library.services[sheet.case.service].by_name
        lines = [f"{asked[name].question.title}: {text}" for name, text in sheet.aside.items()]
        row = session.connection().execute(select(_case.c.id, _case.c.public_key).where(_case.c.reference == reference))
        for case_id, public_key in row:
            note = encode("\n".join(lines))
            cases.put_in(session, vault, case_id, public_key, "note", note, now, viewer.person_id)
    return [reference]


def _index(vault: Vault, viewer: Viewer, key: str) -> bytes:
    message = message_of(viewer, key, "")
    return address_index(vault, message.lane, message.address)


def _last_said(session: Session, vault: Vault, address: bytes) -> tuple[Reply, ...]:
    """What the last turn said; all before it is taken out of the outbox."""
    hers = _reply.c.address_index == address
    last = session.connection().execute(select(func.max(_reply.c.created_at)).where(hers)).scalar_one_or_none()
    if last is None:
        return ()
    session.connection().execute(_forget_said(address).where(_reply.c.created_at < last))
    session.connection().execute(update(_reply).where(hers).values(state="sent"))
    boxes = session.connection().execute(select(_reply.c.box).where(hers, _reply.c.kind == "say").order_by(_reply.c.id))
    try:
        return tuple(unpack_reply(vault.unlock(box))[1] for (box,) in boxes)
    except Gone:
        return ()


def _forget_said(address: bytes) -> Delete:
    return delete(_reply).where(_reply.c.address_index == address)
