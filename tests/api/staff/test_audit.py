"""The trail says who did what, newest first, and resolves names."""

from datetime import timedelta

from api.staff import audit
from api.staff.people import Viewer
from api.store.db import Database
from tests.factories import NOW


def test_the_newest_lines_come_first_with_the_names_of_people(db: Database, volunteer: Viewer) -> None:
    def act(session) -> None:
        audit.record(session, volunteer.person_id, "case.claim", "K7-4QF", NOW)
        audit.record(session, None, "case.forget", "K7-4QF", NOW + timedelta(hours=1), by="worker")

    db.write_now(act)
    forget, claim = db.read_now(audit.recent)
    assert (forget.person, forget.action, forget.object, forget.detail) == (
        "",
        "case.forget",
        "K7-4QF",
        {"by": "worker"},
    )
    assert (claim.person, claim.action, claim.at) == ("Hana", "case.claim", NOW)


def test_older_lines_are_found_page_by_page_and_by_object(db: Database, volunteer: Viewer) -> None:
    def act(session) -> None:
        for number in range(5):
            audit.record(session, volunteer.person_id, "case.claim", f"case {number % 2}", NOW)
            session.flush()

    db.write_now(act)
    first = db.read_now(lambda session: audit.recent(session, limit=2))
    rest = db.read_now(lambda session: audit.recent(session, before=first[-1].id))
    assert [entry.object for entry in first + rest] == ["case 0", "case 1", "case 0", "case 1", "case 0"]
    assert len(db.read_now(lambda session: audit.recent(session, object="case 1"))) == 2


def test_what_is_looked_at_again_and_again_is_one_line(db: Database, volunteer: Viewer, coordinator: Viewer) -> None:
    def look(viewer: Viewer, minutes: int) -> None:
        now = NOW + timedelta(minutes=minutes)
        db.write_now(lambda session: audit.record_visit(session, viewer.person_id, "case.see", "K7-4QF", now))

    for minutes in (0, 3, 9, 10, 12):
        look(volunteer, minutes)
    look(coordinator, 3)
    seen = [(entry.person, entry.at) for entry in db.read_now(audit.recent)]
    assert seen == [("Amal", NOW + timedelta(minutes=3)), ("Hana", NOW + timedelta(minutes=10)), ("Hana", NOW)]
