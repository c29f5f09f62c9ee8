"""SMSGate: what its phones post, who signed it, and what its API takes."""

import json
import logging
import traceback
from collections.abc import AsyncIterator, Awaitable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from bot.channel import Channel, ChannelError, Forged, Malformed
from bot.gateway import Delivery, Ping, Sim, SimSms
from bot.smsgate import EVENTS, SmsGate, parse, verify
from flows.countries import Countries
from flows.model import Option, Reply
from tests.fakes import smsgate_api as fake
from tests.fakes.smsgate_api import DEVICE, KEY, PASSWORD, USER, SmsGateApi
from tests.libraries import the_countries

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ALMAZ = "+96170123456"
NUMBER = "+96181000021"
SIM = Sim("smsgate", DEVICE, 1)


def body(said: dict[str, Any]) -> bytes:
    return json.dumps(said).encode()


def headers(said: bytes, **more: Any) -> tuple[str, str]:
    made = fake.signed(said, **{"at": NOW.timestamp(), **more})
    return made["X-Timestamp"], made["X-Signature"]


def test_what_the_phone_signed_just_now_passes_and_a_retry_too() -> None:
    said = body(fake.received("ሰላም"))
    for late in (timedelta(), timedelta(minutes=4), -timedelta(minutes=4), timedelta(days=1)):
        verify(said, *headers(said, at=(NOW + late).timestamp()), KEY, NOW + late)


def test_every_forgery_is_refused() -> None:
    said = body(fake.received("1"))
    at, signature = headers(said)
    for given in (
        (said + b" ", at, signature),
        (said, str(int(at) + 1), signature),
        (said, at, signature[:-1]),
        (said, at, ""),
        (said, at, None),
        (said, None, signature),
        (said, "", signature),
        (said, "yesterday", headers(said)[1]),
        (said, *headers(said, key="another key")),
    ):
        with pytest.raises(Forged):
            verify(*given, KEY, NOW)
    with pytest.raises(Forged):
        verify(said, *headers(said, key=""), "", NOW)


@pytest.mark.parametrize("minutes", [-5.1, 5.1, 600])
def test_what_was_signed_long_ago_or_ahead_is_refused(minutes: float) -> None:
    said = body(fake.received("1"))
    with pytest.raises(Forged):
        verify(said, *headers(said), KEY, NOW + timedelta(minutes=minutes))


def test_an_sms_says_which_sim_got_it_and_when() -> None:
    name, heard = parse(body(fake.received("رمزك 482913", sender="MOPH", slot=2, id="Ey6")))
    assert name == "sms:received"
    at = datetime(2026, 11, 24, 11, 0, tzinfo=timezone(timedelta(hours=2)))
    assert heard == SimSms(Sim("smsgate", DEVICE, 2), "MOPH", "رمزك 482913", "Ey6", at)


def test_older_apps_say_neither_slot_nor_sender() -> None:
    said = fake.received("hello", slot=None)
    del said["payload"]["sender"], said["payload"]["recipient"], said["payload"]["receivedAt"]
    assert parse(body(said))[1] == SimSms(Sim("smsgate", DEVICE, 0), ALMAZ, "hello", said["id"], None)


def test_half_an_emoji_does_not_lose_the_sms() -> None:
    said = body(fake.received("good \ud83d"))
    heard = parse(said)[1]
    assert isinstance(heard, SimSms)
    assert heard.text == "good ?"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"", "body: json"),
        (b"{", "body: json"),
        (b"\xff\xfe", "body: json"),
        (b"[" * 100_000, "body: json"),
        (b"[]", "body: "),
        (b"{}", "deviceId: missing"),
        (b'{"deviceId": "", "event": "sms:received", "id": "1"}', "deviceId: "),
        (body(fake.received("secret") | {"payload": None}), "payload: "),
        (body(fake.received("secret") | {"payload": {"message": "secret"}}), "payload.sender: "),
        (body(fake.received("secret", sender="")), "payload.sender: "),
        (body(fake.received("secret", at="yesterday")), "payload.receivedAt: "),
        (body(fake.received("secret", at="2026-11-24T11:00:00")), "payload.receivedAt: "),
        (body(fake.received("secret", slot=-1)), "payload.simNumber: "),
        (body(fake.event("sms:sent", {})), "payload.messageId: missing"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_field_and_nothing_of_the_content(said: bytes, reason: str) -> None:
    with pytest.raises(Malformed) as caught:
        parse(said)
    assert str(caught.value).startswith(reason)
    assert "secret" not in "".join(traceback.format_exception(caught.value))


def test_reports_say_what_became_of_which_reply_and_never_go_back() -> None:
    token = "r42-0123456789ab"
    sent, delivered = (parse(body(fake.outcome(name, token)))[1] for name in ("sms:sent", "sms:delivered"))
    failed = parse(body(fake.outcome("sms:failed", token, reason="Sending to +96170123456: RESULT_ERROR_NO_SERVICE")))[
        1
    ]
    assert isinstance(sent, Delivery)
    assert isinstance(delivered, Delivery)
    assert failed == Delivery(42, delivered.rank, "failed", "RESULT_ERROR_NO_SERVICE")
    assert (sent.reply_id, sent.state, delivered.state) == (42, "sent", "delivered")
    assert sent.rank < delivered.rank


@pytest.mark.parametrize("token", ["p42-0123456789ab", "somebody else's", "r-1", "r42", "r42-x", "r" + "9" * 30 + "-0"])
def test_a_report_on_what_is_not_the_end_of_a_reply_of_ours_says_nothing(token: str) -> None:
    assert parse(body(fake.outcome("sms:sent", token)))[1] is None


def test_a_ping_tells_the_battery() -> None:
    assert parse(body(fake.ping(17))) == ("system:ping", Ping("smsgate", DEVICE, 17))
    assert parse(body(fake.event("system:ping", {})))[1] == Ping("smsgate", DEVICE)


def test_what_we_do_not_need_is_no_mistake() -> None:
    assert parse(body(fake.event("mms:downloaded", {"anything": 1}))) == ("mms:downloaded", None)


@pytest_asyncio.fixture
async def api() -> AsyncIterator[SmsGateApi]:
    async with SmsGateApi() as api:
        yield api


@pytest.fixture(scope="module")
def countries() -> Countries:
    return the_countries()


@pytest_asyncio.fixture
async def line(api: SmsGateApi, countries: Countries) -> AsyncIterator[Channel]:
    gateway = SmsGate(USER, PASSWORD, api_url=api.url, countries=countries)
    yield gateway.line(NUMBER, SIM)
    await gateway.close()


async def failure(call: Awaitable[Any]) -> tuple[str, bool, float]:
    with pytest.raises(ChannelError) as caught:
        await call
    return caught.value.code, caught.value.permanent, caught.value.retry_after


async def test_a_reply_goes_to_the_right_sim_with_an_id_by_which_its_reports_are_known(
    api: SmsGateApi, line: Channel
) -> None:
    token = await line.send(ALMAZ, Reply("ምን ወረቀት?", (Option("passport", "Passport"),)), reply_id="42")
    assert api.sent == [
        {
            "id": token,
            "deviceId": DEVICE,
            "simNumber": 1,
            "textMessage": {"text": "ምን ወረቀት?\n1 Passport"},
            "phoneNumbers": [ALMAZ],
            "ttl": 86400,
            "withDeliveryReport": True,
        }
    ]
    delivered = parse(body(fake.outcome("sms:delivered", token)))[1]
    assert isinstance(delivered, Delivery)
    assert delivered.reply_id == 42
    assert line.lane == f"sms:{NUMBER}"


async def test_a_reply_that_is_tried_again_is_sent_once(api: SmsGateApi, line: Channel) -> None:
    first = await line.send(ALMAZ, Reply("hello"), reply_id="42")
    assert await line.send(ALMAZ, Reply("hello"), reply_id="42") == first
    assert await line.send(ALMAZ, Reply("hello"), reply_id="43") != first
    assert len(api.sent) == 2


async def test_the_same_id_for_another_text_is_another_message(api: SmsGateApi, line: Channel) -> None:
    """A database that was restored counts its replies again from an earlier number."""
    await line.send(ALMAZ, Reply("hello"), reply_id="42")
    await line.send(ALMAZ, Reply("goodbye"), reply_id="42")
    assert [one["textMessage"]["text"] for one in api.sent] == ["hello", "goodbye"]


async def test_in_senegal_each_message_fits_into_one_segment(api: SmsGateApi, line: Channel) -> None:
    token = await line.send("+221771234567", Reply("Où est votre papier, même vieux ou abîmé ? " * 8), reply_id="7")
    texts = [one["textMessage"]["text"] for one in api.sent]
    assert len(texts) == 3
    assert all(len(text) <= 160 for text in texts)
    assert [one["id"][0] for one in api.sent] == ["p", "p", "r"]
    assert api.sent[-1]["id"] == token


async def test_without_a_slot_the_phone_chooses(api: SmsGateApi, countries: Countries) -> None:
    gateway = SmsGate(USER, PASSWORD, api_url=api.url, countries=countries)
    await gateway.line(NUMBER, Sim("smsgate", DEVICE, 0)).send(ALMAZ, Reply("x"), reply_id="1")
    assert "simNumber" not in api.sent[0]
    await gateway.close()


async def test_a_number_that_cannot_be_is_permanent_and_a_phone_that_is_gone_is_not(
    api: SmsGateApi, line: Channel
) -> None:
    assert await failure(line.send("1214", Reply("x"), reply_id="1")) == ("400", True, 0.0)
    api.devices.clear()
    assert await failure(line.send(ALMAZ, Reply("x"), reply_id="1")) == ("device", False, 0.0)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (fake.refusal(401, "Unauthorized"), ("401", False, 0.0)),
        (fake.refusal(403, "Forbidden"), ("403", False, 0.0)),
        (fake.refusal(429, "Too Many Requests"), ("429", False, 30.0)),
        (web.Response(status=429, headers={"Retry-After": "9"}), ("429", False, 9.0)),
        (fake.refusal(503, "queue limit exceeded"), ("503", False, 60.0)),
        (fake.refusal(500, "failed to handle request"), ("500", False, 0.0)),
        (web.Response(status=502, text="<html>"), ("502", False, 0.0)),
        (web.Response(status=307, headers={"Location": "/"}), ("307", False, 0.0)),
        (web.Response(status=200, text="<html>Welcome to the airport"), ("answer", False, 0.0)),
        (web.Response(status=202, text='{"id": "another"}'), ("answer", False, 0.0)),
    ],
)
async def test_what_lies_with_the_gateway_is_temporary(
    api: SmsGateApi, line: Channel, answer: web.Response, expected: tuple[str, bool, float]
) -> None:
    api.refusals = [answer]
    assert await failure(line.send(ALMAZ, Reply("x"), reply_id="1")) == expected


async def test_no_log_and_no_error_shows_password_number_or_text(
    api: SmsGateApi, line: Channel, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    text = "Which " + "paper?"
    api.refusals = [fake.refusal(400, f"can't use {ALMAZ}")]
    with pytest.raises(ChannelError) as caught:
        await line.send(ALMAZ, Reply(text), reply_id="1")
    await line.send(ALMAZ, Reply(text), reply_id="1")
    written = caplog.text + "".join(traceback.format_exception(caught.value))
    for secret in (PASSWORD, ALMAZ, ALMAZ[1:], NUMBER[1:], text):
        assert secret not in written


async def test_clearing_does_nothing_because_an_sms_stays_on_the_phone(api: SmsGateApi, line: Channel) -> None:
    await line.clear(ALMAZ, ["x"])
    await line.close()
    assert api.asked == 0


async def test_it_is_told_where_to_post_as_often_as_we_start(api: SmsGateApi, countries: Countries) -> None:
    gateway = SmsGate(USER, PASSWORD, api_url=api.url, countries=countries)
    for _ in range(2):
        await gateway.announce("https://desk.example.org/webhooks/smsgate")
    assert [hook["event"] for hook in api.webhooks.values()] == list(EVENTS)
    assert await failure(gateway.announce("http://desk.example.org/webhooks/smsgate")) == ("400", True, 0.0)
    api.refusals = [fake.refusal(401, "Unauthorized")]
    assert await failure(gateway.announce("https://desk.example.org/")) == ("401", False, 0.0)
    await gateway.close()
