"""Her session ends while she types: what she sends then goes along to the sign-in page, and arrives once she is in."""

import json
import re
from datetime import timedelta
from html import unescape

import pyotp
from httpx import AsyncClient, Response
from sqlmodel import Session, delete

from api.tables import SignIn
from tests.desks import TestDesk, passphrase_of

WORDS = "She asked for Saturday. \"Not 'before' ten\" & <after> Mass."
HALF_MINUTE = timedelta(seconds=30)
HANA = {"name": "Hana", "passphrase": passphrase_of("Hana")}


def carried(page: Response) -> str:
    """What a page carries along; nothing when it carries nothing."""
    found = re.search(r'name="carried" value="([^"]*)"', page.text)
    return unescape(found[1]) if found else ""


def forget_sessions(session: Session) -> None:
    session.exec(delete(SignIn))


async def send_on(browser: AsyncClient, page: Response) -> Response:
    """Send the form that the page sends by itself where there is a script."""
    form = re.search(r'<form[^>]*action="([^"]*)" data-at-once>(.*?)</form>', page.text, re.DOTALL)
    assert form
    fields = dict(re.findall(r'name="([^"]*)" value="([^"]*)"', form[2]))
    return await browser.post(form[1], data={name: unescape(value) for name, value in fields.items()})


async def test_a_note_typed_in_an_ended_session_is_in_the_case_after_signing_in(desk: TestDesk, hanas: str) -> None:
    async with desk.browser("Hana") as browser:
        await desk.shell.db.write(forget_sessions)
        asked = await browser.post(f"/cases/{hanas}/note", data={"text": WORDS})
        assert asked.status_code == 401
        assert "Nothing that you typed is lost" in asked.text
        assert asked.url.query == b""
        wrong = await browser.post("/sign-in", data={**HANA, "passphrase": "not hers", "carried": carried(asked)})
        assert carried(wrong) == carried(asked), "a slip of the finger loses nothing either"
        signed_in = await browser.post("/sign-in", data={**HANA, "carried": carried(wrong)})
        assert WORDS not in unescape((await browser.get(f"/cases/{hanas}")).text)
        noted = await send_on(browser, signed_in)
        assert noted.url.path == f"/cases/{hanas}"
        assert unescape(noted.text).count(WORDS) == 1


async def test_it_goes_along_through_the_second_factor(desk: TestDesk, hanas: str) -> None:
    async with desk.browser("Hana") as browser:
        page = await browser.get("/me/factor")
        secret = re.search(r'name="secret" value="([A-Z2-7]+)"', page.text)
        assert secret
        app = pyotp.TOTP(secret[1])
        await browser.post("/me/factor", data={"secret": secret[1], "code": app.at(desk.shell.clock() - HALF_MINUTE)})
        await desk.shell.db.write(forget_sessions)
        asked = await browser.post(f"/cases/{hanas}/note", data={"text": WORDS})
        second = await browser.post("/sign-in", data={**HANA, "carried": carried(asked)})
        assert "/sign-in/code" in second.text
        code = {"code": app.at(desk.shell.clock()), "carried": carried(second)}
        noted = await send_on(browser, await browser.post("/sign-in/code", data=code))
        assert WORDS in unescape(noted.text)


async def test_secrets_are_typed_again_and_never_carried(desk: TestDesk) -> None:
    async with desk.browser() as browser:
        asked = await browser.post("/passphrase", data={"passphrase": "six secret words", "other": "kept"})
        assert json.loads(carried(asked)) == ["/passphrase", [["other", "kept"]]]
        assert "six secret words" not in asked.text


async def test_what_is_carried_leads_nowhere_else(desk: TestDesk) -> None:
    for path in ("//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example", "/sign-in", ""):
        async with desk.browser() as browser:
            answer = await browser.post("/sign-in", data={**HANA, "carried": json.dumps([path, []])})
            assert answer.url.path == "/queue", path
    async with desk.browser() as browser:
        assert (await browser.post("/sign-in", data={**HANA, "carried": "{"})).url.path == "/queue"


async def test_a_page_that_only_looks_is_the_sign_in_page_as_ever(desk: TestDesk, hanas: str) -> None:
    async with desk.browser() as browser:
        assert (await browser.get(f"/cases/{hanas}")).url.path == "/sign-in"
