"""Messages that a volunteer reads on a telephone that is no gateway, and types in."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from sqlmodel import Session, col, select

from api.errors import Refused
from api.numbers import pool
from api.staff import audit
from api.staff.access import may_open
from api.staff.people import Viewer
from api.tables import CaseRow, Number

TYPED = "typed"
"""The gateway of a number whose messages somebody types in."""
LONGEST = 2000
LONGEST_SENDER = 100
AHEAD = timedelta(minutes=10)
"""How far a telephone's clock may be ahead of ours."""


@dataclass(frozen=True, slots=True)
class TypedSms:
    """An SMS as it was typed: to which number of ours (E.164), from whom, what, and when (aware)."""

    number: str
    sender: str
    text: str
    at: datetime


def numbers_to_type(session: Session) -> list[str]:
    """The proxy numbers, in E.164; those that no gateway reads first. A retired one may still be written to."""
    proxies = select(Number.number).where(Number.use == pool.PROXY)
    return list(session.exec(proxies.order_by(col(Number.gateway) != TYPED, Number.state, Number.number)))


def read_typed(
    session: Session, number: str, sender: str, text: str, when: str, zone: tzinfo, now: datetime
) -> TypedSms:
    """What was typed. `when` is local time as browsers write it (`2026-11-24T09:05`); nothing: just now.

    Refused: (422, "sms_incomplete") without a number of ours, a sender or a text; (422, "too_long"); (422, "bad_time")
    for what is no time or is still to come.
    """
    sender, text = sender.strip(), text.strip()
    if not sender or not text or number not in numbers_to_type(session):
        raise Refused(422, "sms_incomplete")
    if len(text) > LONGEST or len(sender) > LONGEST_SENDER:
        raise Refused(422, "too_long")
    try:
        at = datetime.fromisoformat(when).replace(tzinfo=zone) if when else now
    except ValueError:
        raise Refused(422, "bad_time") from None
    if at > now + AHEAD:
        raise Refused(422, "bad_time")
    return TypedSms(number, sender, text, at)


def note_typed(session: Session, viewer: Viewer, number: str, references: tuple[str, ...], now: datetime) -> str:
    """Write down that she typed one in; gives the reference of the case that it went to, if she may open that one."""
    audit.record(session, viewer.person_id, "message.type", "", now, number=number)
    cases = session.exec(select(CaseRow).where(col(CaseRow.reference).in_(references))).all() if references else ()
    return next((case.reference for case in cases if may_open(viewer, case)), "")
