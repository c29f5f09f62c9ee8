"""Twilio's signed forms: who posted them, and what they say."""

import base64
import hashlib
import hmac
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import FormData
from twilio.request_validator import RequestValidator

from bot.channel import Forged, Malformed
from bot.twilio import EMPTY_ANSWER, parse_sms, parse_status, read, verify
from flows.model import Media, Message
from tests.fakes import twilio_api as fake
from tests.fakes.twilio_api import NUMBER, TOKEN

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


def test_a_picture_message_with_several_files_carries_all_of_them_in_their_order() -> None:
    kinds = ("image/jpeg", "audio/amr", "application/pdf")
    fields = {f"MediaContentType{number}": kind for number, kind in enumerate(kinds)}
    fields |= {f"MediaUrl{number}": f"https://api.twilio.com/m/{number}" for number in range(3)}
    message = parse_sms(form("", NumMedia="3", **fields))
    assert message.media == Media("photo", "https://api.twilio.com/m/0")
    assert message.more == (
        Media("voice", "https://api.twilio.com/m/1"),
        Media("document", "https://api.twilio.com/m/2"),
    )


def test_of_a_picture_message_that_lacks_one_of_its_files_the_others_are_kept() -> None:
    fields = {"MediaUrl0": "https://api.twilio.com/m/0", "MediaContentType0": "image/png"}
    message = parse_sms(form("", NumMedia="2", **fields))
    assert message.all_media == (Media("photo", "https://api.twilio.com/m/0"),)


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
