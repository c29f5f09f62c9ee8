"""Telegram talks to a real server: by webhook, by long polling, twice, forged, and not at all."""

import asyncio
import json
from pathlib import Path

import aiohttp
import pytest

from tests.fakes import telegram_updates as updates
from tests.fakes.telegram_api import TelegramApi
from tests.fakes.twilio_api import NUMBER, TwilioApi
from tests.server.opened import open_cases, replies_that_wait, row_counts
from tests.server.people import BySms, OnTelegram, reference_in, tells
from tests.server.running import SECRET, Server, by_sms, by_telegram, found, free_port, running, until

pytestmark = pytest.mark.asyncio(loop_scope="session")

IN_AMHARIC = (
    "ሰላም", "[አማርኛ]", "[ልጀምር]", "[አዎ]", "[ለእኔ]", "አልማዝ ተስፋዬ", "17 ግንቦት 1984", "[ሴት]", "[ኢትዮጵያ]", "[ፓስፖርት]",
    "[አሰሪዬ ጋር]", "ep 1234567", "፬", "0", "Dora", "[መትን]", "[በምሰራበት ቤት]", "7", "[የለም]", "[ገና አልተወሰደም]", "4",
    "[አዎ]", "[አዎ]", "1",
)  # fmt: skip
"""What a worker writes and presses, from the first word to the review."""
UNDERSTOOD = {
    "privacy": "yes",
    "for_whom": "self",
    "name": "አልማዝ ተስፋዬ",
    "born": "1992-05-25",
    "gender": "woman",
    "country": "ETH",
    "papers": "passport",
    "papers_where": "employer",
    "papers_number": "EP1234567",
    "phone": "none",
    "email": None,
    "governorate": "mount_lebanon",
    "district": "el_meten",
    "work": "live_in",
    "health": ("none",),
    "pregnant": "no",
    "doses": "none",
    "days": ("any",),
    "company": "yes",
    "share_ministry": "yes",
}


async def post(server: Server, body: bytes, secret: str | None = SECRET) -> int:
    """Post what may be an update; gives the status."""
    headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{server.url}/webhooks/telegram", data=body, headers=headers) as answer,
    ):
        return answer.status


async def test_she_registers_in_amharic_and_every_update_comes_twice(server: Server, telegram: TelegramApi) -> None:
    almaz = OnTelegram(telegram, 771_001)
    before = len(open_cases(server.founded))
    farewell = await tells(almaz, IN_AMHARIC)
    await asyncio.sleep(0.3)  # a second reply would be here by then
    assert len(almaz.read) == almaz.written
    (case,) = open_cases(server.founded)[before:]
    assert case.row.reference == reference_in(farewell)
    assert case.values == UNDERSTOOD
    assert case.answers["born"].raw == "17 ግንቦት 1984"
    assert (case.contact.address, case.contact.language, case.row.state) == ("771001", "am", "open")


async def test_a_wrong_secret_is_refused_and_changes_nothing(server: Server) -> None:
    update = json.dumps(updates.message(771_002, "hello")).encode()
    before = row_counts(server.founded)
    for wrong in (None, "", "wrong", SECRET[:-1], f"{SECRET}x", SECRET.upper(), "سر"):
        assert await post(server, update, wrong) == 403
    assert row_counts(server.founded) == before


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"canary-content",
        b"[1, 2]",
        b'{"update_id": 7}',
        b'{"update_id": "canary-content", "message": {}}',
        b'{"update_id": 8, "message": {"text": "canary-content"}}',
        b"\xff\xfecanary-content",
        b"[" * 20_000,
    ],
)
async def test_what_nobody_understands_is_taken_and_logged_without_content(server: Server, body: bytes) -> None:
    log = server.founded.log
    before, written = row_counts(server.founded), log.stat().st_size
    assert await post(server, body) == 200
    assert row_counts(server.founded) == before
    line = log.read_text("utf-8")[written:]
    assert "nobody understands" in line
    assert "canary" not in line


async def test_a_payload_larger_than_any_real_one_is_refused(server: Server) -> None:
    before = row_counts(server.founded)
    assert await post(server, b'{"update_id": 9, "x": "' + b"a" * 600_000 + b'"}') == 413
    assert row_counts(server.founded) == before


async def test_without_a_secret_the_server_asks_for_updates_itself(tmp_path: Path) -> None:
    async with TelegramApi() as api:
        api.webhook = {"url": "http://127.0.0.1:9/", "secret_token": "of a former deployment"}
        founded = found(tmp_path, **by_telegram(api, webhook=False))
        async with running(founded) as server:
            await until(lambda: not api.webhook)
            grace = OnTelegram(api, 771_003)
            assert "1/21" in await tells(grace, ("hello", "[English]", "[Begin]"))
            assert await post(server, b"{}") == 404
            assert len(grace.read) == grace.written
            api.slow = {"answerCallbackQuery": 30.0}
            await grace.says("[Yes]")
            async with asyncio.timeout(15):  # a slow courtesy keeps nobody waiting
                assert "Rafiqa" in await OnTelegram(api, 771_013).says("bonjour")
            api.slow, before = {"sendMessage": 1.0}, len(api.sent)
            await api.push(updates.message(771_003, "Grace"))
            await until(lambda: len(api.sent) > before)
        assert replies_that_wait(founded) == 0, "the server waited to hear that its last words were taken"


async def test_providers_that_are_down_at_start_are_tried_again(tmp_path: Path) -> None:
    telegram, twilio = TelegramApi(port=free_port()), TwilioApi(port=free_port())
    for api in (telegram, twilio):
        api.url = f"http://127.0.0.1:{api.port}"
    founded = found(tmp_path, **by_telegram(telegram), **by_sms(twilio))
    async with running(founded) as server:
        assert await post(server, json.dumps(updates.message(771_004, "hello")).encode()) == 200
        rose = BySms(twilio, server, "+96171771004")
        waiting = asyncio.create_task(rose.says("bonjour"))
        async with server.browser() as browser:
            assert (await browser.get("/health")).json()["lanes"]["telegram"] == "network"
        async with telegram, twilio:
            await until(lambda: telegram.webhook and telegram.sent)
            assert telegram.webhook["url"] == f"{server.url}/webhooks/telegram"
            assert telegram.webhook["secret_token"] == SECRET
            assert [message["chat_id"] for message in telegram.sent] == [771_004]
            assert "Français" in await waiting
            assert [message["From"] for message in twilio.sent] == [NUMBER]
