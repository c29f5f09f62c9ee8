"""A wrong proposal of an e-mail is waved away by who may see it, as that of an SMS is, and can be taken back."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from api.desk import cases, queue
from api.errors import Refused
from api.keys.vault import TeamKey, Vault
from api.mail import aside, receiving, sorting
from api.mail.sorting import Stray
from api.numbers.proposals import Known
from api.staff import audit
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import MailApart
from tests.api.mail.test_mail import come, lend
from tests.api.mail.test_stray import OLD, RAHIMA, assign, known, mistyped, proposed, waiting
from tests.factories import NOW, make_case, make_viewer
from tests.fakes import mails

__all__ = ["known"]


def later(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


@pytest.fixture
def hers(db: Database, vault: Vault, known: Known, volunteer: Viewer) -> str:
    """A case of Hana's, to whose mistyped address something came."""
    case = make_case(db, vault, claimed_by=volunteer).reference
    come(db, vault, mails.plain("It is your turn.", to=mistyped(lend(db, volunteer, case))))
    return case


def put_aside(db: Database, known: Known, viewer: Viewer, mail_id: int, reference: str) -> None:
    db.write_now(lambda s: aside.put_aside(s, known, viewer, mail_id, reference, later(3)))


def take_back(db: Database, viewer: Viewer, mail_id: int, reference: str) -> None:
    db.write_now(lambda s: aside.take_back(s, viewer, mail_id, reference, later(4)))


def apart_of(found: Sequence[Stray]) -> list[tuple[bool, tuple[str, ...]]]:
    return [(one.proposed is not None, one.apart) for one in found]


def test_a_volunteer_says_that_it_is_not_hers_and_a_coordinator_decides(
    db: Database, known: Known, volunteer: Viewer, coordinator: Viewer, hers: str
) -> None:
    (one,) = waiting(db, known, volunteer)
    put_aside(db, known, volunteer, one.id, hers)
    assert apart_of(waiting(db, known, volunteer, 4)) == [(False, (hers,))]
    assert db.read_now(lambda s: sorting.count(s, volunteer, later(4))) == 0
    assert db.read_now(lambda s: sorting.count(s, coordinator, later(4))) == 1
    assert apart_of(waiting(db, known, coordinator, 5)) == [(False, (hers,))]
    assign(db, known, coordinator, one.id, hers, 6)
    assert waiting(db, known, coordinator, 7) == ()
    assert db.read_now(lambda s: s.exec(select(MailApart)).all()) == [], "nothing is kept of it"


def test_she_takes_it_back_and_all_of_it_is_in_the_trail(
    db: Database, known: Known, volunteer: Viewer, hers: str
) -> None:
    (one,) = waiting(db, known, volunteer)
    for _ in range(2):  # pressed twice
        put_aside(db, known, volunteer, one.id, hers)
    for _ in range(2):
        take_back(db, volunteer, one.id, hers)
    (again,) = waiting(db, known, volunteer, 5)
    assert proposed(again) == (hers, ("address",))
    trail = [(line.action, line.object, line.person) for line in db.read_now(audit.recent)]
    assert [line for line in trail if line[0] in ("message.apart", "message.together")] == [
        ("message.together", hers, "Hana"),
        ("message.apart", hers, "Hana"),
    ]


def test_what_was_waved_away_counts_as_unread_so_that_those_on_duty_are_told(
    db: Database, vault: Vault, known: Known, volunteer: Viewer, hers: str
) -> None:
    (one,) = waiting(db, known, volunteer)
    put_aside(db, known, volunteer, one.id, hers)
    waiting(db, known, volunteer, 5)  # she looks again at what she put aside: that is no reading
    tell = lambda at: db.write_now(lambda s: sorting.alert_unread(s, vault, later(at)))  # noqa: E731
    assert [tell(60), tell(61), tell(62)] == [0, 1, 0]


def test_without_the_case_that_it_is_not_for_the_next_likely_one_is_proposed(
    db: Database, vault: Vault, known: Known, volunteer: Viewer, coordinator: Viewer
) -> None:
    old = make_case(db, vault, claimed_by=volunteer).reference
    address = lend(db, volunteer, old)
    rahima = make_case(db, vault, RAHIMA, claimed_by=volunteer).reference
    lend(db, volunteer, rahima, b"another chance..")
    db.write_now(lambda session: queue.close(session, volunteer, old, "done", NOW))
    come(db, vault, mails.plain("Dear Rahima Khatun", to=address), OLD)
    (unclear,) = waiting(db, known, coordinator, OLD + 1)
    assert unclear.proposed is None
    db.write_now(lambda s: aside.put_aside(s, known, coordinator, unclear.id, old, later(OLD + 2)))
    (mine,) = waiting(db, known, volunteer, OLD + 3)
    assert proposed(mine) == (rahima, ("name",))


def test_nobody_waves_away_what_she_does_not_see_or_for_a_case_that_is_not_hers(
    db: Database, vault: Vault, known: Known, team: TeamKey, volunteer: Viewer, hers: str
) -> None:
    (one,) = waiting(db, known, volunteer)
    rana = make_viewer(db, team, "Rana")
    ranas = make_case(db, vault, claimed_by=rana).reference
    another = make_case(db, vault, claimed_by=volunteer).reference
    for viewer, mail_id, reference, code in (
        (rana, one.id, hers, "no_such_message"),
        (rana, one.id, ranas, "no_such_message"),
        (volunteer, one.id, ranas, "no_such_case"),
        (volunteer, one.id, another, "no_such_case"),  # nobody proposed that one
        (volunteer, one.id + 9, hers, "no_such_message"),
    ):
        with pytest.raises(Refused, match=f"404 {code}"):
            put_aside(db, known, viewer, mail_id, reference)
    put_aside(db, known, volunteer, one.id, hers)
    with pytest.raises(Refused, match="404 no_such_case"):
        take_back(db, rana, one.id, hers)


def test_what_was_said_goes_with_the_case_that_is_forgotten_and_with_the_mail_that_is_deleted(
    db: Database, vault: Vault, known: Known, volunteer: Viewer, hers: str
) -> None:
    (one,) = waiting(db, known, volunteer)
    put_aside(db, known, volunteer, one.id, hers)
    db.write_now(lambda s: receiving.end_what_is_over(s, later(60 * 24 * 91)))
    assert db.read_now(lambda s: s.exec(select(MailApart)).all()) == []
    other = make_case(db, vault, claimed_by=volunteer).reference
    come(db, vault, mails.plain("It is your turn.", to=mistyped(lend(db, volunteer, other, b"another chance.."))))
    (one,) = waiting(db, known, volunteer)
    put_aside(db, known, volunteer, one.id, other)
    db.write_now(lambda s: cases.forget(s, vault, other, NOW))
    assert db.read_now(lambda s: s.exec(select(MailApart)).all()) == []
