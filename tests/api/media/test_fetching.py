"""A voice note on its way: from its provider, by the runner, into a locked box."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from sqlmodel import select

from api.media.fetching import MediaFetching
from api.numbers import pool, sims
from api.staff.people import Viewer
from api.tables import MediaRow
from tests.desks import ADDRESS, TestDesk, running_desk
from tests.fakes import telegram_updates as updates
from tests.fakes import twilio_api
from tests.fakes.telegram_api import TOKEN, TelegramApi
from tests.fakes.twilio_api import TwilioApi
from tests.scenes import looking

ALMAZ = 771122334
VOICE = b"OggS\x00\x02" + b"what she said, in her own voice" * 40
AMR = b"#!AMR\n" + b"what she said" * 40
FURTHER = "+96181000002"
SAID = ("hello", "1", "1", "1", "1")


@asynccontextmanager
async def with_twilio(folder: Path) -> AsyncIterator[tuple[TestDesk, TwilioApi, Viewer, datetime]]:
    """A desk with a number of Twilio, Amal signed in there, and its time; `FURTHER` is ours too, and `ME1` a file."""
    async with TwilioApi(numbers=(twilio_api.NUMBER, FURTHER), files={"ME1": AMR}) as api:
        settings = {"twilio_account_sid": twilio_api.ACCOUNT, "twilio_number": twilio_api.NUMBER}
        settings |= {"twilio_auth_token": twilio_api.TOKEN, "twilio_api_url": api.url}
        async with running_desk(folder, simulator=False, **settings) as desk:
            yield desk, api, await looking(desk.shell, desk.app.state.gate, "Amal"), desk.shell.clock()


async def test_a_voice_note_on_telegram_is_kept_and_lies_nowhere_readable(tmp_path: Path) -> None:
    async with TelegramApi() as api:
        settings = {"telegram_token": TOKEN, "telegram_api_url": api.url}
        async with running_desk(tmp_path, **settings) as desk:
            api.files["AwACAgQ"] = VOICE
            for text in SAID:
                await api.push(updates.message(ALMAZ, text))
            await api.push(updates.message(ALMAZ, voice=updates.file("AwACAgQ", duration=3)))
            await kept(desk)
    assert not any(map(_holds_it, tmp_path.rglob("*")))  # noqa: ASYNC240 - a few files of a test


async def test_a_voice_note_to_a_further_number_of_twilio_is_fetched_as_one_to_the_first_is(tmp_path: Path) -> None:
    async with with_twilio(tmp_path) as (desk, api, amal, now):
        await desk.shell.db.write(lambda session: sims.add_channel(session, amal, FURTHER, "twilio", now))
        for text in (*SAID, "1"):  # by SMS she is asked first whether to write at all
            await sends(desk, twilio_api.inbound(text, to=FURTHER))
        medium = {"NumMedia": "1", "MediaContentType0": "audio/amr", "MediaUrl0": api.media_url("ME1")}
        await sends(desk, twilio_api.inbound("", to=FURTHER, **medium))
        await kept(desk)
    assert api.told_elsewhere == [""], "the store of files does not hear our token"


async def test_a_picture_to_a_number_of_twilio_that_is_lent_is_fetched_too(tmp_path: Path) -> None:
    async with with_twilio(tmp_path) as (desk, api, amal, now):
        await desk.shell.db.write(lambda session: pool.add_number(session, amal, FURTHER, now))
        medium = {"NumMedia": "1", "MediaContentType0": "image/jpeg", "MediaUrl0": api.media_url("ME1")}
        await sends(desk, twilio_api.inbound("", sender="MOPH", to=FURTHER, **medium))
        await kept(desk)


async def sends(desk: TestDesk, fields: dict[str, str]) -> None:
    path = "/webhooks/twilio/sms"
    signature = twilio_api.signature(f"{ADDRESS}{path}", fields)
    async with desk.browser() as twilio:
        answer = await twilio.post(path, data=fields, headers={"X-Twilio-Signature": signature})
    assert answer.status_code == 200


async def kept(desk: TestDesk) -> None:
    """Wait until the one file is, without waiting for the runner to look again."""
    state = lambda session: list(session.exec(select(MediaRow.state)))  # noqa: E731
    async with asyncio.timeout(60):
        while await desk.shell.db.read(state) != ["kept"]:
            await MediaFetching(desk.shell).look()
            await asyncio.sleep(0.02)


def _holds_it(file: Path) -> bool:
    return file.is_file() and b"her own voice" in file.read_bytes()
