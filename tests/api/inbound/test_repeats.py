"""The same SMS is known again by number, sender, text and time, whatever id it comes with."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.inbound.repeats import WITHIN, first_time, same_sms, time_of
from api.keys.vault import Vault
from api.store.db import Database
from tests.factories import NOW
from tests.together import at_once

PROXY = "+96181000100"
CODE = "MOPH: your login code is 482913"


def new(db: Database, vault: Vault, at: datetime, text: str = CODE, sender: str = "MOPH", number: str = PROXY) -> bool:
    return db.write_now(lambda session: first_time(session, vault, number, sender, text, at))


@pytest.mark.parametrize("seconds", [0, 1, 59, 119, 120, -1, -119, -120])
def test_within_two_minutes_it_is_the_same_sms(db: Database, vault: Vault, seconds: int) -> None:
    assert new(db, vault, NOW)
    assert not new(db, vault, NOW + timedelta(seconds=seconds))
    assert not new(db, vault, NOW)


@pytest.mark.parametrize("seconds", [121, 239, 3600, -121, -239])
def test_later_or_earlier_it_is_another(db: Database, vault: Vault, seconds: int) -> None:
    assert new(db, vault, NOW)
    assert new(db, vault, NOW + timedelta(seconds=seconds))


def test_another_text_sender_or_number_is_another_sms_and_gaps_and_letters_case_are_none(
    db: Database, vault: Vault
) -> None:
    assert new(db, vault, NOW)
    assert new(db, vault, NOW, text="MOPH: your login code is 482914")
    assert new(db, vault, NOW, sender="MOPH-LB")
    assert new(db, vault, NOW, number="+96181000101")
    assert not new(db, vault, NOW, text=f" {CODE}\n", sender="moph ")


def test_of_two_reports_that_come_together_one_is_the_first(db: Database, vault: Vault) -> None:
    times = [NOW + timedelta(seconds=seconds) for seconds in (0, 1, 119, 60)]
    assert sum(at_once([lambda at=at: new(db, vault, at) for at in times])) == 1


def test_a_telephones_zone_does_not_matter(db: Database, vault: Vault) -> None:
    assert new(db, vault, NOW)
    assert not new(db, vault, datetime.fromisoformat("2026-11-24T11:00:30+02:00"))
    assert timedelta(minutes=2) == WITHIN


@given(st.integers(0, 100), st.integers(0, 100))
def test_on_a_channel_only_the_same_second_is_the_same_sms(first: int, second: int) -> None:
    """She may answer "1" to one question and "1" to the next: those are two messages, however fast she is."""
    vault = Vault(None, b"i" * 32, b"p" * 32)  # type: ignore[arg-type]
    one, other = (same_sms(vault, "+96170123456", "1", NOW + timedelta(milliseconds=100 * n)) for n in (first, second))
    assert (one == other) == (first // 10 == second // 10)


def test_on_a_channel_a_report_with_another_fraction_of_the_second_is_the_same(vault: Vault) -> None:
    at = datetime(2026, 11, 24, 9, 0, 11, tzinfo=UTC)
    assert same_sms(vault, "+961", "1", at) == same_sms(vault, "+961", "1 ", at.replace(microsecond=437_000))
    assert same_sms(vault, "+961", "1", at) != same_sms(vault, "+962", "1", at)
    assert time_of(same_sms(vault, "+961", "1", at)) == at
    assert time_of("SM0123") is None
