"""Names, numbers and health of a case: they leave the server only when somebody asks, and that she asked is kept."""

from datetime import datetime

from sqlmodel import Session

from api.staff import audit
from api.staff.people import Viewer

ASKED = "case.names"
"""What the trail says of somebody who asked."""


def record_asked(session: Session, viewer: Viewer, reference: str, since: datetime, now: datetime) -> None:
    """Write down that she asked for them in this case: once since a time, which is the beginning of her day."""
    audit.record_once(session, viewer.person_id, ASKED, reference, since, now)
