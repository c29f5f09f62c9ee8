"""Sending SMS, against an API of our own on loopback."""

import logging
import traceback
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from bot.channel import ChannelError, Forged, Malformed
from bot.twilio import TwilioSms, read, verify
from flows.model import Option, Reply
from tests.fakes import twilio_api as fake
from tests.fakes.twilio_api import ACCOUNT, NUMBER, TOKEN, Refusal, TwilioApi
from tests.libraries import the_countries

URL = "https://help.example.org/webhooks/twilio/sms"
ALMAZ = "+96170123456"


@pytest_asyncio.fixture
async def api() -> AsyncIterator[TwilioApi]:
    async with TwilioApi() as api:
        yield api


@pytest_asyncio.fixture
async def sms(api: TwilioApi) -> AsyncIterator[TwilioSms]:
    sms = TwilioSms(
        ACCOUNT, TOKEN, NUMBER, api_url=api.url, status_url="https://help.example.org/webhooks/twilio/status"
    )
    yield sms
    await sms.close()


async def failure(call: Awaitable[Any]) -> tuple[str, bool, float]:
    with pytest.raises(ChannelError) as caught:
        await call
    return caught.value.code, caught.value.permanent, caught.value.retry_after


async def test_a_reply_goes_out_as_text_with_numbers_and_asks_for_reports(api: TwilioApi, sms: TwilioSms) -> None:
    reply = Reply("ምን ወረቀት?", (Option("passport", "Passport"), Option("none", "None")))
    sid = await sms.send(ALMAZ, reply, reply_id="42")
    assert api.sent == [
        {
            "sid": sid,
            "To": ALMAZ,
            "From": NUMBER,
            "Body": "ምን ወረቀት?\n1 Passport\n2 None",
            "StatusCallback": "https://help.example.org/webhooks/twilio/status?reply=42",
        }
    ]
    assert sms.lane == f"sms:{NUMBER}"


async def test_accents_that_would_double_the_price_stay_at_home(api: TwilioApi, sms: TwilioSms) -> None:
    await sms.send(ALMAZ, Reply("Où êtes-vous ?"), reply_id="1")
    assert api.sent[0]["Body"] == "Où etes-vous ?"


async def test_without_an_address_for_reports_none_are_asked_for(api: TwilioApi) -> None:
    sms = TwilioSms(ACCOUNT, TOKEN, NUMBER, api_url=api.url)
    await sms.send(ALMAZ, Reply("hello"), reply_id="1")
    assert "StatusCallback" not in api.sent[0]
    await sms.close()


async def test_a_long_text_goes_in_parts_and_the_last_one_is_reported_on(api: TwilioApi, sms: TwilioSms) -> None:
    sid = await sms.send(ALMAZ, Reply("ሀሁ " * 700), reply_id="1")
    assert [len(sent["Body"]) <= 1600 for sent in api.sent] == [True, True]
    assert ["StatusCallback" in sent for sent in api.sent] == [False, True]
    assert api.sent[-1]["sid"] == sid


async def test_in_senegal_a_long_text_goes_in_whole_messages_of_one_segment(api: TwilioApi) -> None:
    sms = TwilioSms(ACCOUNT, TOKEN, NUMBER, api_url=api.url, countries=the_countries())
    await sms.send("+221771234567", Reply("ሀሁ " * 60), reply_id="1")
    await sms.send(ALMAZ, Reply("ሀሁ " * 60), reply_id="2")
    assert [len(sent["Body"]) <= 70 for sent in api.sent] == [True, True, True, False]
    await sms.close()


@pytest.mark.parametrize("code", [21211, 21408, 21602, 21608, 21610, 21612, 21614, 63999])
async def test_what_twilio_refuses_is_permanent_also_with_a_code_of_tomorrow(
    api: TwilioApi, sms: TwilioSms, code: int
) -> None:
    api.refusals = [Refusal(code)]
    assert await failure(sms.send(ALMAZ, Reply("x"), reply_id="1")) == (str(code), True, 0.0)


async def test_whom_we_may_not_write_to_is_told_by_the_real_checks(api: TwilioApi, sms: TwilioSms) -> None:
    api.opted_out.add(ALMAZ)
    assert await failure(sms.send(ALMAZ, Reply("x"), reply_id="1")) == ("21610", True, 0.0)
    assert await failure(sms.send("MoPH LB", Reply("x"), reply_id="1")) == ("21211", True, 0.0)
    assert await failure(sms.send(ALMAZ, Reply(""), reply_id="1")) == ("21602", True, 0.0)


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        (Refusal(20429), ("20429", False, 1.0)),
        (Refusal(20429, headers={"Retry-After": "9"}), ("20429", False, 9.0)),
        (Refusal(21611), ("21611", False, 60.0)),
        (Refusal(20003), ("20003", False, 0.0)),
        (Refusal(20005, status=403), ("20005", False, 0.0)),
        (Refusal(20500), ("20500", False, 0.0)),
        (Refusal(20503), ("20503", False, 0.0)),
        (web.Response(status=502, text="<html>"), ("502", False, 0.0)),
        (web.Response(status=404, text="[]"), ("404", False, 0.0)),
        (web.Response(status=307, headers={"Location": "/"}), ("307", False, 0.0)),
    ],
)
async def test_what_lies_with_the_account_or_the_server_is_temporary(
    api: TwilioApi, sms: TwilioSms, refusal: Any, expected: tuple[str, bool, float]
) -> None:
    api.refusals = [refusal]
    assert await failure(sms.send(ALMAZ, Reply("x"), reply_id="1")) == expected


async def test_a_wrong_token_is_temporary_because_the_next_one_heals_it(api: TwilioApi) -> None:
    sms = TwilioSms(ACCOUNT, "old token", NUMBER, api_url=api.url)
    assert await failure(sms.send(ALMAZ, Reply("x"), reply_id="1")) == ("20003", False, 0.0)
    await sms.close()


@pytest.mark.parametrize("body", ["", "<html>", "[]", "{}", '{"sid": 5}', "null"])
async def test_a_success_that_says_nothing_is_temporary(api: TwilioApi, sms: TwilioSms, body: str) -> None:
    api.refusals = [web.Response(status=201, text=body)]
    assert await failure(sms.send(ALMAZ, Reply("x"), reply_id="1")) == ("answer", False, 0.0)


async def test_a_server_that_is_not_there_is_a_temporary_failure() -> None:
    sms = TwilioSms(ACCOUNT, TOKEN, NUMBER, api_url="http://127.0.0.1:1")
    assert await failure(sms.send(ALMAZ, Reply("x"), reply_id="1")) == ("network", False, 0.0)
    await sms.close()


async def test_the_environment_cannot_move_the_api_elsewhere(api: TwilioApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_REGION", "au1")
    monkeypatch.setenv("TWILIO_EDGE", "sydney")
    sms = TwilioSms(ACCOUNT, TOKEN, NUMBER, api_url=api.url)
    await sms.send(ALMAZ, Reply("x"), reply_id="1")
    assert len(api.sent) == 1
    await sms.close()


async def test_clearing_does_nothing_because_an_sms_stays_on_the_phone(api: TwilioApi, sms: TwilioSms) -> None:
    await sms.clear(ALMAZ, ["SM1"])
    assert api.sent == []


async def test_no_log_and_no_error_shows_token_number_or_text(
    api: TwilioApi, sms: TwilioSms, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("twilio", "twilio.http_client", "twilio.async_http_client", "aiohttp.client", "asyncio"):
        caplog.set_level(logging.DEBUG, logger=name)
    text = "Which paper do you have? ምን ወረቀት"
    api.refusals = [Refusal(21211, to=ALMAZ), web.Response(status=201, text=f"{text} {ALMAZ}")]
    errors = []
    for _ in range(3):
        try:
            await sms.send(ALMAZ, Reply(text), reply_id="1")
        except ChannelError as error:
            errors.append("".join(traceback.format_exception(error)))
    for fields in (read(fake.encoded(fake.inbound(text))), []):
        with pytest.raises((Forged, Malformed)) as caught:
            verify(URL, fields, "x", TOKEN)
        errors.append("".join(traceback.format_exception(caught.value)))
    assert (len(errors), len(api.sent)) == (4, 1)
    logging.getLogger("aiohttp.client").debug("the capture works")
    written = caplog.text + "".join(errors)
    assert "the capture works" in written
    for secret in (TOKEN, ACCOUNT, ALMAZ, ALMAZ[1:], NUMBER[1:], text, "ወረቀት"):
        assert secret not in written
