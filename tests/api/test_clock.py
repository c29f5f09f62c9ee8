"""A clock that leaps ahead destroys nothing for good, until it has stood by its new time for a day."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, col, select, update

from api import clock
from api.inbound import inbox
from api.keys.keyring import Gone
from api.keys.vault import Vault
from api.outbound.replies import address_index
from api.store.db import Database
from api.tables import (
    CaseRow,
    DeskRule,
    Lease,
    MailAddress,
    MailMessage,
    Number,
    OnCall,
    PortalMessage,
    StrayMail,
)
from flows.model import Message
from tests.desks import running_desk
from tests.factories import NOW, make_case

HOUR, DAY, SEASON = timedelta(hours=1), timedelta(days=1), timedelta(days=80)
YEAR = timedelta(days=365)
LANE, HERS = "sms:+96181000001", "+96170123456"


class Hand:
    """A clock whose hand is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def close(session: Session, reference: str) -> None:
    """A case was closed, and is forgotten a month later; everybody was warned."""
    its = update(CaseRow).where(col(CaseRow.reference) == reference)
    session.connection().execute(its.values(state="closed", closed_at=NOW, warned_at=NOW))
    session.add(DeskRule(person_id=0, name="forget:vaccination:closed", value=30))


def state(session: Session, reference: str) -> str:
    return session.exec(select(CaseRow.state).where(CaseRow.reference == reference)).one()


async def test_by_a_clock_that_leapt_ahead_nothing_is_destroyed_and_put_right_everything_is_there(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Almaz is at her second answer and Sara's case was closed last week when the time server says next season."""
    hand = Hand()
    async with running_desk(tmp_path, clock=hand) as desk:
        shell, look_after = desk.shell, desk.app.state.runner.look_after
        almaz = address_index(shell.vault, LANE, HERS)
        hers = Message("sms", LANE, HERS, "m1", "hello", manner="sms")
        await shell.db.write(lambda session: inbox.receive(session, shell.vault, shell.offered, [hers], NOW))
        sara = make_case(shell.db, shell.vault)
        await shell.db.write(lambda session: close(session, sara.reference))
        draft = await shell.db.read(lambda session: inbox.draft_of(session, shell.vault, almaz))

        for ahead in (SEASON, SEASON + 12 * HOUR):
            hand.now = NOW + ahead
            await look_after()
        async with desk.browser() as browser:
            answer = await browser.get("/health")
            assert answer.status_code == 200, "no failure: a server that was paused says it too"
            assert answer.json()["clock"].startswith("leapt ahead")
        async with desk.browser("Amal") as browser:
            assert "its clock leapt ahead" in (await browser.get("/queue")).text
        async with desk.browser("Hana") as browser:
            assert "its clock leapt ahead" not in (await browser.get("/queue")).text
        assert caplog.text.count("the clock is a day or more ahead") == 1

        hand.now = NOW + 13 * HOUR
        await look_after()
        assert draft is not None
        assert await shell.db.read(lambda session: inbox.draft_of(session, shell.vault, almaz)) == draft
        assert await shell.db.read(lambda session: state(session, sara.reference)) == "closed"
        async with desk.browser() as browser:
            assert (await browser.get("/health")).json()["clock"] == "ok"


def store_what_ends(session: Session, vault: Vault, case_id: int) -> None:
    """Each kind of what ends by itself at a number, at an address and on the telephone."""
    at, soon = NOW, NOW + timedelta(minutes=10)
    session.connection().execute(update(CaseRow).values(state="closed", closed_at=at, keep_until=NOW + 60 * DAY))
    session.merge(Number(number=HERS, use="proxy"))
    session.flush()
    for place, state, until in ((1, "cooling", NOW + 30 * DAY), (2, "active", None)):
        lease = Lease(number=HERS, portal="moph", place=place, case_id=case_id, cooling_days=30, lent_at=at)
        lease.state, lease.cool_until = state, until
        session.add(lease)
    address = MailAddress(address="nabekumosi47@x", case_id=case_id, portal="moph", cooling_days=30, lent_at=at)
    address.state, address.cool_until = "cooling", NOW + 30 * DAY
    session.add(address)
    for kind, until in (("code", soon), ("other", NOW + 7 * DAY)):
        settled = at if kind == "other" else None
        box = vault.seal_to_team(f"portal:{HERS}", b"x")
        session.add(PortalMessage(number=HERS, kind=kind, box=box, received_at=at, settled_at=settled, wipe_at=until))
        session.add(StrayMail(portal="moph", kind=kind, box=box, received_at=at, wipe_at=until))
    session.add(MailMessage(address_id=1, case_id=case_id, kind="code", box=b"x", received_at=at, wipe_at=soon))
    session.add(OnCall(person_id=1, box=b"x", since=at, until=NOW + HOUR))


def what_is_left(session: Session) -> dict[str, list[str]]:
    """What lives of that: loans by their state, messages by their kind, and who takes calls."""

    def values(column: Any, *which: Any) -> list[str]:
        return sorted(str(one) for one in session.exec(select(column).where(*which)))

    return {
        "leases": values(Lease.state),
        "addresses": values(MailAddress.state),
        "sms": values(PortalMessage.kind, PortalMessage.box != b""),
        "stray": values(StrayMail.kind),
        "mail": values(MailMessage.kind, MailMessage.box != b""),
        "on call": values(OnCall.person_id),
    }


async def test_by_a_doubted_clock_login_codes_end_and_nothing_else(tmp_path: Path) -> None:
    """What is nobody's can be taken back for a week, and numbers and addresses rest, by the right clock."""
    hand = Hand()
    async with running_desk(tmp_path, clock=hand) as desk:
        shell, look_after = desk.shell, desk.app.state.runner.look_after
        sara = make_case(shell.db, shell.vault)
        await shell.db.write(lambda session: store_what_ends(session, shell.vault, sara.id))

        hand.now = NOW + SEASON
        await look_after()
        assert await shell.db.read(what_is_left) == {
            "leases": ["active", "cooling"],
            "addresses": ["cooling"],
            "sms": ["other"],
            "stray": ["other"],
            "mail": [],
            "on call": ["1"],
        }

        hand.now += DAY
        await look_after()
        over = await shell.db.read(what_is_left)
        assert (over.pop("leases"), over.pop("addresses")) == (["cooling", "ended"], ["ended"])
        assert not any(over.values())


async def test_what_is_over_is_destroyed_a_day_later_when_the_clock_was_right(tmp_path: Path) -> None:
    """The server was off for a month."""
    hand = Hand()
    async with running_desk(tmp_path, clock=hand) as desk:
        shell = desk.shell
        box = shell.vault.lock(b"Almaz", expires=NOW + DAY)
        hand.now = NOW + 30 * DAY
        await desk.app.state.runner.look_after()
        assert shell.vault.unlock(box) == b"Almaz"
        hand.now += DAY
        await desk.app.state.runner.look_after()
        with pytest.raises(Gone):
            shell.vault.unlock(box)


def noted(db: Database, *times: datetime) -> list[datetime | None]:
    """What the clock is said to be at these times, one after the other."""
    said = [db.write_now(lambda session, at=at: clock.note(session, at)) for at in times]  # type: ignore[misc]
    assert db.read_now(clock.doubted_since) == said[-1]
    return said


def test_a_clock_that_goes_on_or_goes_back_is_believed(db: Database) -> None:
    """It was a quarter of an hour fast, and the server is off at night and on Sundays."""
    assert not any(noted(db, NOW, NOW + HOUR, NOW + HOUR / 4, NOW + DAY, NOW + 1.9 * DAY, NOW + 2 * DAY))


def test_a_battery_that_is_dead_begins_long_ago_and_the_right_time_is_no_leap(db: Database) -> None:
    assert not any(noted(db, NOW, NOW - 20 * YEAR, NOW - 20 * YEAR + HOUR, NOW + HOUR))


def test_a_clock_that_was_wrong_first_is_doubted_again_a_day_after_it_was_put_right(db: Database) -> None:
    """The first start was a year ahead: what was believed then guards nothing."""
    right, leap = NOW + DAY, NOW + 90 * DAY
    assert not any(noted(db, NOW + YEAR, NOW, NOW + HOUR, NOW + 23 * HOUR, right, right + HOUR))
    assert noted(db, leap, leap + HOUR, right + 2 * HOUR) == [leap, leap, None]


def test_a_clock_that_goes_back_again_and_again_never_stood(db: Database) -> None:
    assert not any(noted(db, NOW, NOW - 5 * DAY, NOW - 3 * DAY, NOW - 3 * DAY + HOUR, NOW + HOUR, NOW + DAY))
    assert noted(db, NOW + 3 * DAY) == [NOW + 3 * DAY]


def test_what_was_believed_while_the_battery_was_dead_is_doubted_for_a_day_when_it_is_right(db: Database) -> None:
    dead = NOW - 20 * YEAR
    assert not any(noted(db, NOW, dead, dead + 20 * HOUR, dead + DAY))
    assert noted(db, NOW + HOUR, NOW + DAY, NOW + DAY + HOUR) == [NOW + HOUR, NOW + HOUR, None]


def test_a_clock_that_leaps_again_has_to_stand_for_another_day(db: Database) -> None:
    first, second = NOW + YEAR, NOW + 3 * YEAR
    assert noted(db, NOW, first, first + HOUR, second, second + 23 * HOUR) == [None, first, first, second, second]
    assert noted(db, second + DAY, second + DAY + HOUR) == [None, None]


def test_a_server_that_starts_again_meanwhile_goes_on_waiting(db: Database) -> None:
    leapt = NOW + YEAR
    assert noted(db, NOW, leapt, leapt + 20 * HOUR, leapt + DAY) == [None, leapt, leapt, None]


def test_a_second_server_with_a_right_clock_makes_a_wrong_one_no_truer(db: Database) -> None:
    for minutes in range(0, 3000, 500):
        ours = NOW + timedelta(minutes=minutes)
        assert noted(db, ours, ours + YEAR) == [None, ours + YEAR]
