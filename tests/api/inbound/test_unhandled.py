"""Messages at which our program failed wait for a coordinator, are emptied when she is done, and then forgotten."""

from datetime import timedelta

import pytest
from nacl.exceptions import CryptoError
from sqlmodel import select

from api import retention
from api.answers import pack_message
from api.errors import Refused
from api.inbound import inbox, unhandled
from api.inbound.unhandled import MOST, SETTLED_LIVES, UnhandledView
from api.keys.vault import TeamKey, Vault
from api.staff import audit
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import Unhandled
from flows.model import Media, Message
from tests.factories import NOW, make_coordinator

TYPED = Message("telegram", "telegram:8123", "4711", "m1", "My name is Almaz")
PRESSED = Message("telegram", "telegram:8123", "4711", "m2", button="papers=none")
SPOKEN = Message("sms", "sms:+96181000001", "+96170123456", "m3", media=Media("voice", "file-1"), manner="sms")
SECOND = timedelta(seconds=1)


def fail(db: Database, vault: Vault, *messages: Message) -> None:
    """The program fails at these messages."""
    for message in messages:
        db.write_now(lambda session, one=message: inbox.store_unhandled(session, vault, one, "KeyError", NOW))


def read(db: Database, viewer: Viewer) -> list[UnhandledView]:
    return db.write_now(lambda session: unhandled.unhandled(session, viewer, NOW))


def settle(db: Database, viewer: Viewer, message_id: int) -> None:
    db.write_now(lambda session: unhandled.settle(session, viewer, message_id, NOW))


def rows(db: Database) -> list[Unhandled]:
    return db.read_now(lambda session: list(session.exec(select(Unhandled))))


def trail(db: Database) -> list[tuple[str, str, dict[str, object]]]:
    entries = db.read_now(audit.recent)
    return [(entry.person, entry.action, dict(entry.detail)) for entry in entries]


def test_a_coordinator_reads_what_was_said_the_oldest_first(db: Database, vault: Vault, coordinator: Viewer) -> None:
    fail(db, vault, TYPED, PRESSED, SPOKEN)

    seen = [(one.at, one.channel, one.error, one.words, one.media) for one in read(db, coordinator)]
    assert seen == [
        (NOW, "telegram", "KeyError", "My name is Almaz", ""),
        (NOW, "telegram", "KeyError", "papers=none", ""),
        (NOW, "sms", "KeyError", "", "voice"),
    ]
    assert trail(db) == [("Amal", "unhandled.list", {"messages": 3})]


def test_the_address_is_not_shown(db: Database, vault: Vault, coordinator: Viewer) -> None:
    fail(db, vault, TYPED, SPOKEN)

    shown = repr(read(db, coordinator))
    assert "Almaz" in shown
    assert [one for one in (TYPED.address, SPOKEN.address, TYPED.lane, SPOKEN.lane) if one in shown] == []


def test_a_look_at_an_empty_list_is_nothing_to_record(db: Database, coordinator: Viewer) -> None:
    assert read(db, coordinator) == []
    assert trail(db) == []


def test_for_volunteers_there_is_none_of_it(db: Database, vault: Vault, volunteer: Viewer) -> None:
    fail(db, vault, TYPED)
    with pytest.raises(Refused, match="404 not_found"):
        read(db, volunteer)
    with pytest.raises(Refused, match="404 not_found"):
        settle(db, volunteer, rows(db)[0].id or 0)
    assert rows(db)[0].box


def test_another_teams_key_opens_nothing(db: Database, vault: Vault) -> None:
    fail(db, vault, TYPED)
    with pytest.raises(CryptoError):
        read(db, make_coordinator(db, TeamKey.generate(), "Eve"))


def test_who_is_done_with_a_message_empties_it_once(db: Database, vault: Vault, coordinator: Viewer) -> None:
    fail(db, vault, TYPED, PRESSED)
    first, second = read(db, coordinator)
    assert db.read_now(unhandled.waiting) == 2

    settle(db, coordinator, first.id)

    assert read(db, coordinator) == [second]
    assert db.read_now(unhandled.waiting) == 1
    assert {row.id: (row.box == b"", row.handled_at) for row in rows(db)} == {
        first.id: (True, NOW),
        second.id: (False, None),
    }
    assert ("Amal", "unhandled.settle", {"message": first.id, "error": "KeyError"}) in trail(db)
    for gone in (first.id, 999):
        with pytest.raises(Refused, match="404 no_such_message"):
            settle(db, coordinator, gone)


def test_what_was_settled_is_forgotten_after_a_month_and_what_was_not_waits(
    db: Database, vault: Vault, coordinator: Viewer
) -> None:
    fail(db, vault, TYPED, PRESSED)
    first, second = read(db, coordinator)
    settle(db, coordinator, first.id)

    for later, left in ((SETTLED_LIVES - SECOND, {first.id, second.id}), (10 * SETTLED_LIVES, {second.id})):
        db.write_now(lambda session, at=NOW + later: retention.end_what_is_over(session, vault.keyring, at))
        assert {row.id for row in rows(db)} == left


def test_a_bug_at_every_message_does_not_fill_the_page(db: Database, vault: Vault, coordinator: Viewer) -> None:
    box = vault.seal_to_team(inbox.UNHANDLED, pack_message(TYPED))
    many = [Unhandled(lane="sms", error="KeyError", box=box, at=NOW) for _ in range(MOST + 1)]
    db.write_now(lambda session: session.add_all(many))

    assert len(read(db, coordinator)) == MOST
    assert db.read_now(unhandled.waiting) == MOST + 1
