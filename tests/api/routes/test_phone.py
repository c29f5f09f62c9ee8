"""The simulators: a phone that goes the way of every message, a portal that writes to proxy numbers."""

import asyncio
import re
from pathlib import Path

import pytest
from httpx import AsyncClient

from tests.desks import NUMBER, TestDesk, running_desk


async def screen(browser: AsyncClient, path: str, wanted: str) -> str:
    """What the phone shows, once the runner has delivered what is wanted."""
    async with asyncio.timeout(60):
        while wanted not in (page := (await browser.get(f"{path}/live")).text):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return page


async def test_a_chat_is_answered_with_buttons_that_work(desk: TestDesk) -> None:
    async with desk.browser() as browser:
        assert (await browser.post("/phone/1/chat", data={"text": "hello"})).url.path == "/phone/1/chat"
        page = await screen(browser, "/phone/1/chat", "አማርኛ")
        button = re.search(r'name="button" value="([^"]+)" dir="auto">1 English<', page)
        assert button
        await browser.post("/phone/1/chat", data={"button": button[1]})
        page = await screen(browser, "/phone/1/chat", "What is asked?")
        assert '<p dir="auto">1 English</p>' in page, "what was pressed is shown by its words"
        assert page.count('name="button"') == 5, "only the newest question has buttons"


async def test_by_sms_options_are_numbers_and_segments_are_counted(desk: TestDesk) -> None:
    async with desk.browser() as browser:
        await browser.post("/phone/1/sms", data={"text": "hello"})
        page = await screen(browser, "/phone/1/sms", "4 አማርኛ")
        assert "2 segments · <bdi>UCS-2</bdi>" in page
        assert 'name="button"' not in page


@pytest.mark.parametrize(("language", "message"), [("en", "Message"), ("es", "Mensaje"), ("ar", "رسالة")])
async def test_where_one_writes_is_named_in_the_language_of_the_page(
    desk: TestDesk, language: str, message: str
) -> None:
    async with desk.browser() as browser:
        page = (await browser.get("/phone/1/chat", headers={"Accept-Language": language})).text
        assert f'<label class="unseen" for="text">{message}</label>' in page
        assert f'placeholder="{message}"' in page


async def test_two_phones_are_two_people(desk: TestDesk) -> None:
    async with desk.browser() as browser:
        await browser.post("/phone/1/sms", data={"text": "hello"})
        await screen(browser, "/phone/1/sms", "English")
        assert "English" not in (await browser.get("/phone/2/sms")).text
        assert "English" not in (await browser.get("/phone/1/chat")).text


async def test_an_empty_message_is_not_sent(desk: TestDesk) -> None:
    async with desk.browser() as browser:
        page = await browser.post("/phone/1/sms", data={"text": "  "})
        assert "Nothing yet" in page.text


@pytest.mark.parametrize("path", ["/phone/9/chat", "/phone/1/pigeon", "/phone/0/sms"])
async def test_there_are_four_phones_and_two_ways_to_write(desk: TestDesk, path: str) -> None:
    async with desk.browser() as browser:
        assert (await browser.get(path)).status_code in (404, 422)


async def test_the_portal_writes_to_a_proxy_number_and_nobody_answers(desk: TestDesk) -> None:
    async with desk.browser() as browser, desk.browser("Amal") as amal:
        page = await browser.post("/portal", data={"number": NUMBER, "what": "code"})
        sent = re.search(r"login code is (\d{6})", page.text)
        assert sent
        inbox = (await amal.get("/inbox")).text
        assert "A login code that came when nobody expected one" in inbox
        assert sent[1] not in inbox
        assert (await browser.post("/portal", data={"number": NUMBER, "what": "text", "text": " "})).status_code == 422


async def test_the_portal_writes_to_no_other_number(desk: TestDesk) -> None:
    async with desk.browser() as browser:
        refused = await browser.post("/portal", data={"number": "+96181000001", "what": "code"})
        assert refused.status_code == 404


async def test_without_a_simulator_there_is_neither_phone_nor_portal(tmp_path: Path) -> None:
    async with running_desk(tmp_path, simulator=False) as desk, desk.browser() as browser:
        for path in ("/phone", "/phone/1/chat", "/portal"):
            assert (await browser.get(path)).status_code == 404
        assert (await browser.post("/portal", data={"number": NUMBER, "what": "code"})).status_code == 404
        assert "simulator" not in (await browser.get("/sign-in")).text
