"""A service's report: what the cases of a period add up to, exact for the house, and as it may leave it."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from api.answers import Contact
from api.desk import cases
from api.errors import Refused
from api.exports import reporting
from api.keys.vault import Vault
from api.staff.people import Viewer
from api.store.db import Database
from flows import reporting as periods
from flows.loader import Library
from flows.model import Answer
from flows.plans import Report, Row
from tests.factories import NOW
from tests.planned import planned_library

PHONE = Contact("telegram", "telegram:1", "4711", "chat", "en")


@pytest.fixture
def work(library: Library, tmp_path: Path) -> Library:
    return planned_library(tmp_path, library)


def report_of(**words: object) -> Report:
    return Report(title="R", rows={"All": Row()}, **words)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("report", "day", "name", "first", "last"),
    [
        (report_of(), date(2026, 2, 28), "2026-02", date(2026, 2, 1), date(2026, 2, 28)),
        (report_of(until_day=15), date(2026, 11, 15), "2026-11", date(2026, 10, 16), date(2026, 11, 15)),
        (report_of(until_day=15), date(2026, 12, 16), "2027-01", date(2026, 12, 16), date(2027, 1, 15)),
        (report_of(period="quarter"), date(2026, 11, 24), "2026-q4", date(2026, 10, 1), date(2026, 12, 31)),
        (
            report_of(period="quarter", until_day=15),
            date(2026, 12, 16),
            "2027-q1",
            date(2026, 12, 16),
            date(2027, 3, 15),
        ),
    ],
)
def test_a_period_has_its_days(report: Report, day: date, name: str, first: date, last: date) -> None:
    period = periods.period_of(report, day)
    assert period == periods.Period(name, first, last) == periods.named_period(report, name)
    assert periods.after(report, period).first == last + timedelta(days=1)
    assert periods.after(report, periods.before(report, period)) == period


@pytest.mark.parametrize("name", ["", "2026", "2026-13", "2026-q4", "x-1", "1-1", "2026-1x"])
def test_what_is_no_month_is_refused(work: Library, coordinator: Viewer, name: str) -> None:
    report = reporting.the_report(work, coordinator, "work", "month")
    if name:
        with pytest.raises(Refused, match="not_found"):
            reporting.period(report, name, NOW.date())


def visit(db: Database, vault: Vault, at: datetime, visits: str, area: str = "north", worry: str = "") -> None:
    answers = {
        "needs": Answer(("food",)),
        "area": Answer(area),
        "visits": Answer(visits),
        "worry": Answer(worry or None),
    }
    db.write_now(
        lambda s: cases.open_case(
            s, vault, service="work", contact=PHONE, answers=answers, route={"area": area}, now=at
        )
    )


def count(db: Database, vault: Vault, work: Library, viewer: Viewer, name: str) -> periods.Figures:
    report = reporting.the_report(work, viewer, "work", "month")
    over = reporting.period(report, name, NOW.date())
    return db.write_now(lambda s: reporting.count(s, vault, work, viewer, "work", "month", over, UTC, NOW))


def test_the_month_for_the_meeting_of_the_fifteenth_is_added_up(
    db: Database, vault: Vault, work: Library, coordinator: Viewer, volunteer: Viewer
) -> None:
    visit(db, vault, datetime(2026, 10, 15, 23, tzinfo=UTC), "100")
    visit(db, vault, datetime(2026, 10, 16, tzinfo=UTC), "2", worry="No tablets are left")
    visit(db, vault, datetime(2026, 11, 15, 23, tzinfo=UTC), "3", area="south")
    visit(db, vault, datetime(2026, 11, 16, tzinfo=UTC), "100")
    found = count(db, vault, work, coordinator, "2026-11")
    assert found.rows == {"Everybody": 2, "Visits": 5, "Asked for food": 2}
    assert found.by["area"]["south"] == {"Everybody": 1, "Visits": 3, "Asked for food": 1}
    assert [words for _, words in found.concerns] == ["No tablets are left"]
    with pytest.raises(Refused, match="not_found"):
        count(db, vault, work, volunteer, "2026-11")


def test_what_leaves_shows_no_figure_below_ten_and_nobodys_words(
    db: Database, vault: Vault, work: Library, coordinator: Viewer
) -> None:
    for number in range(13):
        visit(db, vault, datetime(2026, 11, 1, tzinfo=UTC), "1", area="south" if number < 2 else "north", worry="Dogs")
    found = count(db, vault, work, coordinator, "2026-11")
    report = reporting.the_report(work, coordinator, "work", "month")
    sheet = reporting.to_hand_out(found, reporting.period(report, "2026-11", NOW.date()))
    assert (sheet.cases, sheet.rows["Visits"], sheet.concerns) == (13, 13, ())
    figures = [figure for part in sheet.parts["area"].values() for figure in part.values()]
    assert all(figure is None or figure >= 10 for figure in figures)
    assert figures.count(None) == len(figures), "of two areas, one that is hidden hides the other"


def test_what_one_person_did_does_not_leave_as_a_large_figure(
    db: Database, vault: Vault, work: Library, coordinator: Viewer
) -> None:
    day = datetime(2026, 11, 1, tzinfo=UTC)
    visit(db, vault, day, "60")
    for number in range(29):
        visit(db, vault, day, "2" if number < 9 else "0", area="south")
    found = count(db, vault, work, coordinator, "2026-11")
    report = reporting.the_report(work, coordinator, "work", "month")
    over = reporting.period(report, "2026-11", NOW.date())
    assert found.rows["Visits"] == 78
    assert reporting.to_hand_out(found, over).rows == {"Everybody": 30, "Visits": 78, "Asked for food": 30}
    parts = reporting.to_hand_out(found, over).parts["area"].values()
    assert [part["Visits"] for part in parts] == [None, None], "60 are one person's, and 18 tell it"
    alone = [periods.Case(f"R{number}", {"visits": "0" if number else "60"}, {}) for number in range(30)]
    only = reporting.to_hand_out(periods.add_up(report, alone, NOW), over)
    assert (only.cases, only.rows["Everybody"], only.rows["Visits"]) == (30, 30, None)
