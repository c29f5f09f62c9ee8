"""What a coordinator does: numbers, messages that need her, exports, and the trail."""

import io
import re
from hashlib import sha256

from openpyxl import load_workbook

from api.desk import tallies
from api.events import QUEUE
from flows.model import Message
from tests.desks import NUMBER, TestDesk

FIRST = Message("phone", "phone:chat", "her-chat", "m1", "hello")
BROKEN = Message("phone", "phone:chat", "her-chat", "m2", "help <me>", button=7)  # type: ignore[arg-type]
"""What no channel gives: the engine fails at it, as at a bug."""
EXPORT = {"service": "vaccination", "export": "ministry"}


async def test_for_a_volunteer_none_of_it_exists(desk: TestDesk, hanas: str) -> None:
    async with desk.browser("Hana") as hana:
        absent = (await hana.get("/nowhere")).text
        for path in ("/unhandled", "/numbers", "/people", "/export", "/export/live", "/audit"):
            denied = await hana.get(path)
            assert denied.status_code == 404, path
            assert denied.text.replace(path, "/nowhere") == absent
        acts = ("/unhandled/1/settle", "/people/1/remove", "/people/1/passphrase")
        for path in ("/numbers", "/people", "/export", *acts):
            form = {**EXPORT, "number": NUMBER, "name": "X", "role": "coordinator", "language": "en", "form": "csv"}
            assert (await hana.post(path, data=form)).status_code == 404, path


async def test_a_number_joins_the_pool_and_is_retired(desk: TestDesk) -> None:
    async with desk.browser("Amal") as amal:
        form = {"number": "+961 71 222 333", "gateway": "smsgate", "registered_to": "Amel", "paid_until": "2026-12-01"}
        page = await amal.post("/numbers", data=form)
        assert "+961 71 222 333" in page.text
        assert 'class="chip alarm"' in page.text, "it warns that the number is paid for a short time only"
        retired = await amal.post("/numbers/+96171222333/state", data={"state": "retired"})
        assert "Retired" in retired.text


async def test_what_is_no_number_or_no_date_is_refused_in_words(desk: TestDesk) -> None:
    async with desk.browser("Amal") as amal:
        refused = await amal.post("/numbers", data={"number": "70 222 333"})
        assert refused.status_code == 422
        assert "Write it with its country" in refused.text
        assert (await amal.post("/numbers", data={"number": "+96171222333", "paid_until": "soon"})).status_code == 422
        assert (await amal.post("/numbers", data={"number": "+96171222333", "gateway": "pigeon"})).status_code == 422
        assert (await amal.post("/numbers")).status_code == 422


async def test_a_message_that_the_bot_could_not_read_is_read_by_a_coordinator_and_emptied(desk: TestDesk) -> None:
    notice = "1 message could not be read by the bot"
    async with desk.browser("Amal") as amal, desk.browser("Hana") as hana:
        assert "could not be read" not in (await amal.get("/queue")).text
        await fail(desk)
        assert (await amal.get("/health")).json()["unhandled"] == 1
        for path in ("/queue", "/queue/live"):
            assert notice in (await amal.get(path)).text
            assert notice not in (await hana.get(path)).text
        page = (await amal.get("/unhandled")).text
        assert "help &lt;me&gt;" in page
        assert "Phone simulator · <time" in page
        assert "AttributeError" in page
        assert BROKEN.address not in page
        done = re.search(r"/unhandled/\d+/settle", page)
        assert done
        assert "There is none: nothing to do." in (await amal.post(done[0])).text
        assert (await amal.post(done[0])).status_code == 404, "it was done before"
        assert notice not in (await amal.get("/queue")).text
        trail = entries((await amal.get("/audit")).text)
        assert "was done with a message that the bot could not read" in trail
        assert "help" not in trail


async def test_a_message_that_fails_shows_on_a_queue_that_is_open(desk: TestDesk) -> None:
    with desk.shell.events.listen(QUEUE) as changed:
        await fail(desk)
        assert changed.is_set()


def entries(page: str) -> str:
    """The lines of the trail, without what can be looked for."""
    return page.partition('<ol class="list">')[2]


async def fail(desk: TestDesk) -> None:
    """Somebody writes, and the program fails at her second message."""
    for message in (FIRST, BROKEN):
        await desk.app.state.intake.message(message)


async def test_a_file_is_made_listed_and_not_made_again_unasked(desk: TestDesk, hanas: str) -> None:
    async with desk.browser("Amal") as amal:
        assert "1 case can go." in (await amal.get("/export")).text
        file = await amal.post("/export", data={**EXPORT, "form": "xlsx"})
        assert file.headers["content-disposition"] == 'attachment; filename="vaccination-ministry-0002.xlsx"'
        rows = list(load_workbook(io.BytesIO(file.content)).active.iter_rows(values_only=True))
        assert rows[1][rows[0].index("Full name")] == "አልማዝ ተስፋዬ"
        assert sha256(file.content).hexdigest() in (await amal.get("/export/live")).text
        again = await amal.post("/export", data={**EXPORT, "form": "csv"})
        assert again.status_code == 409
        assert "Tick the box" in again.text
        asked = await amal.post("/export", data={**EXPORT, "form": "csv", "again": "yes"})
        assert asked.headers["content-type"] == "text/csv; charset=utf-8"
        assert (await amal.post("/export", data={**EXPORT, "form": "pdf"})).status_code == 422


async def test_the_preview_says_who_is_left_out_and_why(desk: TestDesk, hanas: str) -> None:
    async with desk.browser("Amal") as amal:
        page = (await amal.get("/export")).text
        left_out = page[page.index("Who is left out") :]
        assert hanas in left_out
        assert "Its case is not closed yet." in left_out
        assert "It was sent before." in left_out


async def test_the_trail_says_who_opened_what(desk: TestDesk, hanas: str) -> None:
    async with desk.browser("Amal") as amal, desk.browser("Hana") as hana:
        await hana.get(f"/cases/{hanas}")
        page = entries((await amal.get("/audit", params={"about": hanas})).text)
        assert "read the case" in page
        assert "lent a number" in page
        assert "signed in" not in page, "only what is about that case"
        assert "አልማዝ" not in page
        newest = entries((await amal.get("/audit", params={"before": 3})).text)
        assert "read the case" not in newest


async def test_a_coordinator_may_look_into_a_volunteers_case(desk: TestDesk, hanas: str) -> None:
    async with desk.browser("Amal") as amal:
        page = await amal.get(f"/cases/{hanas}")
        assert page.status_code == 200
        assert "17 ግንቦት 1984" not in page.text
        assert "17 ግንቦት 1984" in (await amal.post(f"/cases/{hanas}/names")).text


async def test_what_came_to_nobody_is_counted_on_the_page_of_numbers(desk: TestDesk) -> None:
    async with desk.browser("Amal") as amal:
        assert "missed call" not in (await amal.get("/numbers")).text
        today, counted = desk.shell.clock().date(), ("mail", "mail", "call")
        await desk.shell.db.write(lambda session: tallies.add(session, today, tallies.UNKNOWN, counted))
        page = (await amal.get("/numbers")).text
    assert "2 e-mails came to addresses that no case has, and were not kept." in page
    assert "1 missed call showed no number." in page
