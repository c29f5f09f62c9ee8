"""Counts by day of what is about to be deleted, so that a coordinator sees where people drop out and what it costs."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, func, select

from api.answers import unpack_draft
from api.keys.vault import Vault
from api.tables import DraftRow, ReplyRow, Tally, metadata
from flows.asking import position
from flows.conversation.going import REVIEW
from flows.loader import Library

STOPPED, SENT, UNKNOWN, SEGMENTS = "stopped", "sent", "unknown", "segments"
_tally = metadata.tables["tally"]
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def add(session: Session, day: date, name: str, labels: Iterable[str] | Mapping[str, int]) -> None:
    """Count each of these labels once more on this day; or so many times, of a mapping."""
    insert = _INSERT[session.get_bind().dialect.name]
    for label, more in sorted(Counter(labels).items()):
        row = insert(_tally).values(day=day, name=name, label=label, count=more)
        again = {"count": _tally.c.count + more}
        session.connection().execute(row.on_conflict_do_update(index_elements=["day", "name", "label"], set_=again))


def since(session: Session, day: date, name: str) -> Mapping[str, int]:
    """How often each label was counted from this day on."""
    counted = select(Tally.label, func.sum(Tally.count)).where(Tally.name == name, Tally.day >= day)
    return {
        label: int(count) for label, count in session.exec(counted.group_by(Tally.label).order_by(col(Tally.label)))
    }


def count_what_ends(session: Session, vault: Vault, library: Library, now: datetime) -> None:
    """Count the drafts and replies that are over; call it before `api.retention` deletes them."""
    ended = select(DraftRow.secret_id, DraftRow.box).where(col(DraftRow.expires_at) <= now)
    stopped = [where for row in session.exec(ended) if (where := _open_question(vault, library, *row, now))]
    add(session, now.date(), STOPPED, stopped)
    went = select(ReplyRow.lane).where(
        col(ReplyRow.expires_at) <= now, col(ReplyRow.state).in_(("sent", "delivered")), ReplyRow.kind == "say"
    )
    add(session, now.date(), SENT, (lane.split(":")[0] for lane in session.exec(went)))


def _open_question(vault: Vault, library: Library, secret_id: bytes, box: bytes, now: datetime) -> str:
    """The service and the question at which a draft stands, as `vaccination:born`; nothing where none was begun."""
    try:
        draft = unpack_draft(vault.unlock(box, secret_id=secret_id))
    except Exception:  # gone, or of another release: it is not counted, and ends all the same
        return ""
    service = library.services.get(draft.service)
    if service is None or not draft.answers:
        return ""
    here = position(service, draft, now)
    return f"{service.name}:{here.asked.question.ask if here.asked else REVIEW}"
