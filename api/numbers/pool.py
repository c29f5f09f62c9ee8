"""The telephone numbers of this deployment: each is a channel or a proxy, never both; and the pool of proxies."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, func, select

from api.desk.tasks import settle
from api.errors import Refused
from api.numbers.e164 import read_number
from api.staff import audit
from api.staff.access import coordinators_only
from api.staff.people import Viewer
from api.tables import Lease, Number

CHANNEL, PROXY = "channel", "proxy"
STATES = ("reserved", "active", "draining", "retired")
"""Set aside; lent; lent no more while its people keep it; out of the pool."""


@dataclass(frozen=True, slots=True)
class NumberView:
    """A proxy number in E.164: `lent` is how many people it serves now, `cooling` how many places rest.

    `plan` is the carrier and what was bought; `lost_at` since when its SIM is lost; `last_seen_at` when something
    arrived on it; `battery` (percent) and `online` are what its phone said at `checked_at`, None when it never did.
    """

    number: str
    gateway: str
    state: str
    registered_to: str
    plan: str
    paid_until: date | None
    lost_at: datetime | None
    last_seen_at: datetime | None
    battery: int | None
    online: bool | None
    checked_at: datetime | None
    lent: int
    cooling: int

    @property
    def standing(self) -> str:
        """Its state in one word; `lost` and `cooling` (nobody has it, and places still rest) before the others."""
        if self.lost_at and self.state == "retired":
            return "lost"
        return "cooling" if self.state == "active" and self.cooling and not self.lent else self.state


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
    plan: str = "",
) -> str:
    """Take a number into the pool, or take a retired or lost one back; gives it in E.164.

    `registered_to` is the organisation in whose name the SIM is, never a volunteer. Refused: (422, "bad_number")
    without its country or too short; (409, "number_is_channel") when we write to people with it.
    """
    coordinators_only(viewer)
    row = _used_as(session, read_number(number), PROXY)
    row.state, row.gateway, row.registered_to, row.paid_until = "active", gateway, registered_to, paid_until
    row.plan, row.lost_at = plan, None
    audit.record(session, viewer.person_id, "number.add", row.number, now, gateway=gateway)
    return row.number


def set_state(session: Session, viewer: Viewer, number: str, state: str, now: datetime) -> None:
    """Put a number into one of `STATES`. Who has it keeps it, and what arrives on it is still taken in.

    Refused: (404, "no_such_number"); (422, "incomplete") for another state.
    """
    row = proxy_row(session, viewer, number)
    if state not in STATES:
        raise Refused(422, "incomplete")
    row.state, row.lost_at = state, None
    session.add(row)
    audit.record(session, viewer.person_id, "number.state", number, now, state=state)


def retire_number(session: Session, viewer: Viewer, number: str, now: datetime) -> None:
    """Lend a number no more, for good."""
    set_state(session, viewer, number, "retired", now)


def describe(
    session: Session,
    viewer: Viewer,
    number: str,
    now: datetime,
    *,
    registered_to: str,
    plan: str,
    paid_until: date | None,
) -> None:
    """Say in whose name the SIM is, what was bought and until when it is paid. Refused(404, "no_such_number")."""
    row = proxy_row(session, viewer, number)
    if paid_until != row.paid_until:
        settle(session, "recharge", now, about=number)
    row.registered_to, row.plan, row.paid_until = registered_to, plan, paid_until
    session.add(row)
    audit.record(session, viewer.person_id, "number.describe", number, now, paid_until=str(paid_until or ""))


def proxy_row(session: Session, viewer: Viewer, number: str) -> Number:
    """A proxy number (E.164), locked, for a coordinator. Refused(404, "no_such_number")."""
    coordinators_only(viewer)
    row = session.get(Number, number, with_for_update=True)
    if row is None or row.use != PROXY:
        raise Refused(404, "no_such_number")
    return row


def proxy_number(session: Session, viewer: Viewer, number: str) -> NumberView:
    """One proxy number. Refused(404, "no_such_number")."""
    found = next((one for one in proxy_numbers(session, viewer) if one.number == number), None)
    if found is None:
        raise Refused(404, "no_such_number")
    return found


def proxy_numbers(session: Session, viewer: Viewer) -> list[NumberView]:
    """All proxy numbers, those that are lent first, retired ones last."""
    coordinators_only(viewer)
    lent, cooling = _places(session, "active"), _places(session, "cooling")
    rows = session.exec(select(Number).where(Number.use == PROXY).order_by(Number.number)).all()
    order = {"active": 0, "draining": 1, "reserved": 2}
    return [
        NumberView(
            number=row.number,
            gateway=row.gateway,
            state=row.state,
            registered_to=row.registered_to,
            plan=row.plan or "",
            paid_until=row.paid_until,
            lost_at=row.lost_at,
            last_seen_at=row.last_seen_at,
            battery=row.battery,
            online=row.online,
            checked_at=row.checked_at,
            lent=lent.get(row.number, 0),
            cooling=cooling.get(row.number, 0),
        )
        for row in sorted(rows, key=lambda row: order.get(row.state, len(order)))
    ]


def active_numbers(session: Session, now: datetime) -> list[str]:
    """The proxy numbers (E.164) that may be lent: active, and paid for."""
    paid = col(Number.paid_until).is_(None) | (col(Number.paid_until) >= now.date())
    proxies = select(Number.number).where(Number.use == PROXY, Number.state == "active", paid)
    return list(session.exec(proxies.order_by(Number.number)))


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
