"""Cases as the server alone sees them: it opens one, puts something in, forgets it, and can take nothing out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, select

from api.answers import Contact, pack, pack_contact
from api.desk import slips
from api.desk.tasks import drop_tasks
from api.errors import Refused
from api.going import offers
from api.keys.vault import Vault
from api.mail.lending import forget_addresses
from api.numbers.leases import end_leases
from api.outbound.replies import address_index
from api.staff import audit
from api.staff.access import FORGOTTEN, id_of
from api.store.hot import ForRows
from api.tables import CaseApart, CaseRow, PairRow, metadata
from flows.checklists import route_with
from flows.model import Answer
from flows.reference import LENGTHS, new_reference

_case, _item = metadata.tables["case"], metadata.tables["item"]
_OF_A_CASE = tuple(
    metadata.tables[name]
    for name in (
        "item",
        "reply",
        "portal_message",
        "call",
        "appointment",
        "notice",
        "mail_message",
        "mail_file",
        "message_apart",
        "mail_apart",
        "case_share",
        "case_apart",
        "pair",
        "media",
        "offer",
        "outing_case",
        "follow_up",
    )
)
"""What belongs to a case alone, and goes with it."""
_DRAWS = (LENGTHS[0],) * 4 + (LENGTHS[1],) * 4
"""How long a reference is at each try: references can collide, longer ones hardly ever do."""

_OPENED = (
    *("reference", "service", "language", "channel", "manner", "state", "urgency", "call", "route", "needs"),
    *("address_index", "public_key", "sealed_key", "secret_id", "opened_at", "closing_reason", "unread", "escalated"),
)
_NEW = {"state": "open", "closing_reason": "", "unread": 0, "escalated": ""}
"""How every case begins."""
_OPEN = ForRows(lambda insert: insert(_case).on_conflict_do_nothing().returning(_case.c.id), _OPENED)
_PUT_IN = ForRows(
    lambda insert: insert(_item).returning(_item.c.id), ("case_id", "kind", "box", "person_id", "created_at")
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A case that was just opened, and the id of its shred secret."""

    id: int
    reference: str
    secret_id: bytes = b""


def open_case(
    session: Session,
    vault: Vault,
    *,
    service: str,
    contact: Contact,
    answers: Mapping[str, Answer],
    route: Mapping[str, str],
    needs: Sequence[str] = (),
    urgency: str = "normal",
    call: bool = False,
    now: datetime,
) -> Opened:
    """Seal answers and contact into a new case. `route`, `needs` (skills) and the plain arguments stay readable."""
    lock = vault.new_case_lock()
    opened = _insert(
        session,
        vault,
        {
            "service": service,
            "language": contact.language,
            "channel": contact.channel,
            "manner": contact.manner,
            "urgency": urgency,
            "call": call,
            "route": json.dumps(dict(route)),  # a hot statement takes what the drivers take
            "needs": f" {' '.join(needs)} " if needs else "",
            "address_index": address_index(vault, contact.lane, contact.address),
            "public_key": lock.public_key,
            "sealed_key": lock.sealed_key,
            "secret_id": lock.secret_id,
            "opened_at": now,
            **_NEW,
        },
    )
    begun = {"answers": pack(answers), "address": pack_contact(contact)}
    _put_in(session, [_sealed(vault, opened.id, lock.public_key, *one, now) for one in begun.items()])
    return opened


def complete(
    session: Session,
    vault: Vault,
    case_id: int,
    *,
    answers: Mapping[str, Answer],
    route: Mapping[str, str],
    needs: Sequence[str],
    now: datetime,
) -> None:
    """Put all answers into a case that opened before its conversation was over; its readable facts follow."""
    public_key = mark_unread(session, case_id)
    if public_key is None:
        return
    facts = {"route": dict(route), "needs": f" {' '.join(needs)} " if needs else ""}
    session.connection().execute(_case.update().where(_case.c.id == case_id).values(facts))
    put_in(session, vault, case_id, public_key, "answers", pack(answers), now)


def mark_item(session: Session, case_id: int, item: str, *, still_open: bool) -> None:
    """Note whether an item of a case's checklist is still to be had."""
    route = session.connection().execute(select(_case.c.route).where(_case.c.id == case_id)).scalar_one()
    changed = route_with(route, item, still_open=still_open)
    session.connection().execute(_case.update().where(_case.c.id == case_id).values(route=changed))


def put_in(
    session: Session,
    vault: Vault,
    case_id: int,
    public_key: bytes,
    kind: str,
    content: bytes,
    now: datetime,
    person_id: int | None = None,
) -> int:
    """Seal something into a case and give the item's id. `kind` is one of those that `Item` names."""
    row = _sealed(vault, case_id, public_key, kind, content, now, person_id)
    return _put_in(session, [row])[0]


def _put_in(session: Session, rows: Sequence[Mapping[str, Any]]) -> Sequence[int]:
    """Keep items of `_sealed`, and give their ids."""
    return _PUT_IN.run(session, rows).scalars().all()


def _sealed(
    vault: Vault, case_id: int, public_key: bytes, kind: str, content: bytes, now: datetime, person: int | None = None
) -> dict[str, Any]:
    """An item as it is kept."""
    box = vault.seal(public_key, vault.item_context(case_id, kind), content)
    return {"case_id": case_id, "kind": kind, "box": box, "person_id": person, "created_at": now}


@dataclass(frozen=True, slots=True)
class Hers:
    """What the server knows of a case that was opened from an address."""

    id: int
    state: str
    service: str
    secret_id: bytes


def of_address(session: Session, reference: str, address: bytes) -> Hers | None:
    """A case by its reference, if it was opened from this address (its index) and is not forgotten."""
    wanted = select(_case.c.id, _case.c.state, _case.c.service, _case.c.secret_id).where(
        _case.c.reference == reference, _case.c.address_index == address, _case.c.state != FORGOTTEN
    )
    row = session.connection().execute(wanted).one_or_none()
    return Hers(row.id, row.state, row.service, row.secret_id) if row else None


def deliver(session: Session, vault: Vault, case_id: int, kind: str, content: bytes, now: datetime) -> int | None:
    """Seal what a worker or a portal sent into a case, for somebody to read; None when the case was forgotten.

    The content of `in` is a message packed by `api.answers.pack_message`.
    """
    public_key = mark_unread(session, case_id)
    return None if public_key is None else put_in(session, vault, case_id, public_key, kind, content, now)


def mark_unread(session: Session, case_id: int) -> bytes | None:
    """Count one more thing to read in a case, which rests no longer, and give the key to seal it with.

    None when the case was forgotten.
    """
    counted = (
        _case.update()
        .where(_case.c.id == case_id, _case.c.state != FORGOTTEN)
        .values(unread=_case.c.unread + 1, snoozed_until=None)
        .returning(_case.c.public_key)
    )
    return session.connection().execute(counted).scalar_one_or_none()


def forget(session: Session, vault: Vault, reference: str, now: datetime, person_id: int | None = None) -> None:
    """Make a case unreadable for ever, in old backups too. Of it stay reference, service, language and dates.

    Without `person_id` she herself asked for it. Refused(404, "no_such_case") when there is none to forget.
    """
    case = session.exec(select(CaseRow).where(CaseRow.reference == reference).with_for_update()).one_or_none()
    if case is None or case.state == FORGOTTEN:
        raise Refused(404, "no_such_case")
    vault.keyring.destroy(case.secret_id)
    end_leases(session, id_of(case), now)
    forget_addresses(session, id_of(case))
    drop_tasks(session, id_of(case), now)
    slips.drop_slip(session, id_of(case))
    offers.call_off_all(session, vault, id_of(case), person_id, now)
    for table in _OF_A_CASE:
        session.connection().execute(delete(table).where(table.c.case_id == case.id))
    for table_of_two in (CaseApart, PairRow):
        session.connection().execute(delete(table_of_two).where(col(table_of_two.other_id) == case.id))
    for field, nothing in _NOTHING.items():
        setattr(case, field, nothing)
    session.add(case)
    audit.record(session, person_id, "case.forget", reference, now)


_NOTHING: dict[str, Any] = {
    "state": FORGOTTEN,
    "urgency": "normal",
    "call": False,
    "route": {},
    "needs": "",
    "address_index": b"",
    "public_key": b"",
    "sealed_key": b"",
    "secret_id": b"",
    "claimed_by": None,
    "claimed_at": None,
    "closing_reason": "",
    "keep_until": None,
    "unread": 0,
    "snoozed_until": None,
    "escalated": "",
    "escalated_at": None,
    "kept_until": None,
    "warned_at": None,
}
"""What a forgotten case holds instead of what could lead to her."""


def _insert(session: Session, vault: Vault, values: dict[str, Any]) -> Opened:
    """Store a case under the first reference that nobody has; the vault's keyed hash of its secret's id draws them."""
    for draw, length in enumerate(_DRAWS):
        random = vault.index("reference", values["secret_id"].hex(), str(draw))
        reference = new_reference(random, length)
        case_id = _OPEN.run(session, [{**values, "reference": reference}]).scalar_one_or_none()
        if case_id is not None:
            return Opened(case_id, reference, values["secret_id"])
    raise RuntimeError("no reference is free")
