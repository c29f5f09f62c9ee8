"""Whether somebody read what was told: from the address that it went to, by an answer, or too late."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from api.desk.tasks import open_task, settle
from api.staff.access import FORGOTTEN
from api.tables import metadata

OPEN = ("sent", "late")
"""States of a notice that nobody has confirmed."""

_notice, _case, _reply = (metadata.tables[name] for name in ("notice", "case", "reply"))


def told_from(session: Session, reference: str, address: bytes) -> int | None:
    """The id of a case of which something was ever told to this address; None also when it is forgotten."""
    told = (
        select(_case.c.id)
        .join(_notice, _notice.c.case_id == _case.c.id)
        .where(_case.c.reference == reference, _case.c.state != FORGOTTEN, _notice.c.address_index == address)
    )
    return session.connection().execute(told.limit(1)).scalar_one_or_none()


def confirm(session: Session, case_id: int, address: bytes, now: datetime) -> bool:
    """Somebody at this address has read what was told of a case; its task, if it was late, is done.

    False when nothing of it had gone out: then it cannot have been read. To confirm twice changes nothing.
    """
    not_out = select(_reply.c.id).where(
        _reply.c.item_id == _notice.c.item_id, _reply.c.case_id == case_id, _reply.c.state.in_(("waiting", "dead"))
    )
    hers = _notice.c.case_id == case_id, _notice.c.address_index == address, _notice.c.send_after <= now
    read = _notice.update().where(*hers, _notice.c.state.in_(OPEN), ~not_out.exists())
    done = session.connection().execute(read.values(state="read", ended_at=now).returning(_notice.c.id)).scalars().all()
    for notice_id in done:
        settle(session, "tell_worker", now, case_id=case_id, about=str(notice_id))
    already = select(_notice.c.id).where(*hers, _notice.c.state == "read").limit(1)
    return bool(done) or session.connection().execute(already).first() is not None


def open_late(session: Session, now: datetime) -> int:
    """What nobody confirmed in time becomes a task; gives how many."""
    late = _notice.update().where(_notice.c.state == "sent", _notice.c.unread_at <= now).values(state="late")
    columns = (_notice.c[name] for name in ("id", "case_id", "box", "due_at"))
    found = session.connection().execute(late.returning(*columns)).all()
    for notice_id, case_id, box, due_at in found:
        open_task(session, "tell_worker", now, due_at=due_at, case_id=case_id, about=str(notice_id), box=box)
    return len(found)


def end_notices(
    session: Session, case_id: int, now: datetime, *, kind: str | None = None, notice_id: int | None = None
) -> None:
    """What was told of a case and not confirmed is no more: of one kind, one alone, or all.

    What waits to go out is not sent, and what became a task need not be told.
    """
    which = [_notice.c.case_id == case_id, _notice.c.state.in_(OPEN)]
    which += [_notice.c.kind == kind] if kind else []
    which += [_notice.c.id == notice_id] if notice_id else []
    over = _notice.update().where(*which).values(state="cancelled", ended_at=now)
    ended = session.connection().execute(over.returning(_notice.c.id, _notice.c.item_id)).all()
    items = [item_id for _, item_id in ended if item_id is not None]
    waiting = _reply.c.case_id == case_id, _reply.c.state == "waiting", _reply.c.item_id.in_(items)
    session.connection().execute(_reply.delete().where(*waiting))
    for number, _ in ended:
        settle(session, "tell_worker", now, case_id=case_id, about=str(number), state="dropped")
