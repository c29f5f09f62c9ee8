"""The queue shows what waits, and a case is claimed by one person, however many press the button."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from api.answers import pack_message
from api.console.board import board
from api.desk import cases, caseview, queue
from api.errors import Refused
from api.keys.vault import TeamKey, Vault
from api.numbers import leases
from api.staff import audit, people
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import Person
from flows.loader import Library
from flows.model import Message
from tests.factories import HER_PHONE, MINISTRY, NOW, make_case, make_numbers, make_viewer
from tests.together import at_once

LATER = NOW + timedelta(minutes=90)
ONE_MORE = Message("sms", "sms:+96181000001", "+96170123456", "SM1", "And one more thing", manner="sms")


def listed(db: Database, viewer: Viewer) -> list[str]:
    return [entry.reference for entry in db.read_now(lambda session: queue.queue(session, viewer, LATER))]


def claim(db: Database, viewer: Viewer, reference: str) -> None:
    db.write_now(lambda session: queue.claim(session, viewer, reference, NOW))


def close(db: Database, viewer: Viewer, reference: str, reason: str = "done") -> None:
    db.write_now(lambda session: queue.close(session, viewer, reference, reason, NOW))


def shut_out(db: Database, person: Viewer, by: Viewer) -> None:
    db.write_now(lambda session: people.shut_out(session, person.person_id, by.person_id, NOW))


def refused(db: Database, use_case: Any) -> tuple[int, str]:
    with pytest.raises(Refused) as caught:
        db.write_now(use_case)
    return caught.value.status, caught.value.code


def test_the_urgent_come_first_and_then_the_oldest(db: Database, vault: Vault, volunteer: Viewer) -> None:
    young = make_case(db, vault, now=NOW)
    old = make_case(db, vault, now=NOW - timedelta(hours=2))
    urgent = make_case(db, vault, now=NOW, urgency="high")
    assert listed(db, volunteer) == [urgent.reference, old.reference, young.reference]
    first = db.read_now(lambda session: queue.queue(session, volunteer, LATER))[0]
    assert (first.waiting, first.claimed_by, first.mine, first.unread) == (timedelta(minutes=90), "", False, 0)


def test_a_volunteer_sees_what_is_open_and_what_is_hers(
    db: Database, vault: Vault, team: TeamKey, volunteer: Viewer, coordinator: Viewer
) -> None:
    hers, open_one = make_case(db, vault, claimed_by=volunteer), make_case(db, vault)
    other = make_case(db, vault, claimed_by=make_viewer(db, team, "Rana"))
    assert listed(db, volunteer) == [hers.reference, open_one.reference]
    assert listed(db, coordinator) == [hers.reference, open_one.reference, other.reference]
    seen = db.read_now(lambda session: queue.queue(session, coordinator, LATER))
    assert [(entry.claimed_by, entry.mine) for entry in seen] == [("Hana", False), ("", False), ("Rana", False)]


def test_a_closed_case_comes_back_to_her_list_when_the_worker_writes_again(
    db: Database, vault: Vault, volunteer: Viewer
) -> None:
    opened = make_case(db, vault, claimed_by=volunteer)
    close(db, volunteer, opened.reference)
    assert listed(db, volunteer) == []
    db.write_now(lambda session: cases.deliver(session, vault, opened.id, "in", b"{}", NOW))
    assert listed(db, volunteer) == [opened.reference]


def test_what_came_after_she_loaded_the_page_still_shows_when_she_closes_the_case(
    db: Database, vault: Vault, volunteer: Viewer, library: Library
) -> None:
    opened = make_case(db, vault, claimed_by=volunteer)
    db.write_now(lambda session: cases.deliver(session, vault, opened.id, "in", pack_message(ONE_MORE), NOW))
    close(db, volunteer, opened.reference)
    assert listed(db, volunteer) == [opened.reference]
    db.write_now(lambda session: caseview.see(session, vault, library, volunteer, opened.reference, NOW))
    assert listed(db, volunteer) == []


def test_a_claimed_case_is_hers_and_nobody_elses(db: Database, vault: Vault, team: TeamKey, volunteer: Viewer) -> None:
    opened, rana = make_case(db, vault), make_viewer(db, team, "Rana")
    claim(db, volunteer, opened.reference)
    claim(db, volunteer, opened.reference)  # pressed twice
    assert refused(db, lambda s: queue.claim(s, rana, opened.reference, NOW)) == (409, "already_claimed")
    assert refused(db, lambda s: queue.release(s, rana, opened.reference, NOW)) == (404, "no_such_case")
    assert [entry.action for entry in db.read_now(audit.recent)] == ["case.claim"]


def test_what_is_not_there_cannot_be_claimed(db: Database, vault: Vault, volunteer: Viewer) -> None:
    closed, forgotten = make_case(db, vault, claimed_by=volunteer), make_case(db, vault)
    close(db, volunteer, closed.reference)
    db.write_now(lambda session: cases.forget(session, vault, forgotten.reference, NOW))
    assert refused(db, lambda s: queue.claim(s, volunteer, closed.reference, NOW)) == (409, "closed")
    assert refused(db, lambda s: queue.claim(s, volunteer, forgotten.reference, NOW)) == (404, "no_such_case")
    assert refused(db, lambda s: queue.claim(s, volunteer, "K7-4QF", NOW)) == (404, "no_such_case")


def test_a_released_case_can_be_taken_by_another(db: Database, vault: Vault, team: TeamKey, volunteer: Viewer) -> None:
    opened = make_case(db, vault, claimed_by=volunteer)
    db.write_now(lambda session: queue.release(session, volunteer, opened.reference, NOW))
    claim(db, make_viewer(db, team, "Rana"), opened.reference)


def test_a_case_is_closed_for_a_known_reason_and_its_number_begins_to_cool(
    db: Database, vault: Vault, volunteer: Viewer, coordinator: Viewer
) -> None:
    make_numbers(db, coordinator, 1)
    opened = make_case(db, vault, claimed_by=volunteer)
    db.write_now(lambda session: leases.lend(session, volunteer, opened.reference, MINISTRY, NOW))
    assert refused(db, lambda s: queue.close(s, volunteer, opened.reference, "tired of it", NOW)) == (
        422,
        "unknown_reason",
    )
    close(db, volunteer, opened.reference)
    (lease,) = db.read_now(lambda session: leases.leases_of(session, opened.id))
    assert (lease.state, lease.cool_until) == ("cooling", NOW + timedelta(days=MINISTRY.cooling_days))
    assert refused(db, lambda s: queue.close(s, volunteer, opened.reference, "done", NOW)) == (409, "not_claimed")


def test_a_case_closed_by_mistake_is_taken_up_again_by_her_who_closed_it(
    db: Database, vault: Vault, team: TeamKey, volunteer: Viewer
) -> None:
    reference, rana = make_case(db, vault, claimed_by=volunteer).reference, make_viewer(db, team, "Rana")
    assert refused(db, lambda s: queue.reopen(s, volunteer, reference, NOW)) == (409, "not_closed")
    close(db, volunteer, reference)
    assert refused(db, lambda s: queue.reopen(s, rana, reference, NOW)) == (404, "no_such_case")
    db.write_now(lambda session: queue.reopen(session, volunteer, reference, NOW))
    (entry,) = db.read_now(lambda session: queue.queue(session, volunteer, NOW))
    assert (entry.reference, entry.state, entry.mine) == (reference, "claimed", True)


def test_who_was_removed_meanwhile_takes_nothing(
    db: Database, vault: Vault, volunteer: Viewer, coordinator: Viewer
) -> None:
    reference = make_case(db, vault).reference
    shut_out(db, volunteer, coordinator)
    assert refused(db, lambda s: queue.claim(s, volunteer, reference, NOW)) == (404, "no_such_case")
    assert refused(db, lambda s: queue.next_case(s, volunteer, NOW)) == (404, "no_such_case")


def test_the_closed_case_of_somebody_who_left_is_anybodys_when_it_is_taken_up_again(
    db: Database, vault: Vault, volunteer: Viewer, coordinator: Viewer
) -> None:
    reference = make_case(db, vault, claimed_by=volunteer).reference
    close(db, volunteer, reference)
    shut_out(db, volunteer, coordinator)
    db.write_now(lambda session: queue.reopen(session, coordinator, reference, NOW))
    (entry,) = db.read_now(lambda session: queue.queue(session, coordinator, NOW))
    assert (entry.reference, entry.state, entry.claimed_by) == (reference, "open", "")


def test_what_comes_into_the_closed_case_of_somebody_who_left_is_first_for_coordinators_until_it_is_read(
    db: Database, vault: Vault, library: Library, volunteer: Viewer, coordinator: Viewer
) -> None:
    """One more thing came before she left, and another after it."""
    opened = make_case(db, vault, claimed_by=volunteer)
    close(db, volunteer, opened.reference)
    come = lambda session: cases.deliver(session, vault, opened.id, "in", pack_message(ONE_MORE), NOW)  # noqa: E731
    db.write_now(come)
    shut_out(db, volunteer, coordinator)

    def to_read() -> list[str]:
        entries = db.read_now(lambda session: queue.queue(session, coordinator, NOW))
        first = board(library, entries, "en").to_read
        return [first.entry.reference] if first else []

    assert to_read() == [opened.reference]
    db.write_now(lambda session: caseview.see(session, vault, library, coordinator, opened.reference, NOW))
    assert (to_read(), listed(db, coordinator)) == ([], [])
    db.write_now(come)
    assert to_read() == [opened.reference]


def test_the_next_case_is_one_that_she_can_talk_about(db: Database, vault: Vault, team: TeamKey) -> None:
    hana = make_viewer(db, team, "Hana", language="fr")

    def speaks(session: Session) -> None:
        session.get_one(Person, hana.person_id).languages = ["am", "ti"]

    db.write_now(speaks)
    bengali = replace(HER_PHONE, language="bn")
    make_case(db, vault, contact=bengali, now=NOW - timedelta(hours=5))
    amharic = make_case(db, vault)
    urgent = make_case(db, vault, contact=bengali, urgency="high")
    taken = [db.write_now(lambda session: queue.next_case(session, hana, NOW)) for _ in range(4)]
    assert taken[:2] == [urgent.reference, amharic.reference]
    assert taken[2] is not None
    assert taken[3] is None


def test_one_of_many_who_press_at_once_gets_the_case(url: str, vault: Vault, team: TeamKey) -> None:
    db = Database(url, vault.keyring, threads=8)
    volunteers = [make_viewer(db, team, f"Volunteer {number}") for number in range(12)]
    references = [make_case(db, vault).reference for _ in range(5)]

    def press(viewer: Viewer, reference: str) -> str:
        claim(db, viewer, reference)
        return viewer.name

    for reference in references:
        outcomes = at_once(lambda v=viewer, r=reference: press(v, r) for viewer in volunteers)
        winners = [outcome for outcome in outcomes if isinstance(outcome, str)]
        losers = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
        assert (len(winners), len(losers)) == (1, 11)
        assert {loser.code for loser in losers} == {"already_claimed"}
        entries = db.read_now(lambda session: queue.queue(session, volunteers[0], NOW))
        assert reference not in [e.reference for e in entries if not e.mine]
    claims = [entry for entry in db.read_now(audit.recent) if entry.action == "case.claim"]
    assert sorted(entry.object for entry in claims) == sorted(references)
    db.close()


def test_everybody_who_asks_for_the_next_case_gets_another_one(url: str, vault: Vault, team: TeamKey) -> None:
    db = Database(url, vault.keyring, threads=8)
    volunteers = [make_viewer(db, team, f"Volunteer {number}") for number in range(12)]
    references = {make_case(db, vault).reference for _ in range(10)}
    taken = at_once(lambda v=v: db.write_now(lambda session: queue.next_case(session, v, NOW)) for v in volunteers)
    got = [reference for reference in taken if reference is not None]
    assert len(got) == len(set(got)) <= 10
    left = [db.write_now(lambda session: queue.next_case(session, volunteers[0], NOW)) for _ in range(11)]
    assert {*got, *left} - {None} == references
    db.close()
