"""When a lane may send next, and when it may write to a chat again."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.channel import Pace


class Pacing:
    """The turns of one lane; `pace` is what its provider takes."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._apart = 1 / pace.per_second if pace.per_second else 0.0
        self._turns: dict[bytes, float] = {}  # when a chat may be written to again
        self._next_slot = 0.0
        self._first = asyncio.Lock()

    async def chats_turn(self, address: bytes) -> None:
        """Wait until this chat may be written to again."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self._turns.get(address, 0.0) - loop.time())
        self._turns = {chat: turn for chat, turn in self._turns.items() if turn > loop.time()}
        self._turns[address] = loop.time() + self._pace.between

    @property
    def is_needed(self) -> bool:
        """Whether the lane has to wait for its turn at all: it is limited, or was told to rest."""
        return bool(self._apart or self._next_slot)

    async def lanes_turn(self, may_go: Callable[[], Awaitable[bool]]) -> bool:
        """Wait for the lane's next turn: so many a second in all, or at once where there is no limit.

        `may_go` is asked when it has come, and may wait. False when it says so: then it is the turn of whoever is next.
        """
        loop = asyncio.get_running_loop()
        async with self._first:
            while (pause := self._next_slot - loop.time()) > 0:  # noqa: ASYNC110 - it may be told to rest meanwhile
                await asyncio.sleep(pause)
            if not await may_go():
                return False
            self._next_slot = loop.time() + self._apart
            return True

    def rest(self, seconds: float) -> None:
        """Let the lane rest: its provider wants it."""
        self._next_slot = max(self._next_slot, asyncio.get_running_loop().time() + seconds)
