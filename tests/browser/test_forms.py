"""How a page sends its forms, tried on a small page of its own."""

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from playwright.async_api import Page, expect

from api.console.render import STATIC
from tests.browser.conftest import serving

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang="en"><head><title>x</title><script src="/static/keep.js" defer></script></head>
<body><main id="main"><p id="said">{said}</p>
<form method="post" action="/yes"><button>Yes</button><button formaction="/no">No</button></form></main>
<div data-unsent hidden></div></body></html>"""


async def test_a_button_that_leads_elsewhere_than_its_form_does_so(tab: Page) -> None:
    """Else "add and show the passphrase" would invite, and "it is not" would say that it is."""
    app = FastAPI()
    app.mount("/static", StaticFiles(directory=STATIC))
    app.get("/")(lambda: HTMLResponse(PAGE.format(said="-")))
    for path in ("/yes", "/no"):
        app.post(path)(lambda path=path: HTMLResponse(PAGE.format(said=path)))
    async with serving(app) as address:
        for button in ("No", "Yes"):
            await tab.goto(address)
            await tab.get_by_role("button", name=button).click()
            await expect(tab.locator("#said")).to_have_text(f"/{button.lower()}")
