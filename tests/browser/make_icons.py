"""`python -m tests.browser.make_icons`: the icons of the installed console, drawn from mark.svg by Chromium.

Run it when mark.svg changes, and commit what it makes.
"""

import asyncio

from playwright.async_api import Browser, async_playwright

from api.console.render import STATIC
from tests.browser.conftest import CHROMIUM, FLAGS

ICONS = {"icon-192.png": (192, 1.0), "icon-512.png": (512, 1.0), "icon-512-maskable.png": (512, 0.78)}
"""Each icon's side in pixels, and how much of it the mark fills: a launcher may cut a maskable one to any shape."""
GROUND = "#eda93c"
PAGE = """<body style="margin:0;display:grid;place-items:center;inline-size:100vw;block-size:100vh;background:{ground}">
<div style="inline-size:{share}%;block-size:{share}%">{mark}</div></body>"""


async def main() -> None:
    """Draw them all."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name, (side, share) in ICONS.items():
            await _draw(chromium, name, side, share)
        await chromium.close()


async def _draw(chromium: Browser, name: str, side: int, share: float) -> None:
    tab = await chromium.new_page(viewport={"width": side, "height": side})
    ground = GROUND if share < 1 else "transparent"
    mark = (STATIC / "mark.svg").read_text("utf-8")
    await tab.set_content(PAGE.format(ground=ground, share=round(100 * share), mark=mark))
    await tab.screenshot(path=STATIC / name, omit_background=True)
    await tab.close()


if __name__ == "__main__":
    asyncio.run(main())
