"""A submission that is sent again, because its answer was lost, is not taken again."""

import asyncio

import pytest
from httpx import ASGITransport, AsyncClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from api.routes.once import GO, HEADER, REMEMBERED, Once
from tests.desks import TestDesk

ONE, OTHER = {HEADER: "abc123"}, {HEADER: "def456"}


class Shop:
    """A form that counts how often it was taken."""

    def __init__(self) -> None:
        self.taken, self.answer, self.once = 0, RedirectResponse("/thanks", 303), Once(self.app())

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/order", self.order, methods=["POST"])])

    async def order(self, request: Request) -> Response:
        self.taken += 1
        return self.answer


@pytest.fixture
def shop() -> Shop:
    return Shop()


def customer(shop: Shop, cookie: str = "") -> AsyncClient:
    """A browser at this shop."""
    cookies = {"rafiqa": cookie} if cookie else {}
    return AsyncClient(transport=ASGITransport(shop.once), base_url="http://shop", cookies=cookies)


async def test_the_second_try_hears_what_came_of_the_first(shop: Shop) -> None:
    browser = customer(shop)
    for _ in range(3):
        answer = await browser.post("/order", headers=ONE)
        assert (answer.status_code, answer.headers[GO], answer.text) == (200, "/thanks", "")
    assert shop.taken == 1
    await browser.post("/order", headers=OTHER)
    assert shop.taken == 2


async def test_the_same_id_from_another_browser_is_another_submission(shop: Shop) -> None:
    for cookie in ("a", "b"):
        await customer(shop, cookie).post("/order", headers=ONE)
    assert shop.taken == 2


async def test_what_was_refused_or_failed_may_be_sent_again(shop: Shop) -> None:
    browser = customer(shop)
    shop.answer = PlainTextResponse("Not so.", 409)  # type: ignore[assignment]
    assert (await browser.post("/order", headers=ONE)).text == "Not so."
    shop.answer = RedirectResponse("/thanks", 303)
    assert (await browser.post("/order", headers=ONE)).headers[GO] == "/thanks"
    assert shop.taken == 2


async def test_who_did_not_hear_that_she_is_signed_in_signs_in_again(shop: Shop) -> None:
    shop.answer.set_cookie("rafiqa", "a")
    for _ in range(2):
        answer = await customer(shop).post("/order", headers=ONE)
        assert "rafiqa=a" in answer.headers["set-cookie"]
    assert shop.taken == 2


async def test_without_a_script_forms_are_answered_as_ever(shop: Shop) -> None:
    browser = customer(shop)
    assert (await browser.post("/order")).headers["location"] == "/thanks"


async def test_only_the_latest_are_remembered(shop: Shop) -> None:
    browser = customer(shop)
    for number in range(REMEMBERED + 2):
        await browser.post("/order", headers={HEADER: str(number)})
    await browser.post("/order", headers={HEADER: str(REMEMBERED)})
    assert shop.taken == REMEMBERED + 2
    await browser.post("/order", headers={HEADER: "0"})
    assert shop.taken == REMEMBERED + 3


async def test_twice_at_the_same_time_is_once(desk: TestDesk, hanas: str) -> None:
    note = {"text": "The employer has agreed."}
    async with desk.browser("Hana") as browser:
        tries = [browser.post(f"/cases/{hanas}/note", data=note, headers=ONE) for _ in range(3)]
        answers = await asyncio.gather(*tries)
        assert sorted(answer.status_code for answer in answers)[0] == 200
        assert {answer.status_code for answer in answers} <= {200, 503}
        page = await browser.get(f"/cases/{hanas}")
        assert page.text.count(note["text"]) == 1
