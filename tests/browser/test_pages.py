"""Every page at the widths of phones and of a desk, in both directions and both themes: it holds together, it can be
looked at, and axe-core finds no violation of WCAG 2.2 AA in it.

The pictures are in ./screenshots: look at them before you call a page done.
"""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from tests.browser.conftest import Clock, free_port, serving
from tests.browser.measuring import WIDTHS, Theme, judged, wrong_at_any_width
from tests.browser.pages import NOT_LOOKED_AT, PAGES, PARTS, Walker, routes
from tests.desks import founded_app
from tests.furnished import MAIL
from tests.scenes import Scene

pytestmark = pytest.mark.browser
THEMES: dict[str, Theme] = {"en": "light", "ar": "dark"}
"""In which colours a page is judged in each direction: all four in `make drills`."""


def test_every_route_is_a_page_that_is_looked_at_or_says_why_not(tmp_path: Path) -> None:
    found = {path for path in routes(founded_app(tmp_path, "http://127.0.0.1").routes) if not path.endswith(PARTS)}
    assert sorted(found) == sorted({*PAGES, *NOT_LOOKED_AT})
    assert all(PAGES.values())
    pictures = [visit.picture for visits in PAGES.values() for visit in visits]
    assert len(set(pictures)) == len(pictures)


@pytest.mark.long
@pytest.mark.parametrize("language", THEMES)
async def test_every_page_holds_together_and_shuts_nobody_out(tmp_path: Path, browser: Browser, language: str) -> None:
    await walk_and_look(tmp_path, browser, language, THEMES[language], pictures=True)


@pytest.mark.long
@pytest.mark.parametrize("language", THEMES)
async def test_no_page_shuts_anybody_out_in_the_other_colours(tmp_path: Path, browser: Browser, language: str) -> None:
    other: Theme = "dark" if THEMES[language] == "light" else "light"
    await walk_and_look(tmp_path, browser, language, other, pictures=False)


async def walk_and_look(folder: Path, browser: Browser, language: str, theme: Theme, *, pictures: bool) -> None:
    """Look at every page in one language and one theme; fails with all that is wrong anywhere."""
    port, clock, wrong = free_port(), Clock(), []
    app = founded_app(folder, f"http://127.0.0.1:{port}", clock=clock, mail_domain=MAIL)

    async def look(tab: Page, picture: str) -> None:
        found = await wrong_at_any_width(tab, f"{picture}-{language}") if pictures else []
        lang, headings = await tab.evaluate("[document.documentElement.lang, document.querySelectorAll('h1').length]")
        found += [] if (lang, headings) == (language, 1) else [f"{headings} headings in {lang}"]
        await tab.set_viewport_size(WIDTHS["phone"])
        found += await judged(tab, theme)
        await tab.emulate_media(color_scheme="light")
        wrong.extend(f"{picture}: {one}" for one in found)

    async with serving(app, port) as address:
        scene = await Scene.of(app.state.shell, app.state.gate)
        walker = Walker(browser, app, address, scene, language, clock)
        wrong += await walker.walk(look)
        for who in ("Amal", "Hana", "Tala"):
            await walker.tabs[who].goto(f"{address}/queue")
            await walker.tabs[who].evaluate("document.getElementById('menu').open = true")
            wrong += [f"menu of {who}: {one}" for one in await judged(walker.tabs[who], theme, "#menu")]
        await walker.close()
    assert not wrong, "\n".join(wrong)
