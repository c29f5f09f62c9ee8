"""What a fake was asked to send, in order and by address, so that nobody who waits looks through all of it."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from typing import Any

Letter = dict[str, Any]


class Letters(list[Letter]):
    """Every letter in order; `to` are those of one address, `news` is set when it gets one."""

    def __init__(self, address: Callable[[Letter], str]) -> None:
        super().__init__()
        self._address = address
        self.to: defaultdict[str, list[Letter]] = defaultdict(list)
        self.news: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def append(self, letter: Letter) -> None:
        """Take one more."""
        super().append(letter)
        address = self._address(letter)
        self.to[address].append(letter)
        self.news[address].set()
