"""A ministry writes e-mail to a worker who has none: through a mailbox and by a forward, on a real server."""

import hashlib
import hmac
import re
from pathlib import Path

import httpx
import pytest

from tests.fakes import mails
from tests.fakes.imap_server import CERTIFICATE, PASSWORD, USER, ImapServer
from tests.fakes.mails import PDF
from tests.fakes.twilio_api import TwilioApi
from tests.server.opened import row_counts
from tests.server.people import BySms, reference_in, tells
from tests.server.running import Server, by_sms, found, running, until

SECRET = "a-secret-that-only-the-forwarder-knows"
DOMAIN = "mail.example.org"


def by_mail(server: ImapServer) -> dict[str, str]:
    return {
        "mail_domain": DOMAIN,
        "mail_imap_host": "localhost",
        "mail_imap_port": str(server.port),
        "mail_imap_user": USER,
        "mail_imap_password": PASSWORD,
        "mail_forward_secret": SECRET,
        "mail_megabytes": "1",
    }


async def lends(server: Server, twilio: TwilioApi, desk: httpx.AsyncClient) -> tuple[str, str]:
    """Almaz asks for a call, Hana takes the case and lends an address; gives its reference and the address."""
    reference = reference_in(await tells(BySms(twilio, server, "+96170500600"), ("hello", "1", "2")))
    await server.signed_in(desk, "Hana")
    await desk.post(f"/cases/{reference}/claim")
    page = await desk.post(f"/cases/{reference}/mail/lend", data={"portal": "model_ministry"})
    found_ = re.search(r'id="lent-mail" data-value="([^"]+)"', page.text)
    assert found_, page.text
    return reference, found_[1]


async def test_hana_reads_what_the_ministry_sends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    async with (
        TwilioApi() as twilio,
        ImapServer() as mailbox,
        running(found(tmp_path, **by_sms(twilio), **by_mail(mailbox))) as server,
        server.browser() as desk,
    ):
        reference, address = await lends(server, twilio, desk)
        await desk.post(f"/cases/{reference}/mail/expect", data={"portal": "model_ministry"})
        mailbox.deliver(mails.delivered(mails.plain("Your login code is 482913.", to=address), address))
        mailbox.deliver(
            mails.delivered(mails.with_files(("Bestätigung.pdf", "application/pdf", PDF), to=address), address)
        )
        await until(lambda: mailbox.messages == {})
        page = (await desk.get(f"/cases/{reference}")).text
        assert '<output id="mail-code" dir="ltr">482913</output>' in page
        found_ = re.search(r'href="(/cases/[^"]+/mail/files/\d+)" download>Save: Bestätigung.pdf', page)
        assert found_, page
        file = await desk.get(found_[1])
        assert file.content == PDF
        assert file.headers["content-disposition"] == "attachment; filename*=utf-8''Best%C3%A4tigung.pdf"
        assert (file.headers["x-content-type-options"], file.headers["cache-control"]) == ("nosniff", "no-store")
        async with server.browser() as stranger:
            assert (await stranger.get(found_[1])).url.path == "/sign-in"

        message = re.search(r"/mail/(\d+)/wipe", page)
        assert message
        wiped = await desk.post(f"/cases/{reference}/mail/{message[1]}/wipe")
        assert "482913" not in wiped.text
        assert "A login code, wiped." in wiped.text

        health = (await desk.get("/health")).json()
        assert health["lanes"]["mail"] == "ok"
        mailbox.refuse.add("NOOP")
        await until(lambda: httpx.get(f"{server.url}/health").json()["lanes"]["mail"] == "refused", 120)
        assert len(twilio.sent) == 3, "she is answered, and nobody else"
    log = server.founded.log.read_text("utf-8")
    for secret in (address, "482913", PASSWORD, "moph.example", "Best"):
        assert secret not in log


async def test_a_provider_forwards_and_a_forger_does_not(tmp_path: Path) -> None:
    settings = {"mail_domain": DOMAIN, "mail_forward_secret": SECRET, "mail_megabytes": "1"}
    async with (
        TwilioApi() as twilio,
        running(found(tmp_path, **by_sms(twilio), **settings)) as server,
        server.browser() as desk,
    ):
        reference, address = await lends(server, twilio, desk)
        before = row_counts(server.founded)
        raw = mails.plain("Your appointment is on 12.12.2026.", to=address, subject="Termin")
        for headers in (
            {},
            {"Authorization": "Bearer wrong"},
            {"Authorization": "Basic Og=="},
            {"Authorization": SECRET},
        ):
            assert await forward(server, raw, headers) == 403
        assert await forward(server, *mailgun(raw, address, "wrong secret")) == 403
        assert await forward(server, b"x" * 3_000_000, {"Content-Type": "multipart/form-data; boundary=x"}) == 413
        assert row_counts(server.founded) == before

        good = {"Authorization": f"Bearer {SECRET}", "Content-Type": "message/rfc822"}
        for _ in range(2):
            assert await forward(server, raw, good) == 200
            assert await forward(server, *mailgun(raw, address)) == 200
        assert row_counts(server.founded)["mail_message"] == 1
        assert await forward(server, b"nobody", good) == 200
        assert await forward(server, mails.plain("x", to=f"info@{DOMAIN}"), good) == 200
        large = mails.with_files(("scan.pdf", "application/pdf", PDF * 1500), to=address)
        assert await forward(server, large, good) == 200
        hidden = mails.plain("Hidden", to="undisclosed-recipients:;", message_id="<7@x>")
        assert await forward(server, hidden, {**good, "X-Envelope-To": address}) == 200
        page = (await desk.get(f"/cases/{reference}")).text
        assert "Not all of it was kept: it has" in page
        assert "Hidden" in page
        assert row_counts(server.founded)["mail_message"] == 3
    assert address not in server.founded.log.read_text("utf-8")


async def test_without_a_secret_there_is_no_such_door(tmp_path: Path) -> None:
    async with running(found(tmp_path)) as server:
        assert await forward(server, mails.plain("x"), {"Authorization": "Bearer x"}) == 404


async def forward(server: Server, raw: bytes, headers: dict[str, str]) -> int:
    async with httpx.AsyncClient(timeout=30) as client:
        return (await client.post(f"{server.url}/webhooks/mail", content=raw, headers=headers)).status_code


def mailgun(raw: bytes, recipient: str, secret: str = SECRET) -> tuple[bytes, dict[str, str]]:
    """A forwarded message as Mailgun posts it: its fields in parts, signed."""
    stamp, token = "1795510800", "c0ffee" * 8
    signature = hmac.new(secret.encode(), (stamp + token).encode(), hashlib.sha256).hexdigest()
    fields = {"recipient": recipient, "sender": "no-reply@moph.example", "timestamp": stamp, "token": token}
    parts = [
        f'--b0\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in {**fields, "signature": signature}.items()
    ]
    parts.append(b'--b0\r\nContent-Disposition: form-data; name="body-mime"\r\n\r\n' + raw + b"\r\n--b0--\r\n")
    return b"".join(parts), {"Content-Type": "multipart/form-data; boundary=b0"}
