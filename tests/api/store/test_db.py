"""Use cases are committed whole or not at all, alone or together, and no key goes before what it locks."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlmodel import Session, func, select

from api.keys.keyring import Gone, Keyring
from api.store import engines, shredding
from api.store.db import Database
from api.store.writers import GROUP
from api.tables import Lane, Person, Seen, Shredding
from tests import hurried
from tests.factories import NOW

FAILS_AT_ITS_COMMIT = (
    "CREATE TABLE parent (id INTEGER PRIMARY KEY)",
    "CREATE TABLE child (id INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED)",
    "INSERT INTO child VALUES (1)",
)


class Mistake(Exception):
    """Something that a use case may raise."""


def see(name: str) -> Callable[[Session], str]:
    def use_case(session: Session) -> str:
        session.add(Seen(key=name.encode(), at=NOW))
        return name

    return use_case


def see_and_fail(name: str) -> Callable[[Session], None]:
    def use_case(session: Session) -> None:
        session.add(Seen(key=name.encode(), at=NOW))
        session.flush()
        raise Mistake(name)

    return use_case


def seen(session: Session) -> set[str]:
    return {key.decode() for key in session.exec(select(Seen.key))}


async def test_what_a_use_case_returns_comes_back_and_what_it_wrote_is_there(db: Database) -> None:
    assert await db.write(see("one")) == "one"
    assert await db.read(seen) == {"one"}


def test_the_same_without_an_event_loop(db: Database) -> None:
    assert db.write_now(see("one")) == "one"
    with pytest.raises(Mistake):
        db.write_now(see_and_fail("two"))
    assert db.read_now(seen) == {"one"}


async def test_a_failed_use_case_changes_nothing_and_harms_no_other(db: Database) -> None:
    await db.write(see("taken"))
    outcomes = await asyncio.gather(
        *(db.write(see_and_fail(f"bad {n}") if n % 3 == 0 else see(f"good {n}")) for n in range(12)),
        db.write(see("taken")),
        db.write(see("last")),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes[:12:3]] == [Mistake] * 4
    assert isinstance(outcomes[12], IntegrityError)
    assert await db.read(seen) == {"taken", "last", *(f"good {n}" for n in range(12) if n % 3)}


async def test_core_statements_and_nested_savepoints_work_inside_a_use_case(db: Database) -> None:
    def use_case(session: Session) -> None:
        session.connection().execute(insert(Seen), {"key": b"core", "at": NOW})
        with pytest.raises(IntegrityError), session.begin_nested():
            session.connection().execute(insert(Seen), {"key": b"core", "at": NOW})
        session.add(Seen(key=b"after", at=NOW))

    await db.write(use_case)
    assert await db.read(seen) == {"core", "after"}


async def test_rows_can_be_read_after_their_session_ended(db: Database) -> None:
    person = await db.write(lambda session: add_person(session))
    assert (person.name, person.languages, person.created_at) == ("Hana", ["am", "ar"], NOW)


async def test_a_reader_cannot_write(db: Database) -> None:
    with pytest.raises(DBAPIError):
        await db.read(lambda session: session.connection().execute(insert(Seen), {"key": b"x", "at": NOW}))


async def test_a_use_case_sees_what_was_committed_before_it_began(db: Database) -> None:
    await db.write(see("one"))
    assert await db.write(seen) == {"one"}


async def test_foreign_keys_are_enforced(db: Database) -> None:
    def use_case(session: Session) -> None:
        session.connection().exec_driver_sql(
            "INSERT INTO audit (at, person_id, action, object, detail) VALUES ('2026-11-24', 99, 'see', '', '{}')"
        )

    with pytest.raises(IntegrityError):
        await db.write(use_case)


async def test_secrets_live_and_die_with_their_use_case(db: Database, keyring: Keyring) -> None:
    def fail(session: Session) -> None:
        made.append(keyring.new_secret())
        keyring.destroy(kept)
        raise Mistake

    made: list[bytes] = []
    kept = await db.write(lambda session: keyring.new_secret())
    with pytest.raises(Mistake):
        await db.write(fail)
    await db.write(see("later"))
    assert keyring.secret(kept)
    with pytest.raises(Gone):
        keyring.secret(made[0])
    await db.write(lambda session: keyring.destroy(kept))
    with pytest.raises(Gone):
        keyring.secret(kept)


async def test_a_commit_that_fails_destroys_nothing(db: Database, keyring: Keyring) -> None:
    def let_go_and_fail(session: Session) -> None:
        keyring.destroy(secret_id)
        for statement in FAILS_AT_ITS_COMMIT:
            session.connection().exec_driver_sql(statement)

    secret_id = await db.write(lambda _: keyring.new_secret())
    with pytest.raises((IntegrityError, sqlite3.IntegrityError)):
        await db.write(let_go_and_fail)
    assert keyring.secret(secret_id)
    await db.write(see("later"))
    assert keyring.secret(secret_id)


async def test_what_could_not_be_destroyed_is_written_down_and_destroyed_later(
    db: Database, keyring: Keyring, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def let_go(session: Session) -> None:
        keyring.destroy(secret_id)
        session.add(Seen(key=b"let go", at=NOW))

    secret_id = await db.write(lambda _: keyring.new_secret())
    breaker = sqlite3.connect(tmp_path / "keyring.db")
    breaker.execute("CREATE TRIGGER full BEFORE DELETE ON secret BEGIN SELECT raise(ABORT, 'disk full'); END")
    await db.write(let_go)
    assert await db.read(seen) == {"let go"}
    assert "what was let go of is not destroyed yet" in caplog.text
    assert keyring.secret(secret_id)
    breaker.execute("DROP TRIGGER full")
    breaker.close()
    await db.write(lambda session: shredding.finish(session, keyring))
    with pytest.raises(Gone):
        keyring.secret(secret_id)
    assert await db.read(written_down) == 1
    await db.write(lambda session: shredding.finish(session, keyring))
    assert await db.read(written_down) == 0


async def test_when_the_keyring_cannot_be_written_nothing_is_stored(
    db: Database, keyring: Keyring, tmp_path: Path
) -> None:
    def use_case(session: Session) -> None:
        keyring.new_secret()
        session.add(Seen(key=b"without a key", at=NOW))

    breaker = sqlite3.connect(tmp_path / "keyring.db")
    breaker.execute("CREATE TRIGGER full BEFORE INSERT ON secret BEGIN SELECT raise(ABORT, 'disk full'); END")
    with pytest.raises(sqlite3.IntegrityError):
        await db.write(use_case)
    breaker.execute("DROP TRIGGER full")
    breaker.close()
    await db.write(use_case)
    assert await db.read(seen) == {"without a key"}


async def test_many_writers_add_up(db: Database) -> None:
    await db.write(lambda session: session.add(Lane(name="sms:+961", holder="", until=NOW)))

    def append(session: Session) -> None:
        session.connection().execute(update(Lane).values(holder=Lane.holder + "x"))  # type: ignore[operator]

    await asyncio.gather(*(db.write(append) for _ in range(3 * GROUP)))
    assert await db.read(lambda session: session.exec(select(func.length(Lane.holder))).one()) == 3 * GROUP


async def test_who_gave_up_waiting_harms_nobody(db: Database) -> None:
    async with asyncio.timeout(10):
        impatient = asyncio.ensure_future(db.write(see("impatient")))
        await asyncio.sleep(0)
        impatient.cancel()
        assert await db.write(see("patient")) == "patient"
    assert "patient" in await db.read(seen)


async def test_the_outbox_wakes_after_a_commit_and_not_after_a_failure(db: Database) -> None:
    calls: list[int] = []
    db.after_commit(lambda: calls.append(threading.get_ident()))
    with pytest.raises(Mistake):
        await db.write(see_and_fail("no"))
    await asyncio.sleep(0.05)
    assert calls == []
    await db.write(see("yes"))
    await asyncio.sleep(0.05)
    assert calls == [threading.get_ident()]


def test_what_was_taken_is_finished_before_the_end(sqlite_url: str, keyring: Keyring) -> None:
    async def write_many() -> None:
        loop = asyncio.get_running_loop()
        writes = [loop.create_task(db.write(see(str(n)))) for n in range(100)]
        await asyncio.sleep(0)
        db.close()
        await asyncio.gather(*writes)

    db = Database(sqlite_url, keyring)
    asyncio.run(write_many())
    again = Database(sqlite_url, keyring)
    assert len(again.read_now(seen)) == 100
    again.close()


def test_waiting_use_cases_share_commits_on_sqlite(sqlite_url: str, keyring: Keyring) -> None:
    async def write_many() -> int:
        commits = 0

        def count() -> None:
            nonlocal commits
            commits += 1

        db.after_commit(count)
        await asyncio.gather(*(db.write(see(str(n))) for n in range(100)))
        await asyncio.sleep(0.05)
        return commits

    db = Database(sqlite_url, keyring)
    assert asyncio.run(write_many()) < 20
    db.close()


async def test_use_cases_that_deadlock_are_tried_again_on_postgresql(postgres_url: str, keyring: Keyring) -> None:
    db = Database(postgres_url, keyring)
    await db.write(lambda session: session.add_all(Lane(name=name, until=NOW) for name in ("a", "b")))
    both_hold_one = threading.Barrier(2, timeout=10)
    tries: list[str] = []

    def take(first: str, second: str) -> Callable[[Session], None]:
        def use_case(session: Session) -> None:
            tries.append(first)
            mark(session, first)
            if len(tries) <= 2:
                both_hold_one.wait()
            mark(session, second)

        return use_case

    await asyncio.gather(db.write(take("a", "b")), db.write(take("b", "a")))
    assert len(tries) > 2
    db.close()


async def test_a_use_case_that_always_meets_others_fails_in_the_end(postgres_url: str, keyring: Keyring) -> None:
    tries = 0

    def use_case(session: Session) -> None:
        nonlocal tries
        tries += 1
        session.connection().exec_driver_sql("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$")

    db = Database(postgres_url, keyring)
    with pytest.raises(OperationalError):
        await db.write(use_case)
    assert 2 < tries < 10
    db.close()


async def test_a_database_that_failed_to_store_is_not_well_until_it_stores_again(db: Database) -> None:
    assert await db.check()

    def fail(session: Session) -> None:
        raise OperationalError("COMMIT", {}, sqlite3.OperationalError("database or disk is full"))

    with pytest.raises(OperationalError):
        await db.write(fail)
    assert db._failed
    assert await db.check()
    assert not db._failed


def add_person(session: Session) -> Person:
    person = Person(
        name="Hana", role="volunteer", languages=["am", "ar"], public_key=b"", salt=b"", private_box=b"", created_at=NOW
    )
    session.add(person)
    return person


def written_down(session: Session) -> int:
    return len(session.exec(select(Shredding)).all())


def mark(session: Session, lane: str) -> None:
    session.connection().execute(update(Lane).where(Lane.name == lane).values(holder="me"))  # type: ignore[arg-type]


@pytest.mark.parametrize("busy", [False, True])
async def test_a_destroyed_key_is_in_no_file_within_a_second(
    db: Database, keyring: Keyring, tmp_path: Path, busy: bool
) -> None:
    secret_id = await db.write(lambda _: keyring.new_secret())
    secret = keyring.secret(secret_id)
    await db.write(lambda _: keyring.destroy(secret_id))
    loop = asyncio.get_running_loop()
    end, number = loop.time() + 0.8, 0
    while busy and loop.time() < end:
        await db.write(see(f"{(number := number + 1)}"))
    await asyncio.sleep(end - loop.time())
    assert secret not in all_bytes(tmp_path)


def all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("keyring.db*"))


def test_a_commit_waits_for_the_disk_as_it_ships(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "SYNCHRONOUS", hurried.SHIPPED)
    keyring = Keyring(tmp_path / "keyring.db")
    db = Database(f"sqlite:///{tmp_path / 'main.db'}", keyring)
    keys = keyring._thread.connection.execute("PRAGMA synchronous").fetchone()[0]
    rows = db.write_now(lambda session: session.connection().exec_driver_sql("PRAGMA synchronous").scalar())
    assert (rows, keys) == (2, 2)
    db.close()
    keyring.close()
