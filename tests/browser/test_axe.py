"""Every page, in both themes and both directions, judged by axe-core: no violation of WCAG 2.2 AA."""

from pathlib import Path
from typing import Literal

import axe_playwright_python
import pytest
from playwright.async_api import Browser, Page, ViewportSize

from tests.browser.conftest import serving
from tests.browser.pages import walk
from tests.desks import founded_app
from tests.scenes import Scene

pytestmark = [pytest.mark.browser, pytest.mark.long]
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text("utf-8")
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
JUDGE = """(levels) => axe.run(document, {runOnly: {type: 'tag', values: levels}, resultTypes: ['violations']})
  .then((found) => found.violations.flatMap((rule) => rule.nodes.map((node) =>
    `${rule.id}: ${node.html.slice(0, 160)} | ${node.failureSummary}`)))"""
OPEN_ALL = "for (const one of document.querySelectorAll('main details')) one.open = true"


async def judged(tab: Page) -> list[str]:
    """What axe-core finds wrong with the page as it stands, with all that is folded open but the menu over it."""
    await tab.evaluate(OPEN_ALL)
    if not await tab.evaluate("'axe' in window"):
        await tab.evaluate(AXE)
    found: list[str] = await tab.evaluate(JUDGE, LEVELS)
    if await tab.locator("#menu").count():
        await tab.evaluate("document.getElementById('menu').open = true")
        found += await tab.evaluate(JUDGE.replace("document,", "'#menu',"), LEVELS)
        await tab.evaluate("document.getElementById('menu').open = false")
    return found


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_no_page_shuts_anybody_out(tmp_path: Path, browser: Browser, language: str) -> None:
    app = founded_app(tmp_path, "http://127.0.0.1:8000")
    wrong: list[str] = []
    async with serving(app) as address:
        scene = await Scene.of(app.state.shell, app.state.gate)
        viewport: ViewportSize = {"width": 360, "height": 720}
        context = await browser.new_context(viewport=viewport, locale=language, bypass_csp=True)
        tab = await context.new_page()

        async def judge(path: str, name: str) -> None:
            await tab.goto(f"{address}/{path}")
            for theme in THEMES:
                await tab.emulate_media(color_scheme=theme)
                wrong.extend(f"{name}, {theme}: {one}" for one in await judged(tab))

        await walk(tab, address, scene, language, judge)
        await context.close()
    assert not wrong, "\n".join(wrong)
