"""A month is counted exactly for the house; what leaves has nothing below ten, and nothing that gives it away."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.desk import cases, months, queue
from api.desk.months import AGE, DIMENSIONS, NATIONALITY, OTHERS, SEX, UNKNOWN, Listed, Month
from api.errors import Refused
from api.exports import batches
from api.exports.suppression import LEAST
from api.keys.vault import Vault
from api.staff.people import Viewer
from api.store.db import Database
from flows.model import Answer
from tests.factories import NOW, SHARED, make_case
from tests.libraries import the_library

NOVEMBER = date(2026, 11, 1)
SAYS = {
    "name": Answer("Almaz Tesfaye", "almaz"),
    "born": Answer("1992-11-30", "1992"),
    "gender": Answer("woman", "1"),
    "country": Answer("ETH", "1"),
    "district": Answer("el_meten", "Dora"),
    "share_ministry": SHARED,
}


def count(db: Database, vault: Vault, viewer: Viewer, first: date = NOVEMBER) -> Month:
    lists = db.read_now(lambda session: months.listed(session, viewer, the_library(), first, UTC))
    last = months.next_month(first) - timedelta(days=1)
    facts = db.read_now(lambda session: months.facts(session, vault, the_library(), viewer, lists.all, last))
    return months.counted(first, lists, facts)


def test_a_month_counts_who_came_who_left_in_a_file_and_who_is_known_of(
    db: Database, vault: Vault, coordinator: Viewer
) -> None:
    make_case(db, vault, SAYS)
    make_case(db, vault, {**SAYS, "gender": Answer("man", "2"), "born": Answer("1980", "1980", "year")})
    make_case(db, vault, SAYS, now=datetime(2026, 10, 31, 23, tzinfo=UTC))
    closed = make_case(db, vault, SAYS, claimed_by=coordinator, now=datetime(2026, 10, 2, tzinfo=UTC)).reference
    db.write_now(lambda session: queue.close(session, coordinator, closed, "done", NOW))
    terms: Any = {"service": "vaccination", "export": "ministry", "now": NOW}
    db.write_now(lambda session: batches.export(session, vault, the_library(), coordinator, **terms))
    month = count(db, vault, coordinator)
    assert month.totals == [2, 1, 0]
    assert month.tables[SEX] == {"man": [1, 0, 0], "woman": [1, 1, 0]}
    assert month.tables[NATIONALITY] == {"ETH": [2, 1, 0]}
    assert month.tables[AGE]["25-34"] == [1, 1, 0], "she has her birthday on the last day of the month"
    assert month.tables[AGE]["45-54"] == [1, 0, 0]
    assert count(db, vault, coordinator, date(2026, 10, 1)).totals == [2, 0, 0]


def test_whoever_was_forgotten_is_counted_and_not_known(db: Database, vault: Vault, coordinator: Viewer) -> None:
    reference = make_case(db, vault, SAYS).reference
    db.write_now(lambda session: cases.forget(session, vault, reference, NOW))
    month = count(db, vault, coordinator)
    assert month.totals == [1, 0, 0]
    assert month.tables[SEX] == {UNKNOWN: [1, 0, 0]}


def test_a_volunteer_counts_no_month(db: Database, volunteer: Viewer) -> None:
    with pytest.raises(Refused, match="not_found"):
        db.read_now(lambda session: months.listed(session, volunteer, the_library(), NOVEMBER, UTC))


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "26-1", "2026-11-01", "now", "-1-1"])
def test_what_is_no_month_is_not_there(text: str) -> None:
    with pytest.raises(Refused, match="not_found"):
        months.month_of(text)


PEOPLE = st.lists(
    st.fixed_dictionaries(
        {SEX: st.sampled_from(["man", "woman"]), NATIONALITY: st.sampled_from(["ETH", "BGD", "LKA", UNKNOWN])}
    ),
    max_size=60,
)


@given(PEOPLE, st.data())
def test_what_leaves_shows_nothing_small_and_every_sum_hides_two(people: list[dict[str, str]], data: Any) -> None:
    known = dict(enumerate(people))
    some = st.frozensets(st.sampled_from(sorted(known))) if known else st.just(frozenset())
    lists = Listed(frozenset(known), data.draw(some), data.draw(some))
    exact = months.counted(NOVEMBER, lists, known)
    out = months.to_hand_out(exact)
    for dimension in DIMENSIONS:
        for place, total in enumerate(out.totals):
            column = [row[place] for row in out.tables[dimension].values()]
            assert all(count is None or count == 0 or count >= LEAST for count in (*column, total))
            assert column.count(None) != 1 or total is None
            if total is not None and None in column:
                assert total - sum(filter(None, column)) >= LEAST
    named = set(out.tables[NATIONALITY]) - {OTHERS}
    assert all(max(exact.tables[NATIONALITY][code]) >= LEAST for code in named), "few are not named by their row"  # type: ignore[type-var]
