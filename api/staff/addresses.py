"""Where each of us gets alerts: her own chat or number, proved by a code, under a time lock that is renewed."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from sqlmodel import Session, col, delete, func, select

from api.answers import decode, encode
from api.console.words import catalogue, negotiate
from api.errors import Refused
from api.keys.keyring import Gone
from api.keys.vault import Vault
from api.numbers.e164 import read_number
from api.outbound.replies import address_index, queue_reply
from api.staff import audit
from api.tables import AddressCode, Audit, Person, StaffAddress
from flows.language import t
from flows.model import Message, Reply

LIVES = timedelta(days=7)
"""How long an address outlives its last renewal: so many days the server may stand still and still know it."""
RENEWED = timedelta(days=1)
"""How often it is renewed."""
CODE_LIVES = timedelta(minutes=15)
TRIES = 5
ASKED, ASKED_WITHIN = 3, timedelta(hours=1)
"""How many codes one of us may have sent to numbers within an hour: each costs an SMS, and rings at whoever has it."""
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
DIGITS = "23456789"
CODE_LENGTH = 10
TYPED_LENGTH = 6
LINKED = t("Done. Alerts come here from now on.")
CODE = t("Your code is {code}.")


@dataclass(frozen=True, slots=True)
class Place:
    """A chat id or number (E.164), and the lane of ours that writes to it."""

    lane: str
    address: str


@dataclass(frozen=True, slots=True)
class Linked:
    """What her page shows of her own address: the kind of channel, since when, and its last digits."""

    channel: str
    ending: str
    since: datetime


def address_of(session: Session, vault: Vault, person_id: int, now: datetime) -> Place | None:
    """Where she gets alerts, if she linked an address. Raises Gone when its lock was not renewed in time."""
    row = session.get(StaffAddress, person_id)
    return Place(*decode(vault.unlock(row.box))) if row and row.expires_at > now else None


def linked(session: Session, people: Sequence[int], now: datetime) -> bool:
    """Whether any of these people linked an address."""
    theirs = col(StaffAddress.person_id).in_(people), col(StaffAddress.expires_at) > now
    return session.exec(select(StaffAddress.person_id).where(*theirs).limit(1)).first() is not None


def hers(session: Session, vault: Vault, person_id: int, now: datetime) -> Linked | None:
    """Her own address, as her page shows it."""
    row = session.get(StaffAddress, person_id)
    try:
        place = address_of(session, vault, person_id, now)
    except Gone:
        return None
    return Linked(row.channel, place.address[-3:], row.created_at) if row and place else None


def begin_by_bot(session: Session, person_id: int, now: datetime) -> str:
    """A code for her to send to the bot within a quarter of an hour, from the chat or phone to be linked."""
    code = secrets.choice(DIGITS) + "".join(secrets.choice(LETTERS + DIGITS) for _ in range(CODE_LENGTH - 1))
    _keep_code(session, person_id, code, b"", now)
    return code


def begin_by_number(session: Session, vault: Vault, person: Person, lane: str, number: str, now: datetime) -> None:
    """Send a code to a number (with its country) by this lane, for her to type in.

    Refused: (422, "bad_number"); (429, "too_many_codes") after three within an hour, to whatever numbers.
    """
    place = Place(lane, read_number(number))
    _refuse_too_many(session, person.id or 0, now)
    audit.record(session, person.id, "person.code", "", now)
    code = "".join(secrets.choice("0123456789") for _ in range(TYPED_LENGTH))
    box = vault.lock(encode([place.lane, place.address]), expires=now + CODE_LIVES)
    _keep_code(session, person.id or 0, code, box, now)
    _say(session, vault, place, catalogue(negotiate(person.language)).gettext(CODE).format(code=code), now)


def confirm_number(session: Session, vault: Vault, person_id: int, code: str, now: datetime) -> bool:
    """She types in the code that reached her number: it is linked. False when it is not the code, or too late."""
    row = session.get(AddressCode, person_id)
    if row is None or not row.box or row.used_at or row.expires_at <= now or row.tries >= TRIES:
        return False
    row.tries += 1
    if row.code_hash != _hash(person_id, code):
        return False
    _link(session, vault, person_id, Place(*decode(vault.unlock(row.box))), now)
    row.used_at = now
    return True


def looks_like_code(text: str) -> bool:
    """Whether a message could be such a code, as itself or behind Telegram's /start: the rest is no business here."""
    code = _bare(text)
    return len(code) == CODE_LENGTH and code[0] in DIGITS and not set(code) - set(LETTERS + DIGITS)


def take_code(session: Session, vault: Vault, message: Message, now: datetime) -> bool:
    """Link the address that a code came from, and say so; False when it is no code of ours. A repeat is no news."""
    known = select(AddressCode).where(AddressCode.code_hash == _hash(0, _bare(message.text)))
    row = session.exec(known.with_for_update()).one_or_none()
    if row is None or row.box or row.expires_at <= now:
        return False
    if row.used_at is None:
        place = Place(message.lane, message.address)
        _link(session, vault, row.person_id, place, now)
        row.used_at = now
        person = session.get_one(Person, row.person_id)
        _say(session, vault, place, catalogue(negotiate(person.language)).gettext(LINKED), now)
    return True


def unlink(session: Session, person_id: int, now: datetime) -> None:
    """Forget where she gets alerts, and any code under way."""
    audit.record(session, person_id, "person.unlink", "", now)
    for table, column in ((StaffAddress, StaffAddress.person_id), (AddressCode, AddressCode.person_id)):
        session.connection().execute(delete(table).where(col(column) == person_id))


def renew_and_end(session: Session, vault: Vault, now: datetime) -> None:
    """Lock each address anew once a day, as long as she is one of us; end codes and addresses that are over."""
    session.connection().execute(delete(AddressCode).where(col(AddressCode.expires_at) <= now))
    session.connection().execute(delete(StaffAddress).where(col(StaffAddress.expires_at) <= now))
    ageing = select(StaffAddress).where(col(StaffAddress.expires_at) <= now + LIVES - RENEWED)
    for row in session.exec(ageing):
        try:
            row.box, row.expires_at = vault.lock(vault.unlock(row.box), expires=now + LIVES), now + LIVES
        except Gone:
            session.delete(row)


def _refuse_too_many(session: Session, person_id: int, now: datetime) -> None:
    hers = Audit.person_id == person_id, Audit.action == "person.code", Audit.at > now - ASKED_WITHIN
    if session.exec(select(func.count(col(Audit.id))).where(*hers)).one() >= ASKED:
        raise Refused(429, "too_many_codes")


def _link(session: Session, vault: Vault, person_id: int, place: Place, now: datetime) -> None:
    box, until = vault.lock(encode([place.lane, place.address]), expires=now + LIVES), now + LIVES
    channel = place.lane.split(":", 1)[0]
    index = address_index(vault, place.lane, place.address)
    row = StaffAddress(person_id=person_id, channel=channel, box=box, created_at=now, expires_at=until)
    row.address_index = index
    session.merge(row)
    audit.record(session, person_id, "person.link", "", now, channel=channel)


def _keep_code(session: Session, person_id: int, code: str, box: bytes, now: datetime) -> None:
    # A typed code is short, so its hash is bound to the person; one that is sent must be found without knowing her.
    hashed = _hash(person_id if box else 0, code)
    session.merge(AddressCode(person_id=person_id, code_hash=hashed, box=box, tries=0, expires_at=now + CODE_LIVES))


def _say(session: Session, vault: Vault, place: Place, text: str, now: datetime) -> None:
    queue_reply(session, vault, lane=place.lane, address=place.address, reply=Reply(text), now=now)


def _hash(person_id: int, code: str) -> bytes:
    return blake2b(f"{person_id}:{code.strip()}".encode(), digest_size=32, person=b"rafiqa address").digest()


def _bare(text: str) -> str:
    return text.strip().removeprefix("/start").strip().upper()
