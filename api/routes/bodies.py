"""Reads what a provider posts, as far as it is not larger than any real payload."""

from starlette.requests import Request

LARGEST = 512 * 1024
"""Bytes of a payload. The longest update that Telegram allows, all emoji, has about a fifth of that."""


async def body_of(request: Request) -> bytes | None:
    """The body, or None when it is larger than any real payload."""
    size = request.headers.get("Content-Length", "")
    if size.isdecimal() and int(size) > LARGEST:
        return None
    parts = bytearray()
    async for part in request.stream():
        parts += part
        if len(parts) > LARGEST:
            return None
    return bytes(parts)
