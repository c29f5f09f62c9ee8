"""Messages at which our program failed: a coordinator reads what they said, and says when she is done with them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, func, select

from api.answers import unpack_message
from api.errors import Refused
from api.inbound.inbox import UNHANDLED
from api.staff import audit
from api.staff.access import coordinators_only
from api.staff.people import Viewer
from api.tables import Unhandled

SETTLED_LIVES = timedelta(days=30)
"""How long it stays known that a message failed, and at what, after somebody was done with it."""
MOST = 100
"""Messages that are opened at once: one bug can fail at every message of a day."""


@dataclass(frozen=True, slots=True)
class UnhandledView:
    """A message at which our program failed, opened. It does not say from which address it came.

    `channel` is the kind of channel (`telegram`, `sms`, `phone`), `error` the kind of exception, `words` what was
    written or what the pressed button carries, `media` the kind of recording or picture; either may be empty.
    """

    id: int
    at: datetime
    channel: str
    error: str
    words: str
    media: str


def waiting(session: Session) -> int:
    """How many messages nobody is done with yet."""
    return session.exec(select(func.count()).where(col(Unhandled.handled_at).is_(None))).one()


def unhandled(session: Session, viewer: Viewer, now: datetime) -> list[UnhandledView]:
    """The messages that nobody is done with yet, oldest first, a hundred at most; who looked at them is recorded."""
    coordinators_only(viewer)
    oldest = select(Unhandled).where(col(Unhandled.handled_at).is_(None)).order_by(col(Unhandled.id)).limit(MOST)
    rows = session.exec(oldest).all()
    if rows:
        audit.record(session, viewer.person_id, "unhandled.list", "", now, messages=len(rows))
    return [_opened(viewer, row) for row in rows]


def settle(session: Session, viewer: Viewer, message_id: int, now: datetime) -> None:
    """Be done with a message: it is emptied, and only that there was one is kept, for a while.

    Refused: (404, "no_such_message"), also when somebody was faster.
    """
    coordinators_only(viewer)
    row = session.get(Unhandled, message_id, with_for_update=True)
    if row is None or row.handled_at is not None:
        raise Refused(404, "no_such_message")
    row.box, row.handled_at = b"", now
    audit.record(session, viewer.person_id, "unhandled.settle", "", now, message=message_id, error=row.error)


def end_settled(session: Session, now: datetime) -> None:
    """Delete what somebody was done with thirty days ago."""
    session.connection().execute(delete(Unhandled).where(col(Unhandled.handled_at) <= now - SETTLED_LIVES))


def _opened(viewer: Viewer, row: Unhandled) -> UnhandledView:
    message = unpack_message(viewer.team.open(UNHANDLED, row.box))
    words, media = message.text or message.button, message.media.kind if message.media else ""
    return UnhandledView(row.id or 0, row.at, row.lane, row.error, words, media)
