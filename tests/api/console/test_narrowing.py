"""The queue narrowed to one routing field: what can be chosen, in the reader's words, and what is left."""

from datetime import timedelta

import pytest

from api.console.board import board
from api.console.narrowing import has
from api.desk.queue import QueueEntry
from flows.loader import Library
from tests.factories import NOW


def waits(reference: str, **route: str) -> QueueEntry:
    """A case that waits, with these routing fields."""
    return QueueEntry(
        reference, "vaccination", "am", "sms", "open", "normal", False, route, NOW, timedelta(0), "", False, 0
    )


QUEUE = [
    waits("A", governorate="beirut", district="beirut", country="ETH", place="beirut"),
    waits("B", governorate="mount_lebanon", district="el_meten", country="ETH", outcome="slow"),
    waits("C", governorate="mount_lebanon", district="baabda", country="BGD"),
]


def test_each_field_can_be_chosen_once_in_the_readers_language_under_what_it_answers(library: Library) -> None:
    fields = board(library, QUEUE, "fr").fields
    titles = [title for title, _ in fields.choices]
    assert len(titles) == len(set(titles)) == 3
    codes = [code for _, group in fields.choices for code, _ in group]
    assert sorted(codes) == [
        "country.BGD", "country.ETH", "district.baabda", "district.beirut", "district.el_meten", "governorate.beirut",
        "governorate.mount_lebanon",
    ]  # fmt: skip
    assert ("governorate.mount_lebanon", "Mont-Liban") in fields.choices[0][1]


@pytest.mark.parametrize(("only", "left"), [("", "ABC"), ("district.el_meten", "B"), ("country.ETH", "AB")])
def test_only_what_fits_is_listed_and_all_that_wait_are_still_counted(library: Library, only: str, left: str) -> None:
    narrowed = board(library, QUEUE, "en", only)
    assert "".join(row.entry.reference for row in narrowed.shown) == left
    assert len(narrowed.waiting) == 3
    assert narrowed.fields.chosen == only


def test_what_was_chosen_stays_chosen_when_somebody_took_the_last_one(library: Library) -> None:
    narrowed = board(library, QUEUE[1:], "en", "district.beirut")
    assert narrowed.shown == []
    assert ("district.beirut", "Beirut") in [one for _, group in narrowed.fields.choices for one in group]


@pytest.mark.parametrize(
    "only", ["district", "district.", "name.almaz", "district.atlantis", "outcome.slow", ".", "x.y"]
)
def test_what_is_no_routing_field_narrows_nothing(library: Library, only: str) -> None:
    narrowed = board(library, QUEUE, "en", only)
    assert (narrowed.fields.chosen, len(narrowed.shown)) == ("", 3)
    assert only not in [code for _, group in narrowed.fields.choices for code, _ in group]


def test_of_several_values_each_is_one() -> None:
    several = waits("A", speaks="am ar")
    assert [has(several, f"speaks.{one}") for one in ("am", "ar", "a", "fr")] == [True, True, False, False]
