"""Sending, clearing and polling, against a Bot API of our own on loopback."""

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from bot.channel import ChannelError
from bot.telegram import Telegram, callback_id, parse
from flows.model import Option, Reply
from tests.fakes import telegram_updates as updates
from tests.fakes.telegram_api import TOKEN, Refusal, TelegramApi

ALMAZ = 771122334
TEXT = "Which paper do you have? ምን ወረቀት አለሽ?"
PAPERS = Reply(TEXT, (Option("passport", "Passport"), Option("copy", "Only a photo or a copy")), about="papers")


@pytest_asyncio.fixture
async def api() -> AsyncIterator[TelegramApi]:
    async with TelegramApi() as api:
        yield api


@pytest_asyncio.fixture
async def telegram(api: TelegramApi) -> AsyncIterator[Telegram]:
    telegram = Telegram(TOKEN, api_url=api.url)
    yield telegram
    await telegram.close()


async def failure(call: Awaitable[Any]) -> tuple[str, bool, float]:
    with pytest.raises(ChannelError) as caught:
        await call
    return caught.value.code, caught.value.permanent, caught.value.retry_after


async def test_a_reply_arrives_with_its_buttons_protected_and_without_previews(
    api: TelegramApi, telegram: Telegram
) -> None:
    sent_id = await telegram.send(str(ALMAZ), PAPERS, reply_id="1")
    (sent,) = api.sent
    assert sent_id == str(sent["message_id"])
    assert (sent["chat_id"], sent["text"], sent["protect_content"]) == (ALMAZ, TEXT, True)
    assert sent["link_preview_options"] == {"is_disabled": True}
    assert sent["reply_markup"]["inline_keyboard"] == [
        [{"text": "1 Passport", "callback_data": "papers=passport"}],
        [{"text": "2 Only a photo or a copy", "callback_data": "papers=copy"}],
    ]


async def test_nobody_is_asked_before_the_first_message(api: TelegramApi, telegram: Telegram) -> None:
    assert telegram.lane == "telegram:8123456789"
    await telegram.send(str(ALMAZ), Reply("hello"), reply_id="1")
    assert [method for method, _ in api.calls] == ["sendMessage"]


async def test_a_text_over_4096_goes_in_parts_that_can_all_be_cleared(api: TelegramApi, telegram: Telegram) -> None:
    reply = Reply("ሀሁ " * 2000, PAPERS.options)
    ids = await telegram.send(str(ALMAZ), reply, reply_id="1")
    assert [bool(sent["reply_markup"]) for sent in api.sent] == [False, True]
    assert "".join(sent["text"] for sent in api.sent).replace(" ", "") == reply.text.replace(" ", "")
    await telegram.clear(str(ALMAZ), [ids])
    assert api.chats[ALMAZ] == {}


async def test_what_she_pressed_comes_back_as_the_value_of_the_option(api: TelegramApi, telegram: Telegram) -> None:
    await telegram.send(str(ALMAZ), PAPERS, reply_id="1")
    data = api.sent[0]["reply_markup"]["inline_keyboard"][1][0]["callback_data"]
    message = parse(updates.pressed(ALMAZ, data), telegram.lane)
    assert message
    assert message.button == "papers=copy"


async def test_what_is_marked_by_presses_changes_the_message_that_has_the_buttons(
    api: TelegramApi, telegram: Telegram
) -> None:
    place = await telegram.send(str(ALMAZ), PAPERS, reply_id="1")
    marked = PAPERS._replace(
        options=(PAPERS.options[0]._replace(label="✓ Passport"), *PAPERS.options[1:]), instead=place
    )
    assert await telegram.send(str(ALMAZ), marked, reply_id="2") == place
    assert [method for method, _ in api.calls] == ["sendMessage", "editMessageText"]
    assert list(api.chats[ALMAZ]) == [int(place)]
    assert "✓ Passport" in str(api.sent[-1]["reply_markup"])


@pytest.mark.parametrize(
    "refusal",
    [
        Refusal(400, "Bad Request: message can't be edited"),
        Refusal(404, "Not Found"),
        Refusal(500, "Internal Server Error"),
        web.json_response({"ok": True, "result": True}),
    ],
)
async def test_where_the_message_cannot_be_changed_a_new_one_is_sent(
    api: TelegramApi, telegram: Telegram, refusal: Refusal | web.Response
) -> None:
    api.refusals = [refusal]
    place = await telegram.send(str(ALMAZ), PAPERS._replace(instead="77"), reply_id="1")
    assert [method for method, _ in api.calls] == ["editMessageText", "sendMessage"]
    assert (api.sent[-1]["message_id"], place) == (int(place), str(api.sent[-1]["message_id"]))


async def test_while_telegram_wants_rest_nothing_is_sent_anew(api: TelegramApi, telegram: Telegram) -> None:
    place = await telegram.send(str(ALMAZ), PAPERS, reply_id="1")
    api.refusals = [Refusal(429, "Too Many Requests: retry after 7", retry_after=7)]
    again = PAPERS._replace(text="Which ones?", instead=place)
    assert await failure(telegram.send(str(ALMAZ), again, reply_id="2")) == ("429", False, 7.0)
    assert len(api.sent) == 1


async def test_a_blocked_bot_an_unknown_chat_and_a_bad_text_are_permanent(api: TelegramApi, telegram: Telegram) -> None:
    api.blocked.add(ALMAZ)
    api.unknown.add(5)
    assert await failure(telegram.send(str(ALMAZ), PAPERS, reply_id="1")) == ("403", True, 0.0)
    assert await failure(telegram.send("5", PAPERS, reply_id="1")) == ("400", True, 0.0)
    assert await failure(telegram.send("6", Reply(" "), reply_id="1")) == ("400", True, 0.0)


async def test_too_many_requests_make_the_lane_rest_as_long_as_telegram_says(
    api: TelegramApi, telegram: Telegram
) -> None:
    api.refusals = [
        Refusal(429, "Too Many Requests: retry after 7", retry_after=7),
        web.Response(status=429, text="slow down"),
    ]
    assert await failure(telegram.send(str(ALMAZ), PAPERS, reply_id="1")) == ("429", False, 7.0)
    assert await failure(telegram.send(str(ALMAZ), PAPERS, reply_id="1")) == ("429", False, 1.0)


@pytest.mark.parametrize("status", [401, 404, 409, 500, 502, 504])
async def test_a_wrong_token_a_conflict_and_a_broken_server_are_temporary(
    api: TelegramApi, telegram: Telegram, status: int
) -> None:
    api.refusals = [Refusal(status, "whatever")]
    assert await failure(telegram.send(str(ALMAZ), PAPERS, reply_id="1")) == (str(status), False, 0.0)
    await telegram.send(str(ALMAZ), PAPERS, reply_id="1")
    assert len(api.sent) == 1


@pytest.mark.parametrize("body", ["", "<html>", "[]", "{}", '{"ok":true}', '{"ok":true,"result":true}', "\udcff"])
async def test_a_success_that_says_nothing_is_temporary(api: TelegramApi, telegram: Telegram, body: str) -> None:
    api.refusals = [web.Response(body=body.encode("utf-8", "surrogateescape"))]
    assert await failure(telegram.send(str(ALMAZ), PAPERS, reply_id="1")) == ("answer", False, 0.0)


async def test_a_rotated_token_shows_as_401(api: TelegramApi, telegram: Telegram) -> None:
    api.token = "8123456789:another"
    assert await failure(telegram.send(str(ALMAZ), PAPERS, reply_id="1")) == ("401", False, 0.0)


async def test_a_server_that_is_not_there_is_a_temporary_failure_and_not_one_at_the_start() -> None:
    telegram = Telegram(TOKEN, api_url="http://127.0.0.1:1")
    assert await failure(telegram.set_webhook("https://example.org/webhooks/telegram", "s")) == ("network", False, 0.0)
    assert await failure(telegram.poll(0)) == ("network", False, 0.0)
    await telegram.close()


async def test_clearing_takes_a_hundred_at_a_time(api: TelegramApi, telegram: Telegram) -> None:
    ids = [await telegram.send(str(ALMAZ), Reply(str(number)), reply_id="1") for number in range(105)]
    api.calls.clear()
    await telegram.clear(str(ALMAZ), ids)
    assert api.chats[ALMAZ] == {}
    assert [method for method, _ in api.calls] == ["deleteMessages", "deleteMessages"]


async def test_a_message_too_old_to_delete_does_not_save_the_others(api: TelegramApi, telegram: Telegram) -> None:
    api.chats[ALMAZ] = {1: api.now() - 49 * 3600, 2: api.now(), 3: api.now()}
    await telegram.clear(str(ALMAZ), ["1", "2", "3", "4"])
    assert list(api.chats[ALMAZ]) == [1]


async def test_clearing_nothing_asks_nobody(api: TelegramApi, telegram: Telegram) -> None:
    await telegram.clear(str(ALMAZ), [])
    assert api.calls == []


async def test_clearing_stops_when_the_lane_must_rest(api: TelegramApi, telegram: Telegram) -> None:
    api.refusals = [Refusal(429, "Too Many Requests: retry after 3", retry_after=3)]
    assert await failure(telegram.clear(str(ALMAZ), ["1"])) == ("429", False, 3.0)


async def test_a_pressed_button_is_answered_and_a_second_answer_harms_nobody(
    api: TelegramApi, telegram: Telegram
) -> None:
    callback = callback_id(updates.pressed(ALMAZ, "passport"))
    await telegram.answer(callback)
    await telegram.answer(callback)
    assert api.answered == [callback]


async def test_polling_waits_for_what_comes_and_forgets_what_was_confirmed(
    api: TelegramApi, telegram: Telegram
) -> None:
    waiting = asyncio.create_task(telegram.poll(0, seconds=5))
    await asyncio.sleep(0.05)
    await api.push(updates.message(ALMAZ, "one", update_id=10))
    await api.push(updates.message(ALMAZ, "two", update_id=11))
    assert (await waiting)[0]["update_id"] == 10
    assert [update["update_id"] for update in await telegram.poll(11, seconds=0)] == [11]
    assert await telegram.poll(12, seconds=0) == []


async def test_half_a_surrogate_pair_in_one_update_does_not_stop_the_polling(
    api: TelegramApi, telegram: Telegram
) -> None:
    await api.push(updates.message(ALMAZ, "\ud800", update_id=10))
    await api.push(updates.message(ALMAZ, "hello", update_id=11))
    found = await telegram.poll(0, seconds=0)
    texts = [message.text for one in found if (message := parse(one, telegram.lane))]
    assert texts == ["?", "hello"]


async def test_an_update_that_nobody_understands_does_not_stop_the_polling(
    api: TelegramApi, telegram: Telegram
) -> None:
    api.updates = [{"update_id": 10, "message": "?"}, updates.message(ALMAZ, "two", update_id=11)]
    assert [update["update_id"] for update in await telegram.poll(0, seconds=0)] == [10, 11]


async def test_polling_beside_a_webhook_is_a_conflict_until_the_webhook_is_dropped(
    api: TelegramApi, telegram: Telegram
) -> None:
    await telegram.set_webhook("https://example.org/webhooks/telegram", "s3cret")
    assert api.webhook["secret_token"] == "s3cret"
    assert api.webhook["allowed_updates"] == ["message", "callback_query"]
    assert await failure(telegram.poll(0)) == ("409", False, 0.0)
    await telegram.drop_webhook()
    assert await telegram.poll(0, seconds=0) == []


async def test_a_webhook_secret_that_telegram_refuses_is_permanent(api: TelegramApi, telegram: Telegram) -> None:
    assert await failure(telegram.set_webhook("https://example.org/", "not allowed!")) == ("400", True, 0.0)


async def test_no_log_and_no_error_shows_token_chat_or_text(
    api: TelegramApi, telegram: Telegram, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("telegram", "telegram.Bot", "telegram.request.BaseRequest", "aiohttp.client", "asyncio"):
        caplog.set_level(logging.DEBUG, logger=name)
    Telegram(TOKEN, api_url=api.url)
    api.blocked.add(5)
    api.refusals = [web.Response(text=f"not JSON but {TEXT} {ALMAZ}")]
    errors = []
    for chat in (ALMAZ, ALMAZ, 5):
        try:
            await telegram.send(str(chat), PAPERS, reply_id="1")
        except ChannelError as error:
            errors.append("".join(traceback.format_exception(error)))
    await api.push(updates.message(ALMAZ, TEXT))
    await telegram.poll(0, seconds=0)
    await telegram.clear(str(ALMAZ), ["101"])
    assert len(errors) == 2
    logging.getLogger("aiohttp.client").debug("the capture works")
    written = caplog.text + "".join(errors)
    assert "the capture works" in written
    for secret in (TOKEN, TOKEN.split(":")[1], str(ALMAZ), TEXT, "ወረቀት"):
        assert secret not in written


async def test_a_voice_note_is_fetched_by_its_id(api: TelegramApi, telegram: Telegram) -> None:
    api.files["AwACAgQ"] = b"OggS" + b"her voice" * 9
    assert await telegram.fetch("AwACAgQ", 1000) == api.files["AwACAgQ"]


async def test_a_file_that_is_too_large_or_gone_is_not_fetched(api: TelegramApi, telegram: Telegram) -> None:
    api.files["AwACAgQ"] = b"OggS" + b"her voice" * 9
    assert (await failure(telegram.fetch("AwACAgQ", 20)))[:2] == ("large", True)
    assert (await failure(telegram.fetch("gone", 20)))[:2] == ("400", True)
