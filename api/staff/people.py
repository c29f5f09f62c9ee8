"""The people who sign in: added, given a new passphrase, removed. What needs Argon2 for it is in `gate`."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, delete, select, update

from api.errors import Refused
from api.keys.locks import PersonLock, share_team, token_hash
from api.keys.vault import TeamKey
from api.staff import audit
from api.tables import CaseRow, Person, SignIn

VOLUNTEER = "volunteer"
COORDINATOR = "coordinator"
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person, made anew for each request from her cookie, with the team key that it opened.

    `language` is ISO 639, of the console.
    """

    person_id: int
    name: str
    role: str
    language: str
    team: TeamKey

    @property
    def coordinator(self) -> bool:
        """Whether she may do what only coordinators may."""
        return self.role == COORDINATOR


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """One line in the list of people. `languages` are those in which she can help (ISO 639)."""

    id: int
    name: str
    role: str
    language: str
    languages: tuple[str, ...]
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who is to be added. `language` is the console's for her, `languages` those in which she can help (ISO 639)."""

    name: str
    role: str = VOLUNTEER
    language: str = "en"
    languages: tuple[str, ...] = ()


def everyone(session: Session) -> list[PersonEntry]:
    """The people who can sign in, coordinators first, then by name."""
    return [
        PersonEntry(row.id or 0, row.name, row.role, row.language, tuple(row.languages), row.created_at)
        for row in sorted(_active(session), key=lambda row: (row.role, row.name.casefold()))
    ]


def named(session: Session, name: str) -> Person | None:
    """The person who signs in with this name, however she writes its capitals."""
    wanted = _folded(name)
    return next((row for row in _active(session) if _folded(row.name) == wanted), None)


def add(session: Session, team: TeamKey, newcomer: Newcomer, lock: PersonLock, by: int | None, now: datetime) -> int:
    """Add a person with the lock of her new passphrase, give her the team key, and return her id.

    `by` is the coordinator who does it, None for setup.
    Raises Refused(422, "name_missing"), Refused(422, "role_unknown"), Refused(409, "name_taken").
    """
    name = " ".join(newcomer.name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise Refused(422, "name_missing")
    if newcomer.role not in (VOLUNTEER, COORDINATOR):
        raise Refused(422, "role_unknown")
    if any(_folded(row.name) == _folded(name) for row in session.exec(select(Person))):
        raise Refused(409, "name_taken")
    person = Person(
        name=name,
        role=newcomer.role,
        language=newcomer.language,
        languages=list(newcomer.languages),
        public_key=lock.public_key,
        salt=lock.salt,
        private_box=lock.private_box,
        team_box=share_team(team, lock.public_key),
        created_at=now,
    )
    session.add(person)
    session.flush()
    audit.record(session, by, "person.add", name, now, role=newcomer.role)
    return _id(person)


def renew(session: Session, team: TeamKey, person_id: int, lock: PersonLock, by: int | None, now: datetime) -> str:
    """Give a person a new key pair under a new passphrase, end her sessions, and return her name."""
    person = existing(session, person_id)
    person.public_key, person.salt, person.private_box = lock.public_key, lock.salt, lock.private_box
    person.team_box = share_team(team, lock.public_key)
    end_sessions(session, person_id)
    audit.record(session, by, "person.renew", person.name, now)
    return person.name


def relock(session: Session, viewer: Viewer, lock: PersonLock, token: str, now: datetime) -> None:
    """Keep the viewer's key pair under a new passphrase; of her sessions only that of `token` goes on."""
    person = existing(session, viewer.person_id)
    person.salt, person.private_box = lock.salt, lock.private_box
    end_sessions(session, viewer.person_id, but=token)
    audit.record(session, viewer.person_id, "person.change", person.name, now)


def set_language(session: Session, viewer: Viewer, language: str) -> None:
    """Show the console to the viewer in this language (ISO 639) from now on."""
    existing(session, viewer.person_id).language = language


def shut_out(session: Session, person_id: int, by: int, now: datetime) -> str:
    """Take from a person all that opens anything, give her cases back to the queue, and return her name.

    The team key is rotated in the same transaction by `team.rotate`; nobody calls this without it.
    Raises Refused(404, "no_such_person"), Refused(409, "last_coordinator").
    """
    person = existing(session, person_id)
    coordinators = [row for row in _active(session) if row.role == COORDINATOR]
    if coordinators == [person]:
        raise Refused(409, "last_coordinator")
    person.active, person.team_box, person.private_box = False, None, b""
    end_sessions(session, person_id)
    session.connection().execute(
        update(CaseRow)
        .where(col(CaseRow.claimed_by) == person_id, col(CaseRow.state) == "claimed")
        .values(state="open", claimed_by=None, claimed_at=None)
    )
    audit.record(session, by, "person.remove", person.name, now)
    return person.name


def existing(session: Session, person_id: int) -> Person:
    """The row of a person who can sign in. Raises Refused(404, "no_such_person")."""
    person = session.get(Person, person_id)
    if person is None or not person.active:
        raise Refused(404, "no_such_person")
    return person


def end_sessions(session: Session, person_id: int, *, but: str = "") -> None:
    """End all sessions of a person, except the one whose token is `but`."""
    hers = delete(SignIn).where(col(SignIn.person_id) == person_id)
    session.connection().execute(hers.where(col(SignIn.token_hash) != token_hash(but)))


def _active(session: Session) -> list[Person]:
    return list(session.exec(select(Person).where(col(Person.active))))


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _id(person: Person) -> int:
    assert person.id is not None
    return person.id
