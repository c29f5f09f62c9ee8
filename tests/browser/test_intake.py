"""Assisted intake in a real browser: large buttons, and a connection that goes away in the middle."""

from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.async_api import Browser, Page, expect
from sqlmodel import Session, select

from api.answers import unpack_draft
from api.app import create_app
from api.tables import CaseRow, DraftRow
from tests.browser.conftest import free_port, looking, serving
from tests.browser.pages import sign_in
from tests.desks import founded_app, passphrase_of

pytestmark = pytest.mark.browser
NOT_SENT = "Not sent yet: no connection. Keep this page open."


@looking()
async def desk(tmp_path: Path) -> AsyncIterator[SimpleNamespace]:
    """A desk that is served, and what its database holds."""
    port = free_port()
    app = founded_app(tmp_path, f"http://127.0.0.1:{port}")
    async with serving(app, port) as address:
        yield SimpleNamespace(app=app, address=address, port=port)


async def begin(tab: Page, address: str, language: str = "en") -> None:
    await sign_in(tab, address, "Hana", "en")
    await tab.goto(f"{address}/intake")
    await tab.click(f"main button[value={language}]")
    await asked(tab, "privacy")


async def asked(tab: Page, name: str) -> None:
    """Wait until this is asked."""
    await expect(tab.locator("main input[name=about]").first).to_have_value(name)


async def press(tab: Page, button: str, then: str) -> None:
    await tab.click(f"main button[value='{button}']")
    await asked(tab, then)


async def typed(tab: Page, text: str) -> None:
    await tab.fill("#text", text)
    await tab.keyboard.press("Enter")


def answers(app: object) -> list[str]:
    """Which questions the one draft has answers to, and how often each was given at most."""

    def use_case(session: Session) -> list[str]:
        row = session.exec(select(DraftRow)).one()
        return list(unpack_draft(shell.vault.unlock(row.box, secret_id=row.secret_id)).answers)

    shell = app.state.shell  # type: ignore[attr-defined]
    return shell.db.read_now(use_case)  # type: ignore[no-any-return]


async def test_a_typed_answer_survives_a_lost_connection_and_is_sent_once(desk: SimpleNamespace, tab: Page) -> None:
    sent: list[str] = []
    tab.on("request", lambda request: sent.append(request.post_data or "") if request.method == "POST" else None)
    await begin(tab, desk.address)
    await press(tab, "privacy=yes", "for_whom")
    await press(tab, "for_whom=self", "name")
    await tab.context.set_offline(True)
    await typed(tab, "Almaz Tesfaye")
    await expect(tab.get_by_text(NOT_SENT)).to_be_visible()
    await expect(tab.locator("#text")).to_have_value("Almaz Tesfaye")
    assert "name" not in answers(desk.app)
    await tab.keyboard.press("Enter")  # again, impatiently
    await tab.context.set_offline(False)
    await asked(tab, "born")
    await expect(tab.get_by_text(NOT_SENT)).to_be_hidden()
    assert answers(desk.app) == ["privacy", "for_whom", "name"]
    assert len({body for body in sent if "Almaz" in body}) == 1, "the same id each time"
    assert await tab.evaluate("localStorage.length + sessionStorage.length") == 0


async def test_an_answer_that_arrived_though_we_heard_nothing_is_not_taken_twice(
    desk: SimpleNamespace, tab: Page
) -> None:
    await begin(tab, desk.address)
    await press(tab, "privacy=yes", "for_whom")
    lost = []

    async def lose_the_answer(route: object) -> None:
        if not lost:
            lost.append(await route.fetch())  # type: ignore[attr-defined]
            await route.abort()  # type: ignore[attr-defined]
        else:
            await route.continue_()  # type: ignore[attr-defined]

    await tab.route("**/intake/*", lose_the_answer)
    await tab.click("main button[value='for_whom=self']")
    await expect(tab.get_by_text(NOT_SENT)).to_be_visible()
    assert answers(desk.app) == ["privacy", "for_whom"]
    await tab.click("[data-send]")
    await asked(tab, "name")


async def test_the_server_dies_and_comes_back_and_the_answer_arrives(tmp_path: Path, tab: Page) -> None:
    port = free_port()
    app = founded_app(tmp_path, f"http://127.0.0.1:{port}")
    settings = app.state.shell.settings
    async with serving(app, port) as address:
        await begin(tab, address)
        await press(tab, "privacy=yes", "for_whom")
        await press(tab, "for_whom=self", "name")
    await typed(tab, "Almaz Tesfaye")
    await expect(tab.get_by_text(NOT_SENT)).to_be_visible()
    again = create_app(settings)
    async with serving(again, port):
        await tab.click("[data-send]")
        await asked(tab, "born")
        assert answers(again) == ["privacy", "for_whom", "name"]


async def test_who_is_signed_out_meanwhile_loses_nothing_that_is_typed(desk: SimpleNamespace, tab: Page) -> None:
    await begin(tab, desk.address)
    await press(tab, "privacy=yes", "for_whom")
    await press(tab, "for_whom=self", "name")
    await tab.context.clear_cookies()
    await typed(tab, "Almaz Tesfaye")
    await expect(tab.get_by_text("Nothing that you typed is lost")).to_be_visible()
    await tab.fill("#name", "Hana")
    await tab.fill("#passphrase", passphrase_of("Hana"))
    await tab.keyboard.press("Enter")
    await asked(tab, "born")
    assert answers(desk.app) == ["privacy", "for_whom", "name"]


async def test_leaving_warns_while_something_is_not_sent(desk: SimpleNamespace, tab: Page) -> None:
    await begin(tab, desk.address)
    await press(tab, "privacy=yes", "for_whom")
    await press(tab, "for_whom=self", "name")
    await tab.context.set_offline(True)
    await typed(tab, "Almaz Tesfaye")
    await expect(tab.get_by_text(NOT_SENT)).to_be_visible()
    async with tab.expect_event("dialog") as warned:
        await tab.close(run_before_unload=True)
    dialog = await warned.value
    assert dialog.type == "beforeunload"
    await dialog.dismiss()
    await expect(tab.locator("#text")).to_have_value("Almaz Tesfaye")
    await tab.context.set_offline(False)
    await asked(tab, "born")


async def test_back_never_shows_the_person_before(desk: SimpleNamespace, keeping_tab: Page) -> None:
    tab = keeping_tab
    await begin(tab, desk.address)
    await press(tab, "privacy=yes", "for_whom")
    await press(tab, "for_whom=self", "name")
    await typed(tab, "Almaz Tesfaye")
    await asked(tab, "born")
    first = tab.url
    await tab.click("main summary")
    await tab.get_by_role("button", name="Leave this one, and begin with the next person").click()
    await asked(tab, "privacy")
    assert tab.url != first
    await tab.evaluate("history.back()")
    await expect(tab.get_by_role("heading", name="Fill in a form with somebody")).to_be_visible()
    assert tab.url.endswith("/intake"), "what was answered stands once in the history, and was replaced"
    assert "Almaz" not in await tab.content()
    await tab.goto(first)
    assert "Almaz" not in await tab.content()


async def test_back_after_signing_out_shows_nothing_of_an_intake_or_of_a_case(
    desk: SimpleNamespace, keeping_tab: Page
) -> None:
    tab = keeping_tab
    await begin(tab, desk.address, "am")
    await fill(tab)
    reference = await tab.locator("#reference").inner_text()
    await tab.get_by_role("button", name="Take the case yourself").click()
    await tab.wait_for_url("**/cases/*")
    await tab.evaluate("document.getElementById('names-form').requestSubmit()")
    await expect(tab.locator("#answer-name")).to_have_text("አልማዝ ተስፋዬ")
    await tab.get_by_role("button", name="Sign out").click()
    await expect(tab.locator("#passphrase")).to_be_visible()
    for _ in range(3):
        await tab.evaluate("history.back()")
        await tab.wait_for_timeout(300)
        await expect(tab.locator("#passphrase")).to_be_visible()
        shown = await tab.content()
        assert "አልማዝ" not in shown
        assert reference not in shown


async def test_a_whole_person_and_the_next_one_by_buttons_alone(desk: SimpleNamespace, tab: Page) -> None:
    await begin(tab, desk.address, "am")
    await fill(tab)
    reference = await tab.locator("#reference").inner_text()
    await tab.get_by_role("button", name="Next person, in Amharic").click()
    await asked(tab, "privacy")
    await tab.goto(f"{desk.address}/intake")
    await expect(tab.get_by_text(reference)).to_be_visible()


async def fill(tab: Page) -> None:
    """Answer everything, as a volunteer would, and send it."""
    steps = (
        "privacy=yes", "for_whom=self", "አልማዝ ተስፋዬ", "17 ግንቦት 1984", "gender=woman", "country=ETH", "papers=none",
        "phone=none", "0", "governorate=mount_lebanon", "Metn", "work=live_in", "7", "pregnant=no",
        "doses=none", "4", "company=yes", "share_ministry=yes",
    )  # fmt: skip
    for step in steps:
        once = await tab.locator("main input[name=once]").first.input_value()
        ticks = tab.locator(f"main input[name=pick][value='{step}']")
        if "=" in step:
            await tab.click(f"main button[value='{step}']")
        elif await ticks.count():
            await ticks.check()
            await tab.click("main button.do")
        else:
            await typed(tab, step)
        await expect(tab.locator("main input[name=once]").first).not_to_have_value(once)
    await tab.click("main button[value='review=send']")
    await expect(tab.locator("#reference")).to_be_visible()


async def test_without_a_script_every_step_is_a_plain_form(desk: SimpleNamespace, browser: Browser) -> None:
    context = await browser.new_context(java_script_enabled=False, locale="en")
    tab = await context.new_page()
    await begin(tab, desk.address)
    await press(tab, "privacy=yes", "for_whom")
    await press(tab, "for_whom=self", "name")
    await typed(tab, "Almaz Tesfaye")
    await asked(tab, "born")
    await typed(tab, "the rains")
    await expect(tab.locator("#text")).to_have_value("the rains")
    await expect(tab.get_by_role("alert")).to_contain_text("We did not understand that.")
    await context.close()


async def test_a_paper_form_is_typed_in_by_the_keyboard_alone(desk: SimpleNamespace, tab: Page) -> None:
    await sign_in(tab, desk.address, "Hana", "en")
    await tab.goto(f"{desk.address}/intake/paper")
    await tab.focus("#q-privacy")
    on_paper = ("1", "1", "Almaz", "the rains", "1", "1", "7", "", "EP1", "3", *[""] * 4, *"24172441", "1")
    for text in on_paper:
        await tab.keyboard.type(text)
        await tab.keyboard.press("Tab")
    await tab.keyboard.press("Enter")
    await expect(tab.locator("#q-born")).to_be_focused()
    await expect(tab.locator("#w-born")).to_contain_text("For example: 17 May 1992")
    await expect(tab.locator("#q-name")).to_have_value("Almaz")
    await expect(tab.get_by_text("Not asked of this person: kept as a note.")).to_be_visible()
    await tab.context.set_offline(True)
    await tab.fill("#q-born", "1992")
    await tab.keyboard.press("Enter")
    await expect(tab.get_by_text(NOT_SENT)).to_be_visible()
    await tab.context.set_offline(False)
    await expect(tab.locator("#reference")).to_be_visible()
    await tab.get_by_role("link", name="Next paper").click()
    await expect(tab.locator("#q-name")).to_have_value("")
    await tab.go_back()
    assert "Almaz" not in await tab.content()
    cases = desk.app.state.shell.db.read_now(lambda session: session.exec(select(CaseRow.channel)).all())
    assert cases == ["assisted"]
