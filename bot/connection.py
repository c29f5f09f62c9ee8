"""One HTTP/1.1 connection to a provider: a request is written, and an answer read, one at a time."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple, cast

import httptools

LARGEST = 16 * 1024 * 1024
"""Bytes of an answer; a hundred updates of Telegram, the longest there is, have a fraction of it."""
FINAL = 200
"""Answers below are only a sign of life; the answer follows."""


class Answer(NamedTuple):
    """What a provider answered, whatever the status, with its headers as they came."""

    status: int
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes

    def header(self, name: str) -> str:
        """One header, or nothing."""
        wanted = name.lower().encode()
        return next((value.decode("latin-1") for one, value in self.headers if one.lower() == wanted), "")


class NoAnswer(Exception):
    """The connection ended, or what came over it is no HTTP."""


class Connection(asyncio.Protocol):
    """One connection, with one call under way at most; `since` is when it last answered, in the loop's time."""

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
    def lives(self) -> bool:
        """Whether it is not at its end."""
        return self._transport is not None and not self._transport.is_closing()

    @property
    def rests(self) -> bool:
        """Whether the next call may be written to it."""
        return self._answer is None and self.lives

    async def ask(self, request: bytes, until: float) -> Answer:
        """Write a request and wait for the answer. Raises TimeoutError, or NoAnswer when there is none."""
        if self._transport is None:
            raise NoAnswer
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
        self._fail(NoAnswer())

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
        self._fail(NoAnswer())

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
            answer.set_result(Answer(self._parser.get_status_code(), self._headers, b"".join(self._body)))

    def _says_its_length(self) -> bool:
        return any(name.lower() in (b"content-length", b"transfer-encoding") for name, _ in self._headers)
