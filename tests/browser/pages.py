"""Every page there is, in the states that it has: one walk for all the tests that look at each. A new page gets a line.

`{case}` is the case that Hana works on, `{waiting}` one that nobody took, `{closed}` one that is closed.
"""

from collections.abc import Awaitable, Callable

from playwright.async_api import Page
from sqlmodel import Session, select

from api.tables import CaseRow
from tests.desks import NUMBER, passphrase_of
from tests.scenes import Scene

See = Callable[[str, str], Awaitable[None]]
"""Looks at the page of this path, which is shown as this name."""

OUTSIDE = ("sign-in", "join", "phone/1/chat", "phone/1/sms", "portal")
"""Pages for whoever is not signed in, and of the simulator."""
HELPING = (
    "queue",
    "inbox",
    "tasks",
    "intake",
    "intake/paper",
    "typed-in",
    "calls",
    "duty",
    "search",
    "training",
    "going",
)
"""Pages of a volunteer's day."""
OWN = ("me", "me/factor", "passphrase", "people")
"""What is about herself; the last is a page that she may not see."""
COORDINATING = (
    "unhandled",
    "overview",
    "numbers",
    "numbers/health",
    f"numbers/{NUMBER}",
    "people",
    "people/2",
    "rules",
    "settings",
    "services",
    "month",
    "notices",
    "retention",
    "export",
    "audit",
    "slips/print",
)
"""Pages that only a coordinator sees."""
WITHOUT = ("queue", "inbox", "tasks", "unhandled", "overview", "export")
"""Pages that look different while there is nothing yet."""


async def walk(tab: Page, address: str, scene: Scene, language: str, see: See) -> None:
    """Look at each page in each of its states, as a volunteer and as a coordinator."""
    db = scene.shell.db
    for path in OUTSIDE:
        await see(path, path)
    await sign_in(tab, address, "Amal", language)
    for path in WITHOUT:
        await see(path, f"{path}-empty")
    reference = await db.write(scene.fill)
    cases = await db.read(lambda session: {"{case}": reference, **_others(session)})
    for path in (*HELPING, *COORDINATING):
        await see(path, path)
    await see(f"cases/{cases['{closed}']}", "case-closed")
    await see(f"cases/{cases['{closed}']}/forget", "case-forget")
    await sign_in(tab, address, "Hana", language)
    for path in (*HELPING, *OWN):
        await see(path, f"{path}-volunteer")
    await see(f"cases/{cases['{waiting}']}", "case-waiting")
    await see(f"cases/{reference}", "case-window")
    await db.write(scene.receive_code)
    await see(f"cases/{reference}", "case-code")


def _others(session: Session) -> dict[str, str]:
    """One case that waits and one that is closed, by the words of this page."""
    words = {"open": "{waiting}", "closed": "{closed}"}
    found = session.exec(select(CaseRow.state, CaseRow.reference).order_by(CaseRow.id)).all()
    return {words[state]: reference for state, reference in found if state in words}


async def sign_in(tab: Page, address: str, name: str, language: str) -> None:
    """Fill in the sign-in page as somebody, and choose her language."""
    await tab.context.clear_cookies()
    await tab.goto(f"{address}/sign-in")
    await tab.fill("#name", name)
    await tab.fill("#passphrase", passphrase_of(name))
    await tab.click("main button")
    await tab.wait_for_url("**/queue")
    if await tab.evaluate("document.documentElement.lang") != language:
        async with tab.expect_navigation():
            await tab.click(f"footer button[value={language}]")
