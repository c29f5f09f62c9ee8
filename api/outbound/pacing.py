"""When a lane may send next, and when it may write to a chat again."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.channel import Pace

SAME_REFUSAL = 10.0
"""Seconds within which a second chat that is refused shows that the whole lane is."""


class Pacing:
    """The turns of one lane; `pace` is what its provider takes."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._apart = 1 / pace.per_second if pace.per_second else 0.0
        self._turns: dict[bytes, float] = {}  # when a chat may be written to again
        self._next_slot = 0.0
        self._first = asyncio.Lock()
        self._asked = b"", 0.0  # which chat heard last that there is to be rest, and until when that is remembered

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

    def asked_to_rest(self, chat: bytes, seconds: float) -> None:
        """The provider takes nothing for a while. It does not say for whom: when two chats hear it, the lane rests."""
        now = asyncio.get_running_loop().time()
        other, until = self._asked
        if other != chat and now < until:
            self._next_slot = max(self._next_slot, now + seconds)
        self._asked = chat, now + max(seconds, SAME_REFUSAL)
