"""Small makers of rows for tests; none of them pays for Argon2."""

from datetime import UTC, datetime

from sqlmodel import Session

from api.db import Database
from api.locks import Cost
from api.people import COORDINATOR, VOLUNTEER, Viewer
from api.tables import CaseRow, Person
from api.vault import CaseLock, TeamKey, Vault

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CHEAP = Cost(passes=1, mebibytes=1)
"""An Argon2id that costs a test nothing."""


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
    session: Session, vault: Vault, *, reference: str = "K7-4QF", claimed_by: int | None = None
) -> tuple[CaseLock, int]:
    """Store a case without items; gives its lock and its id."""
    lock = vault.new_case_lock()
    case = CaseRow(
        reference=reference,
        service="vaccination",
        language="am",
        channel="sms",
        manner="sms",
        state="claimed" if claimed_by else "open",
        claimed_by=claimed_by,
        claimed_at=NOW if claimed_by else None,
        address_index=vault.index("sms", "+96170123456"),
        public_key=lock.public_key,
        sealed_key=lock.sealed_key,
        secret_id=lock.secret_id,
        opened_at=NOW,
    )
    session.add(case)
    session.flush()
    assert case.id is not None
    return lock, case.id
