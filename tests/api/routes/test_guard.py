"""What another site makes a browser send is refused; what our own pages send is not."""

from collections.abc import AsyncIterator

import pytest
from httpx import ASGITransport, AsyncClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from api.routes.guard import Guard

OURS = "https://desk.example.org"


async def _answer(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("done")


@pytest.fixture
async def browser() -> AsyncIterator[AsyncClient]:
    routes = [Route("/{path:path}", _answer, methods=["GET", "POST"])]
    transport = ASGITransport(Guard(Starlette(routes=routes), OURS))
    async with AsyncClient(transport=transport, base_url=OURS) as client:
        yield client


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_a_form_on_another_site_is_refused(browser: AsyncClient, site: str) -> None:
    assert (await browser.post("/cases/K7-4QF/close", headers={"Sec-Fetch-Site": site})).status_code == 403


@pytest.mark.parametrize("site", ["same-origin", "none"])
async def test_our_own_forms_pass(browser: AsyncClient, site: str) -> None:
    assert (await browser.post("/cases/K7-4QF/close", headers={"Sec-Fetch-Site": site})).status_code == 200


@pytest.mark.parametrize(
    ("origin", "status"),
    [(OURS, 200), ("https://evil.example", 403), ("null", 403), ("https://desk.example.org.evil.example", 403)],
)
async def test_an_old_browser_is_judged_by_the_origin_that_it_names(
    browser: AsyncClient, origin: str, status: int
) -> None:
    assert (await browser.post("/sign-in", headers={"Origin": origin})).status_code == status


async def test_a_desk_reached_by_its_local_address_takes_forms_from_that_address(browser: AsyncClient) -> None:
    headers = {"Origin": "http://192.168.1.5:8000", "Host": "192.168.1.5:8000"}
    assert (await browser.post("/sign-in", headers=headers)).status_code == 200


async def test_looking_is_allowed_from_anywhere(browser: AsyncClient) -> None:
    assert (await browser.get("/queue", headers={"Sec-Fetch-Site": "cross-site"})).status_code == 200


async def test_a_provider_names_no_origin_and_is_judged_by_its_signature(browser: AsyncClient) -> None:
    assert (await browser.post("/webhooks/telegram", headers={"Sec-Fetch-Site": "cross-site"})).status_code == 200


async def test_every_answer_forbids_what_a_page_does_not_need(browser: AsyncClient) -> None:
    answer = await browser.get("/queue")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    refused = await browser.post("/queue", headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.headers["content-security-policy"] == policy


async def test_stylesheets_may_be_kept_but_are_asked_for_again(browser: AsyncClient) -> None:
    assert (await browser.get("/static/rafiqa.css")).headers["cache-control"] == "no-cache"
