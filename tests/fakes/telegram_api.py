"""A Telegram Bot API on loopback: real status codes, real bodies, one bot, its chats and its updates."""

import asyncio
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from tests.fakes.letters import Letters

TOKEN = "8123456789:AAFakeTokenOfATestBot_0123456789abcde"
BOT = {"id": 8123456789, "is_bot": True, "first_name": "Calendar", "username": "calendar_bot"}
DELETABLE_SECONDS = 48 * 3600
MOST_BYTES = 20 * 1024 * 1024  # core.telegram.org/bots/api#getfile


class Refusal(Exception):
    """What the Bot API answers instead of a result."""

    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        self.status, self.description, self.parameters = status, description, parameters
        super().__init__(description)

    def answer(self) -> web.Response:
        body: dict[str, Any] = {"ok": False, "error_code": self.status, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return web.json_response(body, status=self.status)


@dataclass
class TelegramApi:
    """`async with TelegramApi() as api:` serves at `api.url`.

    Tests read `sent`, `chats`, `answered` and `calls`, and steer with `blocked`, `unknown`, `files` and `refusals` (the
    next answers, before anything else is looked at). `slow` is by method how long (seconds) it takes until it
    says what it did. `now` is the clock of the 48 hours.
    """

    token: str = TOKEN
    now: Callable[[], float] = time.time
    port: int = 0
    sent: Letters = field(default_factory=lambda: Letters(lambda message: str(message["chat_id"])))
    chats: dict[int, dict[int, float]] = field(default_factory=dict)  # chat → message id → when it was sent
    answered: list[str] = field(default_factory=list)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    blocked: set[int] = field(default_factory=set)
    unknown: set[int] = field(default_factory=set)
    refusals: list[Refusal | web.Response] = field(default_factory=list)
    webhook: dict[str, Any] = field(default_factory=dict)
    updates: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)  # file id → its bytes
    slow: dict[str, float] = field(default_factory=dict)  # method → seconds
    url: str = ""
    polling: bool = False

    async def __aenter__(self) -> "TelegramApi":
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        app.router.add_get("/file/bot{token}/{path:.+}", self._serve_file)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True)  # who hangs up waits no more
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._news = asyncio.Event()
        self._last_message = 100
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def push(self, update: dict[str, Any]) -> int:
        """Hand an update to the bot, to its webhook if it has one; returns the webhook's status, 0 when it waits."""
        message = update.get("message")
        if message and "message_id" in message:
            self.chats.setdefault(message["chat"]["id"], {})[message["message_id"]] = self.now()
        if self.webhook.get("url"):
            return await self._post(update)
        self.updates.append(update)
        self._news.set()
        return 0

    async def _post(self, update: dict[str, Any]) -> int:
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.webhook["secret_token"]}
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.webhook["url"], json=update, headers=headers) as answer,
        ):
            return answer.status

    async def _serve(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        call: Callable[[dict[str, Any]], Any] | None = getattr(self, f"_do_{method.lower()}", None)
        try:
            if request.match_info["token"] != self.token:
                raise Refusal(401, "Unauthorized")
            if call is None:
                raise Refusal(404, "Not Found")
            parameters = await _parameters(request)
            self.calls.append((method, parameters))
            if self.refusals:
                refusal = self.refusals.pop(0)
                if isinstance(refusal, web.Response):
                    return refusal
                raise refusal
            result = call(parameters)
            await asyncio.sleep(self.slow.get(method, 0.0))
            return web.json_response({"ok": True, "result": await result if asyncio.iscoroutine(result) else result})
        except Refusal as refusal:
            return refusal.answer()

    async def _serve_file(self, request: web.Request) -> web.Response:
        name = request.match_info["path"].partition("/")[2].partition(".")[0]
        if request.match_info["token"] != self.token or name not in self.files:
            return Refusal(404, "Not Found").answer()
        return web.Response(body=self.files[name], content_type="application/octet-stream")

    def _do_getfile(self, given: Mapping[str, Any]) -> dict[str, Any]:
        name = given.get("file_id", "")
        if name not in self.files:
            raise Refusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        if len(self.files[name]) > MOST_BYTES:
            raise Refusal(400, "Bad Request: file is too big")
        size = {"file_size": len(self.files[name])}
        return {"file_id": name, "file_unique_id": "AgADZQ", **size, "file_path": f"voice/{name}.oga"}

    def _do_getme(self, _: Mapping[str, Any]) -> dict[str, Any]:
        return {**BOT, "can_join_groups": False, "can_read_all_group_messages": False, "supports_inline_queries": False}

    def _do_sendmessage(self, given: dict[str, Any]) -> dict[str, Any]:
        chat = self._chat(given)
        text = given.get("text")
        if not isinstance(text, str) or not text.strip():
            raise Refusal(400, "Bad Request: message text is empty")
        if len(text) > 4096:
            raise Refusal(400, "Bad Request: message is too long")
        markup = _markup(given.get("reply_markup"))
        if chat in self.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        self._last_message += 1
        self.chats.setdefault(chat, {})[self._last_message] = self.now()
        message = {
            "message_id": self._last_message,
            "from": BOT,
            "chat": {"id": chat, "first_name": "Almaz", "type": "private"},
            "date": int(self.now()),
            "text": text,
            **({"reply_markup": markup} if markup else {}),
        }
        self.sent.append({**given, "chat_id": chat, "reply_markup": markup, "message_id": self._last_message})
        return message

    def _do_editmessagetext(self, given: dict[str, Any]) -> dict[str, Any]:
        chat, place = self._chat(given), int(given.get("message_id") or 0)
        if place not in self.chats.get(chat, {}):
            raise Refusal(400, "Bad Request: message to edit not found")
        (last,) = [one for one in self.sent if one["message_id"] == place][-1:] or [{}]
        markup = _markup(given.get("reply_markup"))
        if (last.get("text"), last.get("reply_markup")) == (given.get("text"), markup):
            raise Refusal(400, "Bad Request: message is not modified")
        message = {**given, "chat_id": chat, "reply_markup": markup, "message_id": place}
        self.sent.append(message)
        return {"message_id": place, "from": BOT, "chat": {"id": chat, "type": "private"}, "text": given["text"]}

    def _do_deletemessage(self, given: dict[str, Any]) -> bool:
        self._delete(self._chat(given), given.get("message_id"), skip_unknown=False)
        return True

    def _do_deletemessages(self, given: dict[str, Any]) -> bool:
        chat, ids = self._chat(given), _parsed(given.get("message_ids"))
        if not isinstance(ids, list) or not 1 <= len(ids) <= 100:
            raise Refusal(400, "Bad Request: message identifiers are not specified")
        for one in ids:
            self._age(chat, one)
        for one in ids:
            self._delete(chat, one, skip_unknown=True)
        return True

    def _delete(self, chat: int, message: Any, *, skip_unknown: bool) -> None:
        self._age(chat, message)
        if self.chats.get(chat, {}).pop(int(message), None) is None and not skip_unknown:
            raise Refusal(400, "Bad Request: message to delete not found")

    def _age(self, chat: int, message: Any) -> None:
        sent = self.chats.get(chat, {}).get(int(message))
        if sent is not None and self.now() - sent >= DELETABLE_SECONDS:
            raise Refusal(400, "Bad Request: message can't be deleted for everyone")

    def _do_answercallbackquery(self, given: dict[str, Any]) -> bool:
        callback = given.get("callback_query_id")
        if not callback or callback in self.answered:
            text = "query is too old and response timeout expired or query ID is invalid"
            raise Refusal(400, f"Bad Request: {text}")
        self.answered.append(callback)
        return True

    def _do_setwebhook(self, given: dict[str, Any]) -> bool:
        secret = given.get("secret_token", "")
        if not given.get("url"):
            raise Refusal(400, "Bad Request: bad webhook: URL is not specified")
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
            raise Refusal(400, "Bad Request: secret token contains unallowed characters")
        self.webhook = {**given, "secret_token": secret, "allowed_updates": _parsed(given.get("allowed_updates"))}
        return True

    def _do_deletewebhook(self, _: Mapping[str, Any]) -> bool:
        self.webhook = {}
        return True

    async def _do_getupdates(self, given: dict[str, Any]) -> list[dict[str, Any]]:
        if self.webhook:
            reason = (
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            )
            raise Refusal(409, f"Conflict: {reason}")
        if self.polling:
            reason = "terminated by other getUpdates request; make sure that only one bot instance is running"
            raise Refusal(409, f"Conflict: {reason}")
        offset, limit, seconds = (int(given.get(name) or default) for name, default in _POLLING)
        if offset < 0:
            self.updates = self.updates[offset:]
        self.updates = [update for update in self.updates if update["update_id"] >= offset]
        if not self.updates and seconds:
            await self._wait(seconds)
        return self.updates[:limit]

    async def _wait(self, seconds: int) -> None:
        self.polling = True
        self._news.clear()
        try:
            await asyncio.wait_for(self._news.wait(), seconds)
        except TimeoutError:
            return
        finally:
            self.polling = False

    def _chat(self, given: dict[str, Any]) -> int:
        try:
            chat = int(given["chat_id"])
        except (KeyError, ValueError):
            raise Refusal(400, "Bad Request: chat_id is empty") from None
        if chat in self.unknown:
            raise Refusal(400, "Bad Request: chat not found")
        return chat


_POLLING = (("offset", 0), ("limit", 100), ("timeout", 0))


async def _parameters(request: web.Request) -> dict[str, Any]:
    """Query, form or JSON: the Bot API takes all three."""
    if request.content_type == "application/json":
        return dict(request.query) | dict(await request.json())
    return dict(request.query) | dict(await request.post())


def _parsed(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _markup(value: Any) -> dict[str, Any] | None:
    if value is None:
        return None
    try:
        markup = _parsed(value)
        buttons = [button for row in markup["inline_keyboard"] for button in row]
    except (ValueError, KeyError, TypeError):
        raise Refusal(400, "Bad Request: can't parse reply keyboard markup JSON object") from None
    for button in buttons:
        if not button.get("text"):
            raise Refusal(400, "Bad Request: text buttons are unallowed in the inline keyboard")
        if not 1 <= len(button.get("callback_data", "").encode()) <= 64:
            raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")
    return markup
