"""What a coordinator sees of the telephones that carry our numbers: which she must still name, and what cannot work."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session, col, select

from api.numbers import pool, sims
from api.numbers.sims import SimView
from api.staff.access import coordinators_only
from api.staff.people import Viewer
from api.tables import Number, SimRow
from flows.countries import Countries


@dataclass(frozen=True, slots=True)
class OneWay:
    """A number whose gateway carries SMS one way only in its country; `country` is its ISO code, such as LB."""

    number: str
    gateway: str
    country: str


@dataclass(frozen=True, slots=True)
class Channel:
    """A number that workers write to, and what carries it; one that is `fixed` stands in the settings."""

    number: str
    gateway: str
    fixed: bool


@dataclass(frozen=True, slots=True)
class PhonesView:
    """The SIMs that nobody knows and those that are known, the numbers that workers write to, and what is wrong.

    `free` are the numbers (E.164) that could be the SIM of a telephone and are none yet.
    """

    unknown: tuple[SimView, ...]
    known: tuple[SimView, ...]
    channels: tuple[Channel, ...]
    free: tuple[str, ...]
    one_way: tuple[OneWay, ...]
    gateways: tuple[str, ...]


def phones(
    session: Session, viewer: Viewer, countries: Countries, *, fixed: Collection[str] = (), twilio: bool = False
) -> PhonesView:
    """All of it, for a coordinator. `fixed` are numbers of the settings; `twilio`: there is an account of Twilio."""
    seen = sims.sims(session, viewer)
    return PhonesView(
        tuple(one for one in seen if not one.number),
        tuple(one for one in seen if one.number),
        tuple(Channel(number, gateway, number in fixed) for number, gateway in sims.channels(session, viewer)),
        _free(session),
        one_way(session, viewer, countries),
        (*sims.GATEWAYS, sims.TWILIO) if twilio else sims.GATEWAYS,
    )


def one_way(session: Session, viewer: Viewer, countries: Countries) -> tuple[OneWay, ...]:
    """The numbers in use to which nobody can write back, because their gateway does not carry that in their country."""
    coordinators_only(viewer)
    rows = session.exec(select(Number).where(Number.state != "retired").order_by(Number.number))
    rules = ((row, countries.of(row.number)) for row in rows)
    return tuple(
        OneWay(row.number, row.gateway, country.country) for row, country in rules if not country.carries(row.gateway)
    )


def _free(session: Session) -> tuple[str, ...]:
    """Those of a telephone's gateway first: that is where a coordinator put what she now names."""
    in_phones = select(SimRow.number).where(col(SimRow.number).is_not(None))
    rows = session.exec(
        select(Number)
        .where(Number.gateway.in_((*sims.GATEWAYS, "typed", "simulator")), col(Number.number).not_in(in_phones))  # type: ignore[attr-defined]
        .order_by(col(Number.gateway).not_in(sims.GATEWAYS), Number.number)
    )
    return tuple(row.number for row in rows if row.use in (pool.PROXY, pool.CHANNEL))
