"""python-telegram-bot, made cheap and quiet: our HTTP client below it, and nothing written to a log."""

import json
import logging
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlencode

from pydantic_core import to_json
from telegram import Bot
from telegram.constants import UpdateType
from telegram.error import TelegramError
from telegram.request import BaseRequest, RequestData

from bot.channel import ChannelError
from bot.http import Http
from bot.layout import Button
from bot.payload import read_json

WANTED = [UpdateType.MESSAGE.value, UpdateType.CALLBACK_QUERY.value]
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_JSON = {"Content-Type": "application/json"}
# python-telegram-bot writes chat ids, texts and the token to its logger at DEBUG: here, whatever the level, nowhere.
_SILENCE = logging.Logger("rafiqa.silence", level=logging.CRITICAL + 1)


class TelegramRequest(BaseRequest):
    """Our HTTP client as python-telegram-bot wants it.

    Refusals are told apart here, by status: python-telegram-bot's own errors lose it. It wraps what is raised here
    into its NetworkError, and `Telegram` takes it out again.
    """

    def __init__(self, http: Http) -> None:
        self._http = http

    @property
    def read_timeout(self) -> float:
        return self._http.seconds

    async def initialize(self) -> None:
        """Nothing to do: the client opens at its first call."""

    async def shutdown(self) -> None:
        await self._http.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = None,
        *_: object,
        **__: object,
    ) -> tuple[int, bytes]:
        """Ask in the form that python-telegram-bot's own client uses. Raises ChannelError on anything but success."""
        body = urlencode(request_data.json_parameters).encode() if request_data else b""
        seconds = float(read_timeout) if isinstance(read_timeout, int | float) else None
        return await self._asked(method, url, body, _FORM, seconds)

    async def post_json(self, url: str, data: Mapping[str, Any]) -> Any:
        """Post as JSON, which the Bot API takes as well, and give the result. Raises ChannelError and TelegramError."""
        _, answer = await self._asked("POST", url, _as_json(data), _JSON)
        return self.parse_json_payload(answer)["result"]

    async def _asked(
        self, method: str, url: str, body: bytes, headers: Mapping[str, str], seconds: float | None = None
    ) -> tuple[int, bytes]:
        answer = await self._http.call(method, url, body, headers, seconds)
        if not 200 <= answer.status < 300:
            raise _refusal(answer.status, answer.body)
        return answer.status, answer.body

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer's JSON. Ours because the inherited one logs what it cannot read."""
        try:
            return dict(read_json(payload))
        except (ValueError, TypeError):
            raise TelegramError("answer") from None


def _as_json(data: Mapping[str, Any]) -> bytes:
    """JSON by pydantic's writer, three times faster than the standard one, which writes half surrogate pairs too."""
    try:
        return to_json(data)
    except ValueError:
        return json.dumps(data).encode()


def _refusal(status: int, body: bytes) -> ChannelError:
    """What a status means for the outbox (core.telegram.org/bots/api#making-requests).

    400 (no such chat, a bad text) and 403 (she blocked the bot) will not change. 401 and 404 are a wrong token,
    which its next rotation heals; 409 is another poller or a webhook in the way.
    """
    if status == 429:
        return ChannelError("429", permanent=False, retry_after=_rest(body))
    return ChannelError(str(status), permanent=status in (400, 403))


def _rest(body: bytes) -> float:
    """The seconds that Telegram wants us to wait; a second where it does not say."""
    try:
        return float(json.loads(body)["parameters"]["retry_after"])
    except (ValueError, KeyError, TypeError):
        return 1.0


class QuietBot(Bot):
    """python-telegram-bot's Bot with the two calls that must be cheap, and quiet.

    `send_message` spends 160 µs more, on objects for the keyboard and for an answer of which we read one number;
    `_post` spends another 40, on looking at each parameter and writing it as JSON into a form.
    """

    _LOGGER = _SILENCE

    async def say(self, chat: int, text: str, rows: list[list[Button]], *, instead: int = 0) -> int:
        """Send a text, or put it in the place of a message of ours; returns the message id."""
        data: dict[str, Any] = {
            "chat_id": chat,
            "text": text,
            "protect_content": True,
            "link_preview_options": {"is_disabled": True},
        }
        if rows:
            keyboard = [[{"text": label, "callback_data": value} for label, value in row] for row in rows]
            data["reply_markup"] = {"inline_keyboard": keyboard}
        if instead:
            del data["protect_content"]  # it stays as it is
            data["message_id"] = instead
        request, method = cast(TelegramRequest, self.request), "editMessageText" if instead else "sendMessage"
        return int((await request.post_json(f"{self.base_url}/{method}", data))["message_id"])

    async def updates(self, offset: int, seconds: int) -> list[Mapping[str, Any]]:
        """Wait up to `seconds` for updates from `offset` on; those that are no objects with an id are left out."""
        data = {"offset": offset, "timeout": seconds, "allowed_updates": WANTED}
        updates = await self._post("getUpdates", data, read_timeout=seconds + 10)
        return [update for update in updates if isinstance(update, dict) and isinstance(update.get("update_id"), int)]
