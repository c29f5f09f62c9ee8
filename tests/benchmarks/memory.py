"""The engine in memory: what one message costs without HTTP, database and disk.

`python -m tests.benchmarks.memory rafiqa|ptb|floor` prints two figures, in microseconds a message: the engine alone (a
message that is parsed already in, what to say out), and with Telegram's JSON (an update as it is posted in, the body
of the API call out). Everything is made ready beforehand, and what came out is checked afterwards.
"""

import asyncio
import gc
import json
import sys
import time
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from telegram import Update
from telegram.ext import Application, ExtBot
from telegram.request import BaseRequest, RequestData

from bot import layout, telegram
from bot.connection import Answer as Answered
from bot.http import Http
from bot.telegram_bot import QuietBot, TelegramRequest
from flows.effects import OpenCase, Say
from flows.engine import step
from flows.language import load_catalogues
from flows.loader import Library, load_service
from flows.model import Desk, Draft
from flows.places import load_places
from tests.benchmarks import floor, ptb_bot
from tests.benchmarks.load import update
from tests.benchmarks.script import Person, person

PEOPLE, WARM_UP = 600, 60
ROOT = Path(__file__).resolve().parents[2]
LANE = "telegram:8123"
SENT = b'{"ok":true,"result":{"message_id":1,"date":1,"chat":{"id":1,"type":"private"},"text":"taken"}}'
ME = b'{"ok":true,"result":{"id":8123,"is_bot":true,"first_name":"Rafiqa","username":"rafiqa_bot"}}'

Updates = list[tuple[Person, list[bytes]]]
Run = Callable[[Updates, bool], Coroutine[Any, Any, float]]


def library() -> Library:
    """The registration as a library of one service."""
    catalogues = load_catalogues(ROOT / "translations")
    service = load_service(Path(__file__).with_name("registration.yaml"), catalogues)
    return Library({service.name: service}, catalogues, load_places(ROOT / "flows" / "library" / "places"), Desk())


class NoHttp(Http):
    """Every call is answered at once."""

    async def call(self, *_: object) -> Answered:  # type: ignore[override]
        """As Telegram answers."""
        return Answered(200, (), SENT)


async def rafiqa(updates: Updates, whole: bool) -> float:
    """`flows.engine.step`, draft in, draft out; whole: with `bot.telegram` around it."""
    texts, now, ends = library(), datetime.now(UTC), []
    request = TelegramRequest(NoHttp())
    bot = QuietBot("8123:a", request=request, get_updates_request=request)
    talks = [(one, posts if whole else [telegram.parse(post, LANE) for post in posts]) for one, posts in updates]
    began = time.perf_counter()
    for one, messages in talks:
        draft: Draft | None = None
        for given in messages:
            message = telegram.parse(given, LANE) if isinstance(given, bytes) else given
            assert message is not None
            turn = step(texts, draft, message, now)
            draft = turn.draft
            if whole:
                said = turn.effects[0]
                await bot.say(one.chat, *layout.chat(said.reply if isinstance(said, Say) else said.closing))
        ends.append((one, turn))
    seconds = time.perf_counter() - began
    for one, turn in ends:
        opened = next(effect for effect in turn.effects if isinstance(effect, OpenCase))
        kept = {name: answer.value for name, answer in opened.answers.items()}
        assert {"language": opened.language, **kept} == one.answers
    return seconds


async def floor_alone(updates: Updates, whole: bool) -> float:
    """The floor's `step`; whole: with the JSON of the update and of the call."""
    talks = [(one, posts if whole else [json.loads(post) for post in posts]) for one, posts in updates]
    began = time.perf_counter()
    for one, posts in talks:
        answers: list[str] | None = None
        for post in posts:
            message = (json.loads(post) if isinstance(post, bytes) else post)["message"]
            answers, say, registered = floor.step(answers, message["text"])
            if whole:
                json.dumps({"chat_id": one.chat, "text": say})
        assert registered
    return time.perf_counter() - began


class NoNetwork(BaseRequest):
    """Every call of python-telegram-bot is answered at once."""

    read_timeout = None

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any
    ) -> Any:
        """As Telegram answers; the body is made, as for a request."""
        if request_data is not None:
            _ = request_data.json_parameters
        return 200, ME if url.endswith("getMe") else SENT


class Silent(ExtBot[None]):
    """A bot that says nothing."""

    async def send_message(self, *_: Any, **__: Any) -> Any:
        """Nothing is sent."""


async def ptb(updates: Updates, whole: bool) -> float:
    """`process_update` with the ConversationHandler, without persistence; whole: with its `de_json` and requests."""
    bot = (ExtBot if whole else Silent)("8123:a", request=NoNetwork(), get_updates_request=NoNetwork())
    application = Application.builder().bot(bot).build()
    application.add_handler(ptb_bot.conversation(persistent=False))
    await application.initialize()
    posts = [post if whole else Update.de_json(json.loads(post), bot) for _, posts in updates for post in posts]
    began = time.perf_counter()
    for post in posts:
        await application.process_update(Update.de_json(json.loads(post), bot) if isinstance(post, bytes) else post)
    seconds = time.perf_counter() - began
    for one, _ in updates:
        assert application.user_data[one.chat]["registrations"] == [one.answers]
    return seconds


def posts_of(people: int) -> Updates:
    """Everything that so many people post."""
    return [
        (one, [update(one, number, text) for number, text in enumerate(one.texts, start=1)])
        for one in map(person, range(people))
    ]


def microseconds(run: Run, whole: bool) -> float:
    """One system's time a message, warm."""
    asyncio.run(run(posts_of(WARM_UP), whole))
    updates = posts_of(PEOPLE)
    gc.collect()
    return asyncio.run(run(updates, whole)) / sum(len(posts) for _, posts in updates) * 1e6


SYSTEMS: Mapping[str, Run] = {"rafiqa": rafiqa, "ptb": ptb, "floor": floor_alone}

if __name__ == "__main__":
    print(*(microseconds(SYSTEMS[sys.argv[1]], whole) for whole in (False, True)))
