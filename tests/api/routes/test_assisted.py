"""Assisted intake: a volunteer goes through a service with the one beside her, on the console's own pages."""

import html
import re

from httpx import AsyncClient, Response
from sqlmodel import Session, select

from api.tables import Audit, CaseRow, DraftRow, Person, ReplyRow
from tests.desks import TestDesk

IN_AMHARIC = (
    "privacy=yes", "for_whom=self", "አልማዝ ተስፋዬ", "17 ግንቦት 1984", "gender=woman", "country=ETH", "papers=passport",
    "papers_where=employer", "EP1234567", "phone=none", "0", "governorate=mount_lebanon", "Metn", "work=live_in",
    ("7",), "pregnant=no", "doses=none", ("4",), "company=yes", "share_ministry=yes",
)  # fmt: skip
"""Every answer of a whole form: what is pressed, typed, or (in a tuple) ticked by number."""


def field(page: Response, name: str) -> str:
    """The hidden value of a page's forms."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, html.unescape(re.sub(r"<[^>]+>|\s+", " ", page.text))
    return html.unescape(found[1])


async def begin(browser: AsyncClient, language: str = "am") -> Response:
    return await browser.post("/intake", data={"service": "vaccination", "language": language})


async def send(browser: AsyncClient, page: Response, answer: str | tuple[str, ...], once: str = "") -> Response:
    """Press a button (`papers=none`), tick numbers (a tuple), or type."""
    form: dict[str, str | list[str]] = {"once": once or field(page, "once"), "about": field(page, "about")}
    if isinstance(answer, tuple):
        form["pick"] = list(answer)
    else:
        form["button" if re.match(r"[a-z_]+=", answer) else "text"] = answer
    return await browser.post(page.url.path, data=form)


async def fill(browser: AsyncClient, page: Response) -> Response:
    """Answer everything, up to the review."""
    for answer in IN_AMHARIC:
        page = await send(browser, page, answer)
    return page


def words(page: Response) -> str:
    """What a page says, without its tags."""
    main = page.text.partition("<main")[2].partition("</main>")[0]
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)))


async def test_a_whole_form_in_two_languages_becomes_a_sealed_case_in_the_queue(desk: TestDesk) -> None:
    async with desk.browser("Hana") as hana:
        page = await begin(hana)
        assert "Read this aloud, word for word:" in page.text
        assert "ፖሊስ" in page.text
        assert "You can be vaccinated, with papers or without." in page.text, "the same for the volunteer"
        assert "Question 1 of" in page.text
        page = await fill(hana, page)
        assert "አልማዝ ተስፋዬ" in page.text, "everything once more"
        assert "Date of birth: 25/05/1992 (17 ግንቦት 1984)" in words(page)
        page = await send(hana, page, "review=send")
        reference = re.search(r'id="reference">([^<]+)<', page.text)
        assert reference
        assert "አልማዝ" not in page.text, "nothing of her is shown once the case is open"
        assert reference[1] in (await hana.get("/queue")).text

        def stored(session: Session) -> tuple[CaseRow, str, list[str]]:
            case = session.exec(select(CaseRow)).one()
            by = session.exec(
                select(Person.name).join(Audit).where(Audit.action == "case.assist", Audit.object == case.reference)
            ).one()
            return case, by, [row.box.hex() for row in session.exec(select(ReplyRow))]

        case, by, boxes = await desk.shell.db.read(stored)
        assert (case.channel, case.manner, case.language, by) == ("assisted", "assisted", "am", "Hana")
        assert len(boxes) == 1, "of all that was said only the farewell is left"


async def test_the_case_can_be_taken_at_once_and_nobody_writes_to_a_chat_that_is_none(desk: TestDesk) -> None:
    async with desk.browser("Hana") as hana:
        done = await send(hana, await fill(hana, await begin(hana)), "review=send")
        assert "Take the case yourself" in done.text
        reference = re.search(r'id="reference">([^<]+)<', done.text)
        assert reference
        case = await hana.post(f"/cases/{reference[1]}/claim")
        assert "EP1234567" in (await hana.post(f"/cases/{reference[1]}/names")).text
        assert "so the bot has no chat to write to" in case.text
        refused = await hana.post(f"/cases/{reference[1]}/write", data={"text": "hello"})
        assert refused.status_code == 409
        assert "Take the case yourself" not in (await hana.get(done.url.path)).text


async def test_the_same_submission_twice_is_one_answer(desk: TestDesk) -> None:
    async with desk.browser("Hana") as hana:
        first = await begin(hana)
        once = field(first, "once")
        second = await send(hana, first, "privacy=yes")
        again = await send(hana, first, "privacy=yes", once)
        assert field(again, "about") == field(second, "about") == "for_whom"


async def test_a_page_that_is_behind_answers_no_other_question(desk: TestDesk) -> None:
    async with desk.browser("Hana") as hana:
        page = await begin(hana)
        for answer in ("privacy=yes", "for_whom=self"):
            page = await send(hana, page, answer)
        behind = page
        page = await send(hana, page, "Almaz Tesfaye")
        assert field(page, "about") == "born"
        page = await send(hana, behind, "1992", "another-id")
        assert field(page, "about") == "born", "1992 was typed below the question for the name"
        assert "Almaz" in (await send(hana, page, "command=back")).text


async def test_what_was_not_understood_stays_in_its_field_with_an_example_in_both_languages(desk: TestDesk) -> None:
    async with desk.browser("Hana") as hana:
        page = await begin(hana)
        for answer in ("privacy=yes", "for_whom=self", "Almaz"):
            page = await send(hana, page, answer)
        page = await send(hana, page, "the rainy season")
        assert 'value="the rainy season"' in page.text
        assert "For example: 17 May 1992" in page.text
        reloaded = await hana.get(page.url.path)
        assert "the rainy season" not in reloaded.text
        assert "The last answer was not understood." in reloaded.text
        page = await send(hana, page, "not that either")
        page = await send(hana, page, "nor that")
        assert "Let us do this together." in page.text
        page = await send(hana, page, "stuck=again")
        assert field(page, "about") == "born"


async def test_a_command_is_a_button_and_a_name_may_be_a_command_elsewhere(desk: TestDesk) -> None:
    async with desk.browser("Hana") as hana:
        page = await begin(hana)
        for answer in ("privacy=yes", "for_whom=self", "Back"):
            page = await send(hana, page, answer)
        assert field(page, "about") == "born"
        page = await send(hana, page, "command=back")
        assert 'value="Back"' in page.text
        page = await send(hana, page, "command=language")
        page = await send(hana, page, "language=ar")
        assert 'lang="ar" dir="rtl"' in page.text
        page = await send(hana, page, "command=forget")
        assert "Shall we forget everything you told us here?" in page.text
        page = await send(hana, page, "forget=yes")
        assert "Nothing was kept" in page.text


async def test_without_her_yes_nothing_is_kept(desk: TestDesk) -> None:
    async with desk.browser("Hana") as hana:
        page = await send(hana, await begin(hana, "en"), "privacy=no")
        assert "Nothing was kept" in page.text
        assert "That is fine. Nothing was kept." in page.text
        assert await desk.shell.db.read(lambda session: session.exec(select(CaseRow)).all()) == []


async def test_the_next_person_sees_nothing_of_the_one_before(desk: TestDesk) -> None:
    async with desk.browser("Hana") as hana:
        page = await begin(hana)
        for answer in ("privacy=yes", "for_whom=self", "አልማዝ ተስፋዬ"):
            page = await send(hana, page, answer)
        left = page.url.path
        assert left in (await hana.get("/intake")).text, "until then she can go on, also on another device"
        following = await begin(hana)
        assert left not in (await hana.get("/intake")).text
        assert following.url.path != left
        assert field(following, "about") == "privacy"
        behind = await hana.get(left)
        assert "አልማዝ" not in behind.text
        behind = await send(hana, behind, "go_on=go_on")
        assert "So that nobody else can read it" in behind.text
        assert field(await send(hana, behind, "አልማዝ ተስፋዬ"), "about") == "born"


async def test_an_intake_belongs_to_the_volunteer_who_began_it(desk: TestDesk) -> None:
    async with desk.browser("Hana") as hana, desk.browser("Rima") as rima:
        page = await begin(hana)
        for path in (page.url.path, "/intake/" + "x" * 22):
            assert (await rima.get(path)).status_code == 404
            sent = await rima.post(path, data={"once": "12345678", "button": "privacy=yes"})
            assert sent.status_code == 404
        assert len(await desk.shell.db.read(lambda session: session.exec(select(DraftRow)).all())) == 1


async def test_the_day_lists_references_and_prints_the_slips_that_are_missing(desk: TestDesk) -> None:
    async with desk.browser("Hana") as hana, desk.browser("Rima") as rima:
        assert "Slip" not in words(await hana.get("/intake"))
        done = await send(hana, await fill(hana, await begin(hana)), "review=send")
        found = re.search(r'id="reference">([^<]+)<', done.text)
        assert found
        for browser in (hana, rima):
            today = await browser.get("/intake")
            assert found[1] in today.text
            assert "አልማዝ" not in today.text
        slip = await rima.post("/intake/slips", data={"reference": found[1]})
        assert re.search(rf"{found[1]}</span> <output>[0-9]{{4}}</output>", slip.text)
        today = await hana.get("/intake")
        assert "has a slip" in today.text
        assert "slip that is missing" not in today.text, "the digits that were handed out stay good"


async def test_slips_are_made_here_only_of_what_was_filled_in_here_today(desk: TestDesk, waiting: str) -> None:
    async with desk.browser("Hana") as hana:
        for reference in (waiting, "X0-000"):
            assert (await hana.post("/intake/slips", data={"reference": reference})).status_code == 404


async def test_a_question_page_is_small(desk: TestDesk) -> None:
    async with desk.browser("Hana") as hana:
        page = await begin(hana)
        wire = len(page.content)
        for path in set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)):
            wire += len((await hana.get(path)).content)
        assert wire < 50_000, "not counting that servers in front compress"
