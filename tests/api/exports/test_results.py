"""What the ministry answered is marked for several at once, told to each, and can be taken back."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import inspect
from sqlmodel import Session, select

from api.desk import queue
from api.desk.wishes import Ways
from api.errors import Refused
from api.exports import batches, results
from api.exports.results import Sent
from api.keys.vault import Vault
from api.staff import audit
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import AppointmentRow, CaseRow, Item, NoticeRow, TaskRow
from flows.notices import Notice
from tests.factories import ALMAZ, NOW, make_case
from tests.libraries import the_library

WAYS = Ways()
SATURDAY = Notice("appointment", date(2026, 12, 5), time(10), "Dora")
LATER = NOW + timedelta(days=12)


@pytest.fixture
def three(db: Database, vault: Vault, volunteer: Viewer, coordinator: Viewer) -> list[str]:
    """The references of three cases that left in batch 1."""
    references = [make_case(db, vault, ALMAZ, claimed_by=volunteer).reference for _ in range(3)]
    for one in references:
        db.write_now(lambda session, one=one: queue.close(session, volunteer, one, "done", NOW))  # type: ignore[misc]
    terms: Any = {"service": "vaccination", "export": "ministry", "now": NOW}
    db.write_now(lambda session: batches.export(session, vault, the_library(), coordinator, **terms))
    return sorted(references)


def look(db: Database, vault: Vault, viewer: Viewer, *, names: bool = False) -> list[Sent]:
    return db.write_now(lambda session: results.batch_cases(session, vault, viewer, 1, NOW, names=names))


def appoint(db: Database, vault: Vault, viewer: Viewer, references: list[str], notice: Notice = SATURDAY) -> Any:
    return db.write_now(
        lambda session: results.mark_appointment(
            session, vault, the_library(), viewer, 1, references, notice, WAYS, NOW
        )
    )


def rows(db: Database, table: Any, *where: Any) -> list[Any]:
    found = select(table).where(*where).order_by(*inspect(table).primary_key)
    return db.read_now(lambda session: list(session.exec(found)))


def test_one_appointment_reaches_each_of_those_who_are_ticked_and_takes_their_cases_up_again(
    db: Database, vault: Vault, coordinator: Viewer, volunteer: Viewer, three: list[str]
) -> None:
    told = appoint(db, vault, coordinator, three[:2])
    assert sum(told.values()) == 2
    first, second, third = look(db, vault, coordinator)
    assert (first.answer, first.at, first.timed, first.by) == (
        "appointment",
        datetime(2026, 12, 5, 10, tzinfo=UTC),
        True,
        "Amal",
    )
    assert (second.answer, third.answer) == ("appointment", "")
    assert (first.state, third.state) == ("claimed", "closed")
    assert len(rows(db, NoticeRow, NoticeRow.state != "cancelled")) == 2
    assert len(rows(db, TaskRow, TaskRow.state == "open")) == told["task"]
    assert {one.claimed_by for one in rows(db, CaseRow, CaseRow.state == "claimed")} == {volunteer.person_id}


def test_marked_once_more_it_is_another_appointment_and_told_anew(
    db: Database, vault: Vault, coordinator: Viewer, three: list[str]
) -> None:
    appoint(db, vault, coordinator, three)
    appoint(db, vault, coordinator, three, Notice("appointment", date(2026, 12, 12), None, "Dora"))
    assert len(rows(db, AppointmentRow)) == 3
    assert len(rows(db, NoticeRow, NoticeRow.state != "cancelled")) == 3
    assert {one.timed for one in look(db, vault, coordinator)} == {False}


def test_a_refusal_seals_its_reason_to_each_case_and_shows_it_only_when_asked(
    db: Database, vault: Vault, coordinator: Viewer, three: list[str]
) -> None:
    db.write_now(
        lambda session: results.mark_refused(session, vault, coordinator, 1, three[:1], "No  copy of the paper.", NOW)
    )
    seen = look(db, vault, coordinator)[0]
    assert (seen.answer, seen.reason, seen.name) == ("refused", "", "")
    assert look(db, vault, coordinator, names=True)[0].reason == "The recipient refused: No copy of the paper."
    assert look(db, vault, coordinator, names=True)[0].name == "Almaz Tesfaye"
    assert len(rows(db, Item, Item.kind == "note")) == 1
    names = [one.action for one in db.read_now(audit.recent)]
    assert names.count("batch.names") == 1, "a look within ten minutes is one visit"


def test_who_was_served_keeps_the_appointment_and_a_day_to_come_is_refused(
    db: Database, vault: Vault, coordinator: Viewer, three: list[str]
) -> None:
    appoint(db, vault, coordinator, three)

    def done(day: date) -> None:
        db.write_now(lambda s: results.mark_done(s, coordinator, 1, three[:1], day, LATER, LATER.date()))

    with pytest.raises(Refused, match="bad_day"):
        done(LATER.date() + timedelta(days=1))
    done(SATURDAY.day or LATER.date())
    assert look(db, vault, coordinator)[0].answer == "done"
    assert look(db, vault, coordinator)[0].day == SATURDAY.day
    db.write_now(lambda s: results.undo(s, coordinator, 1, three[:1], LATER))
    assert look(db, vault, coordinator)[0].answer == "appointment", "undone, she still has it"


def test_what_is_taken_back_is_not_told_any_more(
    db: Database, vault: Vault, coordinator: Viewer, three: list[str]
) -> None:
    appoint(db, vault, coordinator, three)
    db.write_now(lambda s: results.undo(s, coordinator, 1, three, NOW))
    assert {one.answer for one in look(db, vault, coordinator)} == {""}
    assert rows(db, AppointmentRow) == []
    assert rows(db, NoticeRow, NoticeRow.state != "cancelled") == []
    assert rows(db, TaskRow, TaskRow.state == "open") == []
    with pytest.raises(Refused, match="no_answer_to_undo"):
        db.write_now(lambda s: results.undo(s, coordinator, 1, three, NOW))


def test_what_cannot_be_marked_changes_nothing(
    db: Database, vault: Vault, coordinator: Viewer, volunteer: Viewer, three: list[str]
) -> None:
    for wrong, code in (
        (Notice("appointment"), "incomplete"),
        (Notice("appointment", date(2026, 1, 1)), "appointment_past"),
        (Notice("appointment", date(2026, 12, 5), place="vaccine centre"), "telling_words"),
    ):
        with pytest.raises(Refused, match=code):
            appoint(db, vault, coordinator, three, wrong)
    with pytest.raises(Refused, match="nobody_ticked"):
        appoint(db, vault, coordinator, [])
    with pytest.raises(Refused, match="not_found"):
        look(db, vault, volunteer)
    with pytest.raises(Refused, match="no_such_batch"):
        db.write_now(lambda s: results.undo(s, coordinator, 9, three, NOW))
    assert {one.answer for one in look(db, vault, coordinator)} == {""}
    assert rows(db, NoticeRow) == []


def test_the_case_of_somebody_who_left_is_anybodys_again(
    db: Database, vault: Vault, coordinator: Viewer, volunteer: Viewer, three: list[str]
) -> None:
    def leave(session: Session) -> None:
        for case in session.exec(select(CaseRow)):
            case.claimed_by = None

    db.write_now(leave)
    appoint(db, vault, coordinator, three)
    assert {one.state for one in look(db, vault, coordinator)} == {"open"}
