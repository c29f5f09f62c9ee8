"""A passphrase, a cookie and a sheet of paper each open the team key, and nothing else does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.exceptions import CryptoError

from api.keys import locks
from api.keys.locks import Cost, RecoveryKey
from api.keys.passphrases import WORDS, new_passphrase
from api.keys.vault import TeamKey

CHEAP = Cost(passes=1, mebibytes=1)


def test_a_passphrase_opens_the_team_key_and_another_does_not(team: TeamKey) -> None:
    lock = locks.new_person("cedar lamp river stone quiet bread", CHEAP)
    private = locks.open_person("cedar lamp river stone quiet bread", lock)
    assert private is not None
    box = locks.share_team(team, lock.public_key)
    assert locks.open_team(private, box).public == team.public
    assert locks.open_person("cedar lamp river stone quiet broad", lock) is None


def test_a_passphrase_may_be_typed_as_telephones_type() -> None:
    lock = locks.new_person("cedar lamp café", CHEAP)
    assert locks.open_person(" Cedar  lamp cafe\u0301 ", lock) is not None


def test_a_lock_keeps_opening_when_the_standard_cost_changes() -> None:
    old = locks.new_person("cedar", Cost(passes=2, mebibytes=2))
    assert locks.open_person("cedar", old) is not None
    assert Cost() == locks.STANDARD == Cost(3, 128)


def test_the_lock_of_nobody_never_opens() -> None:
    lock = locks.lock_of_nobody(CHEAP)
    assert locks.open_person("", lock) is None
    assert len(lock.private_box) == len(locks.new_person("cedar", CHEAP).private_box)


def test_a_person_keeps_her_key_under_a_new_passphrase() -> None:
    first = locks.new_person("cedar", CHEAP)
    private = locks.open_person("cedar", first)
    assert private is not None
    second = locks.lock_person(private, "lamp", CHEAP)
    assert second.public_key == first.public_key
    assert locks.open_person("lamp", second) == private
    assert locks.open_person("cedar", second) is None


def test_a_session_opens_only_with_its_token() -> None:
    token, private = locks.new_token(), b"p" * 32
    box = locks.lock_in_session(private, token)
    assert locks.open_in_session(box, token) == private
    assert len(locks.token_hash(token)) == 32
    for wrong in (locks.new_token(), locks.token_hash(token).hex()):
        with pytest.raises(CryptoError):
            locks.open_in_session(box, wrong)


def test_the_paper_opens_the_team_key(team: TeamKey) -> None:
    key = RecoveryKey.generate()
    box = locks.share_team(team, key.public)
    typed = key.on_paper().lower().replace(" ", "-").replace("o", "0").replace("i", "1").replace("b", "8")
    assert RecoveryKey.from_paper(typed).open_team(box).public == team.public
    with pytest.raises(CryptoError):
        RecoveryKey.generate().open_team(box)


def test_the_paper_is_fourteen_groups_of_four() -> None:
    groups = RecoveryKey.generate().on_paper().split(" ")
    assert [len(group) for group in groups] == [4] * 14


@given(st.integers(0, 55), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
def test_one_wrong_letter_is_noticed(place: int, letter: str) -> None:
    right = RecoveryKey(bytes(range(32))).on_paper().replace(" ", "")
    wrong = right[:place] + letter + right[place + 1 :]
    if wrong != right:
        with pytest.raises(ValueError, match="not a recovery key"):
            RecoveryKey.from_paper(wrong)


@pytest.mark.parametrize("typed", ["", "K7-4QF", "é" * 56, "A" * 56, "A" * 600])
def test_what_is_no_recovery_key_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="not a recovery key"):
        RecoveryKey.from_paper(typed)


def test_passphrases_are_six_plain_words_of_a_long_list() -> None:
    assert len(WORDS) == len(set(WORDS)) >= 1296
    assert all(word.isascii() and word.islower() and 3 <= len(word) <= 8 for word in WORDS)
    passphrases = {new_passphrase() for _ in range(50)}
    assert len(passphrases) == 50
    assert all(len(passphrase.split()) == 6 and set(passphrase.split()) <= set(WORDS) for passphrase in passphrases)


def test_recovery_keys_do_not_show_themselves() -> None:
    key = RecoveryKey.generate()
    assert key.on_paper()[:4] not in repr(key)
