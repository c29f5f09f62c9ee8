"""Somebody is found by her name in any script; two cases of one person are proposed, and a person decides."""

import pytest
from sqlmodel import select

from api.desk import likeness, queue, searching
from api.errors import Refused
from api.keys.vault import Vault
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import Audit, CaseRow
from flows.likeness import read_sought
from flows.loader import Library
from flows.model import Answer
from tests.factories import NOW, make_case

IN_AMHARIC = {
    "name": Answer("አልማዝ ተስፋዬ", "አልማዝ ተስፋዬ"),
    "born": Answer("1992-05-25", "17 ግንቦት 1984", "day", "ethiopian"),
}
IN_LATIN = {"name": Answer("Almaz Tesfaye", "Almaz Tesfaye"), "born": Answer("1992", "1992", "year")}
ANOTHER = {"name": Answer("Sara Bekele", "Sara Bekele"), "born": Answer("1992", "1992", "year")}


def find(
    db: Database, vault: Vault, library: Library, who: Viewer, text: str, before: int | None = None, limit: int = 500
) -> searching.Found:
    sought = read_sought(text)
    found = db.read_now(lambda s: searching.search(s, vault, library, who, sought, before, limit))
    db.write_now(lambda s: searching.record(s, who, sought, found, NOW))
    return found


def proposed(db: Database, vault: Vault, library: Library, who: Viewer, reference: str) -> list[str]:
    return [one.reference for one in db.read_now(lambda s: likeness.alike_to(s, vault, library, who, reference))]


def test_a_volunteer_finds_whoever_says_that_she_registered_and_opens_only_her_own(
    db: Database, vault: Vault, library: Library, volunteer: Viewer, coordinator: Viewer
) -> None:
    mine = make_case(db, vault, IN_AMHARIC, claimed_by=volunteer).reference
    hers = make_case(db, vault, IN_LATIN, claimed_by=coordinator).reference
    sara = make_case(db, vault, ANOTHER).reference
    hits = find(db, vault, library, volunteer, "Almaz").hits
    assert {(hit.reference, hit.opens) for hit in hits} == {(mine, True), (hers, False)}
    assert {hit.reference for hit in find(db, vault, library, volunteer, "تسفاي").hits} == {mine, hers}
    assert {hit.reference for hit in find(db, vault, library, volunteer, "١٩٩٢").hits} == {mine, hers, sara}
    assert [hit.reference for hit in find(db, vault, library, volunteer, sara.lower()).hits] == [sara]
    assert find(db, vault, library, volunteer, "Sara 1992").hits[0].reasons == ("name", "birth")
    trail = str(db.read_now(lambda s: [(line.action, line.detail) for line in s.exec(select(Audit))]))
    assert "case.search" in trail
    assert "Almaz" not in trail
    assert "1992" not in trail


def test_a_search_goes_on_where_it_ended(db: Database, vault: Vault, library: Library, volunteer: Viewer) -> None:
    made = [make_case(db, vault, IN_LATIN).reference for _ in range(3)]
    first = find(db, vault, library, volunteer, "Almaz", limit=2)
    assert ([hit.reference for hit in first.hits], first.looked, first.all) == ([made[2], made[1]], 2, 3)
    last = find(db, vault, library, volunteer, "Almaz", before=first.next, limit=2)
    assert ([hit.reference for hit in last.hits], last.looked, last.next) == ([made[0]], 1, None)


def test_two_cases_of_one_person_are_proposed_and_closed_by_a_person_only(
    db: Database, vault: Vault, library: Library, volunteer: Viewer
) -> None:
    first = make_case(db, vault, IN_AMHARIC, claimed_by=volunteer).reference
    second = make_case(db, vault, IN_LATIN, claimed_by=volunteer).reference
    make_case(db, vault, {"name": ANOTHER["name"]})
    assert proposed(db, vault, library, volunteer, first) == [second]
    both = db.write_now(lambda s: likeness.beside(s, vault, library, volunteer, first, second, NOW))
    assert both.reasons[:2] == ("name", "birth")
    db.write_now(lambda s: likeness.same(s, vault, volunteer, second, first, NOW))
    rows = {one.reference: one for one in db.read_now(lambda s: s.exec(select(CaseRow)).all())}
    assert (rows[second].state, rows[second].closing_reason, rows[first].state) == ("closed", "duplicate", "claimed")
    assert proposed(db, vault, library, volunteer, first) == []
    db.write_now(lambda s: queue.reopen(s, volunteer, second, NOW))
    assert proposed(db, vault, library, volunteer, first) == [second]


def test_who_is_not_the_same_is_not_proposed_again(
    db: Database, vault: Vault, library: Library, volunteer: Viewer
) -> None:
    first = make_case(db, vault, IN_AMHARIC, claimed_by=volunteer).reference
    second = make_case(db, vault, IN_LATIN, claimed_by=volunteer).reference
    db.write_now(lambda s: likeness.apart(s, volunteer, first, second, NOW))
    assert proposed(db, vault, library, volunteer, first) == proposed(db, vault, library, volunteer, second) == []


def test_what_she_may_not_open_is_not_shown_beside(
    db: Database, vault: Vault, library: Library, volunteer: Viewer, coordinator: Viewer
) -> None:
    first = make_case(db, vault, IN_AMHARIC, claimed_by=volunteer).reference
    second = make_case(db, vault, IN_LATIN, claimed_by=coordinator).reference
    with pytest.raises(Refused, match="no_such_case"):
        db.write_now(lambda s: likeness.beside(s, vault, library, volunteer, first, second, NOW))
    with pytest.raises(Refused, match="no_such_case"):
        db.write_now(lambda s: likeness.same(s, vault, volunteer, first, second, NOW))
