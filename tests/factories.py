"""Small makers of rows for tests; none of them pays for Argon2."""

from datetime import UTC, datetime

from sqlmodel import Session

from api.db import Database
from api.people import COORDINATOR, VOLUNTEER, Viewer
from api.tables import Person
from api.vault import TeamKey

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


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
