"""The people who sign in: added, given a new passphrase, removed. What needs Argon2 for it is in `gate`."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select, update

from api.errors import Refused
from api.keys.locks import PersonLock, share_team, token_hash
from api.keys.vault import TeamKey
from api.staff import accounts, audit
from api.staff.accounts import LIVES, WARNED, active, ends_at
from api.staff.facts import Facts
from api.store.once import one_at_a_time
from api.tables import AddressCode, CaseRow, CaseShare, Duty, Invitation, OnCall, Passed, Person, SignIn, StaffAddress

VOLUNTEER = "volunteer"
TRAINEE = "trainee"
COORDINATOR = "coordinator"
ROLES = (VOLUNTEER, TRAINEE, COORDINATOR)
LONGEST_NAME = 60
PROVED = timedelta(minutes=5)
"""How long a passphrase that was typed in allows what cannot be taken back."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person, made anew for each request from her cookie, with the team key that it opened.

    `language` is ISO 639, of the console. `alerts` are the kinds of what she was told and has not put away, `ends_at`
    is when her account ends, when that is soon; `proved` that she typed her passphrase in the last minutes.
    """

    person_id: int
    name: str
    role: str
    language: str
    team: TeamKey
    facts: Facts = field(default_factory=Facts)
    alerts: tuple[str, ...] = ()
    ends_at: datetime | None = None
    proved: bool = False

    @property
    def coordinator(self) -> bool:
        """Whether she may do what only coordinators may."""
        return self.role == COORDINATOR

    @property
    def trainee(self) -> bool:
        """Whether she sees only what a mentor shares with her."""
        return self.role == TRAINEE


@dataclass(frozen=True, slots=True)
class PersonView:
    """One line in the list of people. `ends_soon` and `ended` say how her account stands, `factor` that she has one."""

    id: int
    name: str
    role: str
    language: str
    facts: Facts
    added_at: datetime
    ends_at: datetime
    ends_soon: bool
    ended: bool
    factor: bool
    factor_demanded: bool

    @property
    def languages(self) -> tuple[str, ...]:
        """In which she can help (ISO 639)."""
        return self.facts.languages


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who is to be added. `language` is the console's for her, `languages` those in which she can help (ISO 639)."""

    name: str
    role: str = VOLUNTEER
    language: str = "en"
    languages: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    hours: tuple[str, ...] = ()


def everyone(session: Session, now: datetime) -> list[PersonView]:
    """The people who are of the team, coordinators first, then by name; also those whose account has ended."""
    return [_view(row, now) for row in sorted(_members(session), key=lambda row: (row.role, row.name.casefold()))]


def person(session: Session, person_id: int, now: datetime) -> PersonView:
    """One of them. Raises Refused(404, "no_such_person")."""
    return _view(existing(session, person_id), now)


def takes_cases(person: Person, now: datetime) -> bool:
    """Whether a case can be hers: she can sign in, and is no trainee."""
    return active(person, now) and person.role != TRAINEE


def colleagues(session: Session, viewer: Viewer, now: datetime) -> list[PersonView]:
    """The others to whom a case can be handed over."""
    return [
        one for one in everyone(session, now) if not (one.ended or one.role == TRAINEE or one.id == viewer.person_id)
    ]


def trainees(session: Session, now: datetime) -> dict[int, str]:
    """The names of those with whom a case can be shared, by id."""
    learning = (row for row in _members(session) if row.role == TRAINEE and active(row, now))
    return {_id(row): row.name for row in sorted(learning, key=lambda row: row.name.casefold())}


def facts_of(person: Person) -> Facts:
    """What is known of what she can do."""
    return Facts(*(tuple(one) for one in (person.languages, person.skills, person.areas, person.hours)))


def named(session: Session, name: str) -> Person | None:
    """The person who signs in with this name, however she writes its capitals."""
    wanted = _folded(name)
    return next((row for row in _members(session) if _folded(row.name) == wanted), None)


def add(session: Session, team: TeamKey, newcomer: Newcomer, lock: PersonLock, by: int | None, now: datetime) -> int:
    """Add a person with the lock of her new passphrase, give her the team key, and return her id.

    `by` is the coordinator who does it, None for setup.
    Raises Refused(422, "name_missing"), Refused(422, "role_unknown"), Refused(409, "name_taken").
    """
    name = free_name(session, newcomer)
    person = Person(
        name=name,
        role=newcomer.role,
        language=newcomer.language,
        languages=list(newcomer.languages),
        skills=list(newcomer.skills),
        areas=list(newcomer.areas),
        hours=list(newcomer.hours),
        public_key=lock.public_key,
        salt=lock.salt,
        private_box=lock.private_box,
        team_box=share_team(team, lock.public_key),
        created_at=now,
        expires_at=now + LIVES,
    )
    session.add(person)
    session.flush()
    audit.record(session, by, "person.add", name, now, role=newcomer.role)
    return _id(person)


def free_name(session: Session, newcomer: Newcomer) -> str:
    """Her name as it will be kept. Raises what `add` raises."""
    name = " ".join(newcomer.name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise Refused(422, "name_missing")
    if newcomer.role not in ROLES:
        raise Refused(422, "role_unknown")
    if any(_folded(row.name) == _folded(name) for row in session.exec(select(Person))):
        raise Refused(409, "name_taken")
    return name


def renew(session: Session, team: TeamKey, person_id: int, lock: PersonLock, by: int | None, now: datetime) -> str:
    """Give a person a new key pair under a new passphrase, end her sessions, and return her name.

    Her second factor is gone with the old key pair, and her account begins anew.
    """
    person = existing(session, person_id)
    person.factor_box, person.factor_step, person.expires_at = None, 0, now + LIVES
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


def prolong(session: Session, person_id: int, by: int, now: datetime) -> str:
    """She is still one of us: her account begins anew. Gives her name. Raises Refused(404, "no_such_person")."""
    person = existing(session, person_id)
    person.expires_at = now + LIVES
    audit.record(session, by, "person.prolong", person.name, now)
    return person.name


def describe(session: Session, person_id: int, role: str, facts: Facts, by: int, now: datetime) -> None:
    """Change what a person may and can do. Who no longer takes cases gives hers back to the queue.

    Refused: (404, "no_such_person"), (422, "role_unknown"), (409, "last_coordinator").
    """
    one_at_a_time(session, "coordinators")
    person = existing(session, person_id)
    if role not in ROLES:
        raise Refused(422, "role_unknown")
    if role != COORDINATOR:
        _not_the_last(session, person, now)
    person.role = role
    if role == TRAINEE:
        _give_back(session, person_id)
    person.languages, person.skills = list(facts.languages), list(facts.skills)
    person.areas, person.hours = list(facts.areas), list(facts.hours)
    audit.record(session, by, "person.describe", person.name, now, role=role)


def set_language(session: Session, viewer: Viewer, language: str) -> None:
    """Show the console to the viewer in this language (ISO 639) from now on."""
    existing(session, viewer.person_id).language = language


def shut_out(session: Session, person_id: int, by: int, now: datetime) -> str:
    """Take from a person all that opens anything, give her cases back to the queue, and return her name.

    The team key is rotated in the same transaction by `team.rotate`; nobody calls this without it.
    Raises Refused(404, "no_such_person"), Refused(409, "last_coordinator").
    """
    one_at_a_time(session, "coordinators")
    person = existing(session, person_id)
    _not_the_last(session, person, now)
    person.active, person.team_box, person.private_box = False, None, b""
    person.factor_box, person.skills, person.areas, person.hours = None, [], [], []
    end_sessions(session, person_id)
    _give_back(session, person_id)
    hers = (SignIn.person_id, Duty.person_id, StaffAddress.person_id, AddressCode.person_id, Invitation.invited_by)
    for column in (*hers, OnCall.person_id, Passed.person_id, CaseShare.trainee_id, CaseShare.mentor_id):
        session.connection().execute(delete(column.class_).where(col(column) == person_id))  # type: ignore[attr-defined]
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


def _view(row: Person, now: datetime) -> PersonView:
    end = ends_at(row)
    return PersonView(
        _id(row),
        row.name,
        row.role,
        row.language,
        facts_of(row),
        row.created_at,
        end,
        now < end <= now + WARNED,
        end <= now,
        row.factor_box is not None,
        row.factor_demanded,
    )


def _not_the_last(session: Session, person: Person, now: datetime) -> None:
    coordinators = [row.id for row in _members(session) if row.role == COORDINATOR and active(row, now)]
    if coordinators == [person.id]:
        raise Refused(409, "last_coordinator")


def _give_back(session: Session, person_id: int) -> None:
    session.flush()  # written first: whoever takes or gives a case waits, or one would be hers after this
    hers = update(CaseRow).where(col(CaseRow.claimed_by) == person_id)
    claimed = hers.where(col(CaseRow.state) == "claimed")
    session.connection().execute(claimed.values(state="open", claimed_by=None, claimed_at=None))
    session.connection().execute(hers.values(claimed_by=None))  # closed: what comes there is for coordinators
    accounts.go_along_no_more(session, person_id)


def _members(session: Session) -> list[Person]:
    return list(session.exec(select(Person).where(col(Person.active))))


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _id(person: Person) -> int:
    assert person.id is not None
    return person.id
