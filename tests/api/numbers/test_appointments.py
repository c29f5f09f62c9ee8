"""An appointment is kept as a person confirmed it: its time is a planned fact, its place is sealed to the case."""

from datetime import timedelta

import pytest
from sqlmodel import select

from api.desk import cases
from api.errors import Refused
from api.keys.vault import CaseKey, Vault
from api.numbers import appointments
from api.numbers.appointments import Appointment, Corrected
from api.numbers.proxies import PortalText, seal_to_case
from api.staff import audit
from api.staff.access import lock_of
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import AppointmentRow, CaseRow, PortalMessage
from tests.factories import NOW, make_case, make_numbers

FRIDAY = NOW + timedelta(days=3, hours=1)
SAID = Corrected(FRIDAY, place="Rafik Hariri hospital", security_code="4829")


@pytest.fixture
def reference(db: Database, vault: Vault, volunteer: Viewer) -> str:
    """A case of Hana's."""
    return make_case(db, vault, claimed_by=volunteer).reference


@pytest.fixture
def message(db: Database, vault: Vault, coordinator: Viewer, reference: str) -> int:
    """A portal message of that case."""
    (number,) = make_numbers(db, coordinator, 1)

    def store(session) -> int:
        case_id = session.exec(select(CaseRow.id).where(CaseRow.reference == reference)).one()
        row = PortalMessage(number=number, kind="appointment", portal="ministry", box=b"", received_at=NOW)
        seal_to_case(session, vault, row, PortalText("MOPH", "Come on Friday"), case_id)
        session.add(row)
        session.flush()
        return row.id or 0

    return db.write_now(store)


def confirm(db: Database, vault: Vault, viewer: Viewer, message: int, said: Corrected = SAID) -> Appointment:
    return db.write_now(lambda s: appointments.confirm_appointment(s, vault, viewer, message, said, NOW))


def kept(db: Database, vault: Vault, viewer: Viewer, reference: str) -> list[Appointment]:
    def look(session) -> list[Appointment]:
        case = session.exec(select(CaseRow).where(CaseRow.reference == reference)).one()
        key: CaseKey = vault.open_case(viewer.team, lock_of(case))
        return appointments.appointments_of(session, case, key)

    return db.read_now(look)


def test_what_was_confirmed_is_kept_on_the_case(
    db: Database, vault: Vault, volunteer: Viewer, reference: str, message: int
) -> None:
    confirmed = confirm(db, vault, volunteer, message)
    assert (confirmed.reference, confirmed.portal, confirmed.at) == (reference, "ministry", FRIDAY)
    assert (confirmed.timed, confirmed.place, confirmed.security_code) == (True, "Rafik Hariri hospital", "4829")
    assert kept(db, vault, volunteer, reference) == [confirmed]
    assert db.read_now(audit.recent)[0].action == "appointment.confirm"


def test_confirming_it_again_corrects_it(
    db: Database, vault: Vault, volunteer: Viewer, reference: str, message: int
) -> None:
    first = confirm(db, vault, volunteer, message)
    again = confirm(db, vault, volunteer, message, Corrected(FRIDAY, timed=False, place="The other hospital"))
    assert again.id == first.id
    assert kept(db, vault, volunteer, reference) == [again]


def test_one_that_was_read_on_the_portals_page_is_typed_in(
    db: Database, vault: Vault, volunteer: Viewer, reference: str
) -> None:
    typed = db.write_now(lambda s: appointments.add_appointment(s, vault, volunteer, reference, "ministry", SAID, NOW))
    assert kept(db, vault, volunteer, reference) == [typed]


def test_neither_a_day_that_is_over_nor_a_novel_is_an_appointment(
    db: Database, vault: Vault, volunteer: Viewer, message: int
) -> None:
    with pytest.raises(Refused, match="appointment_past"):
        confirm(db, vault, volunteer, message, Corrected(NOW - timedelta(days=2)))
    with pytest.raises(Refused, match="incomplete"):
        confirm(db, vault, volunteer, message, Corrected(FRIDAY, place="a" * 201))


def test_a_message_of_somebody_elses_case_does_not_exist(
    db: Database, vault: Vault, coordinator: Viewer, message: int, volunteer: Viewer, team
) -> None:
    from_another = Viewer(coordinator.person_id, "Rana", "volunteer", "en", team)
    for viewer, number in ((from_another, message), (volunteer, message + 1)):
        with pytest.raises(Refused, match="404 no_such_message"):
            confirm(db, vault, viewer, number)


def test_the_place_is_sealed_and_goes_with_the_case(
    db: Database, vault: Vault, volunteer: Viewer, reference: str, message: int
) -> None:
    confirm(db, vault, volunteer, message)
    (row,) = db.read_now(lambda session: session.exec(select(AppointmentRow)).all())
    assert b"hospital" not in row.box
    db.write_now(lambda session: cases.forget(session, vault, reference, NOW))
    assert db.read_now(lambda session: session.exec(select(AppointmentRow)).all()) == []
