"""A wrong proposal is waved away by who may see it: it is proposed to that case no more, and she can take it back."""

from datetime import timedelta

import pytest

from api.desk import cases
from api.errors import Refused
from api.keys.vault import TeamKey
from api.numbers import aside, unmatched
from api.staff import audit
from api.staff.people import Viewer
from tests.factories import make_viewer
from tests.mornings import APPOINTMENT, HERS, RAHIMA, Morning


def put_aside(morning: Morning, viewer: Viewer, message: int, reference: str, minutes: float = 3) -> None:
    now = morning.at(minutes)
    morning.db.write_now(lambda s: aside.put_aside(s, morning.known, viewer, message, reference, now))


def take_back(morning: Morning, viewer: Viewer, message: int, reference: str) -> None:
    morning.db.write_now(lambda s: aside.take_back(s, viewer, message, reference, morning.at(4)))


@pytest.fixture
def hers(morning: Morning, volunteer: Viewer) -> str:
    return morning.case(answers=RAHIMA, by=volunteer)


def test_a_volunteer_waves_a_wrong_proposal_away_and_a_coordinator_decides(
    morning: Morning, volunteer: Viewer, hers: str
) -> None:
    morning.arrives(HERS, 1)
    (message,) = morning.inbox(2, volunteer).messages
    put_aside(morning, volunteer, message.id, hers)
    (aside_now,) = morning.inbox(4, volunteer).messages
    assert (aside_now.proposed, aside_now.apart) == (None, (hers,))
    assert morning.db.read_now(lambda s: unmatched.count(s, volunteer, morning.at(4))) == 0
    (seen,) = morning.inbox(5).messages
    assert (seen.proposed, seen.apart) == (None, (hers,))
    assert hers in seen.candidates, "a coordinator may know better"
    morning.assign(message.id, hers, 6)
    assert [one.text for one in morning.read(hers)] == [HERS]


def test_she_takes_it_back_and_all_of_it_is_in_the_trail(morning: Morning, volunteer: Viewer, hers: str) -> None:
    morning.arrives(HERS, 1)
    (message,) = morning.inbox(2, volunteer).messages
    put_aside(morning, volunteer, message.id, hers)
    put_aside(morning, volunteer, message.id, hers)  # pressed twice
    take_back(morning, volunteer, message.id, hers)
    take_back(morning, volunteer, message.id, hers)
    (again,) = morning.inbox(4, volunteer).messages
    assert again.proposed is not None
    assert again.proposed.key == hers
    trail = [(one.action, one.object, one.person) for one in morning.db.read_now(audit.recent)]
    assert [one for one in trail if one[0] in ("message.apart", "message.together")] == [
        ("message.together", hers, "Hana"),
        ("message.apart", hers, "Hana"),
    ]


def test_what_was_waved_away_counts_as_unread_so_that_those_on_duty_are_told(
    morning: Morning, volunteer: Viewer, hers: str
) -> None:
    morning.arrives(HERS, 0)
    (message,) = morning.inbox(10, volunteer).messages
    put_aside(morning, volunteer, message.id, hers, 11)
    morning.inbox(12, volunteer)  # she looks again at what she put aside: that is no reading
    tell = lambda at: morning.db.write_now(lambda s: unmatched.alert_unread(s, morning.vault, morning.at(at)))  # noqa: E731
    assert [tell(59), tell(60), tell(61)] == [0, 1, 0]


def test_without_her_namesake_the_next_likely_case_is_proposed(morning: Morning, hers: str, volunteer: Viewer) -> None:
    other = morning.case(answers=RAHIMA)
    morning.arrives(HERS, 1)
    (message,) = morning.inbox(2).messages
    assert message.proposed is None
    put_aside(morning, morning.amal, message.id, other)
    (mine,) = morning.inbox(4, volunteer).messages
    assert mine.proposed is not None
    assert mine.proposed.key == hers


def test_nobody_waves_away_what_she_does_not_see_or_for_a_case_that_is_not_hers(
    morning: Morning, volunteer: Viewer, hers: str, team: TeamKey
) -> None:
    morning.arrives(HERS, 1)
    morning.arrives(APPOINTMENT, 2)
    mine, others = morning.inbox(3).messages
    rana = make_viewer(morning.db, team, "Rana")
    ranas = morning.case(by=rana)
    for viewer, message, reference, code in (
        (rana, mine.id, hers, "no_such_message"),
        (rana, mine.id, ranas, "no_such_message"),
        (volunteer, others.id, hers, "no_such_message"),
        (volunteer, mine.id, morning.one, "no_such_case"),
        (volunteer, mine.id + 9, hers, "no_such_message"),
    ):
        with pytest.raises(Refused, match=f"404 {code}"):
            put_aside(morning, viewer, message, reference)
    put_aside(morning, volunteer, mine.id, hers)
    with pytest.raises(Refused, match="404 no_such_case"):
        take_back(morning, rana, mine.id, hers)


def test_what_was_said_goes_with_a_case_that_is_forgotten(morning: Morning, volunteer: Viewer, hers: str) -> None:
    morning.arrives(HERS, 1)
    (message,) = morning.inbox(2, volunteer).messages
    put_aside(morning, volunteer, message.id, hers)
    morning.db.write_now(lambda s: cases.forget(s, morning.vault, hers, morning.at(0) + timedelta(days=1)))
    assert morning.inbox(60 * 25).messages[0].apart == ()
