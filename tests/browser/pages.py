"""Every page there is, in the states that it has: one walk for all that looks at each.

The list is held against the application's own routes: a new page gets a line here, or `test_pages` fails. Words in
braces are objects of `tests.furnished`; what stands after a path is done there before anybody looks.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from playwright.async_api import Browser, Error, Page, expect

from api.progress import Work
from api.staff import invitations
from api.staff.people import Newcomer
from tests.browser.conftest import Clock
from tests.browser.measuring import WIDTHS, Theme
from tests.desks import NUMBER, passphrase_of
from tests.furnished import furnish
from tests.scenes import Scene

Who = Literal["nobody", "Hana", "Amal", "Tala", "Noor", "Yara"]
"""Hana is a volunteer, Amal a coordinator, Tala a trainee; of Noor a second factor is demanded, Yara has one."""
State = Literal["empty", "full", "code", "later"]
"""A desk that was founded just now; with something of everything; when a code has come as well; some minutes later."""
Do = Callable[[Page], Awaitable[None]]
STATES: tuple[State, ...] = ("empty", "full", "code", "later")
SOON = timedelta(days=20)
MINUTES = timedelta(minutes=12)
"""After so long a passphrase is asked for again."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody opens a page in one state of the desk, perhaps does something there, and looks."""

    who: Who
    path: str
    picture: str
    do: Do | None = None
    state: State = "full"


def presses(button: str, then: str = "", **typed: str) -> Do:
    """Fill in fields by their ids, press a button, and wait until something is there."""

    async def do(tab: Page) -> None:
        for name, text in typed.items():
            await tab.fill(f"#{name}", text)
        before = await tab.locator("#main").inner_html()
        await tab.locator(button).first.click()
        if then:
            await expect(tab.locator(then).first).to_be_attached()
        else:
            await expect(tab.locator("#main")).not_to_have_js_property("innerHTML", before)

    return do


def one_after_another(*steps: Do) -> Do:
    async def do(tab: Page) -> None:
        for step in steps:
            await step(tab)

    return do


async def unfold_and_preview(tab: Page) -> None:
    """Say that the worker has an appointment, and look at what would go out."""
    form = tab.locator("#appointment-form form")
    if not await form.is_visible():
        await tab.click("#appointment-form summary")
    await form.locator("input[name=day]").fill(f"{date.today() + SOON:%Y-%m-%d}")
    await form.locator("input[name=place]").fill("Dora, Main road 4")
    await form.locator("button").click()
    await presses("form[action$='/tell/preview']:has([value=appointment]) button", "form[action$='/tell']")(tab)


async def invite(tab: Page) -> None:
    """Invite somebody; the link is shown this once. Who signed in long ago types her passphrase again first."""
    await presses("form[action='/people/invite'] .do", "#link, #again", name="Lea")(tab)
    if await tab.locator("#again").count():
        await presses("main .do", "#link", again=passphrase_of("Amal"))(tab)


async def preview_a_notice(tab: Page) -> None:
    """Look who would be told something of the service that somebody here came for."""
    await tab.select_option("#service", "vaccination")
    await presses("main form.card button", "form[action='/notices']")(tab)


async def choose_wrongly(tab: Page) -> None:
    """Answer a quiz, at random."""
    for group in await tab.locator("form[action^='/training/'] fieldset").all():
        await group.locator("input").last.check()
    await presses("form[action^='/training/'] button", ".missed")(tab)


def hana(path: str, picture: str, do: Do | None = None, state: State = "full") -> Visit:
    return Visit("Hana", path, picture, do, state)


def amal(path: str, picture: str, do: Do | None = None, state: State = "full") -> Visit:
    return Visit("Amal", path, picture, do, state)


def tala(path: str, picture: str) -> Visit:
    return Visit("Tala", path, picture)


def nobody(path: str, picture: str, do: Do | None = None, state: State = "full") -> Visit:
    return Visit("nobody", path, picture, do, state)


ASKED = "main input[name=once]"
CONSENT = one_after_another(presses("main button[value=am]", ASKED))
NAMED = one_after_another(CONSENT, presses("[value='privacy=yes']"), presses("[value='for_whom=self']"))
MISREAD = one_after_another(
    NAMED, presses(".write button", text="አልማዝ"), presses(".write button", "[role=alert]", text="the rains")
)

PAGES: Mapping[str, tuple[Visit, ...]] = {
    "/sign-in": (
        nobody("/sign-in", "sign-in"),
        nobody("/sign-in", "sign-in-wrong", presses("main button", "[role=alert]", name="Hana", passphrase="no")),
    ),
    "/sign-in/code": (Visit("Yara", "/sign-in/code", "sign-in-code"),),
    "/sign-in/enrol": (Visit("Noor", "/sign-in/enrol", "sign-in-enrol"),),
    "/join": (
        nobody("/join", "join"),
        nobody("/join#{invitation}", "join-invited", presses("body", "#passphrase-shown")),
    ),
    "/phone/{number}/{manner}": (
        nobody("/phone/1/chat", "phone-chat-empty", state="empty"),
        nobody("/phone/1/chat", "phone-chat", presses(".composer button", "#screen li.theirs", text="hello")),
        nobody("/phone/2/sms", "phone-sms", presses(".composer button", "#screen li.theirs", text="hello")),
    ),
    "/portal": (
        nobody("/portal", "portal"),
        nobody("/portal", "portal-sent", presses("main form button", "main [role=status]"), "code"),
    ),
    "/queue": (
        amal("/queue", "queue-empty", state="empty"),
        amal("/queue", "queue-coordinator"),
        hana("/queue", "queue"),
        tala("/queue", "queue-trainee"),
    ),
    "/cases/{reference}": (
        hana("/cases/{case}", "case-window"),
        hana("/cases/{case}", "case-named", presses("button[form=names-form]", "#portal-name")),
        hana("/cases/{other}", "case-tell", unfold_and_preview),
        hana("/cases/{other}", "case-new"),
        amal("/cases/{waiting}", "case-waiting"),
        amal("/cases/{case}", "case-of-another"),
        amal("/cases/{closed}", "case-closed"),
        tala("/cases/{case}", "case-trainee"),
        hana("/cases/{case}", "case-code", state="code"),
    ),
    "/cases/{reference}/answers/{name}": (
        hana("/cases/{case}/answers/name", "answer-name"),
        hana("/cases/{case}/answers/papers", "answer-choice"),
    ),
    "/cases/{reference}/forget": (amal("/cases/{closed}/forget", "case-forget"),),
    "/cases/{reference}/beside/{other}": (
        hana("/cases/{case}/beside/{other}", "beside"),
        hana("/cases/{case}/beside/{other}", "beside-named", presses("button[form=names-form]")),
    ),
    "/inbox": (
        amal("/inbox", "inbox-empty", state="empty"),
        amal("/inbox", "inbox-coordinator"),
        hana("/inbox", "inbox"),
    ),
    "/tasks": (amal("/tasks", "tasks-empty", state="empty"), hana("/tasks", "tasks")),
    "/tasks/{task_id}": (hana("/tasks/{task}", "task"),),
    "/intake": (
        hana("/intake", "intake-empty", state="empty"),
        hana("/intake", "intake"),
    ),
    "/intake/{key}": (
        hana("/intake", "intake-consent", CONSENT),
        hana("/intake", "intake-misread", MISREAD),
    ),
    "/intake/paper": (
        hana("/intake/paper", "paper"),
        hana("/intake/paper", "paper-marked", presses("main button.do", "[aria-invalid]")),
    ),
    "/slips/print": (
        hana("/slips/print", "slips-choose"),
        hana("/slips/print", "slips", one_after_another(presses("main button.do", ".slip"))),
    ),
    "/typed-in": (hana("/typed-in", "typed-in"),),
    "/calls": (hana("/calls", "calls"),),
    "/duty": (hana("/duty", "duty"), amal("/duty", "duty-coordinator"), tala("/duty", "duty-trainee")),
    "/search": (
        hana("/search", "search"),
        hana("/search", "search-found", presses("main button.do", "main .reference", who="አልማዝ 1992")),
    ),
    "/training": (hana("/training", "training"), amal("/training", "training-coordinator")),
    "/training/{service}": (
        tala("/training/vaccination", "training-cards"),
        amal("/training/vaccination", "training-missed", choose_wrongly),
    ),
    "/going": (amal("/going", "going-empty", state="empty"), hana("/going", "going")),
    "/going/{offer_id}": (hana("/going/{offer}", "going-day"),),
    "/outings": (
        amal("/outings", "outings-empty", state="empty"),
        amal("/outings", "outings"),
        hana("/outings", "outings-volunteer"),
    ),
    "/outings/{outing_id}": (amal("/outings/{outing}", "outing"), hana("/outings/{outing}", "outing-volunteer")),
    "/me": (hana("/me", "me"),),
    "/me/factor": (hana("/me/factor", "me-factor"),),
    "/passphrase": (
        hana("/passphrase", "passphrase"),
        Visit("Tala", "/passphrase", "passphrase-wrong", presses("main button", "[role=alert]", passphrase="no")),
    ),
    "/phrases": (amal("/phrases", "phrases"),),
    "/unhandled": (amal("/unhandled", "unhandled-empty", state="empty"), amal("/unhandled", "unhandled")),
    "/overview": (amal("/overview", "overview-empty", state="empty"), amal("/overview", "overview")),
    "/numbers": (amal("/numbers", "numbers"),),
    "/numbers/health": (amal("/numbers/health", "numbers-health"),),
    "/numbers/{number}": (amal(f"/numbers/{NUMBER}", "number"),),
    "/people": (
        amal("/people", "people"),
        hana("/people", "nothing-here"),
        amal("/people", "people-invited", invite),
        amal("/people", "again", presses("form[action='/people/invite'] .do", "#again", name="Maya"), "later"),
    ),
    "/people/{person_id}": (amal("/people/{person}", "person"),),
    "/rules": (amal("/rules", "rules"),),
    "/settings": (amal("/settings", "settings"),),
    "/services": (amal("/services", "services"),),
    "/services/{service}/try": (
        amal("/services/vaccination/try?language=ar", "service-try", presses("main form.stack button", text="1")),
    ),
    "/services/{service}/{language}": (amal("/services/vaccination/am", "service-language"),),
    "/month": (amal("/month", "month"), amal("/month?for=out", "month-to-hand-out")),
    "/codes": (amal("/codes", "codes"),),
    "/reports": (amal("/reports", "reports"),),
    "/notices": (
        amal("/notices", "notices-empty", state="empty"),
        amal("/notices", "notices"),
        amal("/notices", "notice-preview", preview_a_notice),
    ),
    "/retention": (amal("/retention", "retention"),),
    "/export": (amal("/export", "export-empty", state="empty"), amal("/export", "export")),
    "/batches/{batch_id}": (
        amal("/batches/{batch}", "batch"),
        amal("/batches/{batch}", "batch-names", presses("form[action$='/names'] button")),
    ),
    "/audit": (amal("/audit", "audit"),),
    "/work/{key}": (amal("/work/{work}", "work"),),
}  # fmt: skip
NOT_LOOKED_AT: Mapping[str, str] = {
    "/": "leads on",
    "/phone": "leads on",
    "/health": "for machines",
    "/webhooks/cht": "for machines",
    "/tasks/count": "a number",
    "/going/{offer_id}/calendar.ics": "a file",
    "/month/file": "a file",
    "/codes/{service}/{task}": "no service of this desk hands out anything by code",
    "/codes/{service}/{task}/file": "a file",
    "/reports/{service}/{name}": "no service of this desk has a report",
    "/reports/{service}/{name}/file": "a file",
    "/work/{key}/result": "a file",
    "/cases/{reference}/media/{media_id}": "a file",
    "/cases/{reference}/invite": "no service of this desk has people who join it",
    "/cases/{reference}/mail/files/{file_id}": "a file",
}
"""Routes without a page of their own, and why."""
PARTS = ("/live", "/events")
"""How the routes of what a page loads again end."""


def routes(found: list[Any]) -> Iterator[str]:
    """The paths of everything that can be opened."""
    for route in found:
        if hasattr(route, "original_router"):
            yield from routes(route.original_router.routes)
        elif "GET" in (getattr(route, "methods", None) or ()):
            yield route.path


@dataclass
class Walker:
    """Goes to each page as each person, on one browser context a person."""

    browser: Browser
    app: FastAPI
    address: str
    scene: Scene
    language: str
    theme: Theme
    clock: Clock
    words: Mapping[str, str] = field(default_factory=dict)
    tabs: dict[Who, Page] = field(default_factory=dict)

    async def walk(self, looked: Callable[[Page, str], Awaitable[None]]) -> list[str]:
        """Open every page in every state, and have it looked at; gives what could not be opened, and why."""
        shut: list[str] = []
        for state in STATES:
            await self._bring_about(state)
            for visit in (one for visits in PAGES.values() for one in visits if one.state == state):
                try:
                    await looked(await self._open(visit), visit.picture)
                except (Error, AssertionError) as error:
                    shut.append(f"{visit.picture}: {str(error)[:1000]}")
        return shut

    async def close(self) -> None:
        """Put the devices away."""
        for tab in self.tabs.values():
            await tab.context.close()

    async def _bring_about(self, state: State) -> None:
        write = self.app.state.shell.db.write
        if state == "full":
            invited = await write(lambda session: invitations.invite(session, self.scene.amal, LEILA, self.scene.now))
            work = self.app.state.works.begin("export", self.scene.amal.person_id, 10, _works_on)
            made = await write(lambda session: furnish(session, self.scene))
            self.words = {**made, "invitation": invited, "work": work.key}
        if state == "code":
            await write(self.scene.receive_code)
        if state == "later":
            self.clock.ahead += MINUTES

    async def _open(self, visit: Visit) -> Page:
        tab = self.tabs.get(visit.who)
        if tab is None:
            context = await self.browser.new_context(
                viewport=WIDTHS["small"], locale=self.language, color_scheme=self.theme, bypass_csp=True
            )
            tab = self.tabs[visit.who] = await context.new_page()
            tab.set_default_timeout(20_000)
            if visit.who != "nobody":
                await sign_in(tab, self.address, visit.who, self.language)
        if "#" in visit.path:
            await tab.goto("about:blank")  # an address that differs in its # only would not be loaded anew
        await tab.goto(self.address + visit.path.format_map(self.words))
        if visit.do:
            await visit.do(tab)
        return tab


LEILA = Newcomer("Leila", language="en", languages=("ar", "en"))


async def _works_on(work: Work) -> PlainTextResponse:
    work.step(4)
    await asyncio.sleep(3600)
    return PlainTextResponse("made")


async def sign_in(tab: Page, address: str, name: str, language: str) -> None:
    """Fill in the sign-in page as somebody, and choose her language."""
    await tab.context.clear_cookies()
    await tab.goto(f"{address}/sign-in")
    await tab.fill("#name", name)
    await tab.fill("#passphrase", passphrase_of(name))
    await tab.click("main button")
    await tab.wait_for_url(re.compile("/(queue|sign-in/[a-z]+)$"))
    if await tab.evaluate("document.documentElement.lang") != language:
        async with tab.expect_navigation():
            await tab.click(f"footer button[value={language}]")
