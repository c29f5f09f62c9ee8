"""Every page at the widths of phones and of a desk, in both directions and both themes: it holds together, it can be
looked at, and axe-core finds no violation of WCAG 2.2 AA in it.

The pictures are in ./screenshots: look at them before you call a page done.
"""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from tests.browser.conftest import free_port, serving
from tests.browser.measuring import WIDTHS, judged, wrong_at_any_width
from tests.browser.pages import NOT_LOOKED_AT, PAGES, PARTS, Walker, routes
from tests.desks import founded_app
from tests.furnished import MAIL
from tests.scenes import Scene

pytestmark = pytest.mark.browser
THEMES = ("light", "dark")


def test_every_route_is_a_page_that_is_looked_at_or_says_why_not(tmp_path: Path) -> None:
    found = {path for path in routes(founded_app(tmp_path, "http://127.0.0.1").routes) if not path.endswith(PARTS)}
    assert sorted(found) == sorted({*PAGES, *NOT_LOOKED_AT})
    assert all(PAGES.values())
    pictures = [visit.picture for visits in PAGES.values() for visit in visits]
    assert len(set(pictures)) == len(pictures)


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_every_page_holds_together_and_shuts_nobody_out(tmp_path: Path, browser: Browser, language: str) -> None:
    port, wrong = free_port(), []
    app = founded_app(tmp_path, f"http://127.0.0.1:{port}", mail_domain=MAIL)

    async def look(tab: Page, picture: str) -> None:
        found = await wrong_at_any_width(tab, f"{picture}-{language}")
        lang, headings = await tab.evaluate("[document.documentElement.lang, document.querySelectorAll('h1').length]")
        found += [] if (lang, headings) == (language, 1) else [f"{headings} headings in {lang}"]
        await tab.set_viewport_size(WIDTHS["phone"])
        for theme in THEMES:
            found += await judged(tab, theme)
        await tab.emulate_media(color_scheme="light")
        wrong.extend(f"{picture}: {one}" for one in found)

    async with serving(app, port) as address:
        scene = await Scene.of(app.state.shell, app.state.gate)
        walker = Walker(browser, app, address, scene, language)
        wrong += await walker.walk(look)
        for who in ("Amal", "Hana", "Tala"):
            wrong += [f"menu of {who}: {one}" for one in await menu(walker.tabs[who])]
        await walker.close()
    assert not wrong, "\n".join(wrong)


async def menu(tab: Page) -> list[str]:
    """What axe-core finds in the menu, which lies over the page."""
    await tab.evaluate("document.getElementById('menu').open = true")
    return [one for theme in THEMES for one in await judged(tab, theme, "#menu")]
