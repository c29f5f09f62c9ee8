"""Masked calls: neither sees the other's number, the numbers die with the call, and the fact of it is on the case."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import col, select

from api.desk import calls, cases, caseview, queue, tallies, tasks
from api.errors import Refused
from api.keys.vault import TeamKey, Vault
from api.staff import audit
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import Call, CaseRow, OnCall, ReplyRow
from flows.loader import Library
from flows.model import Answer
from tests.factories import ALMAZ, HER_PHONE, NOW, make_case, make_numbers, make_viewer

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
    db.write_now(lambda session: calls.connected(session, order.id))
    end(db, order.id)
    assert end(db, order.id, "failed", 0) == ""
    assert legs(db, vault, order.id) is None
    row = db.read_now(lambda session: session.exec(select(Call)).one())
    assert (row.box, row.state, row.seconds) == (b"", "answered", 61)


def test_a_call_that_never_said_that_it_ended_is_ended(
    db: Database, vault: Vault, library: Library, volunteer: Viewer
) -> None:
    order = begin(db, vault, library, volunteer, make_case(db, vault, claimed_by=volunteer).reference)
    db.write_now(lambda session: calls.connected(session, order.id))
    for hours in (1, 3):
        db.write_now(lambda session, h=hours: calls.end_lost(session, NOW + timedelta(hours=h)))
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
    assert come_in(db, vault) == first, "Twilio may ask twice"
    assert first is not None
    end(db, first.id, "no_answer", 0)
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
    db.write_now(lambda session: calls.end_shifts(session, later))
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


def miss(db: Database, vault: Vault, caller: str, minutes: float = 0, lane: str = HER_PHONE.lane) -> str:
    now = NOW + timedelta(minutes=minutes)
    return db.write_now(lambda session: calls.missed(session, vault, caller, lane, now, service="vaccination"))


def open_tasks(db: Database, coordinator: Viewer) -> list[tuple[str, str]]:
    found = db.read_now(lambda session: tasks.tasks(session, coordinator, NOW))
    return [(task.kind, task.reference) for task in found]


def states(db: Database) -> list[str]:
    return db.read_now(lambda session: list(session.exec(select(Call.state).order_by(col(Call.id)))))


def test_a_missed_call_of_a_stranger_opens_one_case_that_asks_for_a_call(
    db: Database, vault: Vault, library: Library, coordinator: Viewer
) -> None:
    reference = miss(db, vault, "+96170999999")
    assert [miss(db, vault, "+96170999999", minutes) for minutes in (1, 5, 30)] == [reference] * 3
    (row,) = db.read_now(lambda session: session.exec(select(CaseRow)).all())
    assert (row.reference, row.call, row.language, row.service) == (reference, True, "ar", "vaccination")
    view = db.write_now(
        lambda session: caseview.see(session, vault, library, coordinator, reference, NOW, named_since=NOW)
    )
    assert view.call_at == "+96170999999"
    assert [(line.kind, line.state, line.by) for line in view.talk] == [("call_in", "missed", "")] * 2
    assert open_tasks(db, coordinator) == [], "the case itself asks for a call"
    assert db.read_now(lambda session: session.exec(select(ReplyRow)).all()) == [], "nothing is sent to a phone unasked"


def test_who_has_a_case_gets_a_task_on_it(db: Database, vault: Vault, coordinator: Viewer, volunteer: Viewer) -> None:
    case = make_case(db, vault, claimed_by=volunteer)
    for minutes in (0, 1, 60):
        assert miss(db, vault, HER_PHONE.address, minutes) == case.reference
    assert open_tasks(db, coordinator) == [("call_back", case.reference)]
    assert states(db) == ["missed", "missed"]


def test_who_wrote_by_whatsapp_is_known_when_she_calls(db: Database, vault: Vault, volunteer: Viewer) -> None:
    hers = replace(HER_PHONE, channel="whatsapp", lane="whatsapp:+96181000001")
    case = make_case(db, vault, claimed_by=volunteer, contact=hers)
    assert miss(db, vault, HER_PHONE.address) == case.reference


def test_after_her_case_was_closed_she_calls_again_the_same_day(
    db: Database, vault: Vault, coordinator: Viewer
) -> None:
    reference = miss(db, vault, "+96170999999")
    db.write_now(lambda session: queue.claim(session, coordinator, reference, NOW))
    db.write_now(lambda session: queue.close(session, coordinator, reference, "done", NOW))
    assert miss(db, vault, "+96170999999", 30) == reference
    assert open_tasks(db, coordinator) == [("call_back", reference)]
    assert miss(db, vault, "+96170999999", 24 * 60) != reference, "on another day it is another matter"


@pytest.mark.parametrize("caller", ["anonymous", "Restricted", "", "+266696687", "client:x", "sip:a@b", "70999999"])
def test_a_caller_who_shows_no_number_is_only_counted(db: Database, vault: Vault, caller: str) -> None:
    assert miss(db, vault, caller) == ""
    assert db.read_now(lambda session: tallies.since(session, NOW.date(), tallies.UNKNOWN)) == {"call": 1}
    assert db.read_now(lambda session: session.exec(select(CaseRow)).all()) == []


def test_our_own_numbers_are_nobody(db: Database, vault: Vault, coordinator: Viewer) -> None:
    (number,) = make_numbers(db, coordinator, 1)
    assert miss(db, vault, number) == ""


@pytest.mark.parametrize(
    ("lane", "language"), [("sms:+22177000001", "fr"), ("sms:+251911000001", "am"), ("sms:x", "en")]
)
def test_a_case_begins_in_the_language_of_the_country_of_our_number(
    db: Database, vault: Vault, lane: str, language: str
) -> None:
    miss(db, vault, "+96170999999", lane=lane)
    assert db.read_now(lambda session: session.exec(select(CaseRow.language)).all()) == [language]


@pytest.mark.parametrize("outcome", ["answered", "busy", "no_answer", "failed"])
def test_a_call_to_the_desk_that_no_person_takes_has_to_be_called_back(
    db: Database, vault: Vault, coordinator: Viewer, volunteer: Viewer, outcome: str
) -> None:
    case = make_case(db, vault, claimed_by=volunteer)
    take(db, vault, volunteer)
    order = come_in(db, vault)
    assert order is not None
    assert end(db, order.id, outcome) == case.reference
    assert states(db) == ["no_answer" if outcome == "answered" else outcome], "a mailbox presses nothing"
    assert open_tasks(db, coordinator) == [("call_back", case.reference)]


def test_who_hangs_up_while_it_rings_is_called_back_soon(
    db: Database, vault: Vault, coordinator: Viewer, volunteer: Viewer
) -> None:
    case = make_case(db, vault, claimed_by=volunteer)
    take(db, vault, volunteer)
    come_in(db, vault)
    db.write_now(lambda session: calls.end_lost(session, NOW + timedelta(minutes=5)))
    assert (states(db), open_tasks(db, coordinator)) == (["no_answer"], [("call_back", case.reference)])
