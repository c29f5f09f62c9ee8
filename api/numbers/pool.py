"""The telephone numbers of this deployment: each is a channel or a proxy, never both; and the pool of proxies."""

from dataclasses import dataclass
from datetime import date, datetime

import phonenumbers
from sqlmodel import Session, col, func, select

from api.errors import Refused
from api.staff import audit
from api.staff.access import coordinators_only
from api.staff.people import Viewer
from api.tables import Lease, Number

CHANNEL, PROXY = "channel", "proxy"


@dataclass(frozen=True, slots=True)
class NumberView:
    """A proxy number in E.164: `lent` is how many people it serves now, `cooling` how many places rest."""

    number: str
    gateway: str
    state: str
    registered_to: str
    paid_until: date | None
    lent: int
    cooling: int


def use_of(session: Session, number: str) -> str:
    """What a number (E.164) is for: `channel`, `proxy`, or nothing when it is not ours."""
    row = session.get(Number, number)
    return row.use if row else ""


def claim_channel(session: Session, number: str) -> None:
    """Make a number (E.164) a channel. Raises Refused(409, "number_is_proxy")."""
    _used_as(session, number, CHANNEL)


def channel_lane(session: Session) -> str:
    """The lane of a number of ours by which people are written to, or nothing when there is none."""
    ours = select(Number.number).where(Number.use == CHANNEL, Number.state == "active").order_by(Number.number)
    number = session.exec(ours.limit(1)).first()
    return f"sms:{number}" if number else ""


def add_number(
    session: Session,
    viewer: Viewer,
    number: str,
    now: datetime,
    *,
    gateway: str = "twilio",
    registered_to: str = "",
    paid_until: date | None = None,
) -> str:
    """Take a number into the pool, or take a retired one back; gives it in E.164.

    `registered_to` is the organisation in whose name the SIM is, never a volunteer. Refused: (422, "bad_number")
    without its country or too short; (409, "number_is_channel") when we write to people with it.
    """
    coordinators_only(viewer)
    row = _used_as(session, read_number(number), PROXY)
    row.state, row.gateway, row.registered_to, row.paid_until = "active", gateway, registered_to, paid_until
    audit.record(session, viewer.person_id, "number.add", row.number, now, gateway=gateway)
    return row.number


def retire_number(session: Session, viewer: Viewer, number: str, now: datetime) -> None:
    """Lend a number no more. Who has it keeps it, and what arrives on it is still taken in."""
    coordinators_only(viewer)
    row = session.get(Number, number)
    if row is None or row.use != PROXY:
        raise Refused(404, "no_such_number")
    row.state = "retired"
    audit.record(session, viewer.person_id, "number.retire", number, now)


def proxy_numbers(session: Session, viewer: Viewer) -> list[NumberView]:
    """All proxy numbers, active ones first."""
    coordinators_only(viewer)
    lent, cooling = _places(session, "active"), _places(session, "cooling")
    proxies = select(Number).where(Number.use == PROXY).order_by(Number.state, Number.number)
    return [
        NumberView(
            row.number,
            row.gateway,
            row.state,
            row.registered_to,
            row.paid_until,
            lent.get(row.number, 0),
            cooling.get(row.number, 0),
        )
        for row in session.exec(proxies)
    ]


def active_numbers(session: Session, now: datetime) -> list[str]:
    """The proxy numbers (E.164) that may be lent: not retired, and paid for."""
    paid = col(Number.paid_until).is_(None) | (col(Number.paid_until) >= now.date())
    proxies = select(Number.number).where(Number.use == PROXY, Number.state == "active", paid)
    return list(session.exec(proxies.order_by(Number.number)))


def read_number(text: str) -> str:
    """A typed number with its country (`+961 70 …`) in E.164; Refused(422, "bad_number")."""
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        raise Refused(422, "bad_number") from None
    if not phonenumbers.is_possible_number(number):
        raise Refused(422, "bad_number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _used_as(session: Session, number: str, use: str) -> Number:
    """The row of a number that serves this purpose; a number cannot serve two, since it is the primary key."""
    row = session.get(Number, number)
    if row is None:
        row = Number(number=number, use=use)
        session.add(row)
    elif row.use != use:
        raise Refused(409, f"number_is_{row.use}")
    return row


def _places(session: Session, state: str) -> dict[str, int]:
    held = select(Lease.number, func.count(col(Lease.id))).where(Lease.state == state).group_by(Lease.number)
    return dict(session.exec(held).all())
