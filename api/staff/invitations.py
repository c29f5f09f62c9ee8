"""Invitations: a link with which somebody joins, chooses her passphrase, and gets the team key.

The team key lies in the invitation, sealed to a key that is made from the link's token. Only the token's hash is
stored, so the link alone opens it: whoever has the link and the database, in its three days, has the team key.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from nacl.public import PrivateKey
from sqlmodel import Session, col, delete, select

from api.errors import Refused
from api.keys import deployment
from api.keys.locks import PersonLock, new_token, open_team, share_team, token_hash
from api.keys.vault import KEY_BYTES
from api.staff import audit, people
from api.staff.facts import Facts
from api.staff.people import Newcomer, Viewer
from api.tables import Invitation, Person

LIVES = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation that is open: for whom, by whom, until when."""

    id: int
    name: str
    role: str
    language: str
    invited_by: str
    expires_at: datetime


def invite(session: Session, viewer: Viewer, newcomer: Newcomer, now: datetime) -> str:
    """Invite somebody; gives the token of her link, which is not stored.

    Refused: (422, "name_missing"), (422, "role_unknown"), (409, "name_taken"), (409, "locks_changed").
    """
    deployment.hold_same(session, viewer.team)
    name, token = people.free_name(session, newcomer), new_token()
    same = select(Invitation).where(Invitation.name == name, Invitation.expires_at > now)
    for older in session.exec(same):
        session.delete(older)
    public = PrivateKey(_private(token)).public_key.encode()
    facts = Facts(newcomer.languages, newcomer.skills, newcomer.areas, newcomer.hours)
    session.add(
        Invitation(
            token_hash=token_hash(token),
            public_key=public,
            team_box=share_team(viewer.team, public),
            name=name,
            role=newcomer.role,
            language=newcomer.language,
            facts={key: list(value) for key, value in asdict(facts).items()},
            invited_by=viewer.person_id,
            created_at=now,
            expires_at=now + LIVES,
        )
    )
    audit.record(session, viewer.person_id, "person.invite", name, now, role=newcomer.role)
    return token


def invited(session: Session, token: str, now: datetime) -> Invited:
    """Whom a link invites. Refused(410, "no_invitation"): unknown, used, taken back or too old."""
    return _shown(*_living(session, token, now))


def open_ones(session: Session, now: datetime) -> list[Invited]:
    """The invitations that somebody may still use, the newest first."""
    rows = select(Invitation, Person.name).join(Person).where(Invitation.expires_at > now)
    return [_shown(row, by) for row, by in session.exec(rows.order_by(col(Invitation.id).desc()))]


def join(session: Session, token: str, lock: PersonLock, now: datetime) -> int:
    """She joins with the lock of the passphrase that she chose; gives her id. The link is used up.

    Refused: (410, "no_invitation"), (409, "name_taken").
    """
    deployment.hold(session)  # or she gets a team key that is replaced at this moment
    row, _ = _living(session, token, now, locked=True)
    team = open_team(_private(token), row.team_box)
    newcomer = Newcomer(row.name, row.role, row.language, **{key: tuple(value) for key, value in row.facts.items()})
    session.delete(row)
    return people.add(session, team, newcomer, lock, row.invited_by, now)


def take_back(session: Session, viewer: Viewer, invitation_id: int, now: datetime) -> None:
    """The link opens nothing any more. Refused(404, "not_found")."""
    row = session.get(Invitation, invitation_id)
    if row is None:
        raise Refused(404, "not_found")
    session.delete(row)
    audit.record(session, viewer.person_id, "person.uninvite", row.name, now)


def end_what_is_over(session: Session, now: datetime) -> None:
    """Delete the invitations that nobody used in time."""
    session.connection().execute(delete(Invitation).where(col(Invitation.expires_at) <= now))


def _living(session: Session, token: str, now: datetime, *, locked: bool = False) -> tuple[Invitation, str]:
    """The invitation of a link, locked where it is used up: of two who use one at once the second finds it used."""
    found = select(Invitation, Person.name).join(Person).where(Invitation.token_hash == token_hash(token))
    row = session.exec(found.with_for_update(of=Invitation) if locked else found).one_or_none()
    if row is None or row[0].expires_at <= now:
        raise Refused(410, "no_invitation")
    return row


def _shown(row: Invitation, by: str) -> Invited:
    return Invited(row.id or 0, row.name, row.role, row.language, by, row.expires_at)


def _private(token: str) -> bytes:
    return blake2b(token.encode(), digest_size=KEY_BYTES, person=b"rafiqa invited").digest()
