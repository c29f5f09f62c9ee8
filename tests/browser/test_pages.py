"""Every page at the width of a phone and of a desk, in both languages: it holds together, and can be looked at.

The pictures are in ./screenshots: look at them before you call a page done.
"""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from tests.browser.conftest import serving
from tests.desks import founded_app, passphrase_of
from tests.scenes import Scene

pytestmark = pytest.mark.browser
PICTURES = Path(__file__).resolve().parents[2] / "screenshots"
PAGES = ("queue", "unhandled", "overview", "numbers", "people", "rules", "services", "training", "export", "audit")
WIDTHS = {"phone": {"width": 360, "height": 720}, "desk": {"width": 1280, "height": 800}}

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
            await look_at(tab, address, path, f"{name}-{language}-{width}", language)

        await look("/sign-in", "sign-in")
        await look("/phone/1/chat", "phone")
        await look("/portal", "portal")
        await sign_in(tab, address, "Amal", language)
        for path in PAGES:
            await look(f"/{path}", f"{path}-empty" if path in ("queue", "unhandled", "overview", "export") else path)

        reference = await app.state.shell.db.write(scene.fill)
        for path in PAGES:
            await look(f"/{path}", f"{path}-full")
        await sign_in(tab, address, "Hana", language)
        await look("/queue", "queue-volunteer")
        await look("/typed-in", "typed-in")
        await look(f"/cases/{reference}", "case-window")
        await app.state.shell.db.write(scene.receive_code)
        await look(f"/cases/{reference}", "case-code")
        await look("/people", "nothing-here")
        await look("/passphrase", "passphrase")
        for path in ("duty", "me", "me/factor", "join"):
            await look(f"/{path}", path.replace("/", "-"))
        await sign_in(tab, address, "Amal", language)
        await look("/people/2", "person")
        await context.close()


async def sign_in(tab: Page, address: str, name: str, language: str) -> None:
    await tab.context.clear_cookies()
    await tab.goto(f"{address}/sign-in")
    await tab.fill("#name", name)
    await tab.fill("#passphrase", passphrase_of(name))
    await tab.click("main button")
    await tab.wait_for_url("**/queue")
    if await tab.evaluate("document.documentElement.lang") != language:
        await tab.click(f"footer button[value={language}]")
        await tab.wait_for_load_state()
