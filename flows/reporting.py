"""What the cases of a period add up to: which days a period has, and the figures of its lines."""

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from flows.expressions.convert import to_number
from flows.model import Value
from flows.planning import Added
from flows.plans import Report
from flows.routed import values_in

QUARTER = 3
"""Months."""


@dataclass(frozen=True, slots=True)
class Period:
    """A month or a quarter: its name in an address (`2026-11`, `2026-q4`), its first and its last day."""

    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Case:
    """What is counted of one case: its reference, the answers that count, and its routed facts."""

    reference: str
    values: Mapping[str, Value]
    route: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure, and the cases behind it: by reference what each of them adds, where it is anything."""

    amounts: Mapping[str, float] = field(default_factory=dict)

    @property
    def figure(self) -> float:
        """What they add up to."""
        return sum(self.amounts.values(), 0.0)

    @property
    def cases(self) -> int:
        """How many they are."""
        return len(self.amounts)

    def with_all(self, others: Iterable["Cell"]) -> "Cell":
        """The figure of all of these together, in which a case that is in several counts once."""
        return Cell(ChainMap(*(dict(one.amounts) for one in (self, *others))))


@dataclass(frozen=True, slots=True)
class Figures:
    """A report: each line, the same divided by each routed answer's values, and what was written.

    `cases` says how many were counted; a concern is a reference and the words.
    """

    cases: int
    lines: Mapping[str, Cell]
    parts: Mapping[str, Mapping[str, Mapping[str, Cell]]]
    concerns: Sequence[tuple[str, str]]

    @property
    def rows(self) -> dict[str, float]:
        """Each line's figure."""
        return figures_of(self.lines)

    @property
    def by(self) -> dict[str, dict[str, dict[str, float]]]:
        """The same of each part: by routed answer and value."""
        return {name: {value: figures_of(lines) for value, lines in part.items()} for name, part in self.parts.items()}


def figures_of(lines: Mapping[str, Cell]) -> dict[str, float]:
    """What stands in the lines."""
    return {label: cell.figure for label, cell in lines.items()}


def period_of(report: Report, day: date) -> Period:
    """The period in which a day lies."""
    month = day.replace(day=1)
    if report.until_day is not None and day.day > report.until_day:
        month = _months_on(month, 1)
    if report.period == "quarter":
        month = month.replace(month=(month.month - 1) // QUARTER * QUARTER + 1)
    return _period(report, month)


def named_period(report: Report, name: str) -> Period:
    """The period of a name in an address. ValueError when it is none."""
    year, _, rest = name.partition("-")
    number = int(rest.removeprefix("q"))
    quarterly = rest.startswith("q")
    if quarterly != (report.period == "quarter") or not 2000 < int(year) < 2200:
        raise ValueError(name)
    return _period(report, date(int(year), (number - 1) * QUARTER + 1 if quarterly else number, 1))


def before(report: Report, period: Period) -> Period:
    """The period that ends the day before this one begins."""
    return period_of(report, period.first - timedelta(days=1))


def after(report: Report, period: Period) -> Period:
    """The period that begins the day after this one ends."""
    return period_of(report, period.last + timedelta(days=1))


def add_up(report: Added, cases: Iterable[Case], now: datetime) -> Figures:
    """Count it, exactly."""
    lines = _no_lines(report)
    parts: dict[str, dict[str, _Lines]] = {name: {} for name in report.plan.by}
    concerns, number = [], 0
    for case in cases:
        number += 1
        into = [lines, *_parts_of(report, case, parts)]
        for label in report.rows:
            if amount := _amount(report, label, case.values, now):
                for one in into:
                    one[label][case.reference] = amount
        said = ((name, case.values.get(name)) for name in report.plan.concerns)
        concerns += [(case.reference, value) for _, value in said if isinstance(value, str) and value]
    by = {name: {value: _cells(one) for value, one in part.items()} for name, part in parts.items()}
    return Figures(number, _cells(lines), by, concerns)


_Lines = dict[str, dict[str, float]]


def _parts_of(report: Added, case: Case, parts: Mapping[str, dict[str, _Lines]]) -> Iterator[_Lines]:
    """The parts that a case is counted in: one for each routed answer, or for each of its values."""
    for name, part in parts.items():
        for value in values_in(case.route.get(name, "")) or ("",):
            yield part.setdefault(value, _no_lines(report))


def _no_lines(report: Added) -> _Lines:
    return {label: {} for label in report.rows}


def _cells(lines: _Lines) -> dict[str, Cell]:
    return {label: Cell(amounts) for label, amounts in lines.items()}


def is_in(value: Value, period: Period) -> bool:
    """Whether a date (ISO 8601) lies in a period; one that is only a month lies where its first day does."""
    if not isinstance(value, str):
        return False
    try:
        day = date.fromisoformat(value if len(value) > len("2026-11") else f"{value}-01")
    except ValueError:
        return False
    return period.first <= day <= period.last


def _amount(report: Added, label: str, values: Mapping[str, Value], now: datetime) -> float:
    """What one case adds to a line: 1, or what the line adds up; nothing where that is no number."""
    when, add = report.rows[label]
    if when is not None and not when.truth(values, now=now):
        return 0.0
    if add is None:
        return 1.0
    amount = to_number(add.evaluate(values, now=now))
    return amount if amount == amount else 0.0  # NaN is not itself


def _period(report: Report, month: date) -> Period:
    """The period that begins with this month, or, where periods end within a month, the one that ends in it."""
    length = QUARTER if report.period == "quarter" else 1
    end = _months_on(month, length - 1)
    name = f"{month:%Y}-q{(month.month - 1) // QUARTER + 1}" if report.period == "quarter" else f"{month:%Y-%m}"
    if report.until_day is None:
        return Period(name, month, _months_on(end, 1) - timedelta(days=1))
    begins = _months_on(month, -1).replace(day=report.until_day) + timedelta(days=1)
    return Period(name, begins, end.replace(day=report.until_day))


def _months_on(first: date, months: int) -> date:
    """The first day of a month so many months later."""
    number = first.year * 12 + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)
