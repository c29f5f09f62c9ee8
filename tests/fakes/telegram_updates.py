"""Updates as Telegram posts them, for tests that receive."""

from collections.abc import Mapping
from itertools import count
from typing import Any

from tests.fakes.telegram_api import BOT

DATE = 1_763_900_000
_ids = count(420_000_001)


def person(chat: int) -> dict[str, Any]:
    return {"id": chat, "is_bot": False, "first_name": "Almaz", "language_code": "am"}


def private(chat: int) -> dict[str, Any]:
    return {"id": chat, "first_name": "Almaz", "type": "private"}


def group(chat: int = -1001234567890) -> dict[str, Any]:
    return {"id": chat, "title": "Sunday", "type": "supergroup"}


def update(kind: str, value: Mapping[str, Any], update_id: int | None = None) -> dict[str, Any]:
    """Any kind of update; ids are new unless one is given."""
    return {"update_id": next(_ids) if update_id is None else update_id, kind: dict(value)}


def message(
    chat: int, text: str = "", *, update_id: int | None = None, message_id: int = 11, **content: Any
) -> dict[str, Any]:
    """A message in a private chat: a text, or any other content by its field's name."""
    value = {"message_id": message_id, "from": person(chat), "chat": private(chat), "date": DATE, **content}
    if text:
        value["text"] = text
    if text.startswith("/"):
        value["entities"] = [{"offset": 0, "length": len(text.split()[0]), "type": "bot_command"}]
    return update("message", value, update_id)


def pressed(
    chat: int, data: str, *, update_id: int | None = None, message_id: int = 12, callback: str = "4382bfdw"
) -> dict[str, Any]:
    """A button of ours that was pressed in a private chat."""
    keyboard = {"inline_keyboard": [[{"text": "Passport", "callback_data": data}]]}
    shown = {
        "message_id": message_id,
        "from": BOT,
        "chat": private(chat),
        "date": DATE,
        "text": "Which paper do you have?",
        "reply_markup": keyboard,
    }
    value = {"id": callback, "from": person(chat), "message": shown, "chat_instance": "-3391", "data": data}
    return update("callback_query", value, update_id)


def file(name: str = "AwACAgQAAxkBAAIB", **more: Any) -> dict[str, Any]:
    return {"file_id": name, "file_unique_id": "AgADZQ", "file_size": 9_123, **more}


def photo(name: str = "AgACAgQAAxkBAAIB") -> list[dict[str, Any]]:
    """One picture in the sizes that Telegram offers, smallest first."""
    return [file(f"{name}{size}", width=width, height=width) for size, width in (("s", 90), ("m", 320), ("x", 800))]
