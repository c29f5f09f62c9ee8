"""Paper forms typed in one after another."""

import html
import re

from httpx import AsyncClient, Response
from sqlmodel import select

from api.tables import CaseRow
from tests.api.routes.test_assisted import field, words
from tests.desks import TestDesk
from tests.flows.test_sheet import PLAIN


async def save(browser: AsyncClient, page: Response, written: dict[str, str], **more: str) -> Response:
    hidden = {name: field(page, name) for name in ("once", "service", "language", "aside")}
    typed = {f"q-{name}": text for name, text in written.items()}
    return await browser.post("/intake/paper", data=hidden | typed | more)


async def count(desk: TestDesk) -> int:
    return len(await desk.shell.db.read(lambda session: session.exec(select(CaseRow.id)).all()))


async def test_a_paper_is_saved_in_one_go_and_leads_to_the_next(desk: TestDesk) -> None:
    async with desk.browser("Hana") as hana:
        done = await save(hana, await hana.get("/intake/paper"), PLAIN)
        assert "Done: the case is open" in done.text
        assert "Next paper" in done.text
        assert "Almaz" not in done.text
        reference = re.search(r'id="reference">([^<]+)<', done.text)
        assert reference
        assert reference[1] in (await hana.get("/queue")).text


async def test_every_wrong_field_is_explained_and_all_that_was_typed_stays(desk: TestDesk) -> None:
    async with desk.browser("Hana") as hana:
        wrong = await save(hana, await hana.get("/intake/paper"), {**PLAIN, "born": "the rains", "gender": "9"})
        assert "2 answers cannot be taken yet." in words(wrong)
        assert wrong.text.count('aria-invalid="true"') == 2
        for text in ("the rains", "Almaz", "4"):
            assert f'value="{text}"' in wrong.text
        assert await count(desk) == 0
        assert "Done: the case is open" in (await save(hana, wrong, PLAIN)).text


async def test_what_is_not_asked_is_pointed_out_before_it_is_kept(desk: TestDesk) -> None:
    async with desk.browser("Hana") as hana:
        written = {**PLAIN, "papers_number": "EP1234567"}
        pointed_out = await save(hana, await hana.get("/intake/paper"), written)
        assert "Not asked of this person: kept as a note." in pointed_out.text
        assert await count(desk) == 0
        done = await save(hana, pointed_out, written)
        reference = re.search(r'id="reference">([^<]+)<', done.text)
        assert reference
        case = await hana.post(f"/cases/{reference[1]}/claim")
        assert "Number on the paper: EP1234567" in case.text


async def test_one_of_two_readings_is_chosen_and_counts_only_for_its_text(desk: TestDesk) -> None:
    async with desk.browser("Hana") as hana:
        doubtful = {**PLAIN, "born": "5/6/1992"}
        asked = await save(hana, await hana.get("/intake/paper"), doubtful)
        assert "Which is meant?" in asked.text
        june = html.unescape(re.findall(r'name="meant-born" value="([^"]+)"', asked.text)[0])
        chosen = {"doubt-born": "5/6/1992", "meant-born": june}
        again = await save(hana, asked, {**PLAIN, "born": "7/8/1992"}, **chosen)
        assert "Which is meant?" in again.text, "the text was changed after that"
        assert "Done: the case is open" in (await save(hana, asked, doubtful, **chosen)).text


async def test_nothing_written_is_said_by_hand_and_the_same_paper_twice_is_one_case(desk: TestDesk) -> None:
    async with desk.browser("Hana") as hana:
        empty = await hana.get("/intake/paper")
        missing = await save(hana, empty, {**PLAIN, "work": ""})
        assert "Nothing is written there" in missing.text
        for _ in range(2):
            done = await save(hana, missing, {**PLAIN, "work": ""}, **{"blank-work": "on"})
            assert "Done: the case is open" in done.text
        assert await count(desk) == 1


async def test_without_her_yes_the_paper_is_put_away(desk: TestDesk) -> None:
    async with desk.browser("Hana") as hana:
        refused = await save(hana, await hana.get("/intake/paper"), {**PLAIN, "privacy": "2"})
        assert "Without a yes here nothing may be kept." in refused.text
        assert await count(desk) == 0


async def test_only_what_is_offered_can_be_typed_in_and_only_by_us(desk: TestDesk) -> None:
    async with desk.browser("Hana") as hana, desk.browser() as nobody:
        page = await hana.get("/intake/paper?language=am")
        assert 'name="language" value="am"' in page.text
        assert (await save(hana, page, PLAIN, language="tlh")).status_code == 422
        assert (await save(hana, page, {**PLAIN, "name": "x" * 2000})).status_code == 422
        assert (await nobody.get("/intake/paper")).url.path == "/sign-in"
        assert (await nobody.post("/intake", data={"service": "vaccination", "language": "en"})).status_code == 401
