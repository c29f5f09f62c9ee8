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
from typing import NamedTuple
from urllib.parse import urlsplit

from aiohappyeyeballs import start_connection

from bot.channel import ChannelError
from bot.connection import Answer, Connection, NoAnswer
from bot.room import Room

IDLE = 15.0
"""Seconds after which a resting connection is not used any more: servers close them without a word."""
LOADING = 60.0
"""Seconds that a file may take."""
SIDE_BY_SIDE = 100
"""Connections to one server at most; further calls wait for one, within their time."""
SECOND_ADDRESS = 0.25
"""Seconds that a server's first address gets alone before the next one is tried too (RFC 8305)."""

NO_ANSWER = frozenset(("timeout", "network", "closed"))
"""The codes of a ChannelError after which nobody knows whether the server heard us."""

_PORTS = {"http": 80, "https": 443}
_SPACES = 3


class _Origin(NamedTuple):
    """A server: calls to the same one share connections."""

    secure: bool
    host: str
    port: int


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
        except (NoAnswer, OSError, ValueError):  # ValueError: what stands for a URL or a header is none
            raise ChannelError("network", permanent=False) from None

    async def load(self, url: str, headers: Mapping[str, str], largest: int, seconds: float = LOADING) -> Answer:
        """Fetch a file, and follow no redirect; `bot.connection` says how much is ever read of an answer.

        Raises as `call` does, and a permanent ChannelError with the code `large` for more than `largest` bytes.
        """
        answer = await self.call("GET", url, b"", headers, seconds)
        if len(answer.body) > largest:
            raise ChannelError("large", permanent=True)
        return answer

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
    """The connections to one server, and those among them that rest: the last used at the end."""

    def __init__(self, origin: _Origin, trust: ssl.SSLContext | None) -> None:
        self._origin, self._trust = origin, trust
        self._connections: list[Connection] = []
        self._resting: deque[Connection] = deque()
        self._room = Room(SIDE_BY_SIDE)

    async def call(self, request: bytes, until: float) -> Answer:
        """Write the request to a connection and wait for its answer until then, in the loop's time."""
        while self._room.full:
            async with asyncio.timeout_at(until):
                await self._room.opening()
        self._room.enter()
        try:
            connection = self._rested() or await self._connect(until)
            answer = await connection.ask(request, until)
            if connection.rests:
                self._resting.append(connection)
            return answer
        finally:
            self._room.leave()

    def close(self) -> None:
        """Close all connections."""
        for connection in self._connections:
            connection.drop()

    def _rested(self) -> "Connection | None":
        """The connection that was used last, if it is still good; what rested for too long is closed."""
        resting, oldest = self._resting, asyncio.get_running_loop().time() - IDLE
        while resting and (resting[0].since < oldest or not resting[0].rests):
            resting.popleft().drop()
        while resting:
            connection = resting.pop()
            if connection.rests:
                return connection
        return None

    async def _connect(self, until: float) -> "Connection":
        """A new connection, over whichever of the server's addresses answers first."""
        loop, (secure, host, port) = asyncio.get_running_loop(), self._origin
        async with asyncio.timeout_at(until):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            sock = await start_connection(found, happy_eyeballs_delay=SECOND_ADDRESS, interleave=1, loop=loop)
            try:
                _, connection = await loop.create_connection(
                    Connection, sock=sock, ssl=self._trust, server_hostname=host if secure else None
                )
            except BaseException:
                sock.close()
                raise
        self._connections = [one for one in self._connections if one.lives] + [connection]
        return connection


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
