"""Every page at the widths of phones and of a desk, in both directions and both themes: it holds together, it can be
looked at, and axe-core finds no violation of WCAG 2.2 AA in it.

`make pictures` puts pictures into ./screenshots: look at them before you call a page done.
"""

from collections.abc import Sequence
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from tests.browser.conftest import Clock, free_port, serving
from tests.browser.measuring import COLOURS, WIDTHS, Theme, judged, misshapen, take_pictures
from tests.browser.pages import NOT_LOOKED_AT, PAGES, PARTS, Walker, routes
from tests.desks import founded_app
from tests.furnished import MAIL
from tests.scenes import Scene

pytestmark = pytest.mark.browser
THEMES: dict[str, Theme] = {"en": "light", "ar": "dark"}
"""In which colours every page is judged in each direction by every rule; in the others by those about colours."""
OTHER: dict[Theme, Theme] = {"light": "dark", "dark": "light"}
QUICKLY = ("small", "desk")
"""At the smallest and the widest; in the other colours they are measured between them too."""


def test_every_route_is_a_page_that_is_looked_at_or_says_why_not(tmp_path: Path) -> None:
    found = {path for path in routes(founded_app(tmp_path, "http://127.0.0.1").routes) if not path.endswith(PARTS)}
    assert sorted(found) == sorted({*PAGES, *NOT_LOOKED_AT})
    assert all(PAGES.values())
    pictures = [visit.picture for visits in PAGES.values() for visit in visits]
    assert len(set(pictures)) == len(pictures)


@pytest.mark.long
@pytest.mark.parametrize("language", THEMES)
async def test_every_page_holds_together_and_shuts_nobody_out(tmp_path: Path, browser: Browser, language: str) -> None:
    await walk_and_look(tmp_path, browser, language, THEMES[language], QUICKLY)


@pytest.mark.long
@pytest.mark.parametrize("language", THEMES)
async def test_no_page_shuts_anybody_out_in_the_other_colours(tmp_path: Path, browser: Browser, language: str) -> None:
    await walk_and_look(tmp_path, browser, language, OTHER[THEMES[language]], tuple(WIDTHS), COLOURS)


async def walk_and_look(
    folder: Path, browser: Browser, language: str, theme: Theme, widths: Sequence[str], rules: Sequence[str] = ()
) -> None:
    """Look at every page in one language and one theme; fails with all that is wrong anywhere."""
    port, clock, wrong = free_port(), Clock(), []
    app = founded_app(folder, f"http://127.0.0.1:{port}", clock=clock, mail_domain=MAIL)

    async def look(tab: Page, picture: str) -> None:
        await take_pictures(tab, f"{picture}-{language}", theme)
        found = await misshapen(tab, widths)
        lang, headings = await tab.evaluate("[document.documentElement.lang, document.querySelectorAll('h1').length]")
        found += [] if (lang, headings) == (language, 1) else [f"{headings} headings in {lang}"]
        found += await judged(tab, rules=rules)
        wrong.extend(f"{picture}: {one}" for one in found)

    async with serving(app, port) as address:
        scene = await Scene.of(app.state.shell, app.state.gate)
        walker = Walker(browser, app, address, scene, language, theme, clock)
        wrong += await walker.walk(look)
        for who in ("Amal", "Hana", "Tala"):
            await walker.tabs[who].goto(f"{address}/queue")
            await walker.tabs[who].evaluate("document.getElementById('menu').open = true")
            wrong += [f"menu of {who}: {one}" for one in await judged(walker.tabs[who], "#menu", rules)]
        await walker.close()
    assert not wrong, "\n".join(wrong)
