"""A volunteer's day, a coordinator's day and a trainee's hour, in both languages, on a phone and on a desk.

Each step is done as she does it, with her fingers: the words on the buttons differ by language, so a form is found by
where it goes. `make pictures` puts a picture of each page into ./screenshots (`day-…`): look at them before you call a
page done.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from api.app import now
from api.desk import queue
from api.keys import locks
from api.numbers import leases, windows
from api.staff import people
from api.staff.people import Newcomer
from tests.browser.conftest import Clock, free_port, serving
from tests.browser.measuring import WIDTHS, holds_together
from tests.browser.pages import sign_in
from tests.browser.test_intake import fill
from tests.desks import NUMBER, founded_app, passphrase_of
from tests.factories import CHEAP
from tests.scenes import Scene

pytestmark = pytest.mark.browser
EVERY_WAY = pytest.mark.parametrize(
    ("language", "width"),
    [
        ("en", "phone"),
        pytest.param("ar", "desk", marks=pytest.mark.long),
        pytest.param("en", "desk", marks=pytest.mark.long),
        pytest.param("ar", "phone", marks=pytest.mark.long),
    ],
)
SOON = 20
"""Days until the appointment."""


@dataclass
class Day:
    """A desk that is served, the clock of its server, and the language and width in which it is looked at."""

    browser: Browser
    address: str
    scene: Scene
    language: str
    width: str
    clock: Clock

    async def of(self, name: str) -> "Person":
        """Somebody signs in, on a device of her own."""
        person = await self.stranger(name)
        await sign_in(person.tab, self.address, name, self.language)
        return person

    async def stranger(self, name: str) -> "Person":
        """Somebody whom the desk does not know yet."""
        context = await self.browser.new_context(viewport=WIDTHS[self.width], locale=self.language)  # type: ignore[arg-type]
        tab = await context.new_page()
        tab.set_default_timeout(20_000)
        return Person(self, name, tab)

    async def ministry_sends_a_code(self) -> str:
        """Somebody plays the ministry; gives the code that it sent."""
        ministry = await self.stranger("Ministry")
        await ministry.open("/portal")
        await ministry.look("portal")
        await ministry.press("/portal", "[value=code]")
        sent = re.search("[0-9]{6}", await ministry.tab.locator("main [role=status]").inner_text())
        assert sent
        await ministry.tab.context.close()
        return sent[0]


@dataclass
class Person:
    """Somebody in front of a page."""

    day: Day
    name: str
    tab: Page

    async def open(self, path: str) -> None:
        await self.tab.goto(self.day.address + path)

    async def look(self, what: str) -> None:
        """Check that nothing sticks out, with a picture if it is wanted, and fold up again what the check unfolded."""
        picture = f"day-{self.name.lower()}-{what}-{self.day.language}-{self.day.width}"
        await self.tab.evaluate("for (const one of document.querySelectorAll('details[open]')) one.dataset.was = 1")
        await holds_together(self.tab, picture, self.day.language)
        await self.tab.evaluate(
            "for (const one of document.querySelectorAll('details')) one.open = 'was' in one.dataset"
        )

    def form(self, action: str) -> Locator:
        """The first form that goes there; `action` is how its address ends."""
        return self.tab.locator(f"form[action$='{action}']").first

    async def press(self, action: str, which: str = "") -> None:
        """Press the button of a form, or the one that `which` selects, and wait for the page that follows."""
        await self.go(self.form(action).locator(f"button{which}").first)

    async def go(self, button: Locator) -> None:
        """Press something that leaves this page, and wait for the next."""
        await self.tab.evaluate("document.querySelector('main > :last-child').dataset.left = ''")
        await button.click()
        await expect(self.tab.locator("main:not(:has(> [data-left])) > *").first).to_be_attached()
        await self.tab.wait_for_load_state()

    async def unfold(self, fold: str) -> None:
        if await self.tab.locator(fold).get_attribute("open") is None:
            await self.tab.click(f"{fold} > summary")

    async def done(self, code: str) -> None:
        """What she did was done, and the page says so."""
        assert f"done={code}" in self.tab.url
        await expect(self.tab.locator("main p.notice[role=status]")).not_to_be_empty()

    async def sign_out(self) -> None:
        await self.press("/sign-out")
        await expect(self.tab.locator("#passphrase")).to_be_visible()


@asynccontextmanager
async def a_day(folder: Path, browser: Browser, language: str, width: str) -> AsyncIterator[Day]:
    """An empty desk, which is served."""
    port, clock = free_port(), Clock()
    app = founded_app(folder, f"http://127.0.0.1:{port}", clock=clock)
    clock.ahead = until_ten(app.state.shell.settings.zone)
    async with serving(app, port) as address:
        scene = await Scene.of(app.state.shell, app.state.gate)
        yield Day(browser, address, scene, language, width, clock)


def until_ten(zone: tzinfo) -> timedelta:
    """How long it is until tomorrow at ten, when a desk works and workers may be written to."""
    today = now().astimezone(zone)
    return (today + timedelta(days=1)).replace(hour=10, minute=0, second=0, microsecond=0) - today


def three_wait(session: Any, scene: Scene) -> None:
    """Three cases wait; Amal has a fourth, and just now expects a code on the only number."""
    for hours in (1, 2, 3):
        scene.open(session, hours)
    amals = scene.open(session, 4, "si")
    queue.claim(session, scene.amal, amals, scene.now)
    portal = scene.shell.portals["model_ministry"]
    leases.lend(session, scene.amal, amals, portal, scene.now)
    windows.expect_code(session, scene.amal, amals, portal, scene.now)


def appointment_on(day: datetime) -> str:
    """What the ministry writes of it."""
    return f"MOPH: አልማዝ ተስፋዬ, your appointment is on {day:%d/%m/%Y} at 09:30, Rafik Hariri hospital. Code 4829."


@EVERY_WAY
async def test_a_volunteers_day(tmp_path: Path, browser: Browser, language: str, width: str) -> None:
    async with a_day(tmp_path, browser, language, width) as day:
        await day.scene.shell.db.write(lambda session: three_wait(session, day.scene))
        stranger = await day.stranger("Hana")
        await stranger.open("/sign-in")
        await stranger.look("01-sign-in")
        hana = await day.of("Hana")
        await hana.look("02-queue")
        reference = await she_takes_the_next_case(hana)
        await hana.look("03-case-new")
        await she_waits_for_the_number_and_gets_her_code(day, hana)
        await she_writes_and_asks_for_help(hana, reference)
        await she_lets_one_rest_and_hands_one_over(hana)
        await she_takes_in_a_person_at_the_desk(hana)
        await she_types_in_an_sms_and_says_whose_it_is(hana, reference)
        await she_keeps_the_appointment_and_tells_the_worker(hana, reference)
        await she_closes(hana, reference)
        await hana.open("/me")
        await hana.look("20-me")
        await hana.sign_out()


async def she_takes_the_next_case(hana: Person) -> str:
    await hana.press("/queue/next")
    return await hana.tab.locator("h1").inner_text()


async def she_waits_for_the_number_and_gets_her_code(day: Day, hana: Person) -> None:
    await hana.press("/lend")
    await expect(hana.tab.locator("#lent")).to_have_attribute("data-value", NUMBER)
    await hana.press("/queue-up")
    await hana.look("04-case-in-line")
    day.clock.ahead += timedelta(minutes=25)  # Amal's window closes, and the number has rested
    await hana.tab.click("[data-again]")
    await hana.press("/expect")
    await hana.look("05-case-window")
    code = await day.ministry_sends_a_code()
    await expect(hana.tab.locator("#code")).to_have_text(code)
    await hana.look("06-case-code")
    await hana.unfold("#code-used")
    await hana.press("/wipe")
    await expect(hana.tab.locator("#code")).to_have_count(0)


async def she_writes_and_asks_for_help(hana: Person, reference: str) -> None:
    await hana.tab.fill("#text", "ሰላም አልማዝ። ነገ እጽፍልሻለሁ።")
    await hana.press("/write")
    await hana.done("written")
    await expect(hana.tab.locator("#talk")).to_contain_text("ነገ እጽፍልሻለሁ")
    await hana.unfold("#help-form")
    await hana.form("/escalate").locator("input[value=legal]").check()
    await hana.press("/escalate")
    await hana.done("escalated")
    await hana.look("07-case-help-asked")
    await hana.unfold("#help-form")
    await hana.press(f"/cases/{reference}/calm")


async def she_lets_one_rest_and_hands_one_over(hana: Person) -> None:
    await hana.open("/queue")
    resting = await she_takes_the_next_case(hana)
    await hana.unfold("#help-form")
    await hana.tab.fill("#day", f"{hana.day.scene.shell.clock() + timedelta(days=9):%Y-%m-%d}")
    await hana.press("/snooze")
    await hana.done("resting")
    given = await she_takes_the_next_case(hana)
    assert given != resting
    await hana.unfold("#help-form")
    rima = await hana.tab.locator("#to option", has_text="Rima").get_attribute("value")
    await hana.tab.select_option("#to", rima)
    await hana.tab.fill("#over", "She asks for a woman who speaks Arabic.")
    await hana.press("/hand-over")
    await hana.done("handed_over")
    await hana.look("08-queue-after")


async def she_takes_in_a_person_at_the_desk(hana: Person) -> None:
    await hana.open("/intake")
    await hana.look("09-intake")
    await hana.press("/intake", "[value=am]")
    await hana.look("10-intake-first-question")
    await fill(hana.tab)
    await hana.look("11-intake-done")
    await hana.press("/intake/slips")
    await expect(hana.tab.locator("output")).to_have_text(re.compile("[0-9]{4}"))
    await hana.look("12-slip")


async def she_types_in_an_sms_and_says_whose_it_is(hana: Person, reference: str) -> None:
    await hana.open("/typed-in")
    await hana.tab.fill("#sender", "MOPH")
    await hana.tab.fill("#text", appointment_on(hana.day.scene.shell.clock() + timedelta(days=SOON)))
    await hana.press("/typed-in")
    await hana.look("13-typed-in")
    await hana.open("/inbox")
    await hana.look("14-inbox")
    amal = await hana.day.of("Amal")  # the name fits her case too, so a coordinator says whose it is
    await amal.open("/inbox")
    await amal.look("00-inbox")
    await amal.go(amal.tab.locator(f"main button[value='{reference}']").first)
    await expect(amal.tab.locator("#inbox li")).to_have_count(0)
    await amal.tab.context.close()


async def she_keeps_the_appointment_and_tells_the_worker(hana: Person, reference: str) -> None:
    at = hana.day.scene.shell.clock() + timedelta(days=SOON)
    await hana.open(f"/cases/{reference}")
    await hana.look("15-case-is-this-the-appointment")
    await hana.press("/appointment")
    await hana.look("16-case-appointment")
    await hana.tab.locator("#told input[name=place]").first.fill("Dora, Main road 4")
    await hana.press("/tell/preview")
    await hana.look("17-tell")
    await hana.press("/tell")
    await hana.done("task")  # she has no phone: somebody says it
    await hana.open("/tasks")
    await hana.look("18-tasks")
    await hana.tab.click("#tasks a[href^='/tasks/']")
    await hana.tab.wait_for_selector("#said")
    await hana.look("19-task")
    await hana.tab.fill("#said", f"{at:%Y-%m-%d}")
    await hana.press("/done")
    await hana.done("task_done")


async def she_closes(hana: Person, reference: str) -> None:
    await hana.open(f"/cases/{reference}")
    await hana.unfold("#close-form")
    await hana.form("/close").locator("input[value=done]").check()
    await hana.press("/close")
    await hana.done("closed")
    await expect(hana.tab.locator("#cases")).not_to_contain_text(reference)


@EVERY_WAY
async def test_a_coordinators_day(tmp_path: Path, browser: Browser, language: str, width: str) -> None:
    async with a_day(tmp_path, browser, language, width) as day:
        reference = await day.scene.shell.db.write(day.scene.fill)
        amal = await day.of("Amal")
        await amal.look("01-queue")
        await amal.open("/overview")
        await amal.look("02-overview")
        await she_sets_a_rule(amal)
        await she_invites_a_person(day, amal)
        await she_enters_a_shift(amal)
        await she_looks_after_the_numbers(amal)
        await amal.open("/inbox")
        await amal.look("11-inbox")
        await amal.press("/nobody")
        await amal.done("put_aside")
        await she_exports(day, amal, tmp_path)
        await she_removes_a_person(amal)
        await amal.open("/audit")
        await amal.look("16-audit")
        await expect(amal.tab.locator("main")).to_contain_text(reference)
        await amal.sign_out()


async def she_sets_a_rule(amal: Person) -> None:
    await amal.open("/rules")
    await amal.tab.fill("#open_cases", "9")
    await amal.press("/rules")
    await amal.done("set")
    await amal.look("03-rules")


async def she_invites_a_person(day: Day, amal: Person) -> None:
    await amal.open("/people")
    await amal.tab.fill("#name", "Noor")
    await amal.tab.check("input[name=languages][value=ar]")
    await amal.press("/people/invite")
    link = await amal.tab.locator("#link").inner_text()
    await amal.look("04-people-invited")
    noor = await day.stranger("Noor")
    await noor.tab.goto(link)
    words = await noor.tab.locator("#passphrase-shown").inner_text()
    await noor.look("05-join")
    await noor.tab.fill("#passphrase", words)
    await noor.press("/join/enter")
    await noor.done("joined")
    await noor.look("06-me")
    await noor.tab.context.close()


async def she_enters_a_shift(amal: Person) -> None:
    await amal.open("/duty")
    await amal.press("/duty")
    await amal.done("on_duty")
    await amal.look("07-roster")


async def she_looks_after_the_numbers(amal: Person) -> None:
    await amal.open("/numbers")
    await amal.tab.fill("#number", "+961 70 555 111")
    await amal.press("/numbers")
    await amal.done("added")
    await amal.look("08-numbers")
    await amal.open(f"/numbers/{NUMBER}")
    await amal.tab.click("details:has(form[action$='/lost']) > summary")
    await amal.press("/lost")
    await amal.look("09-number-lost")
    await amal.open("/numbers/health")
    await amal.look("10-numbers-health")


async def she_exports(day: Day, amal: Person, folder: Path) -> None:
    day.clock.ahead += timedelta(minutes=12)  # long enough ago that she typed her passphrase
    await amal.open("/export")
    await amal.look("12-export")
    await amal.press("/export", "[value=xlsx]")
    await amal.look("13-passphrase-again")
    await amal.tab.fill("#again", passphrase_of("Amal"))
    async with amal.tab.expect_download() as download:
        await amal.form("/export").locator("button").click()
    await (await download.value).save_as(folder / "ministry.xlsx")
    assert (folder / "ministry.xlsx").stat().st_size > 1000


async def she_removes_a_person(amal: Person) -> None:
    await amal.open("/people")
    await amal.go(amal.tab.get_by_role("link", name="Noor"))
    await amal.look("14-person")
    await amal.unfold("#remove")
    await amal.press("/remove")
    await amal.done("removed")
    await expect(amal.tab.locator("main")).not_to_contain_text("Noor")
    await amal.look("15-people")


@EVERY_WAY
async def test_a_trainees_hour(tmp_path: Path, browser: Browser, language: str, width: str) -> None:
    async with a_day(tmp_path, browser, language, width) as day:
        await day.scene.shell.db.write(lambda session: _add_a_trainee(session, day.scene))
        lina = await day.of("Lina")
        await lina.look("01-queue-empty")
        hana = await day.of("Hana")
        reference = await she_takes_the_next_case(hana)
        await hana.press("/lend")
        await hana.unfold("#trainees")
        await hana.press("/share")
        await hana.done("shared")
        await lina.open("/queue")
        await lina.look("02-queue")
        await lina.tab.click(f"a[href='/cases/{reference}']")
        await lina.tab.wait_for_selector("#said")
        await lina.look("03-case")
        assert await lina.tab.locator(f"main form[action^='/cases/{reference}']").count() == 2, (
            "names that are asked for, and a note"
        )
        await lina.unfold("#note-form")
        await lina.tab.fill("#note", "I have read along.")
        await lina.press("/note")
        await lina.done("noted")
        await lina.open("/duty")
        await lina.look("04-roster")
        for closed in ("/intake", "/intake/paper", "/typed-in", "/numbers", "/people", "/export"):
            answer = await lina.tab.goto(day.address + closed)
            assert answer is not None
            assert answer.status == 404, closed
        await lina.look("05-nothing-here")


def _add_a_trainee(session: Any, scene: Scene) -> None:
    three_wait(session, scene)
    lina, lock = Newcomer("Lina", "trainee", "en", ("am", "en")), locks.new_person(passphrase_of("Lina"), CHEAP)
    people.add(session, scene.amal.team, lina, lock, None, scene.now)
