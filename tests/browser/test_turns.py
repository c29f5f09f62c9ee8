"""Two volunteers side by side want the same number: one waits, sees whose turn it is, and gets her own."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect
from sqlmodel import Session

from api.app import now
from api.desk import queue
from api.numbers import leases, proxies
from api.shell import Shell
from api.staff.gate import Gate
from tests.browser.conftest import free_port, serving
from tests.desks import NUMBER, founded_app, passphrase_of
from tests.scenes import Scene

pytestmark = pytest.mark.browser
CODE = "MOPH: your login code is 482913. It is valid for 10 minutes."


class Clock:
    """The server's clock, which a test can put forward."""

    ahead = timedelta()

    def __call__(self) -> datetime:
        return now() + self.ahead


async def test_one_waits_for_the_window_and_the_code_appears_on_the_right_screen_only(
    tmp_path: Path, browser: Browser
) -> None:
    port, clock = free_port(), Clock()
    app = founded_app(tmp_path, f"http://127.0.0.1:{port}", clock=clock)
    async with serving(app, port) as address:
        shell = app.state.shell
        scene = await Scene.of(shell, app.state.gate)
        references = await shell.db.write(lambda session: _two_cases(session, scene))
        gate: Gate = app.state.gate
        hanas = await _page(browser, address, gate, "Hana", references[0])
        amals = await _page(browser, address, gate, "Amal", references[1], clock_off=timedelta(hours=-5))

        await hanas.get_by_role("button", name="Expect a code").click()
        await amals.get_by_role("button", name="Wait for my turn").click()
        await expect(amals.locator("#number")).to_contain_text("Place 1 in the line for a code")
        await expect(amals.locator("#number")).to_contain_text("Now it is the turn of Hana.")
        left = await amals.locator("[data-clock]").inner_text()
        assert left.startswith(("19:", "20:")), "it counts the server's seconds, whatever the clock of the device says"
        await expect(hanas.locator("#number")).to_contain_text("1 case waits for this number")

        await shell.db.write(lambda session: _code(session, shell, clock()))
        shell.events.changed(*(f"case:{reference}" for reference in references))
        await expect(hanas.locator("#code")).to_have_text("482913")
        await expect(amals.locator("#code")).to_have_count(0)

        await hanas.get_by_role("button", name="Stop waiting").click()
        await expect(amals.locator("#number")).to_contain_text("The number rests")
        clock.ahead += timedelta(minutes=10)
        await amals.locator("#number").get_by_role("link", name="Load again").click()
        await expect(amals.locator("#number")).to_contain_text("It is your turn.")
        await amals.get_by_role("button", name="Expect a code").click()
        await expect(amals.locator("#number")).to_contain_text("Ask the portal for the code now.")
        await expect(hanas.locator("#number")).to_contain_text("Amal expects a code on this number just now.")


def _two_cases(session: Session, scene: Scene) -> list[str]:
    references = [scene.open(session, hours) for hours in (1, 2)]
    for viewer, reference in zip((scene.hana, scene.amal), references, strict=True):
        queue.claim(session, viewer, reference, scene.now)
        leases.lend(session, viewer, reference, scene.shell.portals["model_ministry"], scene.now)
    return references


def _code(session: Session, shell: Shell, at: datetime) -> None:
    proxies.receive(session, shell.vault, shell.portals, proxies.Sms(NUMBER, "MOPH", CODE, "1"), at)


async def _page(
    browser: Browser, address: str, gate: Gate, name: str, reference: str, clock_off: timedelta = timedelta()
) -> Page:
    """A case on the phone of somebody who has signed in, and whose clock may be wrong."""
    token = await gate.sign_in(name, passphrase_of(name), now())
    context = await browser.new_context(viewport={"width": 360, "height": 720})
    await context.add_cookies([{"name": "rafiqa", "value": token, "url": address}])
    tab = await context.new_page()
    tab.set_default_timeout(10_000)
    if clock_off:
        await tab.clock.install(time=now() + clock_off)
    await tab.goto(f"{address}/cases/{reference}")
    return tab
