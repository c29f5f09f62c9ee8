"""Webhooks end to end: the fakes post as the providers do, and we verify and read what arrives."""

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
from aiohttp import web

from bot import telegram, twilio
from bot.channel import Forged
from bot.telegram import Telegram
from bot.twilio import TwilioSms
from flows.model import Reply
from tests.fakes import telegram_updates as updates
from tests.fakes import twilio_api
from tests.fakes.telegram_api import TelegramApi
from tests.fakes.twilio_api import ACCOUNT, NUMBER, TwilioApi

SECRET = "s3cret_-"
ALMAZ = 771122334


class Desk:
    """A server of ours, cut down to its two webhooks: it keeps what it read."""

    url = ""

    def __init__(self) -> None:
        self.read: list[Any] = []

    async def telegram(self, request: web.Request) -> web.Response:
        try:
            telegram.verify(request.headers.get("X-Telegram-Bot-Api-Secret-Token"), SECRET)
        except Forged:
            return web.Response(status=403)
        self.read.append(telegram.parse(await request.read(), "telegram:1"))
        return web.Response()

    async def twilio(self, request: web.Request) -> web.Response:
        form = twilio.read(await request.read())
        try:
            twilio.verify(
                f"{self.url}{request.path_qs}", form, request.headers.get("X-Twilio-Signature"), twilio_api.TOKEN
            )
        except Forged:
            return web.Response(status=403)
        if request.path.endswith("status"):
            self.read.append((request.query.get("reply"), twilio.parse_status(form)))
        else:
            self.read.append(twilio.parse_sms(form))
        return web.Response(text=twilio.EMPTY_ANSWER, content_type="text/xml")


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    desk, app = Desk(), web.Application()
    app.router.add_post("/telegram", desk.telegram)
    app.router.add_post("/twilio/{which}", desk.twilio)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    desk.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield desk
    await runner.cleanup()


async def test_an_update_reaches_the_webhook_that_was_set_and_only_with_its_secret(desk: Desk) -> None:
    async with TelegramApi() as api:
        bot = Telegram(api.token, api_url=api.url)
        await bot.set_webhook(f"{desk.url}/telegram", SECRET)
        assert await api.push(updates.message(ALMAZ, "ሰላም")) == 200
        await bot.set_webhook(f"{desk.url}/telegram", "another")
        assert await api.push(updates.message(ALMAZ, "forged")) == 403
        await bot.close()
    assert [message.text for message in desk.read] == ["ሰላም"]


async def test_a_signed_sms_is_read_and_answered_with_nothing_to_say(desk: Desk) -> None:
    status, body = await twilio_api.post(f"{desk.url}/twilio/sms", twilio_api.inbound("ሰላም & 1+1=2 %"))
    assert (status, body) == (200, twilio.EMPTY_ANSWER)
    assert [message.text for message in desk.read] == ["ሰላም & 1+1=2 %"]


async def test_an_sms_with_a_wrong_signature_changes_nothing(desk: Desk) -> None:
    fields = twilio_api.inbound("1")
    assert (await twilio_api.post(f"{desk.url}/twilio/sms", fields, token="wrong"))[0] == 403
    assert (await twilio_api.post(f"{desk.url}/twilio/sms", fields, public_url="https://x.example/"))[0] == 403
    assert desk.read == []


async def test_reports_come_back_to_the_address_that_went_out_with_our_reply_id(desk: Desk) -> None:
    async with TwilioApi() as api:
        sms = TwilioSms(ACCOUNT, twilio_api.TOKEN, NUMBER, api_url=api.url, status_url=f"{desk.url}/twilio/status")
        sid = await sms.send("+96170123456", Reply("hello"), reply_id="42")
        assert await api.report(sid, "delivered") == 200
        assert await api.report(sid, "sent") == 200
        await sms.close()
    (first, delivered), (second, sent) = desk.read
    assert (first, second) == ("42", "42")
    assert (delivered.provider_id, delivered.state) == (sid, "delivered")
    assert sent.rank < delivered.rank
