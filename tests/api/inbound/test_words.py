"""The words of a service file in the database: danger calls those on duty, one person stays one case, a list lasts."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, delete, select

from api.answers import unpack
from api.console.shown import still_open
from api.desk import caseview, queue, tasks
from api.inbound import inbox
from api.keys.vault import TeamKey, Vault
from api.staff import alerts
from api.staff.access import open_key
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import CaseRow, DraftRow, Item, MediaRow
from flows.model import Media
from tests.talking import Worker
from tests.words.libraries import made_up

UNTIL_SAFE = ("hello", "1", "1", "1", "2", "1", "Lea", "no")
"""What she writes until she is asked whether she is safe."""
REST = ("quiet", "0", "2", "1", "yes", "1")
"""What she answers after it, until all is sent."""


@pytest.fixture
def lea(db: Database, vault: Vault) -> Worker:
    return Worker(db, vault, made_up())


def cases(db: Database) -> list[CaseRow]:
    return db.read_now(lambda session: list(session.exec(select(CaseRow).order_by(col(CaseRow.id)))))


def sealed(db: Database, vault: Vault, viewer: Viewer, case: CaseRow) -> list[set[str]]:
    """The names of the answers, each time that they were sealed into a case."""

    def read(session: Session) -> list[set[str]]:
        key = open_key(vault, viewer, case)
        found = select(Item).where(Item.case_id == case.id, Item.kind == "answers").order_by(col(Item.id))
        rows = session.exec(found)
        return [set(unpack(key.open(Vault.item_context(case.id or 0, "answers"), one.box))) for one in rows]

    return db.read_now(read)


def test_danger_calls_those_on_duty_at_once_and_the_end_completes_the_same_case(
    db: Database, vault: Vault, team: TeamKey, lea: Worker, coordinator: Viewer
) -> None:
    for text in UNTIL_SAFE:
        lea.says(text)
    assert not cases(db)
    said = lea.says("no")
    assert said[0] == "Somebody looks at this now. In danger, call 140."
    (case,) = cases(db)
    assert (case.escalated, case.urgency, case.state) == ("danger", "high", "open")
    assert db.read_now(lambda session: alerts.unseen(session, coordinator.person_id, lea.now)) == ("urgent",)
    assert [one.kind for one in db.read_now(lambda session: tasks.tasks(session, coordinator, lea.now))] == [
        "escalated"
    ]

    for text in REST:
        said = lea.says(text)
    assert said == [f"Thank you. Your number with us is {case.reference}. In danger, call 140."]
    (whole,) = cases(db)
    assert whole.route == {"city": "here", "outcome": "slow", "checklist": "identity_card"}
    first, last = sealed(db, vault, coordinator, whole)
    assert "needs" not in first
    assert {"needs", "safe", "share"} <= last


def test_words_of_a_crisis_in_an_open_case_raise_the_alarm_in_that_case(
    db: Database, lea: Worker, coordinator: Viewer
) -> None:
    for text in (*UNTIL_SAFE, "yes", *REST):
        lea.says(text)
    (case,) = cases(db)
    assert case.escalated == ""
    said = lea.says("I am hopeless")
    assert said == ["You are not alone. Somebody reads this now. Call 140 at any time.", "We passed it on."]
    (case,) = cases(db)
    assert case.escalated == "danger"
    assert db.read_now(lambda session: alerts.unseen(session, coordinator.person_id, lea.now)) == ("urgent",)


@pytest.mark.parametrize("later", [timedelta(minutes=1), timedelta(days=40)], ids=["at_once", "weeks_later"])
def test_a_list_stays_open_for_weeks_whether_or_not_her_draft_is_still_there(
    db: Database, vault: Vault, lea: Worker, later: timedelta
) -> None:
    for text in (*UNTIL_SAFE, "yes", *REST):
        lea.says(text)
    (case,) = cases(db)
    lea.now += later
    if later > inbox.DRAFT_LIVES:
        db.write_now(lambda session: session.exec(delete(DraftRow)))
    shown = still_open(lea.library, case.service, case.route, "en")
    assert shown is not None
    assert (shown.title, shown.items) == ("My papers", (("identity_card", "Identity card"),))
    assert lea.says("list")[-1].startswith("Your identity card?")
    lea.deliver(lea.message("")._replace(media=Media("photo", "file-1")))
    (case,) = cases(db)
    assert "checklist" not in case.route
    files = db.read_now(lambda session: list(session.exec(select(MediaRow.case_id))))
    assert case.id in files
    assert lea.says("list")[-1] == "Nothing is open."


def test_the_other_side_of_a_card_that_was_asked_for_lies_in_the_same_case(
    db: Database, vault: Vault, lea: Worker, volunteer: Viewer
) -> None:
    for text in (*UNTIL_SAFE, "yes", *REST):
        lea.says(text)
    lea.says("list")
    lea.deliver(lea.message("").with_media((Media("photo", "front"), Media("photo", "back"))))
    assert lea.reads()[-1] == "Thank you. We have added it."
    (case,) = cases(db)
    assert "checklist" not in case.route
    files = db.read_now(lambda session: list(session.exec(select(MediaRow.case_id))))
    assert files == [case.id, case.id]
    db.write_now(lambda session: queue.claim(session, volunteer, case.reference, lea.now))
    seen = db.write_now(lambda session: caseview.see(session, vault, lea.library, volunteer, case.reference, lea.now))
    assert len([line for line in seen.talk if line.file]) == 1
