"""What one message leads to in the database: once, whole, and only for the person who wrote it."""

from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import inspect
from sqlmodel import select

from api.inbound import inbox
from api.keys.keyring import Gone
from api.keys.vault import TeamKey, Vault
from api.store.db import Database
from api.tables import CaseRow, ChatMessage, DraftRow, Item, ReplyRow, Unhandled
from flows.loader import Library
from tests.factories import NOW
from tests.talking import REGISTRATION, Worker

IDS = count(1)


@pytest.fixture
def almaz(db: Database, vault: Vault, library: Library) -> Worker:
    return Worker(db, vault, library)


def rows(db: Database, table: type) -> list[object]:
    return db.read_now(lambda session: list(session.exec(select(table).order_by(*inspect(table).primary_key))))


def test_a_message_is_answered_once_however_often_it_is_delivered(almaz: Worker, db: Database) -> None:
    first = almaz.message("hello")

    for _ in range(3):
        almaz.deliver(first)

    assert len(rows(db, ReplyRow)) == 1


def test_the_same_id_from_another_bot_is_another_message(almaz: Worker, db: Database) -> None:
    almaz.deliver(almaz.message("hello", id="7"))
    almaz.deliver(almaz.message("hello", id="7", lane="telegram:2"))

    assert len(rows(db, ReplyRow)) == 2


def test_a_registration_becomes_one_sealed_case_and_the_draft_is_shredded(
    almaz: Worker, db: Database, vault: Vault, team: TeamKey
) -> None:
    for text in REGISTRATION[:-1]:
        almaz.says(text)
    secret = db.read_now(lambda session: session.exec(select(DraftRow.secret_id)).one())
    said = almaz.says(REGISTRATION[-1])

    (case,) = rows(db, CaseRow)
    assert isinstance(case, CaseRow)
    assert case.reference in said[-1]
    assert case.route["country"] == "ETH"
    assert {item.kind for item in rows(db, Item)} == {"answers", "address"}  # type: ignore[attr-defined]
    with pytest.raises(Gone):
        vault.keyring.secret(secret)


def test_what_she_writes_afterwards_is_put_into_her_case(almaz: Worker, db: Database) -> None:
    for text in REGISTRATION:
        almaz.says(text)
    almaz.says("My employer comes back on Friday")

    (case,) = rows(db, CaseRow)
    assert isinstance(case, CaseRow)
    assert case.unread == 1
    assert "in" in {item.kind for item in rows(db, Item)}  # type: ignore[attr-defined]


def test_status_and_forget_are_only_for_the_phone_that_registered(almaz: Worker, vault: Vault, db: Database) -> None:
    for text in REGISTRATION:
        almaz.says(text)
    reference = almaz.case()
    stranger = Worker(db, vault, almaz.library, address="999")
    for text in ("hello", "1", "1", "2"):
        stranger.says(text)

    assert "four digits" in stranger.says(reference)[-1]
    assert "We have it" in almaz.says("status")[-1]
    almaz.says("forget")
    assert "gone" in almaz.says(reference)[-1]
    assert "four digits" in almaz.says(f"{reference}")[-1]


def test_forgetting_in_the_middle_destroys_the_drafts_secret(almaz: Worker, db: Database, vault: Vault) -> None:
    for text in REGISTRATION[:6]:
        almaz.says(text)
    before = db.read_now(lambda session: session.exec(select(DraftRow.secret_id)).one())
    almaz.says("forget")
    almaz.says("1")

    with pytest.raises(Gone):
        vault.keyring.secret(before)


def test_clear_is_sent_before_the_ok_that_follows_it(almaz: Worker, db: Database) -> None:
    almaz.says("hello")
    almaz.says("1")
    almaz.says("clear")

    kinds = [row.kind for row in rows(db, ReplyRow)]  # type: ignore[attr-defined]
    assert kinds[-2:] == ["clear", "say"]
    assert len(rows(db, ChatMessage)) == 3


def test_stop_drops_what_was_waiting(almaz: Worker, db: Database) -> None:
    almaz.says("hello")
    almaz.says("1")
    almaz.says("stop")

    (left,) = rows(db, ReplyRow)
    assert left.state == "waiting"  # type: ignore[attr-defined]


def test_after_three_days_a_draft_is_gone_for_the_server_too(almaz: Worker, db: Database, vault: Vault) -> None:
    for text in REGISTRATION[:6]:
        almaz.says(text)
    later = NOW + timedelta(days=4, hours=1)
    db.write_now(lambda session: vault.keyring.destroy_days_before(later.date()))

    almaz.now = later
    assert "English" in almaz.says("hello again")[-1]


def test_a_message_whose_turn_fails_is_kept_sealed_for_the_team(
    db: Database, vault: Vault, team: TeamKey, library: Library, almaz: Worker
) -> None:
    message = almaz.message("a secret that must not be lost")

    db.write_now(lambda session: inbox.store_unhandled(session, vault, message, "KeyError", NOW))
    db.write_now(lambda session: inbox.store_unhandled(session, vault, message, "KeyError", NOW))

    (kept,) = rows(db, Unhandled)
    assert isinstance(kept, Unhandled)
    assert b"a secret that must not be lost" in team.open(inbox.UNHANDLED, kept.box)


def test_the_answer_to_a_volunteer_goes_to_her_case_without_a_question(
    almaz: Worker, db: Database, vault: Vault
) -> None:
    for text in REGISTRATION:
        almaz.says(text)
    reference = almaz.case()
    address = vault.index("telegram", almaz.address)
    later = NOW + timedelta(hours=5)
    db.write_now(lambda session: inbox.expect_reply(session, vault, address, reference, "en", later))

    almaz.now = later + timedelta(hours=1)
    assert "passed it on" in almaz.says("Yes, Saturday is good")[-1]
