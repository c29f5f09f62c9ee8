"""Just enough HTTP/1.1 for a benchmark: messages with a Content-Length over connections that stay open."""

import asyncio
import re

LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")


class Wire(asyncio.Protocol):
    """Either end of a connection: hands each whole message, head and body, to `received`."""

    def __init__(self) -> None:
        self.rest = b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self.transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """Cut what arrived into messages; what is not whole waits for more."""
        data = self.rest + data if self.rest else data
        start = 0
        while (end := data.find(b"\r\n\r\n", start)) >= 0:
            length = LENGTH.search(data, start, end + 2)
            stop = end + 4 + (int(length[1]) if length else 0)
            if len(data) < stop:
                break
            self.received(data[start : end + 2], data[end + 4 : stop])
            start = stop
        self.rest = data[start:]

    def received(self, head: bytes, body: bytes) -> None:
        """One whole message; `head` is its start line and headers, each with its line end."""
        raise NotImplementedError

    def write(self, data: bytes) -> None:
        """Send, unless the other end is gone already."""
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(data)


def post(path: str, body: bytes, *headers: str) -> bytes:
    """A POST of JSON, as bytes for the wire."""
    lines = (f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json", *headers)
    return "\r\n".join((*lines, f"Content-Length: {len(body)}", "", "")).encode() + body


def answer(body: bytes = b"", status: str = "200 OK") -> bytes:
    """A response of JSON, as bytes for the wire."""
    return f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
