"""Who writes for a portal: the senders that its file names, and those that a coordinator accepted since."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from api.errors import Refused
from api.staff import audit
from api.staff.access import coordinators_only
from api.staff.people import Viewer
from api.store.once import insert_once
from api.tables import Lease, PortalSender, metadata
from flows.portal import Portal, Portals

LONGEST = 60
_sender = metadata.tables["portal_sender"]


@dataclass(frozen=True, slots=True)
class Accepted:
    """A sender that was accepted for a portal, by its name in the files, and since when."""

    portal: str
    sender: str
    since: datetime


def knowing(session: Session, portals: Portals) -> Portals:
    """The portals, each with the senders that were accepted for it."""
    more: Mapping[str, list[str]] = defaultdict(list)
    for portal, sender in session.exec(select(PortalSender.portal, PortalSender.sender)):
        more[portal].append(sender)
    return {**portals, **{name: _with(portals, name, more[name]) for name in more.keys() & portals.keys()}}


def strangers_to(session: Session, portals: Portals, number: str, sender: str) -> tuple[str, ...]:
    """The portals for which a number (E.164) was lent and of which this sender is none that anybody knows."""
    lent = session.exec(select(Lease.portal).where(Lease.number == number).distinct().order_by(Lease.portal))
    return tuple(name for name in lent if name in portals and sender and not portals[name].writes_from(sender))


def accept(session: Session, viewer: Viewer, portals: Portals, portal: str, sender: str, now: datetime) -> None:
    """From now on a login code from this sender may use a code window of the portal.

    Refused: (422, "unknown_portal"); (422, "incomplete") for no sender, or a longer one than networks carry.
    """
    coordinators_only(viewer)
    name = sender.strip()
    if portal not in portals:
        raise Refused(422, "unknown_portal")
    if not 0 < len(name) <= LONGEST:
        raise Refused(422, "incomplete")
    row = {"portal": portal, "sender": name, "person_id": viewer.person_id, "accepted_at": now}
    if insert_once(session, _sender, row) is not None:
        audit.record(session, viewer.person_id, "sender.accept", portal, now, sender=name)


def drop(session: Session, viewer: Viewer, portal: str, sender: str, now: datetime) -> None:
    """It is none of the portal's after all. Refused(404, "not_found") for one that was not accepted."""
    coordinators_only(viewer)
    row = session.get(PortalSender, (portal, sender))
    if row is None:
        raise Refused(404, "not_found")
    session.delete(row)
    audit.record(session, viewer.person_id, "sender.drop", portal, now, sender=sender)


def accepted(session: Session, viewer: Viewer) -> list[Accepted]:
    """All that were accepted."""
    coordinators_only(viewer)
    rows = session.exec(select(PortalSender).order_by(PortalSender.portal, col(PortalSender.accepted_at)))
    return [Accepted(row.portal, row.sender, row.accepted_at) for row in rows]


def _with(portals: Portals, name: str, more: list[str]) -> Portal:
    """A portal with more senders; a telephone number is compared as one, however its prefix is written."""
    portal = portals[name]
    numbers = tuple(one for one in more if re.fullmatch(r"\+?[0-9]+", one))
    names = tuple(one for one in more if one not in numbers)
    known = {"senders": (*portal.senders, *names), "sender_numbers": (*portal.sender_numbers, *numbers)}
    return portal.model_copy(update=known)
