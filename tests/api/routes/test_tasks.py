"""From the case page to the worker: a date is shown word for word, then sent or told, and said back."""

import re

from sqlmodel import select

from api.console.words import catalogue
from api.tables import NoticeRow
from tests.desks import TestDesk

DATE = {"kind": "appointment", "day": "2099-12-03", "at": "09:00", "place": "Dora, Main road 4"}


async def task_of(client: object, page: str) -> str:
    (number,) = set(re.findall(r'href="/tasks/(\d+)"', page))
    return number


async def test_a_worker_without_a_phone_is_told_by_a_task_and_says_the_date_back(desk: TestDesk, hanas: str) -> None:
    """The answers of this case say that she has no phone."""
    async with desk.browser("Hana") as hana:
        shown = (await hana.post(f"/cases/{hanas}/tell/preview", data=DATE)).text
        assert "The worker has no phone." in shown
        assert "Dora, Main road 4" in shown
        told = await hana.post(f"/cases/{hanas}/tell", data=DATE)
        assert "It is a task now." in told.text
        assert "Dora, Main road 4" in told.text
        page = (await hana.get("/tasks")).text
        assert '<span class="count" data-count="/tasks/count">1</span>' in page
        number = await task_of(hana, page)
        task = (await hana.get(f"/tasks/{number}")).text
        assert "Say this" in task
        assert 'value="2099' not in task, "whoever asks must hear the date, not copy it"
        wrong = await hana.post(f"/tasks/{number}/done", data={"said": "2099-12-04"})
        assert (wrong.status_code, "That is another date" in wrong.text) == (422, True)
        done = await hana.post(f"/tasks/{number}/done", data={"said": "2099-12-03"})
        assert "Done. Thank you." in done.text
        assert "Nothing is yours to do" in done.text
        assert (await hana.get("/tasks/count")).text == "0"
        assert "told, and the date said back" in (await hana.get(f"/cases/{hanas}")).text


async def test_a_task_is_handed_to_somebody_and_seen_by_nobody_else(desk: TestDesk, hanas: str) -> None:
    async with desk.browser("Hana") as hana, desk.browser("Rima") as rima:
        await hana.post(f"/cases/{hanas}/tell-by-voice", data={"text": "Come on Saturday"})
        number = await task_of(hana, (await hana.get("/tasks")).text)
        denied, absent = await rima.get(f"/tasks/{number}"), await rima.get("/tasks/999")
        assert denied.status_code == absent.status_code == 404
        people = (await hana.get(f"/tasks/{number}")).text
        person = re.search(r'<option value="(\d+)">Rima', people)
        assert person
        await hana.post(f"/tasks/{number}/hand", data={"person_id": person[1]})
        assert "Come on Saturday" in (await rima.get(f"/tasks/{number}")).text
        assert (await rima.get(f"/cases/{hanas}")).status_code == 404
        given_up = catalogue("ar").gettext("Those on duty know that you could not do it.")  # Rima reads Arabic
        assert given_up in (await rima.post(f"/tasks/{number}/could-not")).text


async def test_a_place_that_gives_her_away_is_not_even_shown(desk: TestDesk, hanas: str) -> None:
    async with desk.browser("Hana") as hana:
        form = DATE | {"place": "Vaccination centre"}
        for path in ("tell/preview", "tell"):
            refused = await hana.post(f"/cases/{hanas}/{path}", data=form)
            assert refused.status_code == 422
            assert "Write it in other words" in refused.text
    assert desk.shell.db.read_now(lambda session: session.exec(select(NoticeRow)).all()) == []


async def test_what_was_told_can_be_taken_back_by_whoever_has_the_case(desk: TestDesk, hanas: str) -> None:
    async with desk.browser("Hana") as hana, desk.browser("Rima") as rima:
        page = (await hana.post(f"/cases/{hanas}/tell", data={"kind": "news"})).text
        number = re.search(r'name="notice_id" value="(\d+)"', page)
        assert number
        for path, data in (("tell", DATE), ("tell/preview", DATE), ("untell", {"notice_id": number[1]}), ("slip", {})):
            assert (await rima.post(f"/cases/{hanas}/{path}", data=data)).status_code == 404, path
        assert "It is taken back." in (await hana.post(f"/cases/{hanas}/untell", data={"notice_id": number[1]})).text
        assert (await hana.post(f"/cases/{hanas}/untell", data={"notice_id": number[1]})).status_code == 404


async def test_a_slip_shows_its_code_once(desk: TestDesk, hanas: str) -> None:
    async with desk.browser("Hana") as hana:
        slip = (await hana.post(f"/cases/{hanas}/slip")).text
        code = re.search(r"<output>(\d{4})</output>", slip)
        assert code
        assert not re.search("accin|inistry|አልማዝ", re.sub("<title>.*</title>", "", slip))
        case = (await hana.get(f"/cases/{hanas}")).text
        assert code[1] not in re.sub(r"\d{4}-\d\d-\d\d", "", case).replace(hanas, "")
        assert "A new one makes it worthless" in case


async def test_slips_of_the_day_are_printed_together(desk: TestDesk, hanas: str) -> None:
    async with desk.browser("Amal") as amal:
        form = (await amal.get("/slips/print")).text
        references = re.findall(r'name="reference" value="([^"]+)"', form)
        assert hanas in references
        printed = (await amal.post("/slips/print", data={"reference": references})).text
        assert len(re.findall("<output>", printed)) == len(references)
    async with desk.browser("Rima") as rima:
        assert (await rima.post("/slips/print", data={"reference": [hanas]})).status_code == 404
