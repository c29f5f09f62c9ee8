"""Telegram: its updates become messages, and replies go out through python-telegram-bot.

Updates are read by hand from the documented JSON (core.telegram.org/bots/api#update): `Update.de_json` takes 65 to
90 µs of a message's few hundred, and one update that it cannot read spoils the batch that it came with.
"""

import hmac
from collections.abc import Awaitable, Mapping
from typing import Any, TypeVar

from telegram.constants import MessageLimit, UpdateType
from telegram.error import TelegramError

from bot import layout
from bot.channel import Channel, ChannelError, Forged, Malformed, Pace
from bot.http import NO_ANSWER, Http
from bot.parts import Parts
from bot.payload import read_json
from bot.telegram_bot import WANTED, QuietBot, TelegramRequest
from flows.model import Manner, Media, Message, Reply

PACE = Pace(30.0, 1.0)  # core.telegram.org/bots/faq: 30 messages a second, one a second to one chat
_KNOWN_KINDS = frozenset(kind.value for kind in UpdateType)
# What a person sends that no question takes: it becomes a message without text, so that she is asked again. Other
# things without text are no messages of hers (a pin, a timer of the chat).
_UNREAD = frozenset(
    ("animation", "audio", "contact", "dice", "game", "paid_media", "poll", "sticker", "story", "video", "video_note")
)
_DELETED_AT_ONCE = 100  # Bot API, deleteMessages

T = TypeVar("T")


def verify(header: str | None, secret: str) -> None:
    """Check the webhook's X-Telegram-Bot-Api-Secret-Token in constant time. Raises Forged, always without a secret."""
    if not secret or not hmac.compare_digest((header or "").encode(), secret.encode()):
        raise Forged


def read(body: bytes) -> Mapping[str, Any]:
    """The update in a webhook's body. Raises Malformed."""
    try:
        update = read_json(body)
    except (ValueError, RecursionError):
        raise Malformed("not JSON") from None
    if not isinstance(update, dict):
        raise Malformed("not an object")
    return update


def parse(payload: bytes | Mapping[str, Any], lane: str) -> Message | None:
    """The message in an update (its body, or what `read` or `poll` gave); None where it is none of ours.

    Only private chats are ours. Raises Malformed.
    """
    update = read(payload) if isinstance(payload, bytes) else payload
    match update:
        case {
            "update_id": int(number),
            "message": {"message_id": int(place), "chat": {"id": int(chat), "type": "private"}} as message,
        }:
            content = _content(message)
            if content is None:
                return None
            text, media = content
            return Message("telegram", lane, f"{chat:d}", f"{number:d}", _sound(text), "", media, f"{place:d}")
        case {
            "update_id": int(number),
            "callback_query": {
                "id": str(),
                "data": str(button),
                "message": {"message_id": int(place), "chat": {"id": int(chat), "type": "private"}},
            },
        }:
            return Message("telegram", lane, f"{chat:d}", f"{number:d}", "", _sound(button), None, f"{place:d}")
        case {"update_id": int(), "message": {"chat": {"type": "group" | "supergroup" | "channel"}}}:
            return None
        case {"update_id": int(), "message": _}:
            raise Malformed("message")
        case {"update_id": int()} if not _KNOWN_KINDS.isdisjoint(update):
            return None
    raise Malformed("update")


def callback_id(update: Mapping[str, Any]) -> str:
    """The id by which a pressed button must be answered, or nothing when no button was pressed."""
    match update:
        case {"callback_query": {"id": str(callback)}}:
            return callback
    return ""


def _content(message: Mapping[str, Any]) -> tuple[str, Media | None] | None:
    """The words and the media of a private message; None when a person did not say anything with it."""
    match message:
        case {"text": str(text)}:
            return text, None
        case {"voice": {"file_id": str(file)}}:
            return _caption(message), Media("voice", file)
        case {"photo": [*_, {"file_id": str(file)}]}:  # the same picture in growing sizes
            return _caption(message), Media("photo", file)
        case {"document": {"file_id": str(file)}}:
            return _caption(message), Media("document", file)
        case {"contact": {"phone_number": str(number), "user_id": int(owner)}, "from": {"id": int(sender)}} if (
            owner == sender
        ):
            return "", Media("contact", "+" + number.lstrip("+"))  # Telegram often leaves the plus out
        case {"location": {"latitude": int() | float() as latitude, "longitude": int() | float() as longitude}}:
            return "", Media("location", f"{latitude},{longitude}")
    return None if _UNREAD.isdisjoint(message) else ("", None)


def _caption(message: Mapping[str, Any]) -> str:
    caption = message.get("caption")
    return caption if isinstance(caption, str) else ""


def _sound(text: str) -> str:
    """The text without lone surrogates, which JSON can carry and UTF-8 cannot."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


class Telegram(Channel):
    """One bot. Making it asks nobody: a wrong token or a dead server shows at the first call, as a ChannelError.

    `api_url` is scheme and host of the Bot API.
    """

    name = "telegram"
    manner: Manner = "chat"

    def __init__(self, token: str, *, api_url: str = "https://api.telegram.org", pace: Pace = PACE) -> None:
        self.lane = f"telegram:{token.partition(':')[0]}"
        self.pace = pace
        self._http = Http()
        self._parts = Parts()
        request = TelegramRequest(self._http)
        at = api_url.rstrip("/")
        self._bot = QuietBot(
            token,
            base_url=f"{at}/bot",
            base_file_url=f"{at}/file/bot",
            request=request,
            get_updates_request=request,
        )

    async def send(self, address: str, reply: Reply, *, reply_id: str) -> str:
        """Send, with the buttons under the last part. Returns the message ids, separated by spaces if it was cut.

        What is to stand instead of another message changes that one, and is sent where Telegram does not change it.
        """
        text, rows = layout.chat(reply)
        if reply.instead and await self._change(int(address), reply.instead, text, rows):
            return reply.instead

        async def put(part: str, last: bool) -> str:
            return str(await self._ask(self._bot.say(int(address), part, rows if last else [])))

        return " ".join(await self._parts.send(reply_id, layout.split(text, MessageLimit.MAX_TEXT_LENGTH), put))

    async def _change(self, chat: int, place: str, text: str, rows: list[list[layout.Button]]) -> bool:
        """Put this in the place of a message; says whether it stands there. Raises ChannelError where nobody answered.

        Telegram refuses what is too old, too long, gone, or just the same (core.telegram.org/bots/api#editmessagetext).
        """
        try:
            return str(await self._ask(self._bot.say(chat, text, rows, instead=int(place)))) == place
        except ChannelError as error:
            if error.retry_after or error.code in NO_ANSWER:
                raise
            return False

    async def clear(self, address: str, chat_messages: list[str]) -> None:
        """Delete what Telegram still lets a bot delete (48 hours). Ids as `send` and `Message.chat_message` gave."""
        ids = list(dict.fromkeys(int(one) for given in chat_messages for one in given.split()))  # each press names one
        for start in range(0, len(ids), _DELETED_AT_ONCE):
            await self._delete(int(address), ids[start : start + _DELETED_AT_ONCE])

    async def _delete(self, chat: int, ids: list[int]) -> None:
        """Delete up to 100 messages; when Telegram refuses the lot because of some, one by one."""
        try:
            await self._ask(self._bot.delete_messages(chat, ids))
        except ChannelError as error:
            if error.code != "400":
                raise
            for one in ids if len(ids) > 1 else []:
                await self._delete(chat, [one])

    async def answer(self, callback: str) -> None:
        """Stop the waiting sign on a pressed button. It is a courtesy: when Telegram refuses, nothing is lost."""
        try:
            await self._ask(self._bot.answer_callback_query(callback))
        except ChannelError:
            return

    async def fetch(self, reference: str, largest: int) -> bytes:
        """The bytes behind a file id. Raises ChannelError, with the code `large` for more than `largest`."""
        file = await self._ask(self._bot.get_file(reference))
        if (file.file_size or 0) > largest:
            raise ChannelError("large", permanent=True)
        answer = await self._http.load(file.file_path or "", {}, largest)
        if answer.status != 200:
            raise ChannelError(str(answer.status), permanent=answer.status in (400, 404))
        return answer.body

    async def set_webhook(self, url: str, secret: str) -> None:
        """Have updates posted to `url` with `secret` (1 to 256 of A-Z a-z 0-9 _ -). Raises ChannelError."""
        await self._ask(self._bot.set_webhook(url, secret_token=secret, allowed_updates=WANTED, max_connections=100))

    async def drop_webhook(self) -> None:
        """Let go of a webhook, which stands in the way of polling; what waits is kept. Raises ChannelError."""
        await self._ask(self._bot.delete_webhook())

    async def poll(self, offset: int, *, seconds: int = 25) -> list[Mapping[str, Any]]:
        """Wait for updates for `parse`, oldest first. Each has an `update_id`; the next offset is the last plus one.

        Asking with an offset makes Telegram forget everything before it, so it is moved only after the commit.
        Raises ChannelError, with the code `409` while a webhook is set or somebody else polls.
        """
        return await self._ask(self._bot.updates(offset, seconds))

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.close()

    async def _ask(self, call: Awaitable[T]) -> T:
        """Wait for a call of python-telegram-bot, and give its failure our form."""
        try:
            return await call
        except (TelegramError, KeyError, TypeError, ValueError) as error:
            cause = error.__cause__
            # Without one, the answer was a success that says nothing we understand.
            raise (cause if isinstance(cause, ChannelError) else ChannelError("answer", permanent=False)) from None
