"""Room for so many at once: what asyncio's semaphore does, at no cost as long as nobody has to wait."""

import asyncio
from collections import deque

EMPTY = 0.01
"""Seconds between two looks whether a room is empty."""


class Room:
    """A number of places. Whoever finds it full waits for an `opening`, and then looks again: another may be faster."""

    def __init__(self, places: int) -> None:
        self._places = self._free = places
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def full(self) -> bool:
        """Whether all places are taken."""
        return self._free <= 0

    def enter(self) -> None:
        """Take a place."""
        self._free -= 1

    def leave(self) -> None:
        """Give it back, and tell who has waited longest."""
        self._free += 1
        self._tell()

    async def opening(self) -> None:
        """Wait until somebody leaves."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except BaseException:
            if turn.done() and not turn.cancelled():
                self._tell()  # who gives up in her turn leaves it to the next
            raise

    async def emptied(self) -> None:
        """Let nobody in any more, for good, and wait until all who are inside have left."""
        self._free -= self._places
        while self._free < 0:  # noqa: ASYNC110 - once in a room's life, and leaving is to cost nothing more
            await asyncio.sleep(EMPTY)

    def _tell(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
