"""When a number is busy with a code, or quiet after one: time alone ends both."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from api.tables import CodeWindow, metadata

_window = metadata.tables["code_window"]


def expire_windows(session: Session, now: datetime) -> None:
    """Close the windows whose minutes are over, and let numbers that were quiet long enough be used again."""
    execute = session.connection().execute
    execute(_window.update().where(_window.c.state == "open", _window.c.closes_at <= now).values(state="quiet"))
    execute(_window.update().where(_window.c.state == "quiet", _window.c.quiet_until <= now).values(state="ended"))


def quieten(session: Session, window: CodeWindow, now: datetime) -> None:
    """Close a code window now; the number stays quiet for as long as a code that was asked for may still come."""
    lifetime = window.quiet_until - window.closes_at
    window.state, window.closes_at, window.quiet_until = "quiet", now, now + lifetime
    session.add(window)
    session.flush()


def in_the_way(session: Session, number: str, portal: str, case_id: int) -> Sequence[CodeWindow]:
    """The windows for which this case must wait: open ones, and quiet ones of another case at the same portal."""
    live = select(CodeWindow).where(CodeWindow.number == number, CodeWindow.state != "ended")
    found = session.exec(live.order_by(col(CodeWindow.id)).execution_options(populate_existing=True)).all()
    return [
        window
        for window in found
        if (window.case_id, window.portal) != (case_id, portal) and (window.state == "open" or window.portal == portal)
    ]


def free_at(windows: Sequence[CodeWindow], portal: str, now: datetime) -> datetime:
    """When these windows of others are out of the way of this portal, at the latest."""
    return max((one.quiet_until if one.portal == portal else one.closes_at for one in windows), default=now)
