"""A voice note on its way: from Telegram's servers, by the runner, into a locked box."""

import asyncio
from pathlib import Path

from sqlmodel import select

from api.tables import MediaRow
from tests.desks import running_desk
from tests.fakes import telegram_updates as updates
from tests.fakes.telegram_api import TOKEN, TelegramApi

ALMAZ = 771122334
VOICE = b"OggS\x00\x02" + b"what she said, in her own voice" * 40
SAID = ("hello", "1", "1", "1", "1")


async def test_a_voice_note_on_telegram_is_kept_and_lies_nowhere_readable(tmp_path: Path) -> None:
    async with TelegramApi() as api:
        settings = {"telegram_token": TOKEN, "telegram_api_url": api.url}
        async with running_desk(tmp_path, **settings) as desk:
            api.files["AwACAgQ"] = VOICE
            for text in SAID:
                await api.push(updates.message(ALMAZ, text))
            await api.push(updates.message(ALMAZ, voice=updates.file("AwACAgQ", duration=3)))
            state = ""
            for _ in range(300):
                rows = await desk.shell.db.read(lambda session: list(session.exec(select(MediaRow))))
                state = rows[0].state if rows else ""
                if state == "kept":
                    break
                await asyncio.sleep(0.1)
    assert state == "kept"
    assert not any(map(_holds_it, tmp_path.rglob("*")))  # noqa: ASYNC240 - a few files of a test


def _holds_it(file: Path) -> bool:
    return file.is_file() and b"her own voice" in file.read_bytes()
