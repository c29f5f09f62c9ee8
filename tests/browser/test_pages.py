"""Every page at the width of a phone and of a desk, in both languages: it holds together, and can be looked at.

The pictures are in ./screenshots: look at them before you call a page done.
"""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from tests.browser.conftest import serving
from tests.browser.pages import walk
from tests.desks import founded_app
from tests.scenes import Scene

pytestmark = [pytest.mark.browser, pytest.mark.long]
PICTURES = Path(__file__).resolve().parents[2] / "screenshots"
WIDTHS = {
    "small": {"width": 320, "height": 640},
    "phone": {"width": 360, "height": 720},
    "desk": {"width": 1280, "height": 800},
}

TOO_WIDE = """[...document.querySelectorAll('body *')]
  .filter((one) => { const box = one.getBoundingClientRect(); return box.right > innerWidth + 1 || box.left < -1; })
  .filter((one) => !one.closest('.skip, .unseen')).map((one) => one.outerHTML.slice(0, 80))"""
TOO_SMALL = """[...document.querySelectorAll('button, select, textarea, input:not([type=hidden]), nav a, summary')]
  .filter((one) => one.offsetParent && !one.matches('[type=radio], [type=checkbox]'))
  .filter((one) => one.getBoundingClientRect().height < 44).map((one) => one.outerHTML.slice(0, 80))"""
UNNAMED = """[...document.querySelectorAll('button, a, input:not([type=hidden]), select, textarea')]
  .filter((one) => !(one.innerText || one.getAttribute('aria-label') || one.labels?.length
                     || one.querySelector('[aria-label]')))
  .map((one) => one.outerHTML.slice(0, 80))"""


async def look_at(tab: Page, address: str, path: str, picture: str, language: str) -> None:
    await tab.goto(address + path)
    await holds_together(tab, picture, language)


async def holds_together(tab: Page, picture: str, language: str) -> None:
    """Take a picture of the page that is open, and measure it with everything unfolded."""
    await tab.wait_for_load_state()
    await tab.screenshot(path=PICTURES / f"{picture}.png", full_page=True)
    await tab.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert await tab.evaluate("document.documentElement.lang") == language, picture
    assert await tab.locator("h1").count() == 1, picture
    assert await tab.evaluate(TOO_WIDE) == [], picture
    assert await tab.evaluate(TOO_SMALL) == [], picture
    assert await tab.evaluate(UNNAMED) == [], picture


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("width", WIDTHS)
async def test_every_page_holds_together(tmp_path: Path, browser: Browser, width: str, language: str) -> None:
    app = founded_app(tmp_path, "http://127.0.0.1:8000")
    async with serving(app) as address:
        scene = await Scene.of(app.state.shell, app.state.gate)
        context = await browser.new_context(viewport=WIDTHS[width], locale=language)  # type: ignore[arg-type]
        tab = await context.new_page()

        async def look(path: str, name: str) -> None:
            picture = f"{name.replace('/', '-')}-{language}-{width}"
            await look_at(tab, address, f"/{path}", picture, language)

        await walk(tab, address, scene, language, look)
        await context.close()
