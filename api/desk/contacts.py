"""By which way the worker of a case can be written to: her words about it, opened, and the lanes that we have."""

from dataclasses import dataclass
from typing import Literal

from sqlmodel import Session, col, func, select

from api.answers import Contact, unpack_contact
from api.desk.answered import answers_in
from api.desk.wishes import Ways, Wishes, wishes_of
from api.keys.vault import CaseKey, Vault
from api.numbers import pool
from api.staff.access import FORGOTTEN, id_of
from api.tables import CaseRow, Item

Via = Literal["channel", "trusted", "task"]


@dataclass(frozen=True, slots=True)
class Way:
    """Which way a case can be reached: to which address, by which lane."""

    via: Via
    why: str = ""
    lane: str = ""
    address: str = ""

    @property
    def is_sms(self) -> bool:
        """Whether what goes this way is paid for by the segment."""
        return self.lane.startswith("sms:") or self.lane == "phone:sms"


def contact_of(session: Session, key: CaseKey, case: CaseRow) -> Contact:
    """Where the worker of a case wrote from."""
    return unpack_contact(_latest(session, key, case, "address"))


def wishes_in(session: Session, key: CaseKey, case: CaseRow) -> Wishes:
    """What the worker of a case said about being written to."""
    return wishes_of(answers_in(session, key, case))


def cases_of(session: Session, address: bytes) -> int:
    """How many cases an address has: with several, what we write says which one it is about."""
    hers = CaseRow.address_index == address, CaseRow.state != FORGOTTEN
    return session.exec(select(func.count(col(CaseRow.id))).where(*hers)).one()


def _latest(session: Session, key: CaseKey, case: CaseRow, kind: str) -> bytes:
    sealed = select(Item.box).where(Item.case_id == case.id, Item.kind == kind).order_by(col(Item.id).desc())
    return key.open(Vault.item_context(id_of(case), kind), session.exec(sealed.limit(1)).one())


def way_to(session: Session, contact: Contact, wishes: Wishes, ways: Ways) -> Way:
    """Nothing goes out unasked to a phone of which she has not said that it may."""
    if wishes.may == "never":
        return Way("task", "never")
    if wishes.whose == "none":
        return Way("task", "no_phone")
    if wishes.may not in ("always", "hours"):
        return Way("task", "unasked")
    if wishes.whose == "this" and contact.manner != "assisted":
        return Way("channel", "", contact.lane, contact.address)
    lane = contact.lane if contact.manner == "sms" else ways.sms or pool.channel_lane(session)
    if not lane or not wishes.number:
        return Way("task", "no_way")
    return Way("trusted" if wishes.whose == "trusted" else "channel", "", lane, wishes.number)
