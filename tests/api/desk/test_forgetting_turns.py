"""Who forgets and who writes at the same moment wait for each other in one order: nobody has to begin again."""

import time
from collections.abc import Callable, Iterator, Sequence
from threading import Event

import pytest
from sqlmodel import Session, text

from api.answers import Contact
from api.desk import cases, forgetting, queue
from api.inbound import inbox
from api.keys.vault import TeamKey, Vault
from api.outbound.replies import address_index
from api.staff.people import Viewer
from api.store.db import Database
from tests.api.desk.test_forgetting import DAY, closed, run, set_days, state
from tests.factories import HER_PHONE, NOW, make_case, make_coordinator
from tests.together import WAIT, at_once

Job = Callable[[Session], object]


@pytest.fixture
def db(postgres_url: str, vault: Vault) -> Iterator[Database]:
    """PostgreSQL: SQLite writes one thing after another."""
    database = Database(postgres_url, vault.keyring)
    yield database
    database.close()


@pytest.fixture
def amal(db: Database, team: TeamKey) -> Viewer:
    return make_coordinator(db, team)


def turn_of(vault: Vault, contact: Contact) -> bytes:
    return address_index(vault, contact.lane, contact.address)


def once(db: Database, message: Job, then: Job, forget: Job) -> bool:
    """Whether neither had to begin again when a message had its turn first, and went on once the other waits for it."""
    tries: list[str] = []
    has_its_turn = Event()

    def writes(session: Session) -> None:
        tries.append("message")
        message(session)
        has_its_turn.set()
        until = time.monotonic() + WAIT
        waits = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        while not session.connection().execute(waits).scalar_one():
            assert time.monotonic() < until, "nobody waits for the turn"
            time.sleep(0.01)
        then(session)

    def forgets(session: Session) -> None:
        assert has_its_turn.wait(WAIT)
        tries.append("forget")
        forget(session)

    outcomes = at_once([lambda: db.write_now(writes), lambda: db.write_now(forgets)])
    assert outcomes == [None, None], outcomes
    return sorted(tries) == ["forget", "message"]


def test_who_is_forgotten_at_her_wish_while_she_writes_is_forgotten_after_that(
    db: Database, vault: Vault, amal: Viewer
) -> None:
    case = make_case(db, vault)
    ref, turns = case.reference, [turn_of(vault, HER_PHONE)]
    assert once(
        db,
        lambda session: inbox.take_turns(session, turns),
        lambda session: cases.mark_unread(session, case.id),
        lambda session: forgetting.forget_now(session, vault, amal, ref, ref, NOW),
    )
    assert state(db, ref) == "forgotten"


@pytest.mark.parametrize("reasons", [("done", "withdrawn"), ("withdrawn", "done")])
def test_those_whom_different_rules_forget_are_taken_in_one_order(
    db: Database, vault: Vault, amal: Viewer, reasons: Sequence[str]
) -> None:
    people = [Contact("sms", "sms:+96181000001", f"+9617012345{last}", "sms", "en") for last in (1, 2)]
    people.sort(key=lambda one: int.from_bytes(turn_of(vault, one)[:8], "big", signed=True))
    first, second = (turn_of(vault, one) for one in people)
    references = [make_case(db, vault, claimed_by=amal, contact=one).reference for one in people]
    for reference, reason in zip(references, reasons, strict=True):
        db.write_now(lambda session, one=reference, why=reason: queue.close(session, amal, one, why, NOW))  # type: ignore[misc]
    for group in forgetting.GROUPS:
        set_days(db, amal, 30, group)
    run(db, vault, 30)
    assert once(
        db,
        lambda session: inbox.take_turns(session, [first]),
        lambda session: inbox.take_turns(session, [second]),
        lambda session: forgetting.keep_up(session, vault, NOW + 40 * DAY),
    )
    assert [state(db, one) for one in references] == ["forgotten"] * 2


def test_what_changes_at_the_moment_when_it_is_due_is_not_forgotten(db: Database, vault: Vault, amal: Viewer) -> None:
    reference = closed(db, vault, amal)
    set_days(db, amal, 30)
    run(db, vault, 29)

    def look(session: Session) -> None:
        session.connection().exec_driver_sql("SET LOCAL lock_timeout = '2s'")
        forgetting.keep_up(session, vault, NOW + 40 * DAY)

    def take_up_meanwhile(session: Session) -> None:
        queue.reopen(session, amal, reference, NOW)
        session.flush()
        db.write_now(look)

    db.write_now(take_up_meanwhile)
    assert state(db, reference) == "claimed"
