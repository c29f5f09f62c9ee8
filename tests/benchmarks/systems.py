"""The systems under measure: how each is started, and what it has kept in its folder when it has stopped."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import floor, ptb_bot, rafiqa_server
from tests.benchmarks.processes import running

TOKEN = "8123:benchmark"
SECRET = "benchmark-secret"

Kept = Mapping[int, list[dict[str, str]]]


@dataclass(frozen=True, slots=True)
class System:
    """One of them. `serve` takes its port, the fake API's port and a folder, and gives the server's process id.

    `prepare` makes a folder ready before its first start; `kept` reads the registrations from it, by chat. `people`
    register in one round, enough for it to last a second or more; `engine` is its name for `memory`. After a crash it
    answers again within `wakes` seconds, or never.
    """

    name: str
    engine: str
    people: int
    wakes: float
    prepare: Callable[[Path], None]
    serve: Callable[[int, int, Path], AbstractContextManager[int]]
    kept: Callable[[Path], Kept]


def _module(name: str) -> Callable[[int, int, Path], AbstractContextManager[int]]:
    def serve(port: int, api_port: int, folder: Path) -> AbstractContextManager[int]:
        arguments = (port, api_port, folder, TOKEN, SECRET)
        return running(f"tests.benchmarks.{name}", *arguments, port=port, log=folder / "log")

    return serve


RAFIQA = System("Rafiqa", "rafiqa", 600, 45.0, rafiqa_server.prepare, _module("rafiqa_server"), rafiqa_server.kept)
PTB = System("python-telegram-bot", "ptb", 200, 5.0, lambda folder: None, _module("ptb_bot"), ptb_bot.kept)
FLOOR = System("floor", "floor", 2000, 5.0, lambda folder: None, _module("floor"), floor.kept)
