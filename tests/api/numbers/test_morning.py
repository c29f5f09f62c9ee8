"""A morning of a campaign: thirty cases, few numbers, six volunteers, and a portal that writes late and twice."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from api.keys.keyring import Keyring
from api.keys.vault import TeamKey, Vault
from api.staff.alerts import unseen
from api.store.db import Database
from api.tables import CodeWindow
from tests.campaigns import Campaign
from tests.factories import NOW
from tests.ministries import STRANGERS


@pytest.fixture
def campaign(url: str, keyring: Keyring, vault: Vault, team: TeamKey) -> Iterator[Campaign]:
    """A desk on a database on which six write at once, where it can."""
    db = Database(url, keyring, threads=6)
    yield Campaign(db, vault, team)
    db.close()


def test_a_morning_with_eight_numbers(campaign: Campaign) -> None:
    """Thirty get the thirty places that last week's two left, and are registered before noon."""
    campaign.begin(numbers=8, cases=30, last_week=2)
    others_write(campaign)
    the_portal_writes_to_last_weeks_women(campaign)
    assert campaign.lend_everybody() == []
    assert set(campaign.people_on().values()) == {4}

    campaign.work(until=timedelta(hours=3))

    assert all(woman.registered for woman in campaign.women)
    no_cap_is_broken(campaign)
    no_code_was_shown_on_a_wrong_case(campaign)
    every_message_ended_on_its_case_or_in_the_inbox(campaign)
    last_week_is_found_too(campaign)
    nobody_needs_to_be_alerted(campaign)


def test_a_morning_with_three_numbers(campaign: Campaign) -> None:
    """Twelve get one; eighteen wait, each is told her place, and nobody's code is delayed by them."""
    campaign.begin(numbers=3, cases=30)
    others_write(campaign)
    wait = campaign.lend_everybody()
    assert len(wait) == 18
    assert sorted(campaign.line().values()) == list(range(1, 19))
    for reference in wait:
        told = campaign.standing(reference).waiting
        assert told is not None
        assert (told.place, told.ready) == (campaign.line()[reference], False)

    campaign.work(until=timedelta(hours=4))

    assert [woman.registered for woman in campaign.women].count(True) == 12
    assert set(campaign.line()) == set(wait), "what was closed still rests, so nobody moved up"
    no_cap_is_broken(campaign)
    no_code_was_shown_on_a_wrong_case(campaign)
    every_message_ended_on_its_case_or_in_the_inbox(campaign)


def others_write(campaign: Campaign) -> None:
    """Unknown senders on every number all morning."""
    for at, (sender, text) in enumerate(STRANGERS * 3):
        when = NOW + timedelta(minutes=1 + 5 * at)
        campaign.ministry.writes(campaign.numbers[at % len(campaign.numbers)], text, "", when, sender)


def the_portal_writes_to_last_weeks_women(campaign: Campaign) -> None:
    english, arabic = campaign.earlier
    campaign.ministry.writes(
        english.number,
        f"Dear {english.name}, it is your turn. Come on 3 December 2026 at 10:00 to Rafik Hariri Hospital.",
        english.reference,
        NOW + timedelta(minutes=7),
    )
    campaign.ministry.writes(
        arabic.number,
        f"تذكير: موعدك غداً ١٢/١٢/٢٠٢٦ الساعة ٩:٣٠ في مستشفى رفيق الحريري. جواز سفر {arabic.document}",
        arabic.reference,
        NOW + timedelta(minutes=11),
    )


def no_cap_is_broken(campaign: Campaign) -> None:
    assert max(campaign.people_on().values()) == 4


def no_code_was_shown_on_a_wrong_case(campaign: Campaign) -> None:
    """Each page that was looked at was compared; each woman saw a code of her own, and no page shows one any more."""
    shown_to = {campaign.ministry.codes[code] for code in campaign.shown}
    assert shown_to == {woman.reference for woman in campaign.women if woman.registered}
    for woman in campaign.women:
        campaign.page(woman, campaign.amal)


def every_message_ended_on_its_case_or_in_the_inbox(campaign: Campaign) -> None:
    rows = campaign.rows()
    assert len(rows) == len(campaign.arrived), "each once, however often it was delivered"
    assert [row.id for row, reference in rows if not reference and row.id not in campaign.in_inbox] == []
    codes = [(row, reference) for row, reference in rows if row.kind == "code"]
    assert len(codes) > len(campaign.shown), "some came twice, or too late for the window"
    assert [row.box for row, _ in codes if row.wipe_at and row.wipe_at <= campaign.now] == []

    def live(session: Session) -> list[str]:
        return list(session.exec(select(CodeWindow.state).where(CodeWindow.state == "open")))

    assert campaign.db.read_now(live) == []


def last_week_is_found_too(campaign: Campaign) -> None:
    for woman in campaign.earlier:
        (message,) = campaign.page(woman, campaign.amal).portal_messages
        assert woman.reference == campaign.ministry.truth[message.text]


def nobody_needs_to_be_alerted(campaign: Campaign) -> None:
    assert campaign.db.read_now(lambda session: unseen(session, campaign.amal.person_id, campaign.now)) == ()
