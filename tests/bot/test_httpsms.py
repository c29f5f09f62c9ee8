"""httpSMS: what its server posts, whose token it carries, and what its API takes."""

import json
import traceback
from collections.abc import AsyncIterator, Awaitable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from bot.channel import Channel, ChannelError, Forged, Malformed
from bot.gateway import Delivery, MissedCall, Ping, Sim, SimSms
from bot.httpsms import HttpSms, parse, verify
from flows.model import Reply
from tests.fakes import httpsms_api as fake
from tests.fakes.httpsms_api import API_KEY, KEY, OWNER, HttpSmsApi
from tests.libraries import the_countries

URL = "https://desk.example.org/webhooks/httpsms"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ALMAZ = "+96170123456"
SIM = Sim("httpsms", OWNER, 0)


def body(said: dict[str, Any]) -> bytes:
    return json.dumps(said).encode()


def token(url: str = URL, **more: Any) -> str:
    return fake.bearer(url, **{"now": NOW.timestamp(), **more})


def test_the_servers_token_passes_in_both_spellings_of_its_audience() -> None:
    verify(token(), KEY, URL, NOW)
    verify(token(aud=URL), KEY, URL, NOW)
    verify(token(), KEY, URL, NOW + timedelta(minutes=9))


@pytest.mark.parametrize(
    "forged",
    [
        None,
        "",
        "Bearer",
        "Bearer x.y.z",
        "Basic Z2F0ZXdheTp4",
        token().removeprefix("Bearer "),
        token()[:-2],
        token(key="another key that is long enough for HS256"),
        token("https://other.example/webhooks/httpsms"),
        token(iss="api.example.org"),
        token(iss=None),
        token(aud=None),
        token(exp=None),
        token(exp="soon"),
        token(algorithm="HS512"),
        fake.bearer(URL, key="", now=NOW.timestamp(), algorithm="none"),
    ],
)
def test_every_other_token_is_forged(forged: str | None) -> None:
    with pytest.raises(Forged):
        verify(forged, KEY, URL, NOW)


@pytest.mark.parametrize("minutes", [-11, 10, 600])
def test_a_token_holds_for_ten_minutes(minutes: int) -> None:
    with pytest.raises(Forged):
        verify(token(), KEY, URL, NOW + timedelta(minutes=minutes))


def test_without_a_key_everything_is_forged() -> None:
    with pytest.raises(Forged):
        verify(token(), "", URL, NOW)


def test_an_sms_says_which_number_of_ours_got_it_and_when() -> None:
    name, heard = parse(body(fake.received("ሰላም", id="f4ae")))
    at = datetime(2026, 11, 24, 9, 0, 0, 814_000, tzinfo=UTC)
    assert (name, heard) == ("message.phone.received", SimSms(SIM, ALMAZ, "ሰላም", "f4ae", at))


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"", "body: json"),
        (b"null", "body: "),
        (b"{}", "id: missing"),
        (body(fake.received("secret") | {"data": []}), "data: "),
        (body(fake.received("secret", owner="")), "data.owner: "),
        (body(fake.received("secret", sender="")), "data.contact: "),
        (body(fake.received("secret", at="now")), "data.timestamp: "),
        (body(fake.received("secret", encrypted=True)), "data.encrypted: true"),
        (body(fake.event("message.phone.received", {})), "data.owner: missing"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_field_and_nothing_of_the_content(said: bytes, reason: str) -> None:
    with pytest.raises(Malformed) as caught:
        parse(said)
    assert str(caught.value).startswith(reason)
    assert "secret" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("message.phone.sent", "sent"),
        ("message.phone.delivered", "delivered"),
        ("message.send.failed", "failed"),
        ("message.send.expired", "failed"),
    ],
)
def test_reports_say_what_became_of_which_reply(kind: str, state: str) -> None:
    heard = parse(body(fake.outcome(kind, "r42-0123456789ab", error="GENERIC_FAILURE for +96170123456")))[1]
    assert isinstance(heard, Delivery)
    error = "GENERIC_FAILURE" if state == "failed" else ""
    assert (heard.reply_id, heard.state, heard.error) == (42, state, error)
    assert parse(body(fake.outcome(kind, None)))[1] is None


def test_missed_calls_and_heartbeats_are_understood_and_the_rest_is_not_needed() -> None:
    call = parse(body(fake.missed_call()))[1]
    assert isinstance(call, MissedCall)
    assert (call.sim, call.caller) == (SIM, ALMAZ)
    assert parse(body(fake.heartbeat(online=False)))[1] == Ping("httpsms", OWNER, online=False)
    assert parse(body(fake.heartbeat(online=True)))[1] == Ping("httpsms", OWNER)
    assert parse(body(fake.event("message.send.retried", {}))) == ("message.send.retried", None)


@pytest_asyncio.fixture
async def api() -> AsyncIterator[HttpSmsApi]:
    async with HttpSmsApi() as api:
        yield api


@pytest_asyncio.fixture
async def line(api: HttpSmsApi) -> AsyncIterator[Channel]:
    gateway = HttpSms(API_KEY, api_url=api.url, countries=the_countries())
    yield gateway.line(OWNER, SIM)
    await gateway.close()


async def failure(call: Awaitable[Any]) -> tuple[str, bool, float]:
    with pytest.raises(ChannelError) as caught:
        await call
    return caught.value.code, caught.value.permanent, caught.value.retry_after


async def test_a_reply_goes_out_from_the_number_with_a_request_id_of_ours(api: HttpSmsApi, line: Channel) -> None:
    its_id = await line.send(ALMAZ, Reply("ሰላም"), reply_id="42")
    (sent,) = api.sent
    assert its_id
    assert (sent["from"], sent["to"], sent["content"]) == (OWNER, ALMAZ, "ሰላም")
    assert sent["request_id"].startswith("r42-")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (fake.refusal(401, "not authorized"), ("401", False, 0.0)),
        (fake.refusal(402, "You have exceeded your limit"), ("402", False, 3600.0)),
        (fake.refusal(429, "slow down"), ("429", False, 30.0)),
        (fake.refusal(500, "ran into an internal error"), ("500", False, 0.0)),
        (web.Response(status=200, text="<html>"), ("answer", False, 0.0)),
        (web.Response(status=200, text='{"data": null}'), ("answer", False, 0.0)),
    ],
)
async def test_what_lies_with_the_gateway_is_temporary(
    api: HttpSmsApi, line: Channel, answer: web.Response, expected: tuple[str, bool, float]
) -> None:
    api.refusals = [answer]
    assert await failure(line.send(ALMAZ, Reply("x"), reply_id="1")) == expected


async def test_a_number_that_cannot_be_is_permanent(line: Channel) -> None:
    assert await failure(line.send("1214", Reply("x"), reply_id="1")) == ("422", True, 0.0)
