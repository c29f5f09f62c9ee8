"""That what waits in the inbox is not for a case: the same of an SMS and of an e-mail, each in a table of its own."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, Table
from sqlmodel import Session

from api.staff import audit
from api.staff.people import Viewer
from api.store.once import insert_once
from api.tables import PortalMessage, StrayMail

Pair = Mapping[str, object]
"""The message and the case, by the names of their columns."""


def keep_apart(
    session: Session, viewer: Viewer, row: PortalMessage | StrayMail, table: Table, pair: Pair, reference: str,
    now: datetime, **told: Any,
) -> None:  # fmt: skip
    """Keep that it is not for a case, once; `told` goes into the audit. It waits for somebody else to read it."""
    said = {**pair, "person_id": viewer.person_id, "said_at": now}
    if insert_once(session, table, said) is not None:
        audit.record(session, viewer.person_id, "message.apart", reference, now, **told)
    if not viewer.coordinator:  # nobody else has read it
        row.read_by, row.read_at = None, None
        session.add(row)


def put_together(
    session: Session, viewer: Viewer, table: Table, pair: Pair, reference: str, now: datetime, **told: Any
) -> None:
    """It may be for that case after all; nothing happens when nobody said that it is not."""
    said = [table.c[name] == value for name, value in pair.items()]
    gone: CursorResult[object] = session.connection().execute(table.delete().where(*said))
    if gone.rowcount:
        audit.record(session, viewer.person_id, "message.together", reference, now, **told)
