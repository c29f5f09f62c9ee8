"""One lean HTTP/1.1 client for all providers: it keeps connections, gives up in time, and never speaks of a URL.

A reply costs more on its way out than in all that went before with an ordinary client (docs/decisions/0008), so this
one does little: httptools, which reads what the web server gets as well, cuts the answer; no redirects, cookies,
proxies or compression. A call is written to the wire once at most: whoever calls knows whether it may be repeated.
"""

import asyncio
import socket
import ssl
from collections import deque
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple, cast
from urllib.parse import urlsplit

import httptools
from aiohappyeyeballs import start_connection

from bot.channel import ChannelError

LARGEST = 16 * 1024 * 1024
"""Bytes of an answer; a hundred updates of Telegram, the longest there is, have a fraction of it."""
IDLE = 15.0
"""Seconds after which a resting connection is not used any more: servers close them without a word."""
SIDE_BY_SIDE = 100
"""Connections to one server at most; further calls wait for one, within their time."""
SECOND_ADDRESS = 0.25
"""Seconds that a server's first address gets alone before the next one is tried too (RFC 8305)."""

FINAL = 200
"""Answers below are only a sign of life; the answer follows."""
_PORTS = {"http": 80, "https": 443}
_SPACES = 3


class Answer(NamedTuple):
    """What a provider answered, whatever the status; names of headers in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _Origin(NamedTuple):
    """A server: calls to the same one share connections."""

    secure: bool
    host: str
    port: int


class _NoAnswer(Exception):
    """The connection ended, or what came over it is no HTTP."""


class Http:
    """A pool of connections. It opens at the first call, so that a channel can be made before a loop runs.

    `seconds` is how long a whole call may take. Nothing here logs, and no error holds a URL: Telegram's has the
    token in it, Twilio's the account. `trust` says whose certificates are believed: the system's, unless it is given.
    """

    def __init__(self, seconds: float = 10.0, *, trust: ssl.SSLContext | None = None) -> None:
        self.seconds = seconds
        self._trust = trust
        self._servers: dict[_Origin, _Server] = {}
        self._closed = False

    async def call(
        self, method: str, url: str, body: bytes, headers: Mapping[str, str], seconds: float | None = None
    ) -> Answer:
        """Ask once, follow no redirect, and return the answer.

        Raises a temporary ChannelError with the code `timeout`, `network` or `closed` when there is none.
        """
        if self._closed:
            raise ChannelError("closed", permanent=False)
        until = asyncio.get_running_loop().time() + (self.seconds if seconds is None else seconds)
        try:
            origin, start = _read_url(method, url)
            server = self._servers.get(origin) or self._meet(origin)
            return await server.call(_request(start, headers, body), until)
        except TimeoutError:
            raise ChannelError("timeout", permanent=False) from None
        except (_NoAnswer, OSError, ValueError):  # ValueError: what stands for a URL or a header is none
            raise ChannelError("network", permanent=False) from None

    async def close(self) -> None:
        """Let go of the connections for good; calls under way end as failed."""
        self._closed = True
        for server in self._servers.values():
            server.close()
        await asyncio.sleep(0)  # the loop closes what was dropped at its next turn

    def _meet(self, origin: _Origin) -> "_Server":
        if origin.secure and self._trust is None:
            self._trust = ssl.create_default_context()
        server = self._servers[origin] = _Server(origin, self._trust if origin.secure else None)
        return server


class _Server:
    """The connections to one server: those that rest, the last used at the end, and those that work."""

    def __init__(self, origin: _Origin, trust: ssl.SSLContext | None) -> None:
        self._origin, self._trust = origin, trust
        self._resting: deque[_Connection] = deque()
        self._working: set[_Connection] = set()
        self._room = asyncio.Semaphore(SIDE_BY_SIDE)

    async def call(self, request: bytes, until: float) -> Answer:
        """Write the request to a connection and wait for its answer until then, in the loop's time."""
        if self._room.locked():
            async with asyncio.timeout_at(until):
                await self._room.acquire()
        else:
            await self._room.acquire()
        try:
            connection = self._rested() or await self._connect(until)
            self._working.add(connection)
            try:
                return await connection.ask(request, until)
            finally:
                self._working.discard(connection)
                if connection.rests:
                    self._resting.append(connection)
        finally:
            self._room.release()

    def close(self) -> None:
        """Close all connections."""
        for connection in (*self._resting, *self._working):
            connection.drop()

    def _rested(self) -> "_Connection | None":
        """The connection that was used last, if it is still good; what rested for too long is closed."""
        resting, oldest = self._resting, asyncio.get_running_loop().time() - IDLE
        while resting and (resting[0].since < oldest or not resting[0].rests):
            resting.popleft().drop()
        while resting:
            connection = resting.pop()
            if connection.rests:
                return connection
        return None

    async def _connect(self, until: float) -> "_Connection":
        """A new connection, over whichever of the server's addresses answers first."""
        loop, (secure, host, port) = asyncio.get_running_loop(), self._origin
        async with asyncio.timeout_at(until):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            sock = await start_connection(found, happy_eyeballs_delay=SECOND_ADDRESS, interleave=1, loop=loop)
            try:
                _, connection = await loop.create_connection(
                    _Connection, sock=sock, ssl=self._trust, server_hostname=host if secure else None
                )
            except BaseException:
                sock.close()
                raise
        return connection


class _Connection(asyncio.Protocol):
    """One connection, with one call under way at most. It is used again only after a whole answer."""

    def __init__(self) -> None:
        self.since = 0.0
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._answer: asyncio.Future[Answer] | None = None
        self._headers: list[tuple[bytes, bytes]] = []
        self._body: list[bytes] = []
        self._size = 0
        self._whole_head = self._stray = False

    @property
    def rests(self) -> bool:
        """Whether the next call may be written to it."""
        return self._answer is None and self._transport is not None and not self._transport.is_closing()

    async def ask(self, request: bytes, until: float) -> Answer:
        """Write a request and wait for the answer. Raises TimeoutError, or _NoAnswer when there is none."""
        if self._transport is None:
            raise _NoAnswer
        answer: asyncio.Future[Answer] = self._loop.create_future()
        self._answer = answer
        self._size = 0
        self._transport.write(request)
        timer = self._loop.call_at(until, self._give_up)
        try:
            return await answer
        except asyncio.CancelledError:
            self.drop()
            raise
        finally:
            timer.cancel()

    def drop(self) -> None:
        """Close it at once; whoever waits hears that there is no answer."""
        if self._transport is not None:
            self._transport.abort()
        self._fail(_NoAnswer())

    def _give_up(self) -> None:
        self._fail(TimeoutError())
        self.drop()

    def _fail(self, error: Exception) -> None:
        answer, self._answer = self._answer, None
        if answer is not None and not answer.done():
            answer.set_exception(error)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way out."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Read on; what nobody asked for, what is too much and what is no HTTP end the connection."""
        self._size += len(data)
        if self._answer is None or self._size > LARGEST:
            self.drop()
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self.drop()
        if self._stray:
            self.drop()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over. An answer that does not say how long it is ends with it; any other is not whole."""
        self._transport = None
        if exc is None and self._whole_head and not self._says_its_length():
            self._finish()
        self._fail(_NoAnswer())

    def on_message_begin(self) -> None:
        """Called by httptools, as are all that follow."""
        self._headers, self._body, self._whole_head = [], [], False
        self._stray = self._answer is None

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        self._whole_head = True

    def on_body(self, part: bytes) -> None:
        self._body.append(part)

    def on_message_complete(self) -> None:
        if self._parser.get_status_code() >= FINAL and self._transport is not None:
            if not self._parser.should_keep_alive():
                self._transport.close()
            self._finish()

    def _finish(self) -> None:
        """Hand over the answer."""
        answer, self._answer = self._answer, None
        self.since, self._whole_head = self._loop.time(), False
        if answer is not None and not answer.done():
            headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in self._headers}
            answer.set_result(Answer(self._parser.get_status_code(), headers, b"".join(self._body)))

    def _says_its_length(self) -> bool:
        return any(name.lower() in (b"content-length", b"transfer-encoding") for name, _ in self._headers)


@lru_cache(maxsize=64)
def _read_url(method: str, url: str) -> tuple[_Origin, str]:
    """The server of a URL, and the first lines of a request to it. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("no URL of HTTP")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    start = f"{method} {target} HTTP/1.1\r\nHost: {parts.netloc.rpartition('@')[2]}\r\n"
    if start.count(" ") != _SPACES:
        raise ValueError("a space in a URL")
    return _Origin(parts.scheme == "https", parts.hostname, parts.port or _PORTS[parts.scheme]), start


def _request(start: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """A whole request as bytes for the wire. Raises ValueError when a header would begin another one."""
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    if lines.count("\n") != len(headers):
        raise ValueError("a line break in a header")
    return f"{start}{lines}Content-Length: {len(body)}\r\n\r\n".encode("ascii") + body
