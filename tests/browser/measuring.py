"""What every page is measured by: it holds together at each width, what changes by itself can be loaded again by hand,
and axe-core finds nothing in it that shuts anybody out.
"""

import os
from collections.abc import Sequence
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
PICTURES_WANTED = bool(os.environ.get("PICTURES"))
"""Whether pictures are taken: `make pictures`. They are for eyes, and cost as much as all the measuring."""
UNFOLD = "for (const one of document.querySelectorAll('{}')) one.open = true"
FORM = """[...document.querySelectorAll('body *')]
  .filter((one) => { const box = one.getBoundingClientRect(); return box.right > innerWidth + 1 || box.left < -1; })
  .filter((one) => !one.closest('.skip, .unseen')).map((one) => 'sticks out: ' + one.outerHTML.slice(0, 80))"""
TOUCH = """[...document.querySelectorAll('button, select, textarea, input:not([type=hidden]), nav a, summary')]
  .filter((one) => one.offsetParent && !one.matches('[type=radio], [type=checkbox]'))
  .filter((one) => one.getBoundingClientRect().height < 44)
  .map((one) => 'too small to touch: ' + one.outerHTML.slice(0, 80))"""
NAMES = """[...document.querySelectorAll('button, a, input:not([type=hidden]), select, textarea')]
  .filter((one) => !(one.textContent.trim() || one.getAttribute('aria-label') || one.labels?.length
                     || one.querySelector('[aria-label]')))
  .map((one) => 'has no name: ' + one.outerHTML.slice(0, 80))"""
AGAIN = """(() => { const parts = [...document.querySelectorAll('[data-live]:not([hidden], #inbox-badge)')];
  const links = document.querySelectorAll('[data-again]').length;
  const beside = (one) => [one, one.previousElementSibling].some((near) => near?.querySelector('[data-again]'));
  return parts.filter((one) => !beside(one) && !(parts.length === 1 && links))
    .map((one) => 'cannot be loaded again by hand: #' + one.id); })()"""
MEASURED = f"new Promise(requestAnimationFrame).then(() => [...{FORM}, ...{TOUCH}, ...{NAMES}, ...{AGAIN}])"
"""In the next frame: what was unfolded or resized just now has neither size nor text before."""
SETTLED = 500.0
"""Milliseconds after which a busy browser is asked again about what it said was wrong."""
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text("utf-8")
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules of axe-core that find something else in other colours."""
JUDGE = """([where, only]) =>
  axe.run(where, {runOnly: only, resultTypes: ['violations'], preload: false})
  .then((found) => found.violations.flatMap((rule) => rule.nodes.map((node) =>
    `${rule.id}: ${node.html.slice(0, 160)} | ${node.failureSummary}`)))"""
Theme = Literal["light", "dark"]


async def holds_together(tab: Page, picture: str, language: str) -> None:
    """Measure the page that is open with everything unfolded; if pictures are wanted, take one of it before."""
    await tab.wait_for_load_state()
    if PICTURES_WANTED:
        await tab.screenshot(path=PICTURES / f"{picture}.png", full_page=True)
    await tab.evaluate(UNFOLD.format("details"))
    assert await tab.evaluate("document.documentElement.lang") == language, picture
    assert await tab.locator("h1").count() == 1, picture
    wrong = await measured(tab)
    assert not wrong, f"{picture}: {wrong}"


async def measured(tab: Page) -> list[str]:
    """What is wrong with the shape of a page as it stands, and still is in a moment."""
    wrong = list(await tab.evaluate(MEASURED))
    if wrong:
        await tab.wait_for_timeout(SETTLED)
        wrong = list(await tab.evaluate(MEASURED))
    return wrong


async def take_pictures(tab: Page, picture: str, theme: Theme) -> None:
    """If pictures are wanted, take one of the page that is open at each width, in daylight."""
    if not PICTURES_WANTED:
        return
    await tab.emulate_media(color_scheme="light")
    for width in PICTURED:
        await tab.set_viewport_size(WIDTHS[width])
        await tab.screenshot(path=PICTURES / f"{picture}-{width}.png", full_page=True)
    await tab.emulate_media(color_scheme=theme)


async def misshapen(tab: Page, widths: Sequence[str]) -> list[str]:
    """What is wrong with the shape of a page, at some widths and with everything unfolded; leaves it at the first."""
    wrong: list[str] = []
    await tab.evaluate(UNFOLD.format("details"))
    for width in reversed(widths):
        await tab.set_viewport_size(WIDTHS[width])
        wrong += [f"{width}: {one}" for one in await measured(tab)]
    await tab.evaluate("for (const menu of document.querySelectorAll('#menu')) menu.open = false")
    return wrong


async def judged(tab: Page, where: str = "html", rules: Sequence[str] = ()) -> list[str]:
    """What axe-core finds wrong with the page, or a part of it, as it stands; by these rules alone, if any."""
    only = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": LEVELS}
    if not await tab.evaluate("'axe' in window"):
        await tab.evaluate(AXE)
    return list(await tab.evaluate(JUDGE, [where, only]))
