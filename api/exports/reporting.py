"""Reports of a service over a period: its cases are opened for a coordinator who is signed in, and added up."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from sqlmodel import Session, col, select

from api.desk.answered import opened, whose
from api.errors import Refused
from api.exports.suppression import LEAST, suppress, suppressed_total
from api.keys.vault import Vault
from api.staff import audit
from api.staff.access import FORGOTTEN, coordinators_only
from api.staff.people import Viewer
from api.tables import CaseRow
from flows import reporting
from flows.amending import relevant
from flows.loader import Library
from flows.planning import Added
from flows.reporting import Case, Cell, Figures, Period

OPENED, OTHERS = "opened", "others"
AT_ONCE = 100
"""How many cases are opened in one go."""

Shown = Mapping[str, float | None]
"""Figures by line; None is not shown."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A report as a page shows it: `parts` are the tables by routed answer and value."""

    period: Period
    cases: int | None
    rows: Shown
    parts: Mapping[str, Mapping[str, Shown]]
    concerns: tuple[tuple[str, str], ...]


def reports(library: Library) -> list[tuple[str, str]]:
    """Every report that there is: service and name."""
    return [(service, name) for service, one in library.services.items() for name in one.plans.reports]


def the_report(library: Library, viewer: Viewer, service: str, name: str) -> Added:
    """One report, compiled. Refused(404, "not_found")."""
    coordinators_only(viewer)
    known = library.services.get(service)
    if known is None or name not in known.plans.reports:
        raise Refused(404, "not_found")
    return known.plans.reports[name]


def period(report: Added, name: str, today: date) -> Period:
    """The period of an address; the one in which today lies when none is named. Refused(404, "not_found")."""
    if not name:
        return reporting.period_of(report.plan, today)
    try:
        return reporting.named_period(report.plan, name)
    except ValueError:
        raise Refused(404, "not_found") from None


def count(
    session: Session, vault: Vault, library: Library, viewer: Viewer, service: str, name: str, over: Period,
    zone: tzinfo, now: datetime,
) -> Figures:  # fmt: skip
    """Add up the cases of a period (days in `zone`). Refused(404, "not_found")."""
    report = the_report(library, viewer, service, name)
    found = list(_cases(session, vault, library, viewer, service, report, over, zone, now))
    audit.record(session, viewer.person_id, "report.count", f"{service}:{name}", now, cases=len(found))
    return reporting.add_up(report, found, now)


def exact(figures: Figures, over: Period) -> Sheet:
    """For the house."""
    return Sheet(over, figures.cases, figures.rows, figures.by, tuple(figures.concerns))


def to_hand_out(figures: Figures, over: Period) -> Sheet:
    """As it may leave: nothing that fewer than ten cases are behind, and nothing from which that could be computed.

    That holds for what is added up as well: the sixty whom one person helped are hers alone. No words of anybody.
    """
    parts = {name: _part(values) for name, values in figures.parts.items()}
    alone = {label: _if_shown(cell, suppressed_total(cell.cases)) for label, cell in figures.lines.items()}
    return Sheet(over, suppressed_total(figures.cases), alone, parts, ())


def _part(values: Mapping[str, Mapping[str, Cell]]) -> dict[str, Shown]:
    """The lines of one routed answer's values; those values that few people have are one together."""
    large = {
        name: lines
        for name, lines in values.items()
        if name != OTHERS and any(cell.cases >= LEAST for cell in lines.values())
    }
    small = [lines for name, lines in values.items() if name not in large]
    if small:
        large[OTHERS] = {label: cell.with_all(one[label] for one in small[1:]) for label, cell in small[0].items()}
    shown: dict[str, dict[str, float | None]] = {name: {} for name in large}
    for label in next(iter(large.values()), {}):
        cells = [lines[label] for lines in large.values()]
        for name, cell, count in zip(large, cells, suppress([one.cases for one in cells]), strict=True):
            shown[name][label] = _if_shown(cell, count)
    return dict(shown)


def _if_shown(cell: Cell, count: int | None) -> float | None:
    return None if count is None else round(cell.figure)


def _cases(
    session: Session, vault: Vault, library: Library, viewer: Viewer, service: str, report: Added, over: Period,
    zone: tzinfo, now: datetime,
) -> Iterator[Case]:  # fmt: skip
    """The cases that a period counts, opened."""
    from_ = datetime.combine(over.first, time(), zone).astimezone(UTC)
    to = datetime.combine(over.last + timedelta(days=1), time(), zone).astimezone(UTC)
    ours = select(CaseRow).where(CaseRow.service == service, CaseRow.state != FORGOTTEN)
    if report.plan.of == OPENED:
        ours = ours.where(CaseRow.opened_at >= from_, CaseRow.opened_at < to)
    rows = session.exec(ours.order_by(col(CaseRow.id))).all()
    for start in range(0, len(rows), AT_ONCE):
        for case, answers in opened(session, vault, viewer, rows[start : start + AT_ONCE]):
            values = relevant(library, whose(case, answers), now)
            if report.plan.of == OPENED or reporting.is_in(values.get(report.plan.of), over):
                yield Case(case.reference, values, case.route)
