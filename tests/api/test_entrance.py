"""The way in: an update is answered the same in whatever pieces it comes, and beside whatever else comes with it."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http.client import HTTPResponse
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import pytest_asyncio

from api.app import create_app
from api.entrance import MOST
from api.routes.bodies import LARGEST
from api.serving import Server, server
from api.settings import Settings
from bot.telegram import Telegram
from tests.desks import found
from tests.fakes import telegram_updates as updates
from tests.fakes.telegram_api import TelegramApi
from tests.server.running import free_port, until

SECRET = "s3cret_-"
ALMAZ = 771122334


@dataclass
class Desk:
    """A server whose intake keeps what it is given, waits while it is told to, and fails when it is told to."""

    server: Server
    taken: list[str] = field(default_factory=list)
    go: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    fails: bool = False

    async def telegram_update(self, _channel: Telegram, update: bytes) -> str:
        self.begun.set()
        await self.go.wait()
        if self.fails:
            raise RuntimeError("Almaz")
        read: Mapping[str, Any] = json.loads(update)
        self.taken.append(read.get("message", {}).get("text", ""))
        return str(read.get("callback_query", {}).get("id", ""))


@asynccontextmanager
async def serving(folder: Path, api: TelegramApi | None) -> AsyncIterator[Desk]:
    ours = {"telegram_token": api.token, "telegram_secret": SECRET, "telegram_api_url": api.url} if api else {}
    settings = Settings(data_dir=folder, index_key="1d" * 32, port=free_port(), **ours)  # type: ignore[arg-type]
    found(settings)
    app = create_app(settings)
    running = server(settings, app)
    desk = Desk(running)
    desk.go.set()
    task = asyncio.create_task(running.serve())
    await until(lambda: running.started)
    app.state.intake = SimpleNamespace(shell=app.state.shell, telegram_update=desk.telegram_update)
    yield desk
    running.should_exit = True
    await task


@pytest_asyncio.fixture
async def api() -> AsyncIterator[TelegramApi]:
    async with TelegramApi() as fake:
        yield fake


@pytest_asyncio.fixture
async def desk(tmp_path: Path, api: TelegramApi) -> AsyncIterator[Desk]:
    async with serving(tmp_path, api) as running:
        yield running


def update(text: str) -> bytes:
    return json.dumps(updates.message(ALMAZ, text), ensure_ascii=False).encode()


def request(body: bytes, secret: str = SECRET, path: str = "/webhooks/telegram", **headers: str) -> bytes:
    """As Telegram posts it; a header that is given stands instead of one that it sends."""
    sent = {
        "Host": "desk.example.org",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "X-Telegram-Bot-Api-Secret-Token": secret,
        "Accept-Encoding": "gzip, deflate",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items() if value)
    return f"POST {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


class Line:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def say(self, data: bytes, pieces_of: int = 0) -> None:
        for start in range(0, len(data), pieces_of or len(data)):
            self.writer.write(data[start : start + (pieces_of or len(data))])
            await self.writer.drain()
            await asyncio.sleep(0.001 if pieces_of else 0)

    async def hear(self) -> tuple[int, bytes]:
        """One answer: its status and its body, by the length that it says."""
        head = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 20)
        answer = HTTPResponse(SimpleNamespace(makefile=lambda _: BytesIO(head)))  # type: ignore[arg-type]
        answer.begin()
        assert answer.headers["date"].endswith("GMT")
        return answer.status, await self.reader.readexactly(int(answer.headers["content-length"]))

    async def ends(self) -> bool:
        return await asyncio.wait_for(self.reader.read(), 20) == b""


@asynccontextmanager
async def line(desk: Desk) -> AsyncIterator[Line]:
    reader, writer = await asyncio.open_connection("127.0.0.1", desk.server.config.port)
    yield Line(reader, writer)
    writer.close()


async def test_one_update_after_the_other_over_one_connection(desk: Desk) -> None:
    async with line(desk) as telegram:
        for text in ("ሰላም", "1", "2"):
            await telegram.say(request(update(text)))
            assert await telegram.hear() == (200, b"")
    assert desk.taken == ["ሰላም", "1", "2"]


@pytest.mark.parametrize("size", [1, 10, 33, 34, 35, 200, 301])
async def test_in_whatever_pieces_they_come_each_is_taken_once_and_in_order(desk: Desk, size: int) -> None:
    async with line(desk) as telegram:
        await telegram.say(b"".join(request(update(text)) for text in "ሀለሐ"), pieces_of=size)
        assert [await telegram.hear() for _ in range(3)] == [(200, b"")] * 3
    assert desk.taken == ["ሀ", "ለ", "ሐ"]


async def test_head_and_body_may_come_apart(desk: Desk) -> None:
    head, body = request(update("1")).split(b"\r\n\r\n")
    async with line(desk) as telegram:
        for part in (head + b"\r\n\r\n", body):
            await telegram.say(part)
            await asyncio.sleep(0.05)
        assert await telegram.hear() == (200, b"")
    assert desk.taken == ["1"]


async def test_what_comes_before_the_last_was_answered_waits_for_it(desk: Desk) -> None:
    desk.go.clear()
    async with line(desk) as telegram:
        await telegram.say(request(update("1")))
        await desk.begun.wait()
        for text in "23":
            await telegram.say(request(update(text)))
            await asyncio.sleep(0.05)
        assert desk.taken == []
        desk.go.set()
        assert [await telegram.hear() for _ in range(3)] == [(200, b"")] * 3
    assert desk.taken == ["1", "2", "3"]


async def test_with_a_wrong_secret_nothing_is_taken(desk: Desk) -> None:
    async with line(desk) as stranger:
        for secret in ("guessed", "", SECRET.upper()):
            await stranger.say(request(update("1"), secret))
            assert (await stranger.hear())[0] == 403
        await stranger.say(request(update("2")))
        assert (await stranger.hear())[0] == 200
    assert desk.taken == ["2"]


async def test_nothing_long_is_read_of_who_does_not_know_the_secret(desk: Desk) -> None:
    async with line(desk) as stranger:
        await stranger.say(request(b"", "guessed", Content_Length=str(4 * MOST)))
        assert (await stranger.hear())[0] == 403
    async with line(desk) as telegram:
        await telegram.say(request(update("ሀ" * MOST)))
        assert (await telegram.hear())[0] == 200
    assert desk.taken == ["ሀ" * MOST]


async def test_a_desk_without_telegram_has_no_such_door(tmp_path: Path) -> None:
    async with serving(tmp_path, None) as desk, line(desk) as telegram:
        await telegram.say(request(update("1")))
        assert await telegram.hear() == (404, b"")


async def test_pages_come_over_the_same_connection(desk: Desk) -> None:
    async with line(desk) as proxy:
        await proxy.say(request(update("1")))
        assert (await proxy.hear())[0] == 200
        await proxy.say(b"GET /health HTTP/1.1\r\nHost: desk.example.org\r\n\r\n")
        status, body = await proxy.hear()
        assert (status, json.loads(body)["database"]) == (200, True)
        await proxy.say(request(update("2")))
        assert (await proxy.hear())[0] == 200
    assert desk.taken == ["1", "2"]


@pytest.mark.parametrize(
    "unusual",
    [
        {"Connection": "close"},
        {"Expect": "100-continue"},
        {"Transfer_Encoding": "chunked"},
        {"Upgrade": "x"},
        {"X_Filler": "x" * MOST},
    ],
    ids=lambda unusual: "".join(unusual),
)
async def test_what_no_provider_sends_is_left_to_the_web_server(desk: Desk, unusual: dict[str, str]) -> None:
    body = update("1")
    if "Transfer_Encoding" in unusual:
        body, unusual = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body), {**unusual, "Content_Length": ""}
    async with line(desk) as telegram:
        await telegram.say(request(body, **unusual))
        if "Expect" in unusual:
            assert await telegram.reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        assert (await telegram.hear())[0] == 200
        if "Connection" in unusual:
            assert await telegram.ends()
    assert desk.taken == ["1"]


async def test_what_is_no_http_and_what_is_too_large_is_refused(desk: Desk) -> None:
    async with line(desk) as stranger:
        await stranger.say(b"POST /webhooks/telegram HTTP/1.1\r\nContent-Length: many\r\n\r\n")
        assert (await stranger.reader.readline()).startswith(b"HTTP/1.1 400")
    async with line(desk) as stranger:
        await stranger.say(request(b"", Content_Length=str(LARGEST + 1)))
        assert (await stranger.hear())[0] == 413
    assert desk.taken == []


async def test_what_cannot_be_stored_is_not_acknowledged_and_the_log_says_nothing_of_it(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.fails = True
    with caplog.at_level(logging.DEBUG):
        async with line(desk) as telegram:
            await telegram.say(request(update("Almaz")))
            assert await telegram.hear() == (503, b"")
    assert "RuntimeError" in caplog.text
    assert "Almaz" not in caplog.text


async def test_a_pressed_button_is_answered_after_the_webhook(desk: Desk, api: TelegramApi) -> None:
    async with line(desk) as telegram:
        await telegram.say(request(json.dumps(updates.pressed(ALMAZ, "born=1", callback="77")).encode()))
        assert (await telegram.hear())[0] == 200
        await until(lambda: api.answered == ["77"])


async def test_who_hangs_up_in_the_middle_is_taken_in_all_the_same(desk: Desk) -> None:
    desk.go.clear()
    async with line(desk) as telegram:
        await telegram.say(request(update("1")))
        await desk.begun.wait()
    desk.go.set()
    await until(lambda: desk.taken == ["1"])


async def test_a_server_that_stops_answers_first_and_lets_go_of_who_rests(desk: Desk) -> None:
    desk.go.clear()
    async with line(desk) as telegram, line(desk) as resting:
        await resting.say(request(update("0")))
        await desk.begun.wait()
        await telegram.say(request(update("1")))
        await asyncio.sleep(0.05)
        desk.server.should_exit = True
        await asyncio.sleep(0.3)
        desk.go.set()
        for one in (resting, telegram):
            assert (await one.hear())[0] == 200
            assert await one.ends()
    assert sorted(desk.taken) == ["0", "1"]


async def test_a_connection_that_says_nothing_more_is_closed(desk: Desk) -> None:
    desk.server.config.timeout_keep_alive = 0.1
    async with line(desk) as telegram:
        await telegram.say(request(update("1")))
        assert (await telegram.hear())[0] == 200
        assert await telegram.ends()
