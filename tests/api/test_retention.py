"""What is over is gone at its second, and unreadable in copies when its day is over."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, func, select

from api import retention
from api.keys.keyring import Gone, Keyring
from api.keys.vault import Vault
from api.retention import SEEN_LIVES
from api.staff import signin
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import ChatMessage, DraftRow, ReplyRow, Seen, SignIn
from tests.factories import NOW

SECOND = timedelta(seconds=1)


def end_at(db: Database, keyring: Keyring, now: datetime) -> None:
    db.write_now(lambda session: retention.end_what_is_over(session, keyring, now))


def count(db: Database, table: type) -> int:
    return db.read_now(lambda session: session.exec(select(func.count()).select_from(table)).one())


def keep_draft(vault: Vault, expires: datetime) -> Callable[[Session], tuple[bytes, bytes]]:
    def use_case(session: Session) -> tuple[bytes, bytes]:
        secret_id = vault.keyring.new_secret()
        box = vault.lock(b"Almaz", expires=expires, secret_id=secret_id)
        session.add(DraftRow(address_index=b"a", secret_id=secret_id, box=box, expires_at=expires))
        return secret_id, box

    return use_case


def test_a_draft_lives_72_hours_and_then_even_its_copies_are_dead(db: Database, keyring: Keyring, vault: Vault) -> None:
    over = NOW + timedelta(hours=72)
    secret_id, copy = db.write_now(keep_draft(vault, over))
    end_at(db, keyring, over - SECOND)
    assert count(db, DraftRow) == 1
    assert vault.unlock(copy, secret_id=secret_id) == b"Almaz"
    end_at(db, keyring, over + SECOND)
    assert count(db, DraftRow) == 0
    with pytest.raises(Gone):
        vault.unlock(copy, secret_id=secret_id)


def test_a_reply_lives_24_hours_and_its_copies_until_the_day_is_over(
    db: Database, keyring: Keyring, vault: Vault
) -> None:
    over = NOW + timedelta(hours=24)
    copy = vault.lock(b"How old are you?", expires=over)
    row = ReplyRow(
        lane="sms:", address_index=b"a", box=copy, created_at=NOW, send_after=NOW, next_try=NOW, expires_at=over
    )
    db.write_now(lambda session: session.add(row))
    end_at(db, keyring, over - SECOND)
    assert count(db, ReplyRow) == 1
    end_at(db, keyring, over + SECOND)
    assert count(db, ReplyRow) == 0
    midnight = (over + timedelta(days=1)).replace(hour=0)
    end_at(db, keyring, midnight - SECOND)
    assert vault.unlock(copy) == b"How old are you?"
    end_at(db, keyring, midnight)
    with pytest.raises(Gone):
        vault.unlock(copy)


def test_the_ids_of_a_chat_live_47_hours(db: Database, keyring: Keyring, vault: Vault) -> None:
    over = NOW + timedelta(hours=47)
    box = vault.lock(b"1001", expires=over)
    db.write_now(lambda s: s.add(ChatMessage(address_index=b"a", lane="telegram:8123", box=box, expires_at=over)))
    end_at(db, keyring, over - SECOND)
    assert count(db, ChatMessage) == 1
    end_at(db, keyring, over + SECOND)
    assert count(db, ChatMessage) == 0


def test_a_repeat_is_recognised_for_longer_than_a_year(db: Database, keyring: Keyring) -> None:
    db.write_now(lambda session: session.add(Seen(key=b"a", at=NOW)))
    end_at(db, keyring, NOW + SEEN_LIVES - SECOND)
    assert count(db, Seen) == 1
    end_at(db, keyring, NOW + SEEN_LIVES + SECOND)
    assert count(db, Seen) == 0


def test_a_session_that_is_over_is_deleted(db: Database, keyring: Keyring, volunteer: Viewer) -> None:
    def begin(session: Session) -> str:
        idle, longest = timedelta(minutes=30), timedelta(hours=8)
        return signin.begin(session, volunteer.person_id, b"p" * 32, NOW, idle=idle, longest=longest)

    db.write_now(begin)
    end_at(db, keyring, NOW + timedelta(minutes=30) - SECOND)
    assert count(db, SignIn) == 1
    end_at(db, keyring, NOW + timedelta(minutes=30))
    assert count(db, SignIn) == 0


def test_what_is_not_over_stays(db: Database, keyring: Keyring, vault: Vault) -> None:
    secret_id, copy = db.write_now(keep_draft(vault, NOW + timedelta(hours=72)))
    for hours in range(0, 72, 7):
        end_at(db, keyring, NOW + timedelta(hours=hours))
    assert vault.unlock(copy, secret_id=secret_id) == b"Almaz"
