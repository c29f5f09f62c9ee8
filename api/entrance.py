"""Where connections come in: Telegram's updates are read and answered here, all else by the web server's own protocol.

An update is a few hundred bytes and its answer has none, yet a web server makes of it a scope, a cycle, events and
messages back, which costs nearly as much as the conversation (docs/decisions/0018). A connection that brings anything
but a plain update is handed to uvicorn's protocol with all that was read of it, and stays there.
"""

import asyncio
from functools import lru_cache
from http import HTTPStatus
from typing import Any, cast

import httptools
from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from api.inbound.intake import Intake
from api.routes import webhooks

DOOR = b"POST /webhooks/telegram HTTP/1.1\r\n"
MOST = 16 * 1024
"""Bytes of an update with its head. What is longer is left to uvicorn, whose door asks who comes before it reads on."""
_UNUSUAL = frozenset((b"transfer-encoding", b"expect", b"upgrade"))
"""Headers of requests that are left to uvicorn."""


class _Updates:
    """Reads the updates of one connection, one at a time."""

    def __init__(self) -> None:
        self._parser = httptools.HttpRequestParser(self)
        self.plain, self.whole = True, False
        self.secret = ""
        self._body: list[bytes] = []

    def read(self, data: bytes) -> None:
        """Read on. It is `plain` as long as nothing is unusual, and nothing comes behind it; then `whole`."""
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self.plain = False

    def take(self) -> tuple[str, bytes]:
        """The secret and the body of the one that is whole; the next may come."""
        self.whole = False
        return self.secret, b"".join(self._body)

    def on_message_begin(self) -> None:
        """Called by httptools, as are all that follow."""
        self.plain = not self.whole
        self.secret, self._body = "", []

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        if name == webhooks.TELEGRAM_SECRET:
            self.secret = value.decode("latin-1")
        elif name in _UNUSUAL or (name == b"content-length" and int(value) > MOST):
            self.plain = False

    def on_headers_complete(self) -> None:
        self.plain = self.plain and self._parser.should_keep_alive()

    def on_body(self, part: bytes) -> None:
        self._body.append(part)

    def on_message_complete(self) -> None:
        self.whole = True


class Entrance(asyncio.Protocol):
    """One connection. Uvicorn makes it with what its own protocol takes, and knows of it until it ends."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._loop = _loop or asyncio.get_running_loop()
        self._config, self._server, self._app_state = config, server_state, app_state
        self._intake: Intake = config.loaded_app.state.intake
        self._updates = _Updates()
        self._transport: asyncio.Transport | None = None
        self._unanswered = b""
        self._answering = self._stopping = False
        self._resting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport = cast(asyncio.Transport, transport)
        self._server.connections.add(cast(Any, self))

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over; an update that was read is taken in all the same."""
        self._transport = None
        self._server.connections.discard(cast(Any, self))
        self._stir()

    def shutdown(self) -> None:
        """The server stops: what is under way is answered first."""
        self._stopping = True
        if self._transport is not None and not self._answering:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Read on; what comes before the last was answered waits for that."""
        self._stir()
        self._unanswered += data
        if self._answering:
            if self._transport is not None:
                self._transport.pause_reading()
        elif self._unanswered.startswith(DOOR):
            self._updates.read(data)
            self._go_on()
        else:
            self._hand_over()

    def _go_on(self) -> None:
        if not self._updates.plain or len(self._unanswered) > MOST:
            self._hand_over()
        elif self._updates.whole:
            self._unanswered, self._answering = b"", True
            task = self._loop.create_task(self._answer(*self._updates.take()))
            self._server.tasks.add(task)
            task.add_done_callback(self._server.tasks.discard)

    async def _answer(self, secret: str, update: bytes) -> None:
        status, afterwards = await webhooks.take_update(self._intake, secret, update)
        self._answering = False
        if self._transport is not None:
            self._write(self._transport, status)
        if afterwards is not None:
            await afterwards

    def _write(self, transport: asyncio.Transport, status: int) -> None:
        """Send the answer; then the next request may come, for a while."""
        headers = [b"%s: %s\r\n" % header for header in self._server.default_headers]
        transport.write(b"".join((_status_line(status), *headers, b"content-length: 0\r\n\r\n")))
        if self._stopping:
            transport.close()
        elif self._unanswered:
            transport.resume_reading()
            self._hand_over()
        else:
            self._resting = self._loop.call_later(self._config.timeout_keep_alive, transport.close)

    def _hand_over(self) -> None:
        """Leave the connection to uvicorn, with all that is not answered yet."""
        transport = self._transport
        if transport is not None:
            self._server.connections.discard(cast(Any, self))
            other = HttpToolsProtocol(self._config, self._server, self._app_state, self._loop)
            transport.set_protocol(other)
            other.connection_made(transport)
            other.data_received(self._unanswered)

    def _stir(self) -> None:
        """It does not rest any more."""
        if self._resting is not None:
            self._resting.cancel()
            self._resting = None


@lru_cache
def _status_line(status: int) -> bytes:
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n".encode()
