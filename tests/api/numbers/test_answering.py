"""A portal that wants an answer gets one from the number that it wrote to, and only when a person presses."""

import pytest
from sqlmodel import select

from api.errors import Refused
from api.numbers import answering
from api.outbound.replies import due_replies
from api.staff import audit
from api.staff.people import Viewer
from api.tables import ReplyRow, SimRow
from flows.model import Reply
from tests.factories import NOW, make_viewer
from tests.mornings import PORTALS, Morning

OFFER = "MOPH: a place is free on 12/12/2026 at 09:30. Reply YES within 48 h."
SENDER = "+9611214"


@pytest.fixture
def offered(morning: Morning) -> int:
    """The id of an offer that was given to the first case, on a number whose SIM sends."""

    def put_in_a_phone(session) -> None:
        session.add(SimRow(gateway="smsgate", device="one", slot=1, number=morning.number, seen_at=NOW))

    morning.db.write_now(put_in_a_phone)
    morning.arrives(OFFER, 1, sender=SENDER)
    (message,) = morning.inbox().messages
    morning.assign(message.id, morning.one)
    return message.id


def answer(morning: Morning, viewer: Viewer, message: int, yes: bool = True) -> str:
    return morning.db.write_now(lambda s: answering.answer_portal(s, morning.vault, PORTALS, viewer, message, yes, NOW))


def test_nothing_is_sent_by_itself(morning: Morning, offered: int) -> None:
    assert morning.db.read_now(lambda s: s.exec(select(ReplyRow)).all()) == []
    (message,) = morning.read(morning.one)
    assert morning.db.read_now(lambda s: answering.answerable(s, [message])) == {offered}


@pytest.mark.parametrize(("yes", "word"), [(True, "YES"), (False, "NO")])
def test_the_answer_goes_out_from_that_number_to_that_sender_once(
    morning: Morning, offered: int, yes: bool, word: str
) -> None:
    assert answer(morning, morning.amal, offered, yes) == morning.one
    (due,) = morning.db.read_now(lambda s: due_replies(s, f"sms:{morning.number}", NOW))
    assert due.opened(morning.vault) == (SENDER, Reply(word))
    with pytest.raises(Refused, match="already_answered"):
        answer(morning, morning.amal, offered, yes)
    assert morning.db.read_now(audit.recent)[0].action == "message.answer"


def test_a_name_cannot_be_answered_and_then_it_is_done_by_hand(morning: Morning, offered: int) -> None:
    morning.arrives(OFFER + " Again.", 2, sender="MOPH")
    (message,) = morning.inbox().messages
    morning.assign(message.id, morning.one)
    with pytest.raises(Refused, match="cannot_answer"):
        answer(morning, morning.amal, message.id)
    morning.db.write_now(lambda s: answering.answered_by_hand(s, morning.amal, message.id, NOW))
    assert morning.read(morning.one)[-1].answered_at == NOW


def test_anothers_message_does_not_exist(morning: Morning, offered: int, team) -> None:
    rana = make_viewer(morning.db, team, "Rana")
    with pytest.raises(Refused, match="404 no_such_message"):
        answer(morning, rana, offered)
