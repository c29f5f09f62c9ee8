"""What every page is measured by: it holds together at each width, what changes by itself can be loaded again by hand,
and axe-core finds nothing in it that shuts anybody out.
"""

from pathlib import Path
from typing import Literal

import axe_playwright_python
from playwright.async_api import Page, ViewportSize

PICTURES = Path(__file__).resolve().parents[2] / "screenshots"
WIDTHS: dict[str, ViewportSize] = {
    "small": {"width": 320, "height": 640},
    "phone": {"width": 360, "height": 720},
    "desk": {"width": 1280, "height": 800},
}
"""At the smallest a page is measured; at the others there is a picture of it too."""
PICTURED = ("phone", "desk")
UNFOLD = "for (const one of document.querySelectorAll('{}')) one.open = true"
FORM = """[...document.querySelectorAll('body *')]
  .filter((one) => { const box = one.getBoundingClientRect(); return box.right > innerWidth + 1 || box.left < -1; })
  .filter((one) => !one.closest('.skip, .unseen')).map((one) => 'sticks out: ' + one.outerHTML.slice(0, 80))"""
TOUCH = """[...document.querySelectorAll('button, select, textarea, input:not([type=hidden]), nav a, summary')]
  .filter((one) => one.offsetParent && !one.matches('[type=radio], [type=checkbox]'))
  .filter((one) => one.getBoundingClientRect().height < 44)
  .map((one) => 'too small to touch: ' + one.outerHTML.slice(0, 80))"""
NAMES = """[...document.querySelectorAll('button, a, input:not([type=hidden]), select, textarea')]
  .filter((one) => !(one.innerText || one.getAttribute('aria-label') || one.labels?.length
                     || one.querySelector('[aria-label]')))
  .map((one) => 'has no name: ' + one.outerHTML.slice(0, 80))"""
AGAIN = """(() => { const parts = [...document.querySelectorAll('[data-live]:not([hidden], #inbox-badge)')];
  const links = document.querySelectorAll('[data-again]').length;
  return parts.filter((one) => parts.length > 1 ? !one.querySelector('[data-again]') : !links)
    .map((one) => 'cannot be loaded again by hand: #' + one.id); })()"""
MEASURED = f"[...{FORM}, ...{TOUCH}, ...{NAMES}, ...{AGAIN}]"
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text("utf-8")
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
JUDGE = """([where, levels]) =>
  axe.run(where, {runOnly: {type: 'tag', values: levels}, resultTypes: ['violations'], preload: false})
  .then((found) => found.violations.flatMap((rule) => rule.nodes.map((node) =>
    `${rule.id}: ${node.html.slice(0, 160)} | ${node.failureSummary}`)))"""
Theme = Literal["light", "dark"]


async def holds_together(tab: Page, picture: str, language: str) -> None:
    """Take a picture of the page that is open, and measure it with everything unfolded."""
    await tab.wait_for_load_state()
    await tab.screenshot(path=PICTURES / f"{picture}.png", full_page=True)
    await tab.evaluate(UNFOLD.format("details"))
    assert await tab.evaluate("document.documentElement.lang") == language, picture
    assert await tab.locator("h1").count() == 1, picture
    assert await tab.evaluate(MEASURED) == [], picture


async def wrong_at_any_width(tab: Page, picture: str) -> list[str]:
    """What is wrong with the shape of a page at any width; its pictures are taken with everything folded as it was."""
    wrong: list[str] = []
    for width in PICTURED:
        await tab.set_viewport_size(WIDTHS[width])
        await tab.screenshot(path=PICTURES / f"{picture}-{width}.png", full_page=True)
    await tab.evaluate(UNFOLD.format("details"))
    for width, size in WIDTHS.items():
        await tab.set_viewport_size(size)
        wrong += [f"{width}: {one}" for one in await tab.evaluate(MEASURED)]
    await tab.evaluate("for (const menu of document.querySelectorAll('#menu')) menu.open = false")
    return wrong


async def judged(tab: Page, theme: Theme, where: str = "html") -> list[str]:
    """What axe-core finds wrong with the page, or a part of it, as it stands."""
    await tab.emulate_media(color_scheme=theme)
    if not await tab.evaluate("'axe' in window"):
        await tab.evaluate(AXE)
    found: list[str] = await tab.evaluate(JUDGE, [where, LEVELS])
    return [f"{theme}: {one}" for one in found]
