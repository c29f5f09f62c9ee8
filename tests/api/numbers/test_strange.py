"""A code from a sender that nobody knows is shown to nobody by itself: who waits for one says whether it is hers."""

import pytest

from api.errors import Refused
from api.keys.vault import TeamKey
from api.numbers import strange, windows
from api.numbers.strange import StrangeCode
from api.staff.people import Viewer
from tests.factories import MINISTRY, make_viewer
from tests.mornings import CODE, Morning

SENDER = "+9611830300"
TEXT = "Your verification code is 482913."


def seen(morning: Morning, reference: str, minutes: float) -> StrangeCode | None:
    """What the page of a case says of such a code."""
    portal, now = MINISTRY.portal, morning.at(minutes)
    return morning.db.read_now(lambda s: strange.strange_code(s, morning.amal, reference, portal, now))


def take(morning: Morning, reference: str, message: int, minutes: float, viewer: Viewer | None = None) -> None:
    morning.db.write_now(
        lambda s: strange.take(s, morning.known, viewer or morning.amal, reference, message, morning.at(minutes))
    )


def test_it_is_told_with_its_sender_and_without_the_code_and_shown_once_she_says_that_it_is_hers(
    morning: Morning,
) -> None:
    morning.expect(morning.one, 0)
    assert morning.arrives(TEXT, 1, sender=SENDER) == ()
    found = seen(morning, morning.one, 2)
    assert found is not None
    assert (found.sender, found.text) == (SENDER, "Your verification code is ••••••.")
    assert morning.read(morning.one, 2) == []
    take(morning, morning.one, found.id, 2)
    assert [one.code for one in morning.read(morning.one, 3)] == ["482913"]
    assert seen(morning, morning.one, 3) is None


def test_what_came_before_the_window_or_from_the_portal_itself_is_none(morning: Morning) -> None:
    morning.arrives(TEXT, 0, sender=SENDER)
    morning.expect(morning.one, 1)
    assert seen(morning, morning.one, 2) is None
    assert morning.arrives(CODE, 2) == (morning.one,)
    assert seen(morning, morning.one, 3) is None
    before = morning.inbox(3).messages[0].id
    with pytest.raises(Refused, match="no_such_message"):
        take(morning, morning.one, before, 3)


def test_only_who_waits_for_one_can_take_it(morning: Morning, team: TeamKey) -> None:
    morning.expect(morning.one, 0)
    morning.arrives(TEXT, 1, sender=SENDER)
    found = seen(morning, morning.one, 2)
    assert found is not None
    with pytest.raises(Refused, match="no_such_message"):
        take(morning, morning.other, found.id, 2)
    with pytest.raises(Refused, match="no_such_case"):
        take(morning, morning.one, found.id, 2, make_viewer(morning.db, team, "Rana"))
    with pytest.raises(Refused, match="no_such_message"):
        take(morning, morning.one, found.id, 12)  # its lifetime is over


def test_the_case_that_waits_hears_of_it(morning: Morning) -> None:
    assert morning.db.read_now(lambda s: windows.expecting(s, morning.number)) == []
    morning.expect(morning.one, 0)
    assert morning.db.read_now(lambda s: windows.expecting(s, morning.number)) == [morning.one]
