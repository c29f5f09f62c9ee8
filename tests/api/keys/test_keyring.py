"""The keyring forgets for ever, and never loses what it must keep."""

import random
import threading
from datetime import date, timedelta
from pathlib import Path

import pytest

from api.keys.keyring import Gone, Keyring

TODAY = date(2026, 11, 24)


def all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


def test_a_secret_is_there_before_and_after_its_commit(keyring: Keyring, tmp_path: Path) -> None:
    secret_id = keyring.new_secret()
    secret = keyring.secret(secret_id)
    keyring.commit()
    assert len(secret) == 32
    assert Keyring(tmp_path / "keyring.db").secret(secret_id) == secret


def test_an_unknown_secret_is_gone(keyring: Keyring) -> None:
    with pytest.raises(Gone):
        keyring.secret(b"never made")


def test_destroyed_secrets_are_in_no_file_however_they_were_made_and_destroyed(
    keyring: Keyring, tmp_path: Path
) -> None:
    chance, living, destroyed = random.Random(1), {}, []
    for _ in range(30):
        for secret_id in [keyring.new_secret() for _ in range(60)]:
            living[secret_id] = keyring.secret(secret_id)
        keyring.commit()
        for secret_id in chance.sample(sorted(living), 40):
            keyring.destroy(secret_id)
            destroyed.append(living.pop(secret_id))
        keyring.commit()
    on_disk = all_bytes(tmp_path)
    assert all(secret in on_disk for secret in living.values())
    assert not any(secret[:8] in on_disk for secret in destroyed)


def test_what_is_destroyed_is_gone_at_once_for_its_thread_and_after_the_commit_for_all(keyring: Keyring) -> None:
    secret_id = keyring.new_secret()
    keyring.commit()
    keyring.destroy(secret_id)
    with pytest.raises(Gone):
        keyring.secret(secret_id)
    assert in_another_thread(lambda: keyring.secret(secret_id))
    keyring.commit()
    assert in_another_thread(lambda: keyring.secret(secret_id)) is Gone


def test_a_rollback_undoes_everything_since_the_commit(keyring: Keyring) -> None:
    kept = keyring.new_secret()
    keyring.commit()
    keyring.destroy(kept)
    keyring.destroy_days_before(TODAY)
    made = keyring.new_secret()
    keyring.rollback()
    keyring.commit()
    assert keyring.secret(kept)
    assert keyring.day_key(TODAY - timedelta(days=1))
    with pytest.raises(Gone):
        keyring.secret(made)


def test_a_savepoint_undoes_only_what_came_after_it(keyring: Keyring) -> None:
    keyring.savepoint()
    first = keyring.new_secret()
    keyring.release()
    keyring.savepoint()
    second = keyring.new_secret()
    keyring.destroy(first)
    keyring.rollback_to_savepoint()
    keyring.commit()
    assert keyring.secret(first)
    with pytest.raises(Gone):
        keyring.secret(second)


def test_a_day_has_one_key_for_all_threads(keyring: Keyring) -> None:
    assert in_another_thread(lambda: keyring.day_key(TODAY)) == keyring.day_key(TODAY)
    assert keyring.day_key(TODAY) != keyring.day_key(TODAY + timedelta(days=1))


def test_threads_that_ask_at_once_for_a_new_day_get_the_same_key(keyring: Keyring) -> None:
    start, found = threading.Barrier(8), []

    def ask() -> None:
        start.wait()
        found.append(keyring.day_key(TODAY))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_destroyed_days_never_come_back(keyring: Keyring, tmp_path: Path) -> None:
    keys = [keyring.day_key(TODAY + timedelta(days=n)) for n in range(-2, 2)]
    assert keyring.destroy_days_before(TODAY) == 2
    with pytest.raises(Gone):
        keyring.day_key(TODAY - timedelta(days=1))
    keyring.commit()
    for days_ago in (1, 2, 300):
        with pytest.raises(Gone):
            keyring.day_key(TODAY - timedelta(days=days_ago))
    assert keyring.day_key(TODAY) == keys[2]
    assert [key in all_bytes(tmp_path) for key in keys] == [False, False, True, True]


def test_the_horizon_never_moves_back(keyring: Keyring) -> None:
    keyring.destroy_days_before(TODAY)
    keyring.destroy_days_before(TODAY - timedelta(days=7))
    keyring.commit()
    keyring.destroy_days_before(TODAY - timedelta(days=7))
    keyring.commit()
    with pytest.raises(Gone):
        keyring.day_key(TODAY - timedelta(days=1))


def test_a_log_left_by_a_crash_is_emptied_at_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "keyring.db"
    crashed = Keyring(path)
    crashed.new_secret()
    crashed.commit()
    assert path.with_name("keyring.db-wal").stat().st_size > 0
    Keyring(path)
    assert path.with_name("keyring.db-wal").stat().st_size == 0


def test_a_mirror_opens_what_lives_and_loses_what_was_destroyed(keyring: Keyring, tmp_path: Path) -> None:
    folder = tmp_path / "mirror"
    folder.mkdir()
    kept, destroyed = keyring.new_secret(), keyring.new_secret()
    secret = keyring.secret(destroyed)
    keyring.commit()
    keyring.mirror(folder / "keyring.db")
    assert secret in all_bytes(folder)
    keyring.destroy(destroyed)
    keyring.commit()
    keyring.mirror(folder / "keyring.db")
    assert secret not in all_bytes(folder)
    assert Keyring(folder / "keyring.db").secret(kept) == keyring.secret(kept)


def test_only_its_owner_may_read_the_file_and_it_says_whether_it_can_be_read(keyring: Keyring, tmp_path: Path) -> None:
    assert (tmp_path / "keyring.db").stat().st_mode & 0o777 == 0o600
    assert keyring.check()
    (tmp_path / "keyring.db").rename(tmp_path / "elsewhere")
    assert not keyring.check()


def in_another_thread(ask: object) -> object:
    """What `ask` returns in a thread of its own, or the class of its error."""
    found: list[object] = []

    def run() -> None:
        try:
            found.append(ask())  # type: ignore[operator]
        except Gone:
            found.append(Gone)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return found[0]
