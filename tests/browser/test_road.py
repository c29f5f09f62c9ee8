"""The main job from end to end, in a real browser, as docs and README promise it to a newcomer."""

import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import serving_desk
from tests.desks import NUMBER, passphrase_of

pytestmark = pytest.mark.browser

IN_AMHARIC = (
    "hello",
    "4",  # Amharic
    "1",  # here, by SMS
    "1",  # begin
    "1",  # yes, let us start
    "1",  # for me
    "አልማዝ ተስፋዬ",
    "17 ግንቦት 1984",  # 25 May 1992
    "1",  # a woman
    "1",  # Ethiopia
    "1",  # a passport
    "2",  # my employer holds it
    "EP1234567",
    "4",  # I have no phone
    "0",  # no e-mail
    "2",  # Mount Lebanon
    "4",  # Metn
    "1",  # I live in
    "7",  # no illness
    "2",  # not pregnant
    "4",  # no dose yet
    "4",  # any day
    "1",  # somebody should come with me
    "1",  # the ministry may have it
    "1",  # send
)


async def say(tab: Page, text: str) -> None:
    """Write on the phone, and wait for the answer."""
    bubbles = tab.locator("#screen li:not(.hint)")
    before = await bubbles.count()
    await tab.fill("#text", text)
    await tab.keyboard.press("Enter")
    await expect(bubbles).to_have_count(before + 2)
    await expect(bubbles.last).to_have_class("theirs")


async def sign_in(tab: Page, address: str, name: str) -> None:
    await tab.goto(f"{address}/sign-in")
    await tab.fill("#name", name)
    await tab.fill("#passphrase", passphrase_of(name))
    await tab.click("main button")
    await tab.wait_for_url("**/queue")


async def test_from_the_first_word_to_the_ministrys_file(tmp_path: Path, browser: Browser, tab: Page) -> None:
    async with serving_desk(tmp_path) as address:
        await tab.goto(f"{address}/phone/1/sms")
        for text in IN_AMHARIC:
            await say(tab, text)
        farewell = await tab.locator("#screen li").last.inner_text()
        found = re.search(r"[0-9A-Z]{2}-[0-9A-Z]{3}", farewell)
        assert found
        reference = found[0]

        await sign_in(tab, address, "Hana")
        await tab.get_by_role("button", name="Take the next case").click()
        await expect(tab.get_by_role("heading", name=reference)).to_be_visible()
        await expect(tab.locator("#answer-name")).to_have_count(0)
        assert "አልማዝ" not in await tab.content()
        await tab.click("#said")
        await tab.locator("#answers").get_by_role("button", name="Show names").click()
        await expect(tab.locator("#answer-name")).to_have_text("አልማዝ ተስፋዬ")
        await expect(tab.get_by_text("17 ግንቦት 1984")).to_be_visible()

        await tab.get_by_role("button", name="Lend a number").click()
        await expect(tab.locator("#lent")).to_have_attribute("data-value", NUMBER)
        await tab.get_by_role("button", name="Expect a code").click()
        await expect(tab.locator("[data-clock]")).to_contain_text(":")
        await expect(tab.locator("[data-live-state]")).to_contain_text("by themselves")

        ministry = await (await browser.new_context()).new_page()
        await ministry.goto(f"{address}/portal")
        await ministry.select_option("#number", NUMBER)
        await ministry.get_by_role("button", name="Send a login code").click()
        sent = re.search(r"[0-9]{6}", await ministry.locator("[role=status]:not(.unsent)").inner_text())
        assert sent
        await expect(tab.locator("#code")).to_have_text(sent[0])

        await tab.click("#close-form summary")
        await tab.check("text=It is done")
        await tab.get_by_role("button", name="Close the case").click()
        await expect(tab.get_by_text("The case is closed.")).to_be_visible()

        await tab.get_by_role("button", name="Sign out").click()
        await tab.wait_for_url("**/sign-in*")
        await sign_in(tab, address, "Amal")
        await tab.click("#menu summary")
        await tab.get_by_role("link", name="Export").click()
        async with tab.expect_download() as download:
            await tab.get_by_role("button", name="Make the Excel file").click()
        file = tmp_path / "ministry.xlsx"
        await (await download.value).save_as(file)
        header, row = load_workbook(file).active.iter_rows(values_only=True)
        exported = dict(zip(header, row, strict=True))
        assert exported["Reference"] == reference
        assert exported["Full name"] == "አልማዝ ተስፋዬ"
        assert exported["Phone"] == NUMBER


async def test_without_scripts_everything_works_but_what_appears_by_itself(tmp_path: Path, browser: Browser) -> None:
    async with serving_desk(tmp_path) as address:
        context = await browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 720})
        tab = await context.new_page()
        await tab.goto(f"{address}/phone/1/sms")
        for text in ("hello", "1", "2"):  # English; call me, which opens a case at once
            await tab.fill("#text", text)
            await tab.keyboard.press("Enter")
            await tab.wait_for_timeout(300)
        await sign_in(tab, address, "Hana")
        await tab.get_by_role("button", name="Take the next case").click()
        await tab.get_by_role("button", name="Lend a number").click()
        await tab.get_by_role("button", name="Expect a code").click()
        await expect(tab.locator("[data-clock]")).to_contain_text("until")
        await expect(tab.get_by_role("button", name="Copy")).to_have_count(0)
        case = tab.url
        await tab.goto(f"{address}/portal")
        await tab.get_by_role("button", name="Send a login code").click()
        await tab.goto(case)
        await expect(tab.locator("#code")).to_have_text(re.compile("[0-9]{6}"))
        await tab.fill("#text", "I call you at four")
        await tab.get_by_role("button", name="Send").click()
        await expect(tab.get_by_text("I call you at four")).to_be_visible()
        await context.close()
