"""The engine alone, in memory: what one message costs without HTTP, database and sends.

`python -m tests.benchmarks.memory rafiqa|ptb|floor` prints the microseconds a message, of a process of its own.
Messages and updates are made beforehand; python-telegram-bot's `send_message` is replaced by one that does nothing.
"""

import asyncio
import gc
import json
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from telegram import Bot, Update
from telegram.ext import Application, ExtBot
from telegram.request import BaseRequest, RequestData

from flows.effects import OpenCase
from flows.engine import step
from flows.language import load_catalogues
from flows.loader import Library, load_service
from flows.model import Answer, Desk, Draft, Message
from flows.places import load_places
from tests.benchmarks import floor, ptb_bot, script
from tests.benchmarks.load import update

PEOPLE = 600
WARM_UP = 60
ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent


def library() -> Library:
    """The registration as a library of one service."""
    catalogues = load_catalogues(ROOT / "translations")
    service = load_service(HERE / "registration.yaml", catalogues)
    return Library({service.name: service}, catalogues, load_places(ROOT / "flows" / "library" / "places"), Desk())


def values(answers: Iterable[tuple[str, Answer]]) -> dict[str, str]:
    """Answers of ours as the script has them."""
    return {name: str(answer.value) for name, answer in answers}


def rafiqa(people: list[script.Person]) -> float:
    """`flows.engine.step`, draft in, draft out."""
    texts = library()
    talks = [
        (one, [Message("telegram", "telegram:1", str(one.chat), str(n), text) for n, text in enumerate(one.texts)])
        for one in people
    ]
    now, ends = datetime.now(UTC), []
    began = time.perf_counter()
    for one, messages in talks:
        draft: Draft | None = None
        for message in messages:
            turn = step(texts, draft, message, now)
            draft = turn.draft
        ends.append((one, turn))
    seconds = time.perf_counter() - began
    for one, turn in ends:
        opened = next(effect for effect in turn.effects if isinstance(effect, OpenCase))
        assert {"language": opened.language} | values(opened.answers.items()) == one.answers
    return seconds


def floor_alone(people: list[script.Person]) -> float:
    """The floor's `step`, through the JSON in which it keeps a state."""
    began = time.perf_counter()
    for one in people:
        kept = "null"
        for text in one.texts:
            after, _, registered = floor.step(json.loads(kept), text)
            kept = json.dumps(after)
        assert registered
    return time.perf_counter() - began


class NoNetwork(BaseRequest):
    """Answers getMe, which python-telegram-bot asks at its start."""

    read_timeout = None

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(self, url: str, method: str, data: RequestData | None = None, *_: Any, **__: Any) -> Any:
        """A bot that is nobody."""
        return 200, b'{"ok":true,"result":{"id":1,"is_bot":true,"first_name":"Rafiqa","username":"rafiqa_bot"}}'


class Silent(ExtBot[None]):
    """A bot that says nothing."""

    async def send_message(self, *_: Any, **__: Any) -> Any:
        """Nothing is sent."""


async def ptb(people: list[script.Person]) -> float:
    """python-telegram-bot's `process_update` with its ConversationHandler, without persistence."""
    application = Application.builder().bot(Silent("1:a", request=NoNetwork(), get_updates_request=NoNetwork())).build()
    application.add_handler(ptb_bot.conversation(persistent=False))
    await application.initialize()
    updates = [_parsed(application.bot, one, n, text) for one in people for n, text in enumerate(one.texts, start=1)]
    began = time.perf_counter()
    for each in updates:
        await application.process_update(each)
    seconds = time.perf_counter() - began
    for one in people:
        assert application.user_data[one.chat]["registrations"] == [one.answers]
    return seconds


def _parsed(bot: Bot, one: script.Person, number: int, text: str) -> Update:
    return Update.de_json(json.loads(update(one, number, text)), bot)


def main(system: str) -> None:
    """Measure one system."""
    run = {"rafiqa": rafiqa, "floor": floor_alone, "ptb": lambda people: asyncio.run(ptb(people))}[system]
    run([script.person(number) for number in range(WARM_UP)])
    people = [script.person(number) for number in range(PEOPLE)]
    gc.collect()
    print(run(people) / sum(len(one.texts) for one in people) * 1e6)


if __name__ == "__main__":
    main(sys.argv[1])
