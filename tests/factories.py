"""Small makers of rows for tests; none of them pays for Argon2."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import Session

from api.answers import Contact
from api.desk import cases, queue
from api.keys.locks import Cost
from api.keys.vault import TeamKey, Vault
from api.numbers import pool
from api.staff.people import COORDINATOR, VOLUNTEER, Viewer
from api.store.db import Database
from api.tables import Person
from flows.model import Answer
from flows.portal import load_portal

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CHEAP = Cost(passes=1, mebibytes=1)
"""An Argon2id that costs a test nothing."""
TO_THE_MINISTRY = (
    "May we hand these to the ministry of health: Full name, Date of birth, Gender, Country, Paper, Number on the "
    "paper, Phone, Phone number, E-mail, Region, District, Health, Pregnant, Doses already had? They keep them under "
    "their own rules, and we cannot take them back. If not, we still help you."
)
SHARED = Answer("yes", "1", wording=TO_THE_MINISTRY)
"""A yes to the ministry, with the words that were read."""
ALMAZ = {"name": Answer("Almaz Tesfaye", "almaz tesfaye"), "share_ministry": SHARED}
HER_PHONE = Contact("sms", "sms:+96181000001", "+96170123456", "sms", "am")
MINISTRY = load_portal(Path(__file__).parent.parent / "flows" / "library" / "portals" / "model_ministry.yaml")


def make_viewer(db: Database, team: TeamKey, name: str, role: str = VOLUNTEER, language: str = "en") -> Viewer:
    """Store a person who cannot sign in, and return her as if she had."""

    def store(session: Session) -> Viewer:
        person = Person(
            name=name, role=role, language=language, public_key=b"", salt=b"", private_box=b"", created_at=NOW
        )
        session.add(person)
        session.flush()
        assert person.id is not None
        return Viewer(person.id, name, role, language, team)

    return db.write_now(store)


def make_coordinator(db: Database, team: TeamKey, name: str = "Amal") -> Viewer:
    """Store a coordinator who cannot sign in, and return her as if she had."""
    return make_viewer(db, team, name, COORDINATOR)


def make_case(
    db: Database,
    vault: Vault,
    answers: Mapping[str, Answer] = ALMAZ,
    *,
    claimed_by: Viewer | None = None,
    contact: Contact = HER_PHONE,
    urgency: str = "normal",
    now: datetime = NOW,
) -> cases.Opened:
    """Open a case, and have somebody claim it."""

    def store(session: Session) -> cases.Opened:
        opened = cases.open_case(
            session,
            vault,
            service="vaccination",
            contact=contact,
            answers=answers,
            route={"district": "LB-BA"},
            urgency=urgency,
            now=now,
        )
        if claimed_by:
            queue.claim(session, claimed_by, opened.reference, now)
        return opened

    return db.write_now(store)


def make_numbers(db: Database, coordinator: Viewer, count: int) -> list[str]:
    """Add this many proxy numbers to the pool."""
    added = [f"+9618100010{number}" for number in range(count)]
    for number in added:
        db.write_now(lambda session, number=number: pool.add_number(session, coordinator, number, NOW))
    return added
