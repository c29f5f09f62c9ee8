"""Signed-in sessions: who is looking, from the token in her cookie."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from api.keys import locks
from api.staff.people import Viewer
from api.tables import Person, SignIn

TOUCH = timedelta(minutes=1)
"""How often it is written down that a session is in use."""


def begin(
    session: Session, person_id: int, private: bytes, now: datetime, *, idle: timedelta, longest: timedelta
) -> str:
    """Sign a person in with her opened private key; gives the token for her cookie, which is not stored.

    The session ends after `idle` without a request, and after `longest` in any case.
    """
    token = locks.new_token()
    session.add(
        SignIn(
            token_hash=locks.token_hash(token),
            person_id=person_id,
            private_box=locks.lock_in_session(private, token),
            created_at=now,
            seen_at=now,
            idle_minutes=idle // timedelta(minutes=1),
            expires_at=now + longest,
        )
    )
    return token


def viewer_of(session: Session, token: str, now: datetime) -> Viewer | None:
    """Who is looking, or None when the token is unknown or its session is over. Does not keep the session alive."""
    found = _living(session, token, now)
    return _viewer(*found, token) if found else None


def resume(session: Session, token: str, now: datetime) -> Viewer | None:
    """The same, and keeps the session alive: for what she asked for herself."""
    found = _living(session, token, now)
    if found is None:
        return None
    row, person = found
    if now - row.seen_at >= TOUCH:
        row.seen_at = now
    return _viewer(row, person, token)


def end(session: Session, token: str) -> None:
    """Sign out; an unknown token is no error."""
    session.connection().execute(delete(SignIn).where(col(SignIn.token_hash) == locks.token_hash(token)))


def end_expired(session: Session, now: datetime) -> int:
    """Delete the sessions that are over, and return how many there were."""
    expired = [row for row in session.exec(select(SignIn)) if _is_over(row, now)]
    for row in expired:
        session.delete(row)
    return len(expired)


def _living(session: Session, token: str, now: datetime) -> tuple[SignIn, Person] | None:
    statement = select(SignIn, Person).join(Person).where(SignIn.token_hash == locks.token_hash(token))
    found = session.exec(statement).one_or_none()
    if found is None or _is_over(found[0], now) or not found[1].active:
        return None
    return found


def _is_over(row: SignIn, now: datetime) -> bool:
    return now >= min(row.expires_at, row.seen_at + timedelta(minutes=row.idle_minutes))


def _viewer(row: SignIn, person: Person, token: str) -> Viewer | None:
    if person.team_box is None or person.id is None:
        return None
    team = locks.open_team(locks.open_in_session(row.private_box, token), person.team_box)
    return Viewer(person.id, person.name, person.role, person.language, team)
