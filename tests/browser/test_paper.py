"""The paper form as a printer would have it."""

import re

import pytest
from playwright.async_api import Browser

from api.paper import paper_form
from flows.loader import Library

pytestmark = pytest.mark.browser


async def print_to_pdf(browser: Browser, html: str) -> bytes:
    page = await browser.new_page()
    await page.set_content(html)
    try:
        return await page.pdf(prefer_css_page_size=True)
    finally:
        await page.close()


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


@pytest.mark.parametrize("languages", [["am", "ar"], ["en"]])
async def test_vaccination_and_its_card_are_one_sheet(browser: Browser, library: Library, languages: list[str]) -> None:
    pdf = await print_to_pdf(browser, paper_form(library, library.services["vaccination"], languages))

    assert pages(pdf) == 1
    assert re.search(rb"/MediaBox\s*\[0 0 59[45](\.\d+)? 84[12](\.\d+)?\]", pdf), "A4, in points"


async def test_nothing_on_it_is_too_small_to_read(browser: Browser, library: Library) -> None:
    page = await browser.new_page()
    await page.set_content(paper_form(library, library.services["vaccination"], ["am", "ar"]))
    sizes = await page.evaluate(
        "[...document.body.querySelectorAll('*')].map(e => parseFloat(getComputedStyle(e).fontSize))"
    )

    assert min(sizes) >= 7.5 * 96 / 72


async def test_no_text_runs_out_of_its_place(browser: Browser, library: Library) -> None:
    page = await browser.new_page(viewport={"width": 794, "height": 1123})
    await page.set_content(paper_form(library, library.services["vaccination"], ["am", "ar"]))
    runs_over = (
        "[...document.body.querySelectorAll('*')].filter(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth)"
    )

    assert await page.evaluate(f"{runs_over}.map(e => e.textContent)") == []
