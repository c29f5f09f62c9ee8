"""Signing up for an outing with the bot: which ones are coming and have places, and who took one."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from sqlmodel import Session, col, func, select

from api.answers import decode
from api.desk.cases import Opened
from api.desk.tasks import open_task
from api.keys.keyring import Gone
from api.keys.vault import Vault
from api.staff import audit
from api.staff.access import coordinators_only
from api.staff.people import Viewer
from api.store.once import insert_once
from api.tables import OutingCase, OutingRow, metadata
from flows.effects import SignUp
from flows.model import Outing
from flows.planning import Step

OFFER_ANOTHER_WITHIN = timedelta(days=1)
_outing_case = metadata.tables["outing_case"]

Coming = Mapping[str, tuple[Outing, ...]]
"""By service, the outings that can be signed up for, the next first."""


def coming(session: Session, vault: Vault, zone: tzinfo, now: datetime) -> Coming:
    """What can be signed up for now; days and hours are those of `zone`."""
    open_ones = select(OutingRow).where(col(OutingRow.sign_up), OutingRow.starts_at > now)
    found: dict[str, list[Outing]] = defaultdict(list)
    for row in session.exec(open_ones.order_by(col(OutingRow.starts_at))).all():
        if _taken(session, row.id or 0) >= row.places:
            continue
        try:
            place = str(decode(vault.unlock(row.label_box)))
        except Gone:
            continue
        at = row.starts_at.astimezone(zone)
        found[row.service].append(Outing(str(row.id), at.date(), at.time(), place, row.starts_at))
    return {service: tuple(some) for service, some in found.items()}


def sign_up(session: Session, case_id: int, reference: str, outing: str, now: datetime) -> bool:
    """Put a case on the list of an outing that she chose; when somebody was faster, it is a task to offer another.

    Gives whether she is on the list.
    """
    number = int(outing) if outing.isdecimal() else 0
    row = session.exec(select(OutingRow).where(OutingRow.id == number).with_for_update()).one_or_none()
    if row is None or row.starts_at <= now or _taken(session, number) >= row.places:
        open_task(session, "outing_full", now, due_at=now + OFFER_ANOTHER_WITHIN, case_id=case_id)
        return False
    line = {"outing_id": number, "case_id": case_id, "came": False, "signed_up": True, "added_at": now}
    if insert_once(session, _outing_case, line) is not None:
        audit.record(session, None, "outing.sign_up", reference, now, outing=number)
    return True


def take_places(session: Session, opened: Opened, chosen: Sequence[SignUp], now: datetime) -> tuple[Step, ...]:
    """Put a case on the lists of outings; gives what is planned around the days of those that had a place left."""
    on_it = [one for one in chosen if sign_up(session, opened.id, opened.reference, one.outing, now)]
    return tuple(step for one in on_it for step in one.steps)


@dataclass(frozen=True, slots=True)
class Impact:
    """What the outings of a service came to: how many there were, who signed up, who came, for how many hours."""

    service: str
    outings: int
    signed_up: int
    came: int
    hours: float


def impact(session: Session, viewer: Viewer) -> list[Impact]:
    """Hours and impact by service (the empty one: of no service), counted without opening anything."""
    coordinators_only(viewer)
    lines: dict[str, list[OutingCase]] = {}
    ids: dict[str, set[int]] = defaultdict(set)
    both = select(OutingRow, OutingCase).join(OutingCase, col(OutingCase.outing_id) == OutingRow.id, isouter=True)
    for outing, line in session.exec(both.order_by(col(OutingRow.service))):
        ids[outing.service].add(outing.id or 0)
        lines.setdefault(outing.service, []).extend([line] if line else [])
    return [
        Impact(
            service,
            len(ids[service]),
            sum(one.signed_up for one in some),
            sum(one.came for one in some),
            sum(one.hours or 0 for one in some if one.came),
        )
        for service, some in lines.items()
    ]


def _taken(session: Session, outing_id: int) -> int:
    return session.exec(select(func.count()).where(col(OutingCase.outing_id) == outing_id)).one()
