"""A deployment: its team key, made once at setup, rotated when somebody leaves, recovered from paper."""

from collections.abc import Callable, Iterator

from sqlalchemy import ColumnElement, and_, bindparam
from sqlmodel import Session, col, func, select

from api.errors import Refused
from api.keys.locks import RecoveryKey, share_team
from api.keys.vault import TeamKey, reseal
from api.tables import (
    CaseRow,
    DeskRule,
    Invitation,
    MediaRow,
    Person,
    PortalMessage,
    StrayFile,
    StrayMail,
    Team,
    Unhandled,
    metadata,
)

PAGE = 500
"""How many boxes are resealed in one go."""

_OF_A_MESSAGE = and_(col(MediaRow.message_id).is_not(None), col(MediaRow.case_id).is_(None))
_SEALED_TO_TEAM: tuple[tuple[str, str, ColumnElement[bool]], ...] = (
    ("case", "sealed_key", col(CaseRow.state) != "forgotten"),
    ("unhandled", "box", col(Unhandled.box) != b""),
    ("portal_message", "box", and_(col(PortalMessage.case_id).is_(None), col(PortalMessage.box) != b"")),
    ("stray_mail", "box", col(StrayMail.box) != b""),
    ("stray_file", "box", col(StrayFile.box) != b""),
    ("media", "box", and_(_OF_A_MESSAGE, col(MediaRow.state) == "kept")),
)


def _unseen(_behind: int, _total: int) -> None:
    """Nobody is shown how far it is."""


class NotSetUp(Exception):
    """There is no deployment in this database yet."""


def exists(session: Session) -> bool:
    """Whether a deployment was founded in this database."""
    return session.get(Team, 1) is not None


def found(session: Session, recovery_public: bytes, *, trial: bool) -> TeamKey:
    """Make the team key, sealed to the recovery key on paper; it is stored nowhere else until people are added.

    In a trial nobody has to pass a quiz first; the rules of the desk can change that.
    """
    team = TeamKey.generate()
    session.add(
        Team(
            public_key=team.public,
            recovery_public=recovery_public,
            recovery_box=share_team(team, recovery_public),
            trial=trial,
        )
    )
    if trial:
        session.add(DeskRule(name="training", value=0))
    return team


def team_public(session: Session) -> bytes:
    """What the vault seals to now. Raises NotSetUp."""
    return _team(session).public_key


def is_trial(session: Session) -> bool:
    """Whether this deployment is for trying things out, with invented people only. Raises NotSetUp."""
    return _team(session).trial


def recover(session: Session, key: RecoveryKey) -> TeamKey:
    """The team key, opened with the paper. Raises NotSetUp, or CryptoError when it is another deployment's paper."""
    return key.open_team(_team(session).recovery_box)


def hold(session: Session) -> bytes:
    """What `team_public` is: nobody rotates the team key before the transaction ends. Raises NotSetUp."""
    held = select(Team).with_for_update().execution_options(populate_existing=True)
    row = session.exec(held).one_or_none()
    if row is None:
        raise NotSetUp
    return row.public_key


def hold_same(session: Session, team: TeamKey) -> None:
    """The same, for who gives this team key to somebody, or replaces it.

    Refused(409, "locks_changed") when it was rotated since she asked: it opens nothing any more.
    """
    if hold(session) != team.public:
        raise Refused(409, "locks_changed")


def rotate(session: Session, team: TeamKey, step: Callable[[int, int], None] = _unseen) -> TeamKey:
    """Make a new team key, give it to all members, invited ones and the paper; reseal to it what the old one opens.

    Who knows only the old key can open nothing of this database any more. The paper stays the same. `step` is told how
    many boxes are behind it, of how many. Refused as `hold_same` is.
    """
    hold_same(session, team)
    new = team.rotated()
    row = _team(session)
    row.public_key, row.recovery_box = new.public, share_team(new, row.recovery_public)
    for person in session.exec(select(Person).where(col(Person.active))):
        person.team_box = share_team(new, person.public_key)
    for invitation in session.exec(select(Invitation)):
        invitation.team_box = share_team(new, invitation.public_key)
    behind, total = 0, sum(_count(session, table, condition) for table, _, condition in _SEALED_TO_TEAM)
    for table, column, condition in _SEALED_TO_TEAM:
        for resealed in _reseal_column(session, table, column, condition, team, new.public):
            behind += resealed
            step(behind, total)
    return new


def _count(session: Session, table: str, condition: ColumnElement[bool]) -> int:
    counted = select(func.count()).select_from(metadata.tables[table]).where(condition)
    return session.exec(counted).one()


def _reseal_column(
    session: Session, table_name: str, column: str, condition: ColumnElement[bool], old: TeamKey, public: bytes
) -> Iterator[int]:
    """Reseal page by page, and give how many boxes each page had.

    A box that somebody else emptied or replaced since it was read stays as they left it.
    """
    connection, table = session.connection(), metadata.tables[table_name]
    unchanged = table.c.id == bindparam("row"), table.c[column] == bindparam("read")
    change = table.update().where(*unchanged).values({column: bindparam("resealed")})
    page = table.select().with_only_columns(table.c.id, table.c[column]).where(condition).order_by(table.c.id)
    last = 0
    while rows := connection.execute(page.where(table.c.id > last).limit(PAGE)).all():
        anew = [{"row": one, "read": box, "resealed": reseal(box, old, public)} for one, box in rows]
        connection.execute(change, anew)
        last = rows[-1][0]
        yield len(rows)


def _team(session: Session) -> Team:
    row = session.get(Team, 1)
    if row is None:
        raise NotSetUp
    return row
