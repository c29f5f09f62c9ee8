"""cht-gateway: what its phone posts, and what it is answered."""

import base64
import gzip
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channel import Forged, Malformed
from bot.cht import Outgoing, answer, complaint, outgoing, parse, unzip, verify
from bot.gateway import Delivery, Sim, SimSms
from flows.model import Option, Reply
from tests.fakes.cht_phone import PASSWORD, USER, basic, message
from tests.libraries import the_countries

ALMAZ = "+96170123456"
KEY = "topSecret-and-long"


def body(**said: Any) -> bytes:
    return json.dumps(said).encode()


def test_the_phones_password_passes_and_nothing_else() -> None:
    verify(basic(USER, PASSWORD), USER, PASSWORD)
    for wrong in (
        None,
        "",
        "Basic",
        "Basic !!!",
        "Bearer x",
        basic(USER, ""),
        basic(USER, "wrong"),
        basic("other", PASSWORD),
        basic(USER, PASSWORD)[:-4],
        "Basic " + base64.b64encode(b"\xff:x").decode(),
    ):
        with pytest.raises(Forged):
            verify(wrong, USER, PASSWORD)
    with pytest.raises(Forged):
        verify(basic(USER, ""), USER, "")


def test_a_poll_tells_messages_and_what_became_of_replies() -> None:
    updates = [
        {"id": "r42-0123456789ab", "status": "DELIVERED"},
        {"id": "r43-0123456789ab", "status": "FAILED", "reason": "radio-off for +96170123456"},
        {"id": "p44-0123456789ab", "status": "SENT"},
        {"id": "r45-0123456789ab", "status": "UNSENT"},
        {"status": "SENT"},
        "nonsense",
    ]
    poll = parse(body(messages=[message("ሰላም")], updates=updates), "beirut")
    at = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    assert poll.messages == [SimSms(Sim("cht", "beirut", 0), ALMAZ, "ሰላም", message("")["id"], at)]
    assert poll.deliveries == [Delivery(42, 5, "delivered"), Delivery(43, 5, "failed", "failed")]


@pytest.mark.parametrize("said", [b"{}", body(messages=None, updates=None), body(messages=[], updates=[])])
def test_nothing_to_tell_is_said_in_three_ways(said: bytes) -> None:
    poll = parse(said, "phone")
    assert (poll.messages, poll.deliveries, poll.unread) == ([], [], [])


@pytest.mark.parametrize("said", [b"", b"[]", b"{", body(messages={}), body(messages="x"), body(updates=5)])
def test_a_poll_that_is_none_is_refused_so_that_the_phone_keeps_it(said: bytes) -> None:
    with pytest.raises(Malformed):
        parse(said, "phone")


@pytest.mark.parametrize(
    "broken", [{}, {"id": "1"}, message("") | {"from": ""}, message("x") | {"content": None}, "x", 5]
)
def test_one_message_that_is_none_does_not_hold_up_the_others_and_is_not_lost(broken: Any) -> None:
    poll = parse(body(messages=[broken, message("482913")]), "phone")
    assert [one.text for one in poll.messages] == ["482913"]
    assert [json.loads(one) for one in poll.unread] == [broken]


def test_a_clock_that_is_years_off_says_nothing() -> None:
    poll = parse(body(messages=[message("x", sent=10**18)]), "phone")
    assert [one.at for one in poll.messages] == [None]


def test_a_reply_is_handed_out_with_the_same_id_each_time() -> None:
    reply = Reply("Which paper?", (Option("passport", "Passport"),))
    first, again = (outgoing(KEY, the_countries(), 42, ALMAZ, reply) for _ in range(2))
    assert first == again
    assert [(one.to, one.content) for one in first] == [(ALMAZ, "Which paper?\n1 Passport")]
    assert first[0].id.startswith("r42-")
    assert outgoing(KEY, the_countries(), 43, ALMAZ, reply)[0].id != first[0].id


def test_of_a_long_reply_the_last_message_is_the_one_that_is_reported_on() -> None:
    parts = outgoing(KEY, the_countries(), 42, "+221771234567", Reply("ሰላም " * 40))
    assert [one.id[0] for one in parts] == ["p", "p", "r"]
    assert len({one.id for one in parts}) == 3


def test_the_answers_have_the_shape_that_the_app_reads() -> None:
    assert json.loads(answer([Outgoing("r1-0", ALMAZ, "ሰላም")])) == {
        "messages": [{"id": "r1-0", "to": ALMAZ, "content": "ሰላም"}]
    }
    assert json.loads(answer([])) == {"messages": []}
    assert json.loads(complaint("body: json")) == {"error": True, "message": "body: json"}


def test_a_gzipped_poll_is_read_and_a_bomb_is_not() -> None:
    assert unzip(gzip.compress(b"{}"), 100) == b"{}"
    for wrong in (b"{}", b"", gzip.compress(b"{}")[:-3], gzip.compress(b"0" * 1000)):
        with pytest.raises(Malformed):
            unzip(wrong, 100)
