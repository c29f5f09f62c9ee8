"""A case keeps its number until the last message that is expected, also when it is closed before."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from api.desk import cases, queue
from api.errors import Refused
from api.keys.vault import Vault
from api.numbers import leases, proxies, windows
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import CaseRow, CodeWindow, PortalMessage
from tests.factories import MINISTRY, NOW, make_case, make_numbers

PORTALS = {MINISTRY.portal: MINISTRY}
APPOINTMENT = datetime(2026, 12, 3, 10, 0, tzinfo=UTC)
LAST_MOMENT = datetime(2026, 12, 4, tzinfo=UTC)
"""The end of the day of the appointment."""


def lent(db: Database, vault: Vault, viewer: Viewer) -> tuple[str, int]:
    """A case that holds a number."""
    make_numbers(db, viewer, 1)
    opened = make_case(db, vault, claimed_by=viewer)
    db.write_now(lambda session: leases.lend(session, viewer, opened.reference, MINISTRY, NOW))
    return opened.reference, opened.id


def states(db: Database, case_id: int, now: datetime) -> list[str]:
    db.write_now(lambda session: leases.expire_leases(session, now))
    return [lease.state for lease in db.read_now(lambda session: leases.leases_of(session, case_id))]


def close(db: Database, viewer: Viewer, reference: str) -> None:
    db.write_now(lambda session: queue.close(session, viewer, reference, "done", NOW))


def test_a_case_closed_before_its_appointment_keeps_its_number_and_gets_what_comes(
    db: Database, vault: Vault, coordinator: Viewer
) -> None:
    reference, case_id = lent(db, vault, coordinator)
    db.write_now(lambda session: leases.keep_until(session, case_id, APPOINTMENT))
    db.write_now(lambda session: windows.expect_code(session, coordinator, reference, MINISTRY, NOW))
    close(db, coordinator, reference)
    assert states(db, case_id, APPOINTMENT) == ["active"]
    window = db.read_now(lambda session: session.exec(select(CodeWindow)).one())
    assert window.state == "quiet", "nobody reads a code of a closed case"
    assert states(db, case_id, LAST_MOMENT) == ["cooling"]
    (lease,) = db.read_now(lambda session: leases.leases_of(session, case_id))
    assert lease.cool_until == LAST_MOMENT + timedelta(days=MINISTRY.cooling_days)


def test_without_anything_expected_it_cools_at_once(db: Database, vault: Vault, coordinator: Viewer) -> None:
    reference, case_id = lent(db, vault, coordinator)
    db.write_now(lambda session: leases.keep_until(session, case_id, NOW - timedelta(days=3)))
    close(db, coordinator, reference)
    assert states(db, case_id, NOW) == ["cooling"]


def test_an_earlier_message_shortens_nothing_but_a_volunteer_may(
    db: Database, vault: Vault, coordinator: Viewer
) -> None:
    reference, case_id = lent(db, vault, coordinator)
    for when in (APPOINTMENT, APPOINTMENT - timedelta(days=2)):
        db.write_now(lambda session, w=when: leases.keep_until(session, case_id, w))
    close(db, coordinator, reference)
    assert states(db, case_id, NOW + timedelta(days=1)) == ["active"]
    db.write_now(lambda session: leases.set_keep_until(session, coordinator, reference, None, NOW))
    assert states(db, case_id, NOW + timedelta(days=1)) == ["cooling"]


def test_a_case_that_is_opened_again_has_its_number_still(db: Database, vault: Vault, coordinator: Viewer) -> None:
    reference, case_id = lent(db, vault, coordinator)
    db.write_now(lambda session: leases.keep_until(session, case_id, APPOINTMENT))
    close(db, coordinator, reference)
    db.write_now(lambda session: queue.reopen(session, coordinator, reference, NOW))
    assert states(db, case_id, LAST_MOMENT) == ["active"], "somebody works on it"


def test_a_forgotten_case_keeps_nothing(db: Database, vault: Vault, coordinator: Viewer) -> None:
    reference, case_id = lent(db, vault, coordinator)
    db.write_now(lambda session: leases.keep_until(session, case_id, APPOINTMENT))
    db.write_now(lambda session: cases.forget(session, vault, reference, NOW))
    assert states(db, case_id, NOW) == ["cooling"]
    assert db.read_now(lambda session: session.get_one(CaseRow, case_id)).keep_until is None


def test_somebody_elses_case_is_not_kept(db: Database, vault: Vault, coordinator: Viewer, volunteer: Viewer) -> None:
    reference, _ = lent(db, vault, coordinator)
    with pytest.raises(Refused, match="no_such_case"):
        db.write_now(lambda session: leases.set_keep_until(session, volunteer, reference, APPOINTMENT, NOW))


def test_what_comes_after_the_case_was_closed_still_waits_for_a_person(
    db: Database, vault: Vault, coordinator: Viewer
) -> None:
    reference, case_id = lent(db, vault, coordinator)
    db.write_now(lambda session: leases.keep_until(session, case_id, APPOINTMENT))
    close(db, coordinator, reference)
    sms = proxies.Sms("+96181000100", "MOPH", "Your appointment is tomorrow at 10:00.", "1")
    db.write_now(lambda session: proxies.receive(session, vault, PORTALS, sms, NOW + timedelta(days=2)))
    assert len(db.read_now(lambda session: session.exec(select(PortalMessage)).all())) == 1
