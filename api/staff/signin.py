"""Signed-in sessions: who is looking, from the token in her cookie."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from api.errors import Refused
from api.keys import locks
from api.staff import accounts, alerts, factor, people
from api.staff.accounts import WARNED
from api.staff.people import PROVED, Viewer
from api.tables import Person, SignIn

TOUCH = timedelta(minutes=1)
"""How often it is written down that a session is in use."""
HALF_LIVES = timedelta(minutes=10)
"""How long somebody whose passphrase was right may take for her second factor."""
TRIES = 5
"""How many wrong codes end a session that is half begun."""
CODE, ENROL = "code", "enrol"


@dataclass(frozen=True, slots=True)
class Half:
    """Somebody whose passphrase was right, and who has to show her second factor (`code`) or set one up (`enrol`)."""

    person_id: int
    name: str
    language: str
    stage: str


def begin(
    session: Session, person_id: int, private: bytes, now: datetime, *, idle: timedelta, longest: timedelta
) -> str:
    """Sign a person in with her opened private key; gives the token for her cookie, which is not stored.

    The session ends after `idle` without a request, and after `longest` in any case. Where she has a second factor, or
    one is demanded of her, it is only half begun: see `half_of`.
    """
    token, stage = locks.new_token(), _stage(people.existing(session, person_id))
    session.add(
        SignIn(
            token_hash=locks.token_hash(token),
            person_id=person_id,
            private_box=locks.lock_in_session(private, token),
            created_at=now,
            seen_at=now,
            idle_minutes=idle // timedelta(minutes=1),
            expires_at=now + (HALF_LIVES if stage else longest),
            stage=stage,
            proved_at=now,
        )
    )
    return token


def viewer_of(session: Session, token: str, now: datetime) -> Viewer | None:
    """Who is looking, or None when the token is unknown or its session is over. Does not keep the session alive."""
    found = _living(session, token, now)
    return _viewer(session, *found, token, now) if found and not found[0].stage else None


def resume(session: Session, token: str, now: datetime) -> Viewer | None:
    """The same, and keeps the session alive: for what she asked for herself."""
    found = _living(session, token, now)
    if found is None or found[0].stage:
        return None
    row, person = found
    if now - row.seen_at >= TOUCH:
        row.seen_at = now
    return _viewer(session, row, person, token, now)


def half_of(session: Session, token: str, now: datetime) -> Half | None:
    """Who is half signed in, if anybody is."""
    found = _living(session, token, now)
    if found is None or not found[0].stage:
        return None
    row, person = found
    return Half(row.person_id, person.name, person.language, row.stage)


def show_code(session: Session, token: str, code: str, now: datetime, longest: timedelta) -> bool:
    """She types in a code of her second factor: with a right one she is in. After too many wrong ones she begins anew.

    Refused(401, "signed_out") when she is not half signed in.
    """
    found = _living(session, token, now)
    if found is None or found[0].stage != CODE:
        raise Refused(401, "signed_out")
    row, person = found
    private = locks.open_in_session(row.private_box, token)
    if factor.accepts(session, person, private, code, now):
        row.stage, row.seen_at, row.expires_at = "", now, row.created_at + longest
        return True
    row.tries += 1
    if row.tries >= TRIES:
        session.delete(row)
    return False


def enrol(session: Session, token: str, secret: str, code: str, now: datetime, longest: timedelta) -> None:
    """She sets up the second factor that is demanded of her, and is in. Refused as `factor.set_up` refuses."""
    found = _living(session, token, now)
    if found is None or found[0].stage != ENROL:
        raise Refused(401, "signed_out")
    row = found[0]
    factor.set_up(session, row.person_id, secret, code, now)
    row.stage, row.seen_at, row.expires_at = "", now, row.created_at + longest


def prove(session: Session, token: str, now: datetime) -> None:
    """She has typed her passphrase once more."""
    row = session.get(SignIn, locks.token_hash(token))
    if row is not None:
        row.proved_at = now


def end(session: Session, token: str) -> None:
    """Sign out; an unknown token is no error."""
    session.connection().execute(delete(SignIn).where(col(SignIn.token_hash) == locks.token_hash(token)))


def end_expired(session: Session, now: datetime) -> int:
    """Delete the sessions that are over, or whose account has ended, and return how many there were."""
    rows = session.exec(select(SignIn, Person).join(Person))
    expired = [row for row, person in rows if _is_over(row, now) or not accounts.active(person, now)]
    for row in expired:
        session.delete(row)
    return len(expired)


def _stage(person: Person) -> str:
    if person.factor_box is not None:
        return CODE
    return ENROL if person.factor_demanded else ""


def _living(session: Session, token: str, now: datetime) -> tuple[SignIn, Person] | None:
    statement = select(SignIn, Person).join(Person).where(SignIn.token_hash == locks.token_hash(token))
    found = session.exec(statement).one_or_none()
    if found is None or _is_over(found[0], now) or not accounts.active(found[1], now):
        return None
    return found


def _is_over(row: SignIn, now: datetime) -> bool:
    return now >= min(row.expires_at, row.seen_at + timedelta(minutes=row.idle_minutes))


def _viewer(session: Session, row: SignIn, person: Person, token: str, now: datetime) -> Viewer | None:
    if person.team_box is None or person.id is None:
        return None
    end = accounts.ends_at(person)
    return Viewer(
        person.id,
        person.name,
        person.role,
        person.language,
        locks.open_team(locks.open_in_session(row.private_box, token), person.team_box),
        people.facts_of(person),
        tuple(alerts.unseen(session, person.id, now)),
        end if end <= now + WARNED else None,
        row.proved_at is not None and now < row.proved_at + PROVED,
    )
