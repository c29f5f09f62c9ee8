"""What a page does by itself, tried on a small page of its own."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from fastapi.staticfiles import StaticFiles
from playwright.async_api import Page, Route, expect

from api.console.render import STATIC
from api.events import Events
from api.routes.guard import Guard
from api.routes.live import changes
from tests.browser.conftest import look_away, looking, serving, until

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang="en"><head><script src="/static/live.js" defer></script></head>
<body data-events="/events" data-fragment="/live">
<p data-live-state data-on="on" data-off="off">unknown</p><a href="/" data-again>Load again</a>
{part}<p data-announce role="status"></p></body></html>"""


class Toy:
    """A page whose one live part shows `words`, with a field to type in."""

    def __init__(self) -> None:
        self.words, self.left, self.events, self.looks = "first", "", Events(), 0
        self.app = FastAPI()
        self.app.state.shell = SimpleNamespace(events=self.events)
        self.app.add_middleware(Guard, base_url="http://127.0.0.1")
        self.app.mount("/static", StaticFiles(directory=STATIC))
        self.app.get("/")(self.page)
        self.app.get("/live")(self.live)
        self.app.get("/events", response_class=EventSourceResponse)(self.stream)

    def part(self) -> str:
        countdown = (
            f'<div id="window" data-left="{self.left}"><b data-clock>-</b><progress max="60"></progress></div>'
            if self.left
            else ""
        )
        return (
            f'<section id="part" data-live><p id="words" data-say="{self.words}">{self.words}</p>{countdown}'
            '<select id="only" aria-label="Only"><option value="">all</option><option value="a">a</option></select>'
            '<details id="more"><summary>More</summary><textarea id="text"></textarea></details>'
            '<button type="button" data-copy="words" data-done="Copied" hidden>Copy</button>'
            '<a href="/" data-again>Load this again</a></section>'
        )

    async def page(self) -> HTMLResponse:
        return HTMLResponse(PAGE.format(part=self.part()))

    async def live(self) -> HTMLResponse:
        self.looks += 1
        return HTMLResponse(self.part())

    async def stream(self) -> AsyncIterator[ServerSentEvent]:
        async for change in changes(self.events, "toy"):
            yield change

    def change(self, words: str) -> None:
        self.words = words
        self.events.changed("toy")


@looking()
async def toy() -> Toy:
    return Toy()


async def test_what_changed_appears_without_reloading_and_is_announced(toy: Toy, tab: Page) -> None:
    async with serving(toy.app) as address:
        await tab.goto(address)
        await expect(tab.locator("[data-live-state]")).to_have_text("on")
        toy.change("482913")
        await expect(tab.locator("#words")).to_have_text("482913")
        await expect(tab.locator("[data-announce]")).to_have_text("482913")


async def test_what_changed_before_the_page_listened_is_not_missed(toy: Toy, tab: Page) -> None:
    """The page is made, something changes, and only then its stream begins: nobody would say it again."""
    async with serving(toy.app) as address:

        async def late(route: Route) -> None:
            toy.change("482913")
            await route.continue_()

        await tab.route("**/events", late)
        await tab.goto(address)
        await expect(tab.locator("#words")).to_have_text("482913")


async def test_what_was_typed_or_chosen_and_what_was_open_stays_over_a_change(toy: Toy, tab: Page) -> None:
    async with serving(toy.app) as address:
        await tab.goto(address)
        await expect(tab.locator("[data-live-state]")).to_have_text("on")
        await tab.select_option("#only", "a")
        await tab.click("summary")
        await tab.fill("#text", "half a sentence")
        await tab.evaluate("document.getElementById('text').setSelectionRange(4, 4)")
        toy.change("second")
        await expect(tab.locator("#words")).to_have_text("second")
        await tab.keyboard.type("X")
        await expect(tab.locator("#text")).to_have_value("halfX a sentence")
        await expect(tab.locator("#only")).to_have_value("a")


async def test_load_again_looks_at_once_even_without_a_connection(toy: Toy, tab: Page) -> None:
    async with serving(toy.app) as address:
        await tab.route("**/events", lambda route: route.abort())
        await tab.goto(address)
        await expect(tab.locator("[data-live-state]")).to_have_text("off")
        toy.words = "second"
        await tab.click("p + [data-again]")
        await expect(tab.locator("#words")).to_have_text("second")


async def test_who_loads_again_by_the_keyboard_stays_where_she_was(toy: Toy, tab: Page) -> None:
    async with serving(toy.app) as address:
        await tab.goto(address)
        toy.words = "second"
        await tab.focus("#part [data-again]")
        await tab.keyboard.press("Enter")
        await expect(tab.locator("#words")).to_have_text("second")
        await expect(tab.locator("#part [data-again]")).to_be_focused()


@pytest.mark.parametrize("control", ["button", "summary", "[data-again]"])
async def test_who_stands_on_a_button_stands_on_it_after_a_change(toy: Toy, tab: Page, control: str) -> None:
    async with serving(toy.app) as address:
        await tab.goto(address)
        await expect(tab.locator("[data-live-state]")).to_have_text("on")
        await tab.focus(f"#part {control}")
        toy.change("482913")
        await expect(tab.locator("#words")).to_have_text("482913")
        await expect(tab.locator(f"#part {control}")).to_be_focused()


async def test_a_lost_connection_is_said_and_the_page_looks_from_time_to_time(toy: Toy, tab: Page) -> None:
    async with serving(toy.app) as address:
        await tab.clock.install()
        await tab.route("**/events", lambda route: route.abort())
        await tab.goto(address)
        await expect(tab.locator("[data-live-state]")).to_have_text("off")
        toy.words = "second"
        await tab.clock.fast_forward(15_000)
        await expect(tab.locator("#words")).to_have_text("second")


async def test_a_window_counts_down_warns_and_looks_again_when_it_is_over(toy: Toy, tab: Page) -> None:
    toy.left = "40"
    async with serving(toy.app) as address:
        await tab.clock.install()
        await tab.goto(address)
        await expect(tab.locator("[data-clock]")).to_have_text("0:40")
        await tab.clock.run_for(15_000)
        await expect(tab.locator("[data-clock]")).to_have_text("0:25")
        await expect(tab.locator("#window")).to_have_class("soon")
        toy.left, toy.words = "", "the window is over"
        await tab.clock.run_for(26_000)
        await expect(tab.locator("#words")).to_have_text("the window is over")


async def test_a_button_copies_and_says_so(toy: Toy, tab: Page) -> None:
    async with serving(toy.app) as address:
        await tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await tab.goto(address)
        await tab.click("[data-copy]")
        await expect(tab.locator("[data-copy]")).to_have_text("Copied")
        await tab.click("[data-copy]")
        await expect(tab.locator("[data-copy]")).to_have_text("Copy")
        assert await tab.evaluate("navigator.clipboard.readText()") == "first"


async def test_who_copies_by_the_keyboard_without_a_clipboard_stays_where_she_was(toy: Toy, tab: Page) -> None:
    """A page that comes without https has no clipboard: a field is selected and copied instead."""
    async with serving(toy.app) as address:
        await tab.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
        await tab.goto(address)
        await tab.focus("[data-copy]")
        await tab.keyboard.press("Enter")
        await expect(tab.locator("[data-copy]")).to_have_text("Copied")
        await expect(tab.locator("[data-copy]")).to_be_focused()


async def test_a_page_in_the_background_keeps_no_connection_and_looks_when_it_comes_back(toy: Toy, tab: Page) -> None:
    async with serving(toy.app) as address:
        await tab.goto(address)
        await expect(tab.locator("[data-live-state]")).to_have_text("on")
        assert toy.events._listeners
        await look_away(tab, away=True)
        await until(lambda: not toy.events._listeners)
        toy.change("second")
        await look_away(tab, away=False)
        await expect(tab.locator("#words")).to_have_text("second")


async def test_the_server_stops_at_once_though_pages_are_open(toy: Toy, tab: Page) -> None:
    loop = asyncio.get_running_loop()
    async with serving(toy.app) as address:
        await tab.goto(address)
        await expect(tab.locator("[data-live-state]")).to_have_text("on")
        began = loop.time()
    assert loop.time() - began < 1, "it would have waited for its grace to end"
    await expect(tab.locator("[data-live-state]")).to_have_text("off")
