"""python-telegram-bot over our HTTP client."""

from telegram import Bot

from bot.http import Http
from bot.telegram_bot import TelegramRequest
from tests.fakes.telegram_api import BOT, TOKEN, TelegramApi


async def test_python_telegram_bots_own_bot_runs_on_our_client_from_start_to_end() -> None:
    async with TelegramApi() as api:
        http = Http()
        request = TelegramRequest(http)
        async with Bot(TOKEN, base_url=f"{api.url}/bot", request=request, get_updates_request=request) as bot:
            assert bot.id == BOT["id"]
            message = await bot.send_message(7, "ሰላም & 50% + more")
        assert (message.text, api.sent[0]["text"]) == ("ሰላም & 50% + more", "ሰላም & 50% + more")


async def test_a_long_poll_may_take_longer_than_an_ordinary_call() -> None:
    async with TelegramApi() as api:
        request = TelegramRequest(Http(seconds=0.2))
        bot = Bot(TOKEN, base_url=f"{api.url}/bot", request=request, get_updates_request=request)
        assert await bot.get_updates(timeout=1) == ()
        await request.shutdown()
