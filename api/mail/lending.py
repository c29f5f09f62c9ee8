"""Lending e-mail addresses: each is made for one case and one portal, and never given to anybody else."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import blake2b

from sqlmodel import Session, col, delete, select

from api.errors import Refused
from api.staff import audit
from api.staff.access import case_for, claimed_case, id_of
from api.staff.people import Viewer
from api.store.once import insert_once
from api.tables import MailAddress, metadata
from flows.portal import Portal

CONSONANTS, VOWELS = "bdfgkmnprstvz", "aeiou"
SYLLABLES = 5
_DRAWS = 4
_address = metadata.tables["mail_address"]


def lend(
    session: Session, viewer: Viewer, reference: str, portal: Portal, domain: str, chance: bytes, now: datetime
) -> str:
    """Make an address for a case and a portal on our domain, or give the one that it has. `chance` is 16 random bytes.

    Refused: (404, "no_such_case"), (409, "not_claimed").
    """
    case = claimed_case(session, viewer, reference)
    address = active_address(session, id_of(case), portal.portal)
    if address is None:
        address = _new(session, id_of(case), portal, domain, chance, now)
        audit.record(session, viewer.person_id, "mail.lend", reference, now, portal=portal.portal)
    return address.address


def expect(session: Session, viewer: Viewer, reference: str, portal: Portal, now: datetime) -> datetime:
    """Wait for a login code by e-mail, and give until when. Refused(409, "no_address") without an address."""
    case = claimed_case(session, viewer, reference)
    address = active_address(session, id_of(case), portal.portal)
    if address is None:
        raise Refused(409, "no_address")
    address.expects_until = until = now + portal.lifetime
    session.add(address)
    audit.record(session, viewer.person_id, "mail.expect", reference, now, portal=portal.portal)
    return until


def end_address(session: Session, viewer: Viewer, reference: str, portal: str, now: datetime) -> None:
    """Give an address back: what comes late still reaches the case for a while. Refused(409, "no_address")."""
    case = case_for(session, viewer, reference)
    address = active_address(session, id_of(case), portal)
    if address is None:
        raise Refused(409, "no_address")
    _end(session, [address], now)
    audit.record(session, viewer.person_id, "mail.end", reference, now, portal=portal)


def end_addresses(session: Session, case_id: int, now: datetime) -> None:
    """Give back all that a case has, because it is closed."""
    hers = select(MailAddress).where(MailAddress.case_id == case_id, MailAddress.state == "active")
    _end(session, session.exec(hers), now)


def forget_addresses(session: Session, case_id: int) -> None:
    """Know no more which addresses a forgotten case had: what still comes there is dropped."""
    session.connection().execute(delete(MailAddress).where(col(MailAddress.case_id) == case_id))


def expire_addresses(session: Session, now: datetime) -> None:
    """End the addresses whose cooling is over."""
    cooled = _address.c.state == "cooling", _address.c.cool_until <= now
    session.connection().execute(_address.update().where(*cooled).values(state="ended"))


def active_address(session: Session, case_id: int, portal: str) -> MailAddress | None:
    """The address that a case has for a portal."""
    hers = select(MailAddress).where(MailAddress.case_id == case_id, MailAddress.portal == portal)
    return session.exec(hers.where(MailAddress.state == "active")).one_or_none()


def last_address(session: Session, case_id: int) -> str:
    """The address that a case had last, or nothing: for exports."""
    had = select(MailAddress.address).where(MailAddress.case_id == case_id).order_by(col(MailAddress.id).desc())
    return session.exec(had.limit(1)).one_or_none() or ""


def pronounceable(chance: bytes) -> str:
    """A word that can be said over a telephone, and two digits: `nabekumosi47`. Of 100 thousand million."""
    number = int.from_bytes(chance, "big")
    word = ""
    for _ in range(SYLLABLES):
        number, consonant = divmod(number, len(CONSONANTS))
        number, vowel = divmod(number, len(VOWELS))
        word += CONSONANTS[consonant] + VOWELS[vowel]
    return f"{word}{number % 100:02}"


def _new(session: Session, case_id: int, portal: Portal, domain: str, chance: bytes, now: datetime) -> MailAddress:
    for draw in range(_DRAWS):
        local = pronounceable(blake2b(chance, digest_size=16, salt=bytes((draw,))).digest())
        address = MailAddress(
            address=f"{local}@{domain}",
            case_id=case_id,
            portal=portal.portal,
            cooling_days=portal.cooling_days,
            lent_at=now,
        )
        address_id = insert_once(session, _address, address.model_dump(exclude={"id"}))
        if address_id is not None:
            return session.get_one(MailAddress, address_id)
    raise RuntimeError("no address is free")


def _end(session: Session, addresses: Iterable[MailAddress], now: datetime) -> None:
    for address in addresses:
        address.state, address.released_at, address.expects_until = "cooling", now, None
        address.cool_until = now + timedelta(days=address.cooling_days)
        session.add(address)
