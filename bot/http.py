"""One lean HTTP client for all providers: it keeps connections, gives up in time, and never speaks of a URL."""

from collections.abc import Mapping
from typing import NamedTuple

import aiohttp

from bot.channel import ChannelError

LOADING = 60.0
"""Seconds that a file may take."""
_PART = 65_536


class Answer(NamedTuple):
    """What a provider answered, whatever the status."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Http:
    """A pool of connections. It opens at the first call, so that a channel can be made before a loop runs.

    `seconds` is how long a whole call may take. Nothing here logs, and no error holds a URL: Telegram's has the
    token in it, Twilio's the account.
    """

    def __init__(self, seconds: float = 10.0) -> None:
        self.seconds = seconds
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    async def call(
        self, method: str, url: str, body: bytes, headers: Mapping[str, str], seconds: float | None = None
    ) -> Answer:
        """Ask once, follow no redirect, and return the answer.

        Raises a temporary ChannelError with the code `timeout`, `network` or `closed` when there is none.
        """
        timeout = aiohttp.ClientTimeout(total=self.seconds if seconds is None else seconds)
        try:
            async with self._open().request(
                method, url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                return Answer(response.status, response.headers, await response.read())
        except TimeoutError:
            raise ChannelError("timeout", permanent=False) from None
        except (aiohttp.ClientError, OSError):
            raise ChannelError("network", permanent=False) from None

    async def load(self, url: str, headers: Mapping[str, str], largest: int, seconds: float = LOADING) -> Answer:
        """Fetch a file, follow no redirect, and stop reading where it is too large.

        Raises as `call` does, and a permanent ChannelError with the code `large` for more than `largest` bytes.
        """
        timeout = aiohttp.ClientTimeout(total=seconds)
        try:
            async with self._open().get(url, headers=headers, timeout=timeout, allow_redirects=False) as response:
                content = bytearray()
                async for part in response.content.iter_chunked(_PART):
                    content += part
                    if len(content) > largest:
                        raise ChannelError("large", permanent=True)
                return Answer(response.status, response.headers, bytes(content))
        except TimeoutError:
            raise ChannelError("timeout", permanent=False) from None
        except (aiohttp.ClientError, OSError, ValueError):
            raise ChannelError("network", permanent=False) from None

    async def close(self) -> None:
        """Let go of the connections for good."""
        self._closed = True
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._closed:
            raise ChannelError("closed", permanent=False)
        if self._session is None:
            # No cookies: a provider has no business recognising us by anything but the token.
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        return self._session
