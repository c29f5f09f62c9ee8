"""No figure below ten leaves, and none can be computed from what does."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.exports.suppression import LEAST, gathered, suppress, suppressed_total

Published = tuple[int | None, ...]


@pytest.mark.parametrize(
    ("cells", "leaves"),
    [
        ([45, 0, 0], [45, 0, 0]),
        ([45, 3, 0], [None, None, None]),
        ([45, 30, 3, 0], [45, None, None, None]),
        ([45, 30, 9, 8], [45, 30, None, None]),
        ([45, 30, 4, 3], [45, None, None, None]),
        ([9, 9], [None, None]),
        ([3, 4, 0], [None, None, None]),
        ([0, 0], [0, 0]),
        ([], []),
    ],
)
def test_small_cells_are_hidden_and_as_many_large_ones_as_it_takes(
    cells: Sequence[int], leaves: Sequence[int | None]
) -> None:
    assert list(suppress(cells)) == leaves


def published(cells: Sequence[int]) -> Published:
    return (suppressed_total(sum(cells)), *suppress(cells))


def tables(length: int, total: int) -> Iterator[tuple[int, ...]]:
    for cells in product(range(total + 1), repeat=length - 1):
        if sum(cells) <= total:
            yield (*cells, total - sum(cells))


@cache
def possible(length: int, total: int) -> dict[Published, list[set[int]]]:
    """Of each publication, the values that each cell could have: what one knows who also knows how it is made."""
    found: dict[Published, list[set[int]]] = defaultdict(lambda: [set() for _ in range(length)])
    totals = range(1, LEAST) if 0 < total < LEAST else [total]
    for one in totals:
        for cells in tables(length, one):
            for values, value in zip(found[published(cells)], cells, strict=True):
                values.add(value)
    return found


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 13), min_size=2, max_size=4))
def test_a_hidden_cell_cannot_be_computed_even_by_who_knows_the_rule(cells: list[int]) -> None:
    """Every hidden cell has several values that would have been published in the very same way."""
    leaves = published(cells)
    could = possible(len(cells), sum(cells))[leaves]
    for shown, values in zip(leaves[1:], could, strict=True):
        assert len(values) > 1 if shown is None else values == {shown}


@given(st.lists(st.integers(0, 40), min_size=1, max_size=30))
def test_what_is_hidden_is_never_alone_nor_few_and_nothing_small_is_shown(cells: list[int]) -> None:
    total, *leaves = published(cells)
    hidden = [count for count, shown in zip(cells, leaves, strict=True) if shown is None]
    assert all(shown is None or shown == count for count, shown in zip(cells, leaves, strict=True))
    assert all(shown is None or shown == 0 or shown >= LEAST for shown in leaves)
    if total is None:
        assert leaves == [None] * len(cells)
    elif hidden:
        assert len(hidden) > 1
        assert sum(hidden) >= LEAST
        assert sum(hidden) == total - sum(filter(None, leaves))


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.tuples(*[st.integers(0, 15)] * 3), max_size=8))
def test_who_is_few_is_gathered_and_nobody_is_lost(rows: dict[str, tuple[int, int, int]]) -> None:
    kept = gathered(rows, "rest")
    assert [sum(column) for column in zip(*kept.values(), strict=True)] == [
        sum(column) for column in zip(*rows.values(), strict=True)
    ]
    assert all(max(cells) >= LEAST for name, cells in kept.items() if name != "rest")
