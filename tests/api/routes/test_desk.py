"""What a volunteer sees and does in the queue and in a case."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path

from api.app import now
from tests.desks import NUMBER, TestDesk, running_desk
from tests.scenes import Scene

PORTAL = {"portal": "model_ministry"}


async def test_a_case_is_taken_by_one_and_gone_for_the_other(desk: TestDesk, waiting: str) -> None:
    async with desk.browser("Hana") as hana, desk.browser("Rima") as rima:
        taken = await hana.post(f"/cases/{waiting}/claim")
        assert taken.url.path == f"/cases/{waiting}"
        late = await rima.post(f"/cases/{waiting}/claim")
        assert late.status_code == 409
        assert waiting not in (await rima.get("/queue")).text


async def test_take_the_next_case_leads_into_it_or_back_to_an_empty_queue(desk: TestDesk, waiting: str) -> None:
    async with desk.browser("Hana") as hana:
        assert "1 person is waiting" in (await hana.get("/queue")).text
        assert (await hana.post("/queue/next")).url.path == f"/cases/{waiting}"
        assert (await hana.post("/queue/next")).url.path == "/queue"


async def test_the_queue_shows_no_answer(desk: TestDesk, waiting: str) -> None:
    async with desk.browser("Hana") as hana:
        page = (await hana.get("/queue")).text
        assert waiting in page
        assert "Mount Lebanon" in page
        assert not re.search("አልማዝ|EP1234567|1992", page)


async def test_the_queue_is_narrowed_to_a_district_also_when_it_looks_again(desk: TestDesk, waiting: str) -> None:
    scene = await Scene.of(desk.shell, desk.app.state.gate)
    second = await desk.shell.db.write(lambda session: scene.open(session, 2, route={"district": "beirut"}))
    async with desk.browser("Hana") as hana:
        whole = (await hana.get("/queue")).text
        assert waiting in whole
        assert '<option value="district.beirut">Beirut</option>' in whole
        narrowed = (await hana.get("/queue", params={"only": "district.beirut"})).text
        assert second in narrowed
        assert waiting not in narrowed
        assert "2 people are waiting" in narrowed
        again = re.search(r'data-fragment="([^"]+)"', narrowed)
        assert again
        assert waiting not in (await hana.get(again[1])).text
        await hana.post(f"/cases/{second}/claim")
        assert "Others wait, none of these." in (await hana.get(again[1])).text
        assert waiting in (await hana.get("/queue", params={"only": "<script>"})).text


async def test_somebody_elses_case_looks_like_one_that_does_not_exist(desk: TestDesk, hanas: str) -> None:
    async with desk.browser("Rima") as rima:
        for path in ("", "/live"):
            denied, absent = await rima.get(f"/cases/{hanas}{path}"), await rima.get(f"/cases/X0-000{path}")
            assert denied.status_code == absent.status_code == 404
            assert denied.text.replace(hanas, "X0-000") == absent.text
        for act in ("release", "reopen", "lend", "expect", "stop", "end-lease", "write", "note", "close"):
            form = {**PORTAL, "text": "hello", "reason": "done"}
            assert (await rima.post(f"/cases/{hanas}/{act}", data=form)).status_code == 404, act
    async with desk.browser("Hana") as hana:
        assert (await hana.get(f"/cases/{hanas}")).status_code == 200


async def test_a_case_shows_answers_in_the_readers_words_and_as_written(desk: TestDesk, hanas: str) -> None:
    async with desk.browser("Hana") as hana:
        page = (await hana.post(f"/cases/{hanas}/names")).text
        assert "My employer holds it" in page
        assert "17 ግንቦት 1984" in page
        assert "Nobody may keep her passport" in page
        assert "ሰላም፣ መቼ ልምጣ?" in page
        assert "+96170000300" not in page, "her own number is never shown"
        assert "as written: <bdi>1</bdi>" not in page, "the number of a choice says nothing"


async def test_the_road_of_a_number(desk: TestDesk, waiting: str) -> None:
    async with desk.browser("Hana") as hana:
        await hana.post(f"/cases/{waiting}/claim")
        assert (await hana.post(f"/cases/{waiting}/expect", data=PORTAL)).status_code == 409
        assert NUMBER in (await hana.post(f"/cases/{waiting}/lend", data=PORTAL)).text
        assert "data-left=" in (await hana.post(f"/cases/{waiting}/expect", data=PORTAL)).text
        await hana.post("/portal", data={"number": NUMBER, "what": "text", "text": "Your code is 731 946."})
        page = (await hana.get(f"/cases/{waiting}/live")).text
        assert ">731946</output>" in page
        wipe = re.search(r"/codes/(\d+)/wipe", page)
        assert wipe
        assert "731946" not in (await hana.post(f"/cases/{waiting}{wipe[0]}")).text
        assert "data-left=" not in (await hana.post(f"/cases/{waiting}/stop", data=PORTAL)).text
        assert NUMBER not in (await hana.post(f"/cases/{waiting}/end-lease", data=PORTAL)).text


async def test_a_window_whose_time_is_over_is_offered_again(tmp_path: Path) -> None:
    """Even before the runner has closed it: a page that counted to nothing must not ask again and again."""
    late = timedelta()
    async with running_desk(tmp_path, clock=lambda: now() + late) as desk, desk.browser("Hana") as hana:
        scene = await Scene.of(desk.shell, desk.app.state.gate)
        reference = await desk.shell.db.write(scene.fill)
        assert "data-left=" in (await hana.get(f"/cases/{reference}/live")).text
        late = timedelta(minutes=10, seconds=1)
        page = (await hana.get(f"/cases/{reference}/live")).text
        assert "data-left=" not in page
        assert "Expect a code" in page


async def test_what_she_writes_goes_through_the_bot_and_stands_in_the_case(desk: TestDesk, hanas: str) -> None:
    async with desk.browser("Hana") as hana:
        page = await hana.post(f"/cases/{hanas}/write", data={"text": "Come <b>tomorrow</b>"})
        assert "Your message is on its way." in page.text
        assert "Come &lt;b&gt;tomorrow&lt;/b&gt;" in page.text
        assert (await hana.post(f"/cases/{hanas}/write", data={"text": "x" * 1001})).status_code == 422
        noted = await hana.post(f"/cases/{hanas}/note", data={"text": "Call the lawyer"})
        assert "note by Hana" in noted.text


async def test_a_case_is_closed_with_a_reason_and_opened_again(desk: TestDesk, hanas: str) -> None:
    async with desk.browser("Hana") as hana:
        assert (await hana.post(f"/cases/{hanas}/close", data={"reason": "bored"})).status_code == 422
        closed = await hana.post(f"/cases/{hanas}/close", data={"reason": "referred"})
        assert closed.url.path == "/queue"
        assert "The case is closed." in closed.text
        assert "Somebody else helps now" in (await hana.get(f"/cases/{hanas}")).text
        assert "Lend a number" in (await hana.post(f"/cases/{hanas}/reopen")).text
        assert "back in the queue" in (await hana.post(f"/cases/{hanas}/release")).text


async def test_open_pages_hear_that_something_changed_and_not_what(desk: TestDesk, hanas: str) -> None:
    async with desk.browser("Hana") as hana:
        heard = asyncio.create_task(_first_line(desk, f"/cases/{hanas}/events", dict(hana.cookies)))
        async with asyncio.timeout(60):
            while not heard.done():  # nobody knows when the stream has begun to listen
                await hana.post(f"/cases/{hanas}/note", data={"text": "secret"})
                await asyncio.sleep(0.05)
            stream = await heard
        assert "event: changed" in stream
        assert "secret" not in stream


async def _first_line(desk: TestDesk, path: str, cookies: dict[str, str]) -> str:
    """What a stream says first. httpx's ASGI transport would wait for its end, so the application is asked itself."""
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": b"",
        "headers": [(b"cookie", cookie.encode())],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
        "scheme": "http",
        "http_version": "1.1",
    }
    said: asyncio.Queue[bytes] = asyncio.Queue()
    ended = asyncio.Event()

    async def receive() -> dict[str, object]:
        await ended.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.body" and message.get("body"):
            said.put_nowait(message["body"])  # type: ignore[arg-type]

    running = asyncio.create_task(desk.app(scope, receive, send))  # type: ignore[arg-type]
    line = await said.get()
    ended.set()
    await running
    return line.decode()
