"""A connection that goes away, and a session that ends: what is typed at the desk is not lost, and is sent once."""

from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.async_api import Browser, Page, Route, expect
from sqlmodel import Session, delete

from api.events import case_topic
from api.tables import SignIn
from tests.browser.conftest import free_port, look_away, looking, serving
from tests.browser.pages import sign_in
from tests.desks import founded_app, passphrase_of
from tests.scenes import Scene

pytestmark = pytest.mark.browser
NOT_SENT = "Not sent yet: no connection. Keep this page open."
LIGHT = 60_000
"""Bytes, headers included."""
WORDS = "I come on Saturday at nine."


@looking()
async def desk(tmp_path: Path, tab: Page) -> AsyncIterator[SimpleNamespace]:
    """Hana is at her case, and has typed a message."""
    port = free_port()
    app = founded_app(tmp_path, f"http://127.0.0.1:{port}")
    async with serving(app, port) as address:
        scene = await Scene.of(app.state.shell, app.state.gate)
        reference = await app.state.shell.db.write(scene.fill)
        await sign_in(tab, address, "Hana", "en")
        await tab.goto(f"{address}/cases/{reference}")
        await tab.fill("#text", WORDS)
        yield SimpleNamespace(shell=app.state.shell, scene=scene, case=f"{address}/cases/{reference}")


async def said(tab: Page) -> int:
    """How often the words stand in the conversation."""
    return await tab.locator("#talk li").filter(has_text=WORDS).count()


async def test_offline_the_page_stays_and_the_message_goes_once_when_the_connection_returns(
    desk: SimpleNamespace, tab: Page
) -> None:
    await tab.context.set_offline(True)
    await tab.get_by_role("button", name="Send", exact=True).click()
    await expect(tab.get_by_text(NOT_SENT)).to_be_visible()
    await expect(tab.locator("#text")).to_have_value(WORDS)
    await tab.get_by_role("button", name="Send", exact=True).click()  # again, impatiently
    await tab.context.set_offline(False)
    await expect(tab.get_by_role("status").filter(has_text="Your message")).to_be_visible()
    assert await said(tab) == 1
    await expect(tab.locator("#text")).to_have_value("")


async def test_an_answer_that_was_lost_on_its_way_is_asked_for_again_and_nothing_is_said_twice(
    desk: SimpleNamespace, tab: Page
) -> None:
    lost = []

    async def lose_the_answer(route: Route) -> None:
        if lost:
            return await route.continue_()
        lost.append(await route.fetch())
        return await route.abort()

    await tab.route("**/write", lose_the_answer)
    await tab.get_by_role("button", name="Send", exact=True).click()
    await expect(tab.get_by_text(NOT_SENT)).to_be_visible()
    await tab.click("[data-send]")
    await expect(tab.get_by_role("status").filter(has_text="Your message")).to_be_visible()
    assert await said(tab) == 1


async def test_a_session_that_ended_while_she_typed_costs_a_sign_in_and_no_words(
    desk: SimpleNamespace, tab: Page
) -> None:
    await desk.shell.db.write(end_sessions)
    await tab.get_by_role("button", name="Send", exact=True).click()
    await expect(tab.get_by_text("Nothing that you typed is lost")).to_be_visible()
    assert "Saturday" not in tab.url
    await tab.fill("#name", "Hana")
    await tab.fill("#passphrase", passphrase_of("Hana"))
    await tab.keyboard.press("Enter")
    await expect(tab.get_by_role("status").filter(has_text="Your message")).to_be_visible()
    assert tab.url.startswith(desk.case)
    assert await said(tab) == 1


async def test_what_changes_meanwhile_does_not_take_a_page_with_typed_words_away(
    desk: SimpleNamespace, tab: Page
) -> None:
    await desk.shell.db.write(end_sessions)
    await tab.locator("[data-again]").first.click()
    await expect(tab.get_by_text("What you typed stays here")).to_be_visible()
    await expect(tab.locator("#text")).to_have_value(WORDS)


async def test_a_press_is_not_lost_when_what_is_pressed_is_put_anew_at_that_moment(
    desk: SimpleNamespace, tab: Page
) -> None:
    await expect(tab.locator("[data-live-state]")).to_contain_text("by themselves")
    await tab.locator("#number [data-again]").hover()
    await tab.mouse.down()
    async with tab.expect_response("**/live"):
        await desk.shell.db.write(desk.scene.receive_code)
        desk.shell.events.changed(case_topic(desk.case.rpartition("/")[2]))
    await tab.wait_for_timeout(300)  # time enough to put it anew
    async with tab.expect_response("**/live"):
        await tab.mouse.up()
    await expect(tab.locator("#code")).to_have_text("482913")


BREAKS_OFF = """() => {
    const whole = Response.prototype.text;
    Response.prototype.text = function () {
        if (!this.url.endsWith("/live")) return whole.call(this);
        Response.prototype.text = whole;
        return Promise.reject(new TypeError("network error"));
    };
}"""
"""The connection goes away in the middle of the next look."""


async def test_a_look_that_breaks_off_is_not_the_last_one(desk: SimpleNamespace, tab: Page) -> None:
    await expect(tab.locator("[data-live-state]")).to_contain_text("by themselves")
    await tab.evaluate(BREAKS_OFF)
    await tab.locator("#number [data-again]").click()
    await expect(tab.locator("[data-live-state]")).not_to_contain_text("by themselves")
    await desk.shell.db.write(desk.scene.receive_code)
    await tab.locator("#number [data-again]").click()
    await expect(tab.locator("#code")).to_have_text("482913")


async def test_a_code_that_comes_while_she_looks_at_another_tab_is_there_when_she_comes_back_and_stays(
    desk: SimpleNamespace, tab: Page
) -> None:
    await expect(tab.locator("[data-live-state]")).to_contain_text("by themselves")
    await look_away(tab, away=True)
    await desk.shell.db.write(desk.scene.receive_code)
    desk.shell.events.changed(case_topic(desk.case.rpartition("/")[2]))
    await look_away(tab, away=False)
    await expect(tab.locator("#code")).to_have_text("482913")
    await expect(tab.locator("[data-announce]")).to_have_text("The code has come: 4 8 2 9 1 3")
    for away in (True, False):
        await look_away(tab, away=away)
    await tab.locator("#number [data-again]").click()
    await expect(tab.locator("#code")).to_have_text("482913")
    await expect(tab.locator("#text")).to_have_value(WORDS)


async def test_the_first_view_of_the_queue_is_light_over_the_wire(
    desk: SimpleNamespace, tab: Page, browser: Browser
) -> None:
    async with await browser.new_context() as fresh:
        await fresh.add_cookies(await tab.context.cookies())  # type: ignore[arg-type] - what it gave
        page, got = await fresh.new_page(), [0]
        wire = await fresh.new_cdp_session(page)
        await wire.send("Network.enable")
        wire.on("Network.loadingFinished", lambda one: got.append(int(one["encodedDataLength"])))
        await page.goto(desk.case.partition("/cases/")[0] + "/queue")
        await expect(page.locator("[data-live-state]")).to_contain_text("by themselves")
    assert 10_000 < sum(got) < LIGHT


def end_sessions(session: Session) -> None:
    session.exec(delete(SignIn))
