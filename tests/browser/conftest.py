"""A real Chromium, and a real server for it to look at.

One browser serves all tests of a process, so all of them, and each async fixture here (`looking`), share one loop.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from inspect import iscoroutinefunction
from pathlib import Path

import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, Page, async_playwright, expect
from starlette.types import ASGIApp

from api.app import now
from api.serving import Server
from tests.desks import founded_app

CHROMIUM = Path("/usr/bin/chromium")
SHELL = Path("/usr/bin/chromium-headless-shell")
"""The same without its windows, which begins three times faster; it cannot keep pages for Back."""
THERE, QUICK = CHROMIUM.exists(), SHELL.exists()
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
KEEPS_NOTHING = "--disable-back-forward-cache"
"""With this Playwright launches; people's browsers keep pages for Back as they were left."""
HERE = Path(__file__).parent
looking = partial(pytest_asyncio.fixture, loop_scope="session")
"""Marks an async fixture of a browser test."""

expect.set_options(timeout=20_000)  # milliseconds; machines are slow when all tests run


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run what looks into the browser in the browser's loop."""
    for item in items:
        if HERE in item.path.parents and isinstance(item, pytest.Function) and iscoroutinefunction(item.function):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@looking(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium; where there is none the test is skipped, and says so."""
    async with chromium() as launched:
        yield launched


@looking()
async def tab(browser: Browser) -> AsyncIterator[Page]:
    """One page of a phone-sized browser, in which an error of a script is an error of the test."""
    async with opened(browser) as page:
        yield page


@looking()
async def keeping_tab() -> AsyncIterator[Page]:
    """The same in a browser that keeps pages for Back as they were left, as people's browsers do."""
    async with chromium(keeps_pages=True) as launched, opened(launched) as page:
        yield page


@asynccontextmanager
async def chromium(*, keeps_pages: bool = False) -> AsyncIterator[Browser]:
    """Launch it."""
    if not THERE:
        pytest.skip(f"the pages were not tried: there is no browser at {CHROMIUM} (apt-get install chromium)")
    without = [KEEPS_NOTHING] if keeps_pages else []
    path = SHELL if QUICK and not keeps_pages else CHROMIUM
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=path, args=FLAGS, ignore_default_args=without)
        try:
            yield launched
        finally:
            await launched.close()


@asynccontextmanager
async def opened(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(viewport={"width": 360, "height": 720})
    page = await context.new_page()
    page.set_default_timeout(20_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if POLICY in message.text else None)
    yield page
    await context.close()
    assert errors == []


class Clock:
    """The server's clock, which a test can put forward."""

    ahead = timedelta()

    def __call__(self) -> datetime:
        return now() + self.ahead


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


async def look_away(tab: Page, *, away: bool) -> None:
    """She goes to another tab of her browser, or comes back to this one."""
    await tab.evaluate(
        """(away) => { Object.defineProperty(document, 'hidden', { get: () => away, configurable: true });
        document.dispatchEvent(new Event('visibilitychange')); }""",
        away,
    )


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
