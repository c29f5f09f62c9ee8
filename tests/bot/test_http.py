"""The HTTP client, against a server that misbehaves."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import web

from bot.channel import ChannelError
from bot.http import Http


@pytest_asyncio.fixture
async def server() -> AsyncIterator[str]:
    async def echo(request: web.Request) -> web.Response:
        peer = request.transport.get_extra_info("peername")[1] if request.transport else 0
        body = f"{request.method} {await request.text()} {request.headers.get('X-Word')}"
        return web.Response(text=body, headers={"X-Peer": str(peer), "Set-Cookie": "who=you"})

    async def slow(_: web.Request) -> web.Response:
        await asyncio.sleep(5)
        return web.Response()

    async def rude(request: web.Request) -> web.Response:
        assert request.transport
        request.transport.close()
        return web.Response()

    async def elsewhere(_: web.Request) -> web.Response:
        raise web.HTTPFound("/echo")

    async def cookies(request: web.Request) -> web.Response:
        return web.Response(text=request.headers.get("Cookie", "none"))

    app = web.Application()
    for handler in (echo, slow, rude, elsewhere, cookies):
        app.router.add_route("*", f"/{handler.__name__}", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest_asyncio.fixture
async def http() -> AsyncIterator[Http]:
    client = Http(seconds=2)
    yield client
    await client.close()


async def test_it_sends_what_it_is_given_and_returns_status_headers_and_body(server: str, http: Http) -> None:
    answer = await http.call("POST", f"{server}/echo", "ሰላም".encode(), {"X-Word": "w"})
    assert (answer.status, answer.body.decode()) == (200, "POST ሰላም w")


async def test_calls_share_one_connection_and_no_cookies(server: str, http: Http) -> None:
    peers = {(await http.call("POST", f"{server}/echo", b"", {})).header("X-Peer") for _ in range(3)}
    assert len(peers) == 1
    assert (await http.call("GET", f"{server}/cookies", b"", {})).body == b"none"


async def test_a_redirect_is_an_answer_and_is_not_followed(server: str, http: Http) -> None:
    assert (await http.call("POST", f"{server}/elsewhere", b"", {})).status == 302


async def test_no_answer_in_time_is_a_temporary_timeout(server: str, http: Http) -> None:
    with pytest.raises(ChannelError, match=r"timeout \(temporary\)"):
        await http.call("POST", f"{server}/slow", b"", {}, seconds=0.05)


@pytest.mark.parametrize("url", ["{server}/rude", "http://127.0.0.1:1/closed-port", "not a url"])
async def test_no_connection_is_a_temporary_network_error_that_names_no_address(
    server: str, http: Http, url: str
) -> None:
    with pytest.raises(ChannelError) as caught:
        await http.call("POST", url.format(server=server), b"", {})
    assert (caught.value.code, caught.value.permanent) == ("network", False)
    assert "127.0.0.1" not in str(caught.value)
    assert caught.value.__suppress_context__


async def test_after_closing_it_opens_nothing_any_more(server: str, http: Http) -> None:
    await http.call("POST", f"{server}/echo", b"", {})
    await http.close()
    with pytest.raises(ChannelError, match="closed"):
        await http.call("POST", f"{server}/echo", b"", {})
