"""Plots, drawn on the server: bars as SVG that a screen reader passes over, beside the same figures in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH = 100.0
"""The width of the longest bar, in units of the drawing: it is stretched to the page."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a plot: what it is, how much, as it is said, and how long its bar is (0 to WIDTH)."""

    label: str
    count: float
    said: str
    length: float
    alarm: bool = False


def bars(rows: Iterable[tuple[str, float, str]], *, alarm: Sequence[str] = ()) -> list[Bar]:
    """The lines of a plot: (what, how much, as it is said). Those that are named in `alarm` are drawn as a warning."""
    rows = list(rows)
    longest = max((count for _, count, _ in rows), default=0) or 1
    return [Bar(label, count, said, round(WIDTH * count / longest, 2), label in alarm) for label, count, said in rows]
