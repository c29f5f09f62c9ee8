"""The main job without a mouse and without seeing: by Tab, Enter, Space and arrows, and as a screen reader reads it."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.async_api import Page, expect

from api.events import case_topic
from api.numbers.proxies import Sms, receive
from tests.browser.conftest import free_port, looking, serving
from tests.browser.pages import sign_in
from tests.desks import NUMBER, founded_app, passphrase_of
from tests.scenes import SMS, Scene

pytestmark = pytest.mark.browser
FOCUSED = """() => { const one = document.activeElement, style = getComputedStyle(one);
  const name = one.getAttribute('aria-label') || one.innerText || one.labels?.[0]?.innerText || one.value || '';
  return {name: name.trim(), seen: style.outlineStyle !== 'none' || one.matches('[type=radio], main') } }"""
FARTHEST = 90
"""Presses of Tab after which something counts as out of reach."""


@looking()
async def desk(tmp_path: Path) -> AsyncIterator[SimpleNamespace]:
    """A desk at which one person waits."""
    port = free_port()
    app = founded_app(tmp_path, f"http://127.0.0.1:{port}")
    async with serving(app, port) as address:
        scene = await Scene.of(app.state.shell, app.state.gate)
        await app.state.shell.db.write(lambda session: scene.open(session, 2))
        yield SimpleNamespace(shell=app.state.shell, scene=scene, address=address)


async def reach(tab: Page, name: str) -> None:
    """Press Tab until what is called so has the focus, which can be seen at each step."""
    for _ in range(FARTHEST):
        await tab.keyboard.press("Tab")
        focused = await tab.evaluate(FOCUSED)
        assert focused["seen"], f"the focus cannot be seen on {focused['name']!r}"
        if re.search(name, focused["name"]):
            return
    raise AssertionError(f"{name} is not reached by the keyboard")


async def press(tab: Page, name: str, key: str = "Enter") -> None:
    await reach(tab, name)
    await tab.keyboard.press(key)


async def test_the_main_job_by_the_keyboard_alone(desk: SimpleNamespace, tab: Page) -> None:
    await tab.goto(f"{desk.address}/sign-in")
    await expect(tab.locator("#name")).to_be_focused()
    await tab.keyboard.type("Hana")
    await tab.keyboard.press("Tab")
    await tab.keyboard.type(passphrase_of("Hana"))
    await tab.keyboard.press("Enter")
    await expect(tab.get_by_role("heading", name="1 person is waiting")).to_be_visible()
    await press(tab, "Go to the page")
    await press(tab, "Take the next case")
    for button in ("Lend a number", "Expect a code"):
        await expect(tab.get_by_role("button", name=button)).to_be_visible()
        await press(tab, button, "Space")
    await expect(tab.get_by_role("timer")).to_be_visible()
    await expect(tab.locator("[data-live-state]")).to_contain_text("by themselves")

    sms = Sms(NUMBER, "MOPH", SMS, "1")
    shell = desk.shell
    found = await shell.db.write(lambda session: receive(session, shell.vault, shell.portals, sms, shell.clock()))
    shell.events.changed(*map(case_topic, found))
    await expect(tab.locator("[data-announce]")).to_have_text("The code has come: 4 8 2 9 1 3")
    await press(tab, "^Copy: Code", "Space")
    await press(tab, "I have used it")
    await press(tab, "Yes, wipe it")
    await expect(tab.locator("#code")).to_have_count(0)
    await expect(tab.locator("[data-live-state]")).to_contain_text("by themselves")

    await reach(tab, "Write to the worker")
    await tab.keyboard.type("It is done: Saturday at nine.")
    await press(tab, "^Send$")
    await expect(tab.get_by_role("status").filter(has_text="Your message")).to_be_visible()
    await press(tab, "Close or hand back")
    await reach(tab, "It is done")
    await tab.keyboard.press("ArrowDown")
    await tab.keyboard.press("ArrowUp")
    await press(tab, "Close the case", "Space")
    await expect(tab.get_by_role("status").filter(has_text="The case is closed.")).to_be_visible()


async def test_the_menu_by_the_keyboard_opens_leads_on_and_closes_by_itself(desk: SimpleNamespace, tab: Page) -> None:
    await sign_in(tab, desk.address, "Amal", "en")
    await press(tab, "More")
    await expect(tab.get_by_role("link", name="Overview")).to_be_visible()
    await tab.keyboard.press("Escape")
    await expect(tab.get_by_role("link", name="Overview")).to_be_hidden()
    await tab.keyboard.press("Enter")
    await press(tab, "Audit")
    await expect(tab.get_by_role("heading", name="Audit", level=1)).to_be_visible()
    await press(tab, "More")
    await expect(tab.get_by_role("link", name="Audit")).to_have_attribute("aria-current", "page")
    await press(tab, "Sign out", "Tab")
    await expect(tab.get_by_role("link", name="Audit")).to_be_hidden()


async def test_the_queue_and_a_case_as_a_screen_reader_reads_them(desk: SimpleNamespace, tab: Page) -> None:
    await sign_in(tab, desk.address, "Hana", "en")
    await expect(tab.locator("body")).to_match_aria_snapshot("""
        - link "Go to the page"
        - banner:
          - navigation "Pages":
            - link "Queue"
            - link "Inbox"
            - link "Tasks"
            - link "Intake"
            - group: More
        - main:
          - heading "Queue" [level=1]
          - paragraph:
            - status: Changes appear by themselves.
            - link "Load again"
          - region "1 person is waiting":
            - heading "1 person is waiting" [level=2]
            - button "Take the next case"
          - region "Your cases":
            - heading "Your cases" [level=2]
          - region "Waiting for somebody":
            - list:
              - listitem:
                - button /Take .+/
        - contentinfo
    """)
    await tab.get_by_role("button", name="Take the next case").click()
    await tab.get_by_role("button", name="Lend a number").click()
    await expect(tab.locator("main")).to_match_aria_snapshot("""
        - main:
          - paragraph:
            - link "Queue"
          - heading [level=1]
          - paragraph:
            - status: Changes appear by themselves.
          - link /Next .+/
          - link "Load again Next"
          - navigation "On this page"
          - region "Number for the portal":
            - heading "Number for the portal" [level=2]
            - link "Load again Number for the portal"
            - 'button "Copy: Number"'
            - button "Expect a code"
            - group: The portal refuses it, or it is needed longer
          - region "For the portal":
            - group:
              - heading "For the portal" [level=2]
              - paragraph:
                - button "Show names, numbers and health"
              - term
              - definition
          - region "Answers":
            - group:
              - heading "Answers" [level=2]
    """)
    await tab.get_by_role("button", name="Expect a code").click()
    await expect(tab.get_by_role("timer")).to_have_text(re.compile("[0-9]:[0-9]{2}"))
    await expect(tab.get_by_role("progressbar", name="Time left")).to_be_visible()
    roles = "[...document.querySelectorAll('[data-announce]')].map((one) => one.getAttribute('role'))"
    assert await tab.evaluate(roles) == ["status"]


async def test_what_happens_is_said_to_who_cannot_see_it(desk: SimpleNamespace, tab: Page) -> None:
    """A refusal is an alert, a question that follows has the focus, and what is not sent yet is said."""
    await tab.goto(f"{desk.address}/sign-in")
    await tab.get_by_role("textbox", name="Name").fill("Hana")
    await tab.get_by_role("textbox", name="Passphrase").fill("no")
    await tab.keyboard.press("Enter")
    await expect(tab.get_by_role("alert")).to_contain_text("do not belong together")
    await sign_in(tab, desk.address, "Hana", "en")
    await tab.goto(f"{desk.address}/intake")
    await tab.get_by_role("group", name="In which language?").get_by_role("button", name="Amharic").click()
    await expect(tab.get_by_role("heading", level=1)).to_be_focused()
    await tab.locator("[value='privacy=yes']").click()
    await expect(tab.locator("[value='for_whom=self']")).to_be_visible()
    await expect(tab.get_by_role("heading", level=1)).to_be_focused()
    await tab.locator("[value='for_whom=self']").click()
    await expect(tab.locator("main").get_by_role("textbox")).to_be_focused()
    await tab.context.set_offline(True)
    await tab.keyboard.type("Almaz")
    await tab.keyboard.press("Enter")
    await expect(tab.get_by_role("status").filter(has_text="Not sent yet")).to_be_visible()
    await tab.context.set_offline(False)
    await expect(tab.get_by_role("textbox", name="Date of birth")).to_be_focused()
    await tab.keyboard.type("the rains")
    await tab.keyboard.press("Enter")
    await expect(tab.get_by_role("alert")).to_contain_text("We did not understand that.")
    box = tab.locator("main").get_by_role("textbox")
    await expect(box).to_be_focused()
    await expect(box).to_have_attribute("aria-invalid", "true")
