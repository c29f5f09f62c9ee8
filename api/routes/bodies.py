"""Reads what a provider posts, as far as it is not larger than any real payload."""

from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope

LARGEST = 512 * 1024
"""Bytes of a payload. The longest update that Telegram allows, all emoji, has about a fifth of that."""


def header(scope: Scope, name: bytes) -> str:
    """A header as ASGI has it, by its name in small letters; empty where there is none."""
    for one, value in scope["headers"]:
        if one == name:
            return str(value, "latin-1")
    return ""


async def body_of(request: Request) -> bytes | None:
    """The body, or None when it is larger than any real payload."""
    return await body(request.scope, request.receive)


async def body(scope: Scope, receive: Receive) -> bytes | None:
    """The same without a request. Raises ClientDisconnect when the other end hung up."""
    size = header(scope, b"content-length")
    if size.isdecimal() and int(size) > LARGEST:
        return None
    read, more = b"", True
    while more:
        part = await receive()
        if part["type"] == "http.disconnect":
            raise ClientDisconnect
        read += part.get("body", b"")
        more = part.get("more_body", False)
        if len(read) > LARGEST:
            return None
    return read
