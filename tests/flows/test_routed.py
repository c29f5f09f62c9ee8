"""An answer of several values stands beside the sealed case as several, and is counted as each of them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.console.shown import facts
from flows import reporting
from flows.amending import Whose, amend
from flows.loader import Library
from flows.model import Answer
from flows.routed import fact_of, holds, values_in
from tests.factories import NOW
from tests.libraries import the_library
from tests.planned import SERVICE, planned_library

ROUTED = SERVICE.replace("route: [area]", "route: [area, needs]").replace("by: [area]", "by: [needs]")


@pytest.fixture
def work(tmp_path: Path) -> Library:
    return planned_library(tmp_path, the_library(), ROUTED)


def test_its_values_are_kept_not_the_text_of_a_tuple(work: Library) -> None:
    answers = {"needs": Answer(("food", "lawyer"), "1 3"), "area": Answer("north", "1")}
    found = amend(work, Whose("work", "en", "chat", {}), answers, NOW).route
    assert found == {"area": "north", "needs": "food lawyer"}
    assert holds(found, "needs", "lawyer")
    assert not holds(found, "needs", "law")
    assert facts(work, "work", found, "sms", "en") == ["North", "Food, A lawyer", "SMS"]


def test_what_was_left_out_is_no_fact() -> None:
    assert (fact_of(None), fact_of(()), fact_of("north"), values_in("")) == ("", "", "north", ())


def test_a_report_counts_the_case_in_each_and_once_in_all(work: Library) -> None:
    report = work.services["work"].plans.reports["month"]
    cases = [
        reporting.Case("K7-4QF", {"visits": "2"}, {"needs": "food lawyer"}),
        reporting.Case("M3-TRX", {"visits": "3"}, {"needs": "food"}),
        reporting.Case("P9-HCE", {"visits": "1"}, {}),
    ]
    found = reporting.add_up(report, cases, datetime(2026, 11, 24, tzinfo=UTC))
    assert found.rows["Visits"] == 6
    assert {value: lines["Visits"] for value, lines in found.by["needs"].items()} == {"food": 5, "lawyer": 2, "": 1}
    together = found.parts["needs"]["food"]["Visits"].with_all([found.parts["needs"]["lawyer"]["Visits"]])
    assert (together.cases, together.figure) == (2, 5), "who is in both is one person"
