"""The HTTP client on the wire: servers that hang up, cut their answers into pieces, stop half-way or say too much."""

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from bot import connection
from bot import http as pool
from bot.channel import ChannelError
from bot.http import Http

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Server:
    """Counts connections and requests, and leaves every answer to a script."""

    def __init__(self, script: Script) -> None:
        self.script, self.connections, self.requests = script, 0, list[bytes]()
        self.url, self.open, self.tasks = "", set[asyncio.StreamWriter](), set[asyncio.Task[object] | None]()
        self.news = asyncio.Semaphore(0)

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open.add(writer)
        self.tasks.add(asyncio.current_task())
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
                self.requests.append(head + await reader.readexactly(length))
                self.news.release()
                await self.script(reader, writer)
        writer.close()

    async def heard(self, requests: int) -> None:
        """Wait until so many more requests have arrived."""
        for _ in range(requests):
            await self.news.acquire()


@asynccontextmanager
async def serving(script: Script, context: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    server = Server(script)
    listening = await asyncio.start_server(server.meet, "127.0.0.1", 0, ssl=context)
    scheme = "https" if context else "http"
    server.url = f"{scheme}://localhost:{listening.sockets[0].getsockname()[1]}"
    yield server
    listening.close()
    for writer in server.open:
        writer.close()
    await asyncio.wait([task for task in server.tasks if task] or [asyncio.ensure_future(asyncio.sleep(0))])


def says(*pieces: bytes, then_hangs_up: bool = False) -> Script:
    """Answer each request with these pieces, one after the other."""

    async def script(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.001)
        if then_hangs_up:
            writer.close()

    return script


@asynccontextmanager
async def client(seconds: float = 2.0, trust: ssl.SSLContext | None = None) -> AsyncIterator[Http]:
    http = Http(seconds, trust=trust)
    yield http
    await http.close()


async def code_of(call: Awaitable[object]) -> str:
    with pytest.raises(ChannelError) as caught:
        await call
    assert not caught.value.permanent
    return caught.value.code


async def test_the_request_on_the_wire_is_what_was_asked_for_and_no_more() -> None:
    async with serving(says(OK)) as server, client() as http:
        await http.call("POST", f"{server.url}/a%20b?c=d", b"body", {"X-Word": "w"})
        host = server.url.removeprefix("http://").encode()
        assert server.requests == [
            b"POST /a%20b?c=d HTTP/1.1\r\nHost: " + host + b"\r\nX-Word: w\r\nContent-Length: 4\r\n\r\nbody"
        ]


async def test_an_answer_in_single_bytes_and_one_in_chunks_are_read_whole() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: t\r\n\r\n"
    for answer, body in ((OK, b"ok"), (chunked, b"abcde")):
        async with serving(says(*(answer[at : at + 1] for at in range(len(answer))))) as server, client() as http:
            for _ in range(2):
                assert (await http.call("POST", server.url, b"", {})).body == body
            assert server.connections == 1


async def test_a_sign_of_life_before_the_answer_is_not_the_answer() -> None:
    async with serving(says(b"HTTP/1.1 100 Continue\r\n\r\n", OK)) as server, client() as http:
        assert [(await http.call("POST", server.url, b"", {})).status for _ in range(2)] == [200, 200]


async def test_an_answer_without_a_body_leaves_the_connection_as_it_was() -> None:
    async with serving(says(b"HTTP/1.1 204 No Content\r\n\r\n")) as server, client() as http:
        assert [(await http.call("POST", server.url, b"", {})).status for _ in range(2)] == [204, 204]
        assert server.connections == 1


async def test_a_server_that_wants_to_close_gets_a_new_connection_next_time() -> None:
    closing = OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    async with serving(says(closing)) as server, client() as http:
        assert [(await http.call("POST", server.url, b"", {})).body for _ in range(2)] == [b"ok", b"ok"]
        assert server.connections == 2


async def test_an_answer_without_a_length_ends_with_its_connection() -> None:
    async with serving(says(b"HTTP/1.1 200 OK\r\n\r\nab", b"cd", then_hangs_up=True)) as server, client() as http:
        assert (await http.call("POST", server.url, b"", {})).body == b"abcd"


async def test_a_connection_that_the_server_closed_while_it_rested_costs_nothing() -> None:
    async with serving(says(OK)) as server, client() as http:
        await http.call("POST", server.url, b"", {})
        for writer in server.open:
            writer.close()
        await asyncio.sleep(0.05)
        assert (await http.call("POST", server.url, b"", {})).body == b"ok"
        assert server.connections == 2


async def test_one_that_rested_for_too_long_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "IDLE", -1.0)
    async with serving(says(OK)) as server, client() as http:
        for _ in range(2):
            await http.call("POST", server.url, b"", {})
        assert server.connections == 2


@pytest.mark.parametrize(
    "pieces",
    [
        (),
        (b"HTTP/1.1 200 OK\r\n",),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", b"hal"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab",),
        (b"SSH-2.0-OpenSSH_9.2\r\n",),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",),
    ],
)
async def test_half_an_answer_is_none_and_the_request_is_not_written_again(pieces: tuple[bytes, ...]) -> None:
    async with serving(says(*pieces, then_hangs_up=True)) as server, client() as http:
        assert await code_of(http.call("POST", server.url, b"", {})) == "network"
        assert len(server.requests) == 1


async def test_an_answer_that_comes_too_late_is_never_taken_for_the_next_one() -> None:
    async def script(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.4 if len(server.requests) == 1 else 0)
        writer.write(OK.replace(b"ok", b"%2d" % len(server.requests)))

    async with serving(script) as server, client() as http:
        assert await code_of(http.call("POST", server.url, b"", {}, seconds=0.3)) == "timeout"
        assert (await http.call("POST", server.url, b"", {})).body == b" 2"
        assert server.connections == 2


async def test_a_call_that_is_cancelled_takes_its_connection_with_it() -> None:
    async def script(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.05)
        writer.write(OK)

    async with serving(script) as server, client() as http:
        call = asyncio.ensure_future(http.call("POST", server.url, b"", {}))
        await server.heard(1)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await http.call("POST", server.url, b"", {})
        assert server.connections == 2


@pytest.mark.parametrize("after", [(OK + OK,), (OK, OK)])
async def test_an_answer_that_nobody_asked_for_ends_the_connection(after: tuple[bytes, ...]) -> None:
    async with serving(says(*after)) as server, client() as http:
        assert (await http.call("POST", server.url, b"", {})).body == b"ok"
        await asyncio.sleep(0.05)
        assert (await http.call("POST", server.url, b"", {})).body == b"ok"
        assert server.connections == 2


async def test_an_answer_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "LARGEST", 1000)
    async with serving(says(b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 400] * 4)) as server, client() as http:
        assert await code_of(http.call("POST", server.url, b"", {})) == "network"


async def test_many_at_once_share_the_room_and_wait_within_their_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "SIDE_BY_SIDE", 3)
    goes_on = asyncio.Event()

    async def script(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await goes_on.wait()
        writer.write(OK)

    async with serving(script) as server, client() as http:
        calls = [asyncio.ensure_future(http.call("POST", server.url, b"", {})) for _ in range(9)]
        await server.heard(3)
        assert await code_of(http.call("POST", server.url, b"", {}, seconds=0.05)) == "timeout"
        goes_on.set()
        assert [answer.body for answer in await asyncio.gather(*calls)] == [b"ok"] * 9
        assert (server.connections, len(server.requests)) == (3, 9)


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("{url}/a b", {}),
        ("{url}/ä", {}),
        ("ftp://localhost/", {}),
        ("http://", {}),
        ("http://localhost:99999/", {}),
        ("http://no-such-host.invalid/", {}),
        ("{url}", {"X": "a\r\nY: b"}),
        ("{url}", {"X": "ä"}),
    ],
)
async def test_what_cannot_be_asked_is_not(url: str, headers: dict[str, str]) -> None:
    async with serving(says(OK)) as server, client() as http:
        assert await code_of(http.call("POST", url.format(url=server.url), b"", headers)) == "network"
        assert server.requests == []


async def test_closing_ends_the_calls_under_way() -> None:
    async def script(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.2)

    async with serving(script) as server, client() as http:
        call = asyncio.ensure_future(http.call("POST", server.url, b"", {}))
        await server.heard(1)
        await http.close()
        assert await code_of(call) == "network"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost, signed by itself, with its key in the same file."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make a certificate with")
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
    extra = ("-addext", "subjectAltName=DNS:localhost", "-keyout", str(path), "-out", f"{path}.crt")
    subprocess.run((*command.split(), *extra), check=True, capture_output=True)
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
    return path


async def test_over_tls_a_server_must_be_who_it_says(certificate: Path) -> None:
    own = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    own.load_cert_chain(certificate)
    async with serving(says(OK), own) as server:
        trust = ssl.create_default_context(cafile=str(certificate))
        async with client(trust=trust) as http:
            assert (await http.call("POST", server.url, b"", {})).body == b"ok"
            other = server.url.replace("localhost", "127.0.0.1")  # a name that the certificate does not have
            assert await code_of(http.call("POST", other, b"", {})) == "network"
        async with client() as http:  # the system trusts no certificate that signs itself
            assert await code_of(http.call("POST", server.url, b"", {})) == "network"
        assert len(server.requests) == 1
