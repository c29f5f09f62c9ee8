"""What leaves the house is suppressed: no figure below ten, and none from which one below ten can be computed.

A table is a list of cells that add up to a total. Cells below `LEAST` are hidden (*primary* suppression). Because the
total is known, what is hidden is known together; so further cells are hidden, from the end, until at least two are
hidden, together they are `LEAST` or more, and not each the most that a hidden cell can be (*secondary*). Which are
hidden besides does not depend on how large they are, as that would tell something too; nor may the order of the cells.
Where all that would be hidden is nothing, nothing is hidden: nobody can be found in a nought. Of a total below `LEAST`
nothing is shown at all.

`None` stands for what is hidden. tests/api/exports/test_suppression.py proves that each hidden cell could be another.
"""

from collections.abc import Mapping, Sequence

LEAST = 10
"""The smallest figure that leaves."""

Cells = Sequence[int | None]


def suppressed_total(total: int) -> int | None:
    """A total as it may leave; nought, where there was nobody."""
    return total if total >= LEAST or total == 0 else None


def suppress(cells: Sequence[int]) -> Cells:
    """The cells of one table as they may leave."""
    total = sum(cells)
    if suppressed_total(total) is None:
        return [None] * len(cells)
    hidden = {place for place, count in enumerate(cells) if count < LEAST}
    if not sum(cells[place] for place in hidden):
        return list(cells)
    shown = [place for place in range(len(cells)) if place not in hidden]
    while shown and _tells([cells[place] for place in hidden]):
        hidden.add(shown.pop())
    return [None if place in hidden else count for place, count in enumerate(cells)]


def gathered(rows: Mapping[str, Sequence[int]], rest: str) -> dict[str, list[int]]:
    """The rows that have a cell of `LEAST` or more; the others are added up in the row `rest`, at the end.

    For tables whose rows say who there is at all: a nationality that three people have would be named by its row.
    """
    large = {name: list(cells) for name, cells in rows.items() if max(cells) >= LEAST and name != rest}
    small = [cells for name, cells in rows.items() if name not in large]
    return {**large, rest: [sum(column) for column in zip(*small, strict=True)]} if small else large


def _tells(hidden: Sequence[int]) -> bool:
    """Whether the sum of what is hidden, which everybody can compute, tells what one of the cells is."""
    return len(hidden) < 2 or sum(hidden) < LEAST or all(count == LEAST - 1 for count in hidden)
