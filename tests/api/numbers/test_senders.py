"""Only whom a portal's file names uses a code window; who else writes waits for a person, who may accept the sender."""

from pathlib import Path

import pytest

from api.errors import Refused
from api.numbers import aside, pool, senders, windows
from api.numbers.proxies import Sms, receive
from api.numbers.recognition import recognise
from api.staff import audit
from api.staff.people import Viewer
from api.store.db import Database
from flows.portal import load_portals
from tests.factories import MINISTRY, NOW
from tests.mornings import APPOINTMENT, CODE, HIDDEN_CODE, OTHER_CODE, PORTALS, Morning

STRANGER = "MOH-LB"


def accept(morning: Morning, message: int, viewer: Viewer | None = None) -> None:
    who = viewer or morning.amal
    morning.db.write_now(lambda s: aside.accept_sender(s, morning.known, who, message, MINISTRY.portal, morning.at(3)))


def test_a_strangers_code_never_enters_a_window_and_is_proposed_hidden(morning: Morning, volunteer: Viewer) -> None:
    hers = morning.case(by=volunteer)
    morning.db.write_now(lambda s: windows.expect_code(s, volunteer, hers, MINISTRY, NOW))
    assert morning.arrives(CODE, 1, sender=STRANGER) == ()
    assert morning.read(hers, 1) == []
    (message,) = morning.inbox(2, volunteer).messages
    assert (message.content.sender, message.content.text, message.content.code) == (STRANGER, HIDDEN_CODE, "")
    assert message.proposed is not None
    assert (message.proposed.key, message.proposed.reasons) == (hers, ("window",))
    morning.assign(message.id, hers, 2, volunteer)
    assert [one.hidden for one in morning.read(hers, 3)] == [True], "from now on it is hers, and no coordinator's"


def test_a_sender_that_a_coordinator_accepts_finds_the_window_from_then_on(morning: Morning) -> None:
    morning.expect(morning.one, 0)
    morning.arrives(CODE, 1, sender=STRANGER)
    (message,) = morning.inbox(2).messages
    assert message.strange == (MINISTRY.portal,)
    accept(morning, message.id)
    assert morning.waiting(3) == [HIDDEN_CODE], "what waits is still for a person to decide"
    assert morning.arrives(OTHER_CODE, 4, sender=STRANGER.lower()) == (morning.one,)
    assert morning.db.read_now(lambda s: senders.accepted(s, morning.amal))[0].sender == STRANGER
    morning.db.write_now(lambda s: senders.drop(s, morning.amal, MINISTRY.portal, STRANGER, NOW))
    assert morning.arrives("MOPH: your login code is 555111", 5, sender=STRANGER) == ()
    actions = [entry.action for entry in morning.db.read_now(audit.recent)]
    assert {"sender.accept", "sender.drop"} <= set(actions)


def test_a_telephone_number_is_accepted_however_its_prefix_is_written(morning: Morning) -> None:
    morning.arrives(APPOINTMENT, 1, sender="+9611555")
    accept(morning, morning.inbox(2).messages[0].id)
    morning.expect(morning.one, 4)
    assert morning.arrives(CODE, 5, sender="009611555") == (morning.one,)
    assert morning.arrives(OTHER_CODE, 6, sender="+9611556") == ()


def test_of_a_sender_that_is_known_nobody_is_asked(morning: Morning) -> None:
    morning.arrives(APPOINTMENT, 1)
    assert morning.inbox(2).messages[0].strange == ()


def test_only_a_coordinator_accepts_and_takes_back(morning: Morning, volunteer: Viewer) -> None:
    morning.arrives(APPOINTMENT, 1, sender=STRANGER)
    (message,) = morning.inbox(2).messages
    with pytest.raises(Refused, match="404 not_found"):
        accept(morning, message.id, volunteer)
    for name, code in ((STRANGER, "404 not_found"), ("nobody", "404 not_found")):
        with pytest.raises(Refused, match=code):
            morning.db.write_now(lambda s, n=name: senders.drop(s, volunteer, MINISTRY.portal, n, NOW))
    with pytest.raises(Refused, match="422 unknown_portal"):
        morning.db.write_now(lambda s: aside.accept_sender(s, morning.known, morning.amal, message.id, "no such", NOW))
    with pytest.raises(Refused, match="404 no_such_message"):
        accept(morning, message.id + 1)


@pytest.mark.parametrize("sender", ["MOPH", "BankAudi", "+96170999999"])
def test_a_code_on_a_number_that_was_never_lent_is_hidden_and_wiped(
    db: Database, morning: Morning, sender: str
) -> None:
    number = db.write_now(lambda s: pool.add_number(s, morning.amal, "+96181000177", NOW))
    sms = Sms(number, sender, CODE, "SM-never-lent")
    db.write_now(lambda s: receive(s, morning.vault, PORTALS, sms, morning.at(1)))
    assert morning.waiting(2) == [HIDDEN_CODE]
    morning.keep_house(1 + MINISTRY.lifetime.total_seconds() / 60)
    assert morning.waiting(30) == []
    assert [row.box for row in morning.rows()] == [b""]


def test_what_is_a_code_to_one_portal_and_an_appointment_to_another_is_kept(db: Database, morning: Morning) -> None:
    """On a number that no portal knows only what nobody takes for more than a code is wiped."""
    number = db.write_now(lambda s: pool.add_number(s, morning.amal, "+96181000178", NOW))
    portals = load_portals(Path("flows/library/portals"))
    for text in (APPOINTMENT, "Registered. Voucher code 4821 for your vaccination on 12/12/2026."):
        found = db.write_now(lambda s, t=text: recognise(s, morning.vault, portals, number, "X", t))
        assert found.kind != "code"
        assert found.wipe_at(portals, NOW) is None
