"""The coordinator's pages of figures: a batch and its answer, a month, the trail, what is forgotten when."""

import asyncio
import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.responses import PlainTextResponse
from openpyxl import load_workbook
from sqlalchemy import update

from api.errors import Refused
from api.events import work_topic
from api.progress import Work, Works
from api.routes import month
from api.tables import metadata
from tests.desks import TestDesk, running_desk
from tests.factories import NOW
from tests.scenes import Scene

AUDIT = metadata.tables["audit"]


async def test_an_answer_is_marked_for_several_and_taken_back(desk: TestDesk, hanas: str) -> None:
    async with desk.browser("Amal") as amal:
        assert 'href="/batches/1"' in (await amal.get("/export")).text
        page = (await amal.get("/batches/1")).text
        references = re.findall(r'name="reference" value="([^"]+)"', page)
        assert len(references) == 2
        assert "አልማዝ" not in page, "names are shown only when they are asked for"
        assert "አልማዝ" in (await amal.post("/batches/1/names")).text
        day = f"{desk.shell.clock() + timedelta(days=9):%Y-%m-%d}"
        form = {"answer": "appointment", "reference": references, "day": day, "at": "10:00", "place": "Dora"}
        told = (await amal.post("/batches/1/answer", data=form)).text
        assert "It is marked." in told
        assert "tasks" in told or "written to" in told
        assert told.count("10:00</span>") == 2
        refused = {"answer": "refused", "reference": references[:1], "reason": "No copy"}
        assert "No copy" not in (await amal.post("/batches/1/answer", data=refused)).text
        assert "The recipient refused: No copy" in (await amal.post("/batches/1/names")).text
        served = {"answer": "done", "reference": references[1:], "served": "2026-11-01"}
        assert "1 Nov 2026" in (await amal.post("/batches/1/answer", data=served)).text
        back = (await amal.post("/batches/1/answer", data={"answer": "undo", "reference": references[:1]})).text
        assert "It is taken back." in back
        nobody = await amal.post("/batches/1/answer", data={"answer": "undo"})
        assert nobody.status_code == 422
        assert "Tick at least one case." in nobody.text
        assert (await amal.post("/batches/1/answer", data={**served, "answer": "eaten"})).status_code == 422
        assert (await amal.get("/batches/99999999999")).status_code == 404


async def test_a_month_is_exact_for_the_house_and_silent_of_few_outside(tmp_path: Path) -> None:
    async with running_desk(tmp_path, clock=lambda: NOW) as desk:
        scene = await Scene.of(desk.shell, desk.app.state.gate)
        await desk.shell.db.write(scene.fill)
        async with desk.browser("Amal") as amal:
            page = (await amal.get("/month?m=2026-11")).text
            assert "November 2026" in page
            assert "for the house only" in page
            assert "Ethiopia" in page
            assert "25–34" in page
            out = (await amal.get("/month?m=2026-11&for=out")).text
            assert "Ethiopia" not in out, "fewer than ten people"
            assert "<strong>–</strong>" in out
            file = await amal.get("/month/file?m=2026-11&for=out")
            assert "month-2026-11-to-hand-out.xlsx" in file.headers["content-disposition"]
            cells = [
                cell
                for row in load_workbook(io.BytesIO(file.content)).active.iter_rows(values_only=True)
                for cell in row
            ]
            assert "–" in cells
            assert not {cell for cell in cells if cell and cell.isdecimal() and 0 < int(cell) < 10}
            exact = await amal.get("/month/file?m=2026-11")
            assert "Ethiopia" in {
                row[1] for row in load_workbook(io.BytesIO(exact.content)).active.iter_rows(values_only=True)
            }
            assert (await amal.get("/month?m=2026-13")).status_code == 404
            assert "had a month counted" in (await amal.get("/audit")).text


async def test_a_month_of_many_shows_how_far_it_is(desk: TestDesk, hanas: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(month, "AT_ONCE", 2)
    async with desk.browser("Amal") as amal, desk.browser("Hana") as hana:
        begun = await amal.get("/month")
        assert begun.url.path.startswith("/work/")
        async with asyncio.timeout(60):
            while "It is ready." not in (page := await amal.get(f"{begun.url.path}/live")).text:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        assert (await hana.get(begun.url.path)).status_code == 404
        ready = re.search(r'href="(/month\?m=[^"]+)"', page.text)
        assert ready
        assert "for the house only" in (await amal.get(ready[1])).text


async def test_work_is_only_for_who_began_it_and_says_when_it_failed(desk: TestDesk) -> None:
    works: Works = desk.app.state.works

    async def fail(work: Work) -> None:
        work.step(1)
        raise Refused(409, "closed")

    async def make(_work: Work) -> PlainTextResponse:
        return PlainTextResponse("made")

    amal_id = 1
    with desk.shell.events.listen(work_topic("")):
        failing, made = works.begin("export", amal_id, 3, fail), works.begin("export", amal_id, 1, make)
    async with desk.browser("Amal") as amal:
        while not (failing.over and made.over):
            await amal.get("/health")
        assert "This case is closed." in (await amal.get(f"/work/{failing.key}")).text
        assert (await amal.get(f"/work/{failing.key}/result")).status_code == 409
        assert (await amal.get(f"/work/{made.key}/result")).text == "made"
    with pytest.raises(Refused):
        works.of(made.key, amal_id + 1)


async def test_the_trail_says_that_it_is_complete_and_names_the_line_that_is_not(desk: TestDesk, hanas: str) -> None:
    async with desk.browser("Amal") as amal:
        page = (await amal.get("/audit")).text
        assert "Checked: complete from" in page
        mine = (await amal.get("/audit", params={"person": "1", "action": "person.sign_in"})).text
        assert mine.count("signed in</p>") <= 1
        assert "lent a number\n" not in mine
        changed = update(AUDIT).where(AUDIT.c.id == 3).values(object="K9")
        await desk.shell.db.write(lambda session: session.connection().execute(changed))
        page = (await amal.get("/audit")).text
        assert "line 3 does not fit" in page


async def test_what_is_forgotten_when_is_listed_and_put_off(desk: TestDesk, hanas: str) -> None:
    async with desk.browser("Amal") as amal:
        assert "Nothing will be forgotten by itself." in (await amal.get("/retention")).text
        form = {"service": "vaccination", "group": "closed", "days": "5"}
        page = (await amal.post("/retention", data=form)).text
        found = re.search(r"/cases/([^/]+)/keep-longer", page)
        assert found
        assert "forgotten within a week" in page
        kept = await amal.post(found[0], data={"until": "2099-01-01", "reason": "A court asks"})
        assert kept.status_code == 422, "not for ever"
        kept = await amal.post(found[0], data={"until": "2030-01-01", "reason": "A court asks"})
        assert "Kept longer" in kept.text
        assert (await amal.post("/retention", data={**form, "service": "nothing"})).status_code == 422
