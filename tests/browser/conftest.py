"""A real Chromium, and a real server for it to look at."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Browser, Page, async_playwright, expect
from starlette.types import ASGIApp

from api.serving import Server
from tests.desks import founded_app

CHROMIUM = Path("/usr/bin/chromium")
THERE = CHROMIUM.exists()
POLICY = "Content Security Policy"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]

expect.set_options(timeout=20_000)  # milliseconds; machines are slow when all tests run


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium; where there is none the test is skipped, and says so."""
    if not THERE:
        pytest.skip(f"the pages were not tried: there is no browser at {CHROMIUM} (apt-get install chromium)")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield chromium
        finally:
            await chromium.close()


@pytest.fixture
async def tab(browser: Browser) -> AsyncIterator[Page]:
    """One page of a phone-sized browser, in which an error of a script is an error of the test."""
    context = await browser.new_context(viewport={"width": 360, "height": 720})
    page = await context.new_page()
    page.set_default_timeout(10_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if POLICY in message.text else None)
    yield page
    await context.close()
    assert errors == []


def free_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def until(holds: Callable[[], object], seconds: float = 10) -> None:
    """Wait until something holds. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - what is waited for knows no event
            await asyncio.sleep(0.02)


@asynccontextmanager
async def serving(app: ASGIApp, port: int = 0) -> AsyncIterator[str]:
    """Serve an application beside the test, and give its address."""
    port = port or free_port()
    quiet = {"log_level": "warning", "proxy_headers": False, "timeout_graceful_shutdown": 1}
    server = Server(uvicorn.Config(app, port=port, **quiet))
    task = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def serving_desk(folder: Path) -> AsyncIterator[str]:
    """Found a trial desk, serve it beside the test with its runner, and give its address."""
    port = free_port()
    app = founded_app(folder, f"http://127.0.0.1:{port}")
    async with serving(app, port) as address:
        yield address
