"""What is locked opens for the right key, in the right place, until its key is destroyed."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nacl.exceptions import CryptoError

from api.keys.keyring import Gone, Keyring
from api.keys.vault import TeamKey, Vault, reseal

TONIGHT = datetime(2026, 11, 24, 23, 59, 59, tzinfo=UTC)
ANSWER = "Almaz Bekele, ስም".encode()
every_length = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)


@every_length
@given(plain=st.binary(max_size=700))
def test_everything_that_is_locked_comes_out_as_it_went_in(vault: Vault, team: TeamKey, plain: bytes) -> None:
    lock = vault.new_case_lock()
    assert vault.unlock(vault.lock(plain, expires=TONIGHT)) == plain
    assert team.open("unhandled", vault.seal_to_team("unhandled", plain)) == plain
    assert vault.open_case(team, lock).open("case:1:note", vault.seal(lock.public_key, "case:1:note", plain)) == plain


def test_boxes_of_short_answers_have_one_length(vault: Vault) -> None:
    lock = vault.new_case_lock()
    answers = [b"", b"yes", b"x" * 200]
    assert len({len(vault.lock(answer, expires=TONIGHT)) for answer in answers}) == 1
    assert len({len(vault.seal(lock.public_key, "case:1:answers", answer)) for answer in answers}) == 1
    assert len(vault.lock(b"x" * 256, expires=TONIGHT)) == len(vault.lock(b"", expires=TONIGHT)) + 256


def test_a_time_lock_opens_until_the_day_is_destroyed(vault: Vault, keyring: Keyring) -> None:
    box = vault.lock(ANSWER, expires=TONIGHT)
    keyring.destroy_days_before(TONIGHT.date())
    keyring.commit()
    assert vault.unlock(box) == ANSWER
    keyring.destroy_days_before(TONIGHT.date() + timedelta(days=1))
    keyring.commit()
    with pytest.raises(Gone):
        vault.unlock(box)
    with pytest.raises(Gone):
        vault.lock(ANSWER, expires=TONIGHT)


def test_a_time_lock_with_a_secret_opens_only_while_the_secret_lives(vault: Vault, keyring: Keyring) -> None:
    secret_id, another = keyring.new_secret(), keyring.new_secret()
    box = vault.lock(ANSWER, expires=TONIGHT, secret_id=secret_id)
    assert vault.unlock(box, secret_id=secret_id) == ANSWER
    for wrong in (None, another):
        with pytest.raises(Gone):
            vault.unlock(box, secret_id=wrong)
    keyring.destroy(secret_id)
    keyring.commit()
    with pytest.raises(Gone):
        vault.unlock(box, secret_id=secret_id)


def test_what_a_keyring_that_is_older_cannot_open_is_gone(vault: Vault, team: TeamKey, tmp_path: Path) -> None:
    box = vault.lock(ANSWER, expires=TONIGHT)
    older = Vault(Keyring(tmp_path / "older.db"), b"i" * 32, team.public)
    older.lock(ANSWER, expires=TONIGHT)  # it has made a key of its own for that day
    with pytest.raises(Gone):
        older.unlock(box)


def test_no_changed_byte_of_a_box_opens(vault: Vault, keyring: Keyring, team: TeamKey) -> None:
    keyring.day_key(date.fromordinal(TONIGHT.date().toordinal() ^ 1))
    box, sealed = vault.lock(ANSWER, expires=TONIGHT), vault.seal_to_team("unhandled", ANSWER)
    for place in range(len(box)):
        with pytest.raises((Gone, CryptoError, ValueError, OverflowError)):
            vault.unlock(flipped(box, place))
    for place in range(0, len(sealed), 7):
        with pytest.raises(CryptoError):
            team.open("unhandled", flipped(sealed, place))


def test_a_case_opens_only_with_the_team_key_and_in_its_place(vault: Vault, team: TeamKey) -> None:
    lock = vault.new_case_lock()
    context = vault.item_context(7, "answers")
    box = vault.seal(lock.public_key, context, ANSWER)
    key = vault.open_case(team, lock)
    assert key.open("case:7:answers", box) == ANSWER
    for elsewhere in ("case:8:answers", "case:7:note", "case:7:answer", "case:7:answersA", ""):
        with pytest.raises(CryptoError):
            key.open(elsewhere, box)
    with pytest.raises(CryptoError):
        vault.open_case(TeamKey.generate(), lock)
    with pytest.raises(CryptoError):
        vault.open_case(team, vault.new_case_lock()).open(context, box)


def test_a_forgotten_case_opens_for_nobody(vault: Vault, keyring: Keyring, team: TeamKey) -> None:
    lock = vault.new_case_lock()
    keyring.commit()
    keyring.destroy(lock.secret_id)
    keyring.commit()
    with pytest.raises(Gone):
        vault.open_case(team, lock)


def test_after_a_rotation_only_the_new_team_key_opens_what_was_resealed(vault: Vault, team: TeamKey) -> None:
    lock, box = vault.new_case_lock(), vault.seal_to_team("portal:+96170000001", ANSWER)
    new = team.rotated()
    resealed, moved = reseal(lock.sealed_key, team, new.public), reseal(box, team, new.public)
    case = vault.open_case(new, type(lock)(lock.public_key, resealed, lock.secret_id))
    assert case.open("c", vault.seal(lock.public_key, "c", ANSWER)) == ANSWER
    assert new.open("portal:+96170000001", moved) == ANSWER
    with pytest.raises(CryptoError):
        team.open("portal:+96170000001", moved)


def test_a_rotated_key_opens_stragglers_and_survives_its_own_bytes(vault: Vault, team: TeamKey) -> None:
    straggler = vault.seal_to_team("unhandled", ANSWER)
    new = TeamKey.from_bytes(team.rotated().to_bytes())
    assert new.open("unhandled", straggler) == ANSWER
    with pytest.raises(CryptoError):
        new.rotated().open("unhandled", straggler)


def test_the_index_knows_parts_again_and_never_confuses_them(vault: Vault, keyring: Keyring, team: TeamKey) -> None:
    assert vault.index("sms", "+961700") == vault.index("sms", "+961700")
    assert len(vault.index("sms", "+961700")) == 16
    different = [("sms", "+961700"), ("sms+", "961700"), ("sms+961700",), ("sms", "+961", "700"), ("", "sms+961700")]
    assert len({vault.index(*parts) for parts in different}) == len(different)
    assert Vault(keyring, b"j" * 32, team.public).index("sms", "+961700") != vault.index("sms", "+961700")


def test_keys_do_not_show_themselves(team: TeamKey, vault: Vault) -> None:
    shown = repr(team) + repr(vault.open_case(team, vault.new_case_lock())) + repr(vault)
    assert repr(team.to_bytes()) not in shown
    assert team.to_bytes().hex() not in shown


def flipped(box: bytes, place: int) -> bytes:
    return box[:place] + bytes([box[place] ^ 1]) + box[place + 1 :]
