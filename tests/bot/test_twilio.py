"""Twilio: signatures, inbound SMS, sending, and what became of it."""

import base64
import hashlib
import hmac
import logging
import traceback
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import FormData
from twilio.request_validator import RequestValidator

from bot.channel import ChannelError, Forged, Malformed
from bot.twilio import EMPTY_ANSWER, TwilioSms, parse_sms, parse_status, read, verify
from flows.model import Media, Message, Option, Reply
from tests.fakes import twilio_api as fake
from tests.fakes.twilio_api import ACCOUNT, NUMBER, TOKEN, Refusal, TwilioApi

URL = "https://help.example.org/webhooks/twilio/sms"
ALMAZ = "+96170123456"


def signed(form: list[tuple[str, str]], url: str = URL, token: str = TOKEN, algorithm: str | None = None) -> str:
    return RequestValidator(token).compute_signature(url, FormData(form), algorithm)


def form(body: str = "1", **more: str) -> list[tuple[str, str]]:
    return read(fake.encoded(fake.inbound(body, **more)))


def test_twilios_own_signature_passes_blank_fields_and_every_script_included() -> None:
    fields = form("ሰላም & 100% + é 😀")
    verify(URL, fields, signed(fields), TOKEN)


def test_repeated_fields_are_signed_once_each_and_sorted() -> None:
    fields = [("To", "b"), ("Media", "2"), ("Media", "1"), ("Media", "2"), ("A", "")]
    verify(URL, fields, signed(fields), TOKEN)


def test_the_query_is_part_of_what_is_signed() -> None:
    fields = form()
    verify(f"{URL}?reply=7", fields, signed(fields, f"{URL}?reply=7"), TOKEN)
    with pytest.raises(Forged):
        verify(f"{URL}?reply=8", fields, signed(fields, f"{URL}?reply=7"), TOKEN)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("https://a.example/x", "https://a.example:443/x"),
        ("https://a.example:443/x", "https://a.example/x"),
        ("http://127.0.0.1:8000/x?y=1", "http://127.0.0.1/x?y=1"),
        ("http://127.0.0.1/x", "http://127.0.0.1:80/x"),
        ("http://[::1]:8000/x", "http://[::1]/x"),
    ],
)
def test_a_port_more_or_less_does_not_matter(ours: str, theirs: str) -> None:
    fields = form()
    verify(ours, fields, signed(fields, theirs), TOKEN)


@pytest.mark.parametrize("change", [("Body", "2"), ("From", "+1"), ("Extra", "x")])
def test_a_changed_or_added_field_is_forged(change: tuple[str, str]) -> None:
    fields = form()
    with pytest.raises(Forged):
        verify(URL, [*fields, change], signed(fields), TOKEN)


def test_a_missing_field_or_another_address_or_token_is_forged() -> None:
    fields = form()
    for url, given_fields, token in (
        (URL, fields[1:], TOKEN),
        ("https://other.example/webhooks/twilio/sms", fields, TOKEN),
        (URL, fields, "another"),
    ):
        with pytest.raises(Forged):
            verify(url, given_fields, signed(fields), token)


@pytest.mark.parametrize("signature", [None, "", "x", "é", "=" * 28])
def test_a_missing_or_odd_signature_is_forged_and_no_crash(signature: str | None) -> None:
    with pytest.raises(Forged):
        verify(URL, form(), signature, TOKEN)


def test_without_a_token_everything_is_forged() -> None:
    fields = form()
    empty = base64.b64encode(hmac.digest(b"", URL.encode(), hashlib.sha1)).decode()
    with pytest.raises(Forged):
        verify(URL, [], empty, "")
    with pytest.raises(Forged):
        verify(URL, fields, signed(fields, token=""), "")


def test_no_other_algorithm_is_taken_however_it_is_announced() -> None:
    fields = form()
    with pytest.raises(Forged):
        verify(URL, fields, signed(fields, algorithm="HMAC_SHA256"), TOKEN)


@given(st.lists(st.tuples(st.text(max_size=4), st.text(max_size=4)), max_size=5), st.text(max_size=5))
def test_we_sign_as_twilios_own_validator_does(fields: list[tuple[str, str]], token: str) -> None:
    fields = [
        (name.encode(errors="replace").decode(), value.encode(errors="replace").decode()) for name, value in fields
    ]
    token = token.encode(errors="replace").decode() + "t"
    verify(URL, fields, signed(fields, token=token), token)


def test_an_sms_becomes_a_message() -> None:
    assert parse_sms(form("ሰላም\nمرحبا", sid="SM01")) == Message(
        "sms", f"sms:{NUMBER}", ALMAZ, "SM01", "ሰላም\nمرحبا", manner="sms"
    )


def test_a_portal_may_sign_with_letters() -> None:
    assert parse_sms(form("Code 123456", sender="MoPH LB")).address == "MoPH LB"


def test_an_empty_sms_is_an_sms() -> None:
    assert parse_sms(form("")).text == ""


@pytest.mark.parametrize(
    ("kind", "expected"), [("image/jpeg", "photo"), ("audio/amr", "voice"), ("application/pdf", "document")]
)
def test_a_picture_message_carries_the_reference_of_its_first_medium(kind: str, expected: Any) -> None:
    fields = form("", NumMedia="1", MediaUrl0="https://api.twilio.com/m/1", MediaContentType0=kind)
    assert parse_sms(fields).media == Media(expected, "https://api.twilio.com/m/1")


@pytest.mark.parametrize("missing", ["MessageSid", "From", "To", "Body"])
def test_an_sms_without_what_makes_one_is_malformed_and_the_error_names_only_the_field(missing: str) -> None:
    with pytest.raises(Malformed, match=f"^{missing}$"):
        parse_sms([(name, value) for name, value in form("secret") if name != missing])


@pytest.mark.parametrize(
    ("field", "value"), [("From", ""), ("To", ""), ("MessageSid", ""), ("NumMedia", "x"), ("NumMedia", "1")]
)
def test_an_sms_with_an_odd_field_is_malformed(field: str, value: str) -> None:
    with pytest.raises(Malformed):
        parse_sms(form(**{field: value}))


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff\xfe%ff=%zz", b"a=" * 2000])
def test_a_body_that_is_no_form_is_read_and_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        parse_sms(read(body))


def test_the_answer_to_an_sms_is_an_empty_response() -> None:
    assert EMPTY_ANSWER.endswith("<Response/>")


def test_reports_rank_so_that_a_late_one_changes_nothing() -> None:
    order = ["accepted", "queued", "sending", "sent", "delivered", "read"]
    ranks = [parse_status(list(fake.status_report("SM1", status).items())).rank for status in order]
    assert ranks == sorted(set(ranks))
    final = {
        parse_status(list(fake.status_report("SM1", s).items())).rank for s in ("delivered", "undelivered", "failed")
    }
    assert len(final) == 1


@pytest.mark.parametrize(
    ("status", "state"),
    [("queued", "sent"), ("sent", "sent"), ("delivered", "delivered"), ("undelivered", "failed"), ("failed", "failed")],
)
def test_a_report_says_what_became_of_which_message(status: str, state: str) -> None:
    error = "30003" if state == "failed" else ""
    report = parse_status(list(fake.status_report("SM1", status, error).items()))
    assert (report.provider_id, report.state, report.error) == ("SM1", state, error)


@pytest.mark.parametrize(("field", "value"), [("MessageSid", ""), ("MessageStatus", ""), ("MessageStatus", "dreaming")])
def test_a_report_that_nobody_understands_is_malformed(field: str, value: str) -> None:
    with pytest.raises(Malformed, match=field):
        parse_status(list((fake.status_report("SM1", "sent") | {field: value}).items()))


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
    for fields in (form(text)[1:], []):
        with pytest.raises((Forged, Malformed)) as caught:
            verify(URL, fields, "x", TOKEN)
        errors.append("".join(traceback.format_exception(caught.value)))
    assert (len(errors), len(api.sent)) == (4, 1)
    logging.getLogger("aiohttp.client").debug("the capture works")
    written = caplog.text + "".join(errors)
    assert "the capture works" in written
    for secret in (TOKEN, ACCOUNT, ALMAZ, ALMAZ[1:], NUMBER[1:], text, "ወረቀት"):
        assert secret not in written
