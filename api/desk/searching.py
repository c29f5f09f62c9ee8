"""Search: whom somebody means who says "I am Almaz, I registered". Cases are opened within one signed-in session.

A volunteer finds that a case is there and how it stands; she opens only what she may.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from api.desk.answered import opened
from api.keys.vault import Vault
from api.staff import audit
from api.staff.access import FORGOTTEN, may_open
from api.staff.people import Viewer
from api.tables import CaseRow, Person
from flows.likeness import Sought, meant, traits_of
from flows.loader import Library

LOOK = 500
"""Cases that are opened for one page of a search."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A case that may be meant, as its routing fields show it; `reasons` are of `flows.likeness`, or `reference`."""

    reference: str
    service: str
    language: str
    channel: str
    state: str
    urgency: str
    escalated: str
    call: bool
    route: Mapping[str, str]
    opened_at: datetime
    claimed_by: str
    reasons: tuple[str, ...]
    opens: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What one page of a search found, the likeliest first. `looked` of the newest cases were looked at, of `all`.

    `next` is where the next page begins; None when all were looked at.
    """

    hits: tuple[Hit, ...]
    looked: int
    all: int
    next: int | None


def search(
    session: Session,
    vault: Vault,
    library: Library,
    viewer: Viewer,
    sought: Sought,
    before: int | None = None,
    limit: int = LOOK,
) -> Found:
    """Look for somebody among the newest cases, or those older than the case with the id `before`."""
    if sought.reference:
        named = {sought.reference: ("reference",)}
        return Found(hits(session, viewer, named), 0, 0, None)
    there = col(CaseRow.state) != FORGOTTEN
    newest = select(CaseRow).where(there).order_by(col(CaseRow.id).desc()).limit(limit)
    cases = session.exec(newest.where(col(CaseRow.id) < before) if before else newest).all()
    total = session.exec(select(func.count(col(CaseRow.id))).where(there)).one()
    fits = {
        case.reference: reasons
        for case, answers in opened(session, vault, viewer, cases)
        if (reasons := meant(sought, traits_of(library.services.get(case.service), answers)))
    }
    last = cases[-1].id if len(cases) == limit else None
    return Found(hits(session, viewer, fits), len(cases), total, last)


def hits(session: Session, viewer: Viewer, reasons: Mapping[str, Sequence[str]]) -> tuple[Hit, ...]:
    """Cases by reference, with why each was found: those for which most speaks first, then the newest."""
    named = select(CaseRow, Person.name).join(Person, isouter=True)
    there = named.where(col(CaseRow.reference).in_(list(reasons)), col(CaseRow.state) != FORGOTTEN)
    found = [
        _hit(case, name or "", tuple(reasons[case.reference]), may_open(viewer, case))
        for case, name in session.exec(there.order_by(col(CaseRow.id).desc()))
    ]
    return tuple(sorted(found, key=lambda hit: -len(hit.reasons)))


def record(session: Session, viewer: Viewer, sought: Sought, found: Found, now: datetime) -> None:
    """Write into the trail that somebody searched, by what, and which cases she found; not whom she looked for."""
    parts = {"reference": sought.reference, "name": sought.words, "birth": sought.year}
    by = [name for name, given in parts.items() if given]
    detail = {"by": by, "looked": found.looked, "found": [hit.reference for hit in found.hits]}
    audit.record(session, viewer.person_id, "case.search", "", now, **detail)


def _hit(case: CaseRow, name: str, reasons: tuple[str, ...], opens: bool) -> Hit:
    return Hit(
        case.reference,
        case.service,
        case.language,
        case.channel,
        case.state,
        case.urgency,
        case.escalated,
        case.call,
        case.route,
        case.opened_at,
        name,
        reasons,
        opens,
    )
