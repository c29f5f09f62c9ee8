"""Masked calls: neither sees the other's number, the numbers die with the call, and the fact of it is on the case."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from api.desk import calls, cases, caseview
from api.errors import Refused
from api.keys.vault import TeamKey, Vault
from api.staff import audit
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import Call, OnCall
from flows.loader import Library
from flows.model import Answer
from tests.factories import ALMAZ, HER_PHONE, NOW, make_case, make_viewer

HANA = "+961 76 000 001"
BY_CHAT = replace(HER_PHONE, channel="telegram", lane="telegram:1", address="4711", manner="chat")


def begin(db: Database, vault: Vault, library: Library, viewer: Viewer, reference: str) -> calls.Order:
    return db.write_now(lambda session: calls.begin(session, vault, library, viewer, reference, HANA, NOW))


def legs(db: Database, vault: Vault, call_id: int) -> calls.Legs | None:
    return db.read_now(lambda session: calls.legs(session, vault, call_id))


def end(db: Database, call_id: int, outcome: str = "answered", seconds: int = 61) -> str:
    return db.write_now(lambda session: calls.ended(session, call_id, outcome, seconds, NOW))


def take(db: Database, vault: Vault, viewer: Viewer, number: str = HANA) -> None:
    db.write_now(lambda session: calls.take_calls(session, vault, viewer, number, 3, NOW))


def come_in(db: Database, vault: Vault, caller: str = HER_PHONE.address) -> calls.Order | None:
    return db.write_now(lambda session: calls.incoming(session, vault, caller, NOW))


def test_a_call_rings_the_volunteer_and_then_the_worker(
    db: Database, vault: Vault, library: Library, volunteer: Viewer
) -> None:
    case = make_case(db, vault, claimed_by=volunteer)
    order = begin(db, vault, library, volunteer, case.reference)
    assert order.volunteer == "+96176000001"
    both = legs(db, vault, order.id)
    assert both == calls.Legs("+96176000001", HER_PHONE.address, "out", "en", case.reference)
    db.write_now(lambda session: calls.connected(session, order.id))
    assert end(db, order.id) == case.reference
    view = db.write_now(lambda session: caseview.see(session, vault, library, volunteer, case.reference, NOW))
    assert [(line.kind, line.state, line.seconds, line.by) for line in view.talk] == [
        ("call_out", "answered", 61, "Hana")
    ]
    assert "call.begin" in [line.action for line in db.read_now(audit.recent)]


def test_the_numbers_die_with_the_call_and_it_ends_once(
    db: Database, vault: Vault, library: Library, volunteer: Viewer
) -> None:
    case = make_case(db, vault, claimed_by=volunteer)
    order = begin(db, vault, library, volunteer, case.reference)
    end(db, order.id)
    assert end(db, order.id, "failed", 0) == ""
    assert legs(db, vault, order.id) is None
    row = db.read_now(lambda session: session.exec(select(Call)).one())
    assert (row.box, row.state, row.seconds) == (b"", "answered", 61)


def test_a_call_that_never_said_that_it_ended_is_ended(
    db: Database, vault: Vault, library: Library, volunteer: Viewer
) -> None:
    order = begin(db, vault, library, volunteer, make_case(db, vault, claimed_by=volunteer).reference)
    for hours in (1, 3):
        db.write_now(lambda session, h=hours: calls.end_what_is_over(session, NOW + timedelta(hours=h)))
        assert (legs(db, vault, order.id) is None) is (hours == 3)


def test_by_chat_the_number_that_she_gave_is_called(
    db: Database, vault: Vault, library: Library, volunteer: Viewer
) -> None:
    answers = {**ALMAZ, "phone_number": Answer("+96171999999", "71 999 999")}
    case = make_case(db, vault, answers, claimed_by=volunteer, contact=BY_CHAT)
    both = legs(db, vault, begin(db, vault, library, volunteer, case.reference).id)
    assert both is not None
    assert both.worker == "+96171999999"


def test_without_a_number_nobody_is_called(db: Database, vault: Vault, library: Library, volunteer: Viewer) -> None:
    case = make_case(db, vault, claimed_by=volunteer, contact=BY_CHAT)
    with pytest.raises(Refused) as caught:
        begin(db, vault, library, volunteer, case.reference)
    assert caught.value.code == "no_number_to_call"


def test_only_whoever_claimed_the_case_calls(
    db: Database, vault: Vault, library: Library, team: TeamKey, volunteer: Viewer
) -> None:
    case = make_case(db, vault, claimed_by=make_viewer(db, team, "Rana"))
    with pytest.raises(Refused) as caught:
        begin(db, vault, library, volunteer, case.reference)
    assert caught.value.code == "no_such_case"


def test_a_worker_who_calls_reaches_her_own_volunteer_before_others(
    db: Database, vault: Vault, team: TeamKey, volunteer: Viewer
) -> None:
    rana = make_viewer(db, team, "Rana")
    case = make_case(db, vault, claimed_by=volunteer)
    assert come_in(db, vault) is None, "nobody takes calls"
    take(db, vault, rana, "+96176000002")
    first = come_in(db, vault)
    take(db, vault, volunteer)
    second = come_in(db, vault)
    assert first is not None
    assert second is not None
    assert (first.volunteer, second.volunteer) == ("+96176000002", "+96176000001")
    both = legs(db, vault, second.id)
    assert both == calls.Legs("+96176000001", HER_PHONE.address, "in", "en", case.reference)


def test_a_stranger_is_put_through_to_nobody(db: Database, vault: Vault, volunteer: Viewer) -> None:
    make_case(db, vault)
    take(db, vault, volunteer)
    assert come_in(db, vault, "+96170999999") is None


def test_who_takes_calls_does_so_until_her_time_is_over(db: Database, vault: Vault, volunteer: Viewer) -> None:
    make_case(db, vault)
    take(db, vault, volunteer)
    later = NOW + timedelta(hours=3)
    assert db.write_now(lambda session: calls.incoming(session, vault, HER_PHONE.address, later)) is None
    db.write_now(lambda session: calls.end_what_is_over(session, later))
    assert db.read_now(lambda session: session.exec(select(OnCall)).all()) == []
    take(db, vault, volunteer)
    db.write_now(lambda session: calls.take_no_calls(session, volunteer))
    assert come_in(db, vault) is None
    with pytest.raises(Refused):
        db.write_now(lambda session: calls.take_calls(session, vault, volunteer, HANA, 13, NOW))


def test_a_forgotten_case_forgets_its_calls(db: Database, vault: Vault, library: Library, volunteer: Viewer) -> None:
    case = make_case(db, vault, claimed_by=volunteer)
    begin(db, vault, library, volunteer, case.reference)
    db.write_now(lambda session: cases.forget(session, vault, case.reference, NOW))
    assert db.read_now(lambda session: session.exec(select(Call)).all()) == []
