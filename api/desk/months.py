"""One month in figures: who came, who was handed over, who was served; counted over opened cases, for one session."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from sqlmodel import Session, col, func, select

from api.answers import unpack
from api.errors import Refused
from api.exports.suppression import gathered, suppress, suppressed_total
from api.keys.vault import Vault
from api.staff import audit
from api.staff.access import FORGOTTEN, coordinators_only, id_of, open_key
from api.staff.people import Viewer
from api.tables import Batch, BatchCase, CaseRow, Item
from flows.loader import Asked, Library, Service
from flows.model import Answer

COLUMNS = ("new", "exported", "served")
SEX, AGE, NATIONALITY, DISTRICT, SERVICE = DIMENSIONS = ("sex", "age", "nationality", "district", "service")
GATHERED = (SEX, NATIONALITY, DISTRICT, SERVICE)
"""What has as many rows as there are kinds of people: in what leaves, small ones are gathered in one row."""
UNKNOWN, OTHERS = "unknown", "others"
BANDS = ((0, 17), (18, 24), (25, 34), (35, 44), (45, 54), (55, 64), (65, 150))
"""Ages, in whole years at the end of the month."""
_SEX, _BIRTH = ("gender", "sex"), ("born", "birth", "birth_date", "age")

Row = Sequence[int | None]
"""New, exported, served; None is not shown."""
Facts = Mapping[str, str]
"""Of one case, by dimension: a code, or `unknown`."""


@dataclass(frozen=True, slots=True)
class Listed:
    """The ids of the cases that count in each column of a month."""

    new: frozenset[int]
    exported: frozenset[int]
    served: frozenset[int]

    @property
    def all(self) -> list[int]:
        """Every case that has to be opened, once."""
        return sorted(self.new | self.exported | self.served)


@dataclass(frozen=True, slots=True)
class Month:
    """The figures of a month: its totals, and by dimension the rows by code."""

    first: date
    totals: Row
    tables: Mapping[str, Mapping[str, Row]]


def month_of(text: str) -> date:
    """The first day of a month as the address has it, such as `2026-11`. Raises Refused(404, "not_found")."""
    try:
        year, month = (int(part) for part in text.split("-"))
        first = date(year, month, 1)
    except ValueError:
        raise Refused(404, "not_found") from None
    if not 2000 < year < 2200:
        raise Refused(404, "not_found")
    return first


def next_month(first: date) -> date:
    """The first day of the month after."""
    return (first + timedelta(days=31)).replace(day=1)


def listed(session: Session, viewer: Viewer, library: Library, first: date, zone: tzinfo) -> Listed:
    """Which cases count: `new` were opened in the month, `exported` left in a batch in it, `served` were marked so.

    A case of a service that exports nothing is served when it is closed as done. Refused(404, "not_found").
    """
    coordinators_only(viewer)
    end = next_month(first)
    from_, to = (datetime.combine(day, time(), zone).astimezone(UTC) for day in (first, end))
    new = select(CaseRow.id).where(CaseRow.opened_at >= from_, CaseRow.opened_at < to)
    left = select(BatchCase.case_id).join(Batch).where(Batch.created_at >= from_, Batch.created_at < to)
    marked = select(BatchCase.case_id).where(BatchCase.answer == "done", col(BatchCase.day) >= first)
    kept_here = [name for name, one in library.services.items() if not one.file.exports]
    closed = select(CaseRow.id).where(
        col(CaseRow.service).in_(kept_here), CaseRow.closing_reason == "done", col(CaseRow.closed_at) >= from_
    )
    served = {*session.exec(marked.where(col(BatchCase.day) < end))}
    served |= {one or 0 for one in session.exec(closed.where(col(CaseRow.closed_at) < to))}
    return Listed(frozenset(one or 0 for one in session.exec(new)), frozenset(session.exec(left)), frozenset(served))


def facts(
    session: Session, vault: Vault, library: Library, viewer: Viewer, ids: Sequence[int], last: date
) -> dict[int, Facts]:
    """What some hundred cases count as; `last` is the day on which ages are reckoned. A forgotten case is unknown."""
    coordinators_only(viewer)
    rows = session.exec(select(CaseRow).where(col(CaseRow.id).in_(ids))).all()
    newest = select(func.max(Item.id)).where(col(Item.case_id).in_(ids), Item.kind == "answers")
    boxes = select(Item.case_id, Item.box).where(col(Item.id).in_(newest.group_by(col(Item.case_id))))
    answers = dict(session.exec(boxes).all())
    found: dict[int, Facts] = {}
    for case in rows:
        box, service = answers.get(id_of(case)), library.services.get(case.service)
        if case.state == FORGOTTEN or box is None or service is None:
            found[id_of(case)] = {SERVICE: case.service}
            continue
        opened = open_key(vault, viewer, case).open(Vault.item_context(id_of(case), "answers"), box)
        found[id_of(case)] = {**_facts(service, unpack(opened), last), SERVICE: case.service}
    return found


def counted(first: date, lists: Listed, known: Mapping[int, Facts]) -> Month:
    """Count it, exactly."""
    columns = [getattr(lists, name) for name in COLUMNS]
    tables: dict[str, Mapping[str, Row]] = {}
    for dimension in DIMENSIONS:
        counts = [Counter(known.get(one, {}).get(dimension, UNKNOWN) for one in ids) for ids in columns]
        codes = _in_order(dimension, set().union(*counts))
        tables[dimension] = {code: [count[code] for count in counts] for code in codes}
    return Month(first, [len(ids) for ids in columns], tables)


def to_hand_out(month: Month) -> Month:
    """The same as it may leave the house: nothing below ten, and nothing from which that could be computed."""
    tables = {}
    for dimension, exact in month.tables.items():
        rows = {code: [count or 0 for count in row] for code, row in exact.items()}
        if dimension in GATHERED:
            rows = gathered(rows, OTHERS)
        columns = [suppress(column) for column in zip(*rows.values(), strict=True)]
        tables[dimension] = dict(zip(rows, zip(*columns, strict=True), strict=True))
    return Month(month.first, [suppressed_total(total or 0) for total in month.totals], tables)


def looked_at(session: Session, viewer: Viewer, first: date, cases: int, now: datetime) -> None:
    """Write down who had a month counted, over how many cases."""
    audit.record(session, viewer.person_id, "month.count", f"{first:%Y-%m}", now, cases=cases)


def asked_for(service: Service, dimension: str) -> Asked | None:
    """The question of a service that says it, if it asks one."""
    fits: Mapping[str, Callable[[Asked], bool]] = {
        SEX: lambda one: one.question.ask in _SEX,
        AGE: lambda one: one.question.ask in _BIRTH,
        NATIONALITY: lambda one: one.question.type == "country",
        DISTRICT: lambda one: one.question.type == "district",
    }
    return next(filter(fits[dimension], service.questions), None) if dimension in fits else None


def _facts(service: Service, answers: Mapping[str, Answer], last: date) -> Facts:
    said = {}
    for dimension in (SEX, AGE, NATIONALITY, DISTRICT):
        asked = asked_for(service, dimension)
        answer = answers.get(asked.question.ask) if asked else None
        value = answer.value if answer and isinstance(answer.value, str) else ""
        said[dimension] = (_band(value, last) if dimension == AGE else value) or UNKNOWN
    return said


def _band(born: str, last: date) -> str:
    """The age band of a date of birth (ISO 8601, also cut to year or month), such as `25-34`; or nothing."""
    year, *rest = (int(part) for part in born.split("-") if part.isdecimal()) if born else (0,)
    if not year:
        return ""
    had_birthday = tuple(rest) <= (last.month, last.day)
    age = last.year - year - (not had_birthday)
    return next((f"{low}-{high}" for low, high in BANDS if low <= age <= high), "")


def _in_order(dimension: str, found: Iterable[str]) -> list[str]:
    """By code, so that the order tells nothing of the figures; every age band, and what is unknown at the end."""
    codes = {*found} | ({UNKNOWN, *(f"{low}-{high}" for low, high in BANDS)} if dimension == AGE else set())
    return sorted(codes, key=lambda code: (code == UNKNOWN, code))
