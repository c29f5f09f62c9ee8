"""E-mail is read whatever it looks like: text without markup, files, and for whom it is; nothing is fetched or run."""

import base64
import hashlib
import hmac
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot import mail
from bot.channel import Forged, Malformed
from bot.html import to_text
from tests.fakes import mails
from tests.fakes.mails import PDF, TO

SECRET = "a-secret-of-the-forwarder"


def test_the_plainest_message() -> None:
    read = mail.parse(mails.plain("Your code is 482913."))
    assert (read.recipients, read.sender) == ((TO,), "Ministry of Health <no-reply@moph.example>")
    assert (read.subject, read.text, read.files) == ("Your code", "Your code is 482913.", ())
    assert (read.message_id, read.cut) == ("<1@moph.example>", False)


def test_of_text_and_html_the_text_is_read_and_the_head_is_decoded() -> None:
    read = mail.parse(mails.alternative())
    assert read.text == "Votre code est 482913.\nÀ bientôt"
    assert (read.subject, read.sender) == ("رمز الدخول", "وزارة الصحة <no-reply@moph.example>")
    assert read.files == ()


def test_arabic_of_an_old_system_is_read() -> None:
    assert mail.parse(mails.in_windows_1256()).text == mails.IN_ARABIC


def test_html_becomes_lines_and_says_where_its_links_lead() -> None:
    html = (
        "<head><meta charset=utf-8><style>a{}</style><body><h1>Hello&nbsp;Almaz</h1><script>alert(1)</script>"
        "<table><tr><td>Code</td><td>48 29 13</td></tr></table><ul><li>one<li>two</ul>"
        '<a href="https://portal.example/c?x=1&amp;y=2">Confirm</a> <a href="javascript:alert(1)">Click</a>'
        '<img src="https://track.example/p.gif"><img src="cid:1" alt="Seal"><p>https://a.example/</p>'
    )
    assert mail.parse(mails.only_html(html)).text == (
        "Hello Almaz\n\nCode 48 29 13\n\none\ntwo\nConfirm <https://portal.example/c?x=1&y=2> ClickSeal\nhttps://a.example/"
    )


@pytest.mark.parametrize(
    "html", ["<style>p{}<p>never closed", "<b", "<a href='https://x.example'", "</p></p>", "&#xD800;", "<!--"]
)
def test_html_that_is_broken_is_no_failure(html: str) -> None:
    to_text(html)


def test_files_come_with_their_names_and_strange_ones_only_by_name() -> None:
    raw = mails.with_files(
        ("../../موعد.pdf", "application/pdf", PDF),
        ("scan.PNG", "image/png", b"\x89PNG"),
        ("invoice.exe", "application/octet-stream", b"MZ"),
        ("page.html", "text/html", b"<script>"),
    )
    read = mail.parse(raw)
    assert read.text == "Your appointment is attached."
    assert [(file.name, file.kind, file.size, file.content) for file in read.files] == [
        ("موعد.pdf", "application/pdf", len(PDF), PDF),
        ("scan.PNG", "image/png", 4, b"\x89PNG"),
        ("invoice.exe", "application/octet-stream", 2, b""),
        ("page.html", "text/html", 8, b""),
    ]


def test_a_catch_all_tells_for_whom_it_is_above_the_message() -> None:
    hidden = mails.plain("x", to="undisclosed-recipients:;")
    read = mail.parse(mails.delivered(hidden))
    assert read.recipients == ("catchall@example.org", TO)
    assert mail.parse(hidden, envelope=f"<{TO.upper()}>").recipients == (TO,)
    with pytest.raises(Malformed):
        mail.parse(hidden)


def test_the_same_message_is_recognised_whatever_way_it_came() -> None:
    one, again = mail.parse(mails.plain("x")), mail.parse(mails.delivered(mails.plain("x")))
    other = mail.parse(mails.plain("y"))
    assert (one.digest, one.message_id) == (again.digest, again.message_id)
    assert one.digest != other.digest


def test_of_a_message_that_is_too_large_the_head_is_read() -> None:
    raw = mails.with_files(("a.pdf", "application/pdf", PDF * 1000))
    read = mail.parse(raw[: mail.HEAD], size=len(raw))
    assert (read.recipients, read.subject, read.text, read.files) == ((TO,), "Appointment", "", ())
    assert (read.size, read.cut) == (len(raw), True)


def test_more_text_and_files_than_anybody_reads_are_cut() -> None:
    read = mail.parse(mails.with_files(*[(f"{n}.txt", "text/plain", b"x") for n in range(40)], text="word " * 40_000))
    assert (len(read.text), len(read.files), read.cut) == (mail.LONGEST_TEXT, mail.MOST_FILES, True)


@pytest.mark.parametrize("raw", mails.MALFORMED.values(), ids=mails.MALFORMED)
def test_what_is_malformed_is_still_for_somebody(raw: bytes) -> None:
    read = mail.parse(raw)
    assert TO in read.recipients
    (read.subject + read.sender + read.text).encode()


@given(some.binary(max_size=600))
def test_nothing_that_comes_is_a_failure(noise: bytes) -> None:
    mail.parse(mails.plain("x")[:-4] + noise)
    mail.parse(f"To: {TO}\r\n".encode() + noise, size=10**9)


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.mark.parametrize("given_", [f"Bearer {SECRET}", f"bearer {SECRET}", basic("anybody", SECRET)])
def test_who_knows_the_secret_may_forward(given_: str) -> None:
    mail.verify(given_, SECRET)


@pytest.mark.parametrize(
    "given_", [None, "", SECRET, "Bearer ", "Bearer wrong", "Basic ???", basic(SECRET, ""), "Basic é"]
)
def test_who_does_not_know_it_may_not(given_: str | None) -> None:
    with pytest.raises(Forged):
        mail.verify(given_, SECRET)
    with pytest.raises(Forged):
        mail.verify("Bearer ", "")


def signed(raw: bytes, secret: str = SECRET) -> dict[str, bytes]:
    """The fields of a message that Mailgun forwards."""
    stamp, token = b"1795510800", b"c0ffee" * 8
    signature = hmac.new(secret.encode(), stamp + token, hashlib.sha256).hexdigest().encode()
    return {"recipient": TO.encode(), "timestamp": stamp, "token": token, "signature": signature, "body-mime": raw}


def in_parts(fields: dict[str, bytes], boundary: str = "xYzZY") -> tuple[str, bytes]:
    parts = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value + b"\r\n"
        for name, value in fields.items()
    )
    return f"multipart/form-data; boundary={boundary}", b"".join(parts) + f"--{boundary}--\r\n".encode()


@pytest.mark.parametrize(
    "raw", [mails.plain("x"), mails.in_windows_1256(), mails.alternative()], ids=["plain", "8bit", "parts"]
)
def test_a_form_is_read_byte_by_byte_and_its_signature_is_checked(raw: bytes) -> None:
    kind, body = in_parts(signed(raw))
    urlencoded = "application/x-www-form-urlencoded", urlencode(signed(raw)).encode()
    for read in (mail.read_form(kind, body), mail.read_form(*urlencoded)):
        mail.verify_signed(read, SECRET)
        assert (read["recipient"], read["body-mime"]) == (TO.encode(), raw)
        with pytest.raises(Forged):
            mail.verify_signed(read, "another secret")
        with pytest.raises(Forged):
            mail.verify_signed({**read, "timestamp": b"1795510801"}, SECRET)
    for nothing in (
        mail.read_form("multipart/form-data", body),
        mail.read_form(kind, b""),
        mail.read_form(kind, b"\xff"),
    ):
        with pytest.raises(Forged):
            mail.verify_signed(nothing, SECRET)
