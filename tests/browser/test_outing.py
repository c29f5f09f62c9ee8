"""The list of an outing: who came is ticked in the street, where there is no connection, and every tick arrives."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from sqlmodel import Session

from api.going import outings
from tests.browser.conftest import free_port, serving
from tests.browser.pages import sign_in
from tests.desks import founded_app
from tests.scenes import Scene

pytestmark = pytest.mark.browser


async def test_ticks_wait_for_a_connection_and_then_arrive(tmp_path: Path, tab: Page) -> None:
    port = free_port()
    app = founded_app(tmp_path, f"http://127.0.0.1:{port}")
    async with serving(app, port) as address:
        scene, db = await Scene.of(app.state.shell, app.state.gate), app.state.shell.db

        def plan(session: Session) -> tuple[int, list[str]]:
            cases, tomorrow = [scene.open(session, hours) for hours in (1, 2)], scene.now + timedelta(days=1)
            number = outings.plan(
                session, scene.shell.vault, scene.amal, tomorrow, "Dora", 9, scene.hana.person_id, scene.now
            )
            outings.add(session, scene.amal, number, cases, scene.now)
            return number, cases

        number, cases = await db.write(plan)
        first, second = (f"input[name=came][value='{one}']" for one in cases)

        async def ticked() -> list[bool]:
            await tab.goto(f"{address}/outings/{number}")
            return [await tab.locator(one).is_checked() for one in (first, second)]

        await sign_in(tab, address, "Hana", "en")
        assert await ticked() == [False, False]
        await expect(tab.locator("[data-when=kept]")).to_be_visible()
        await tab.context.set_offline(True)
        await tab.check(first)
        await expect(tab.locator("[data-when=waits]")).to_be_visible()
        await tab.context.set_offline(False)
        await expect(tab.locator("[data-when=kept]")).to_be_visible()
        await tab.check(second)
        await tab.uncheck(first)
        await expect(tab.locator("[data-when=kept]")).to_be_visible()
        assert await ticked() == [False, True]
