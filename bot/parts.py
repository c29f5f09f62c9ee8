"""Replies that are longer than one message: when a part is refused for now, those before it are not sent again."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
REMEMBERED = 1000
"""Replies that are under way at most; of those that were given up, nobody tells us."""


class Parts:
    """How far the replies of one channel got. It lives as long as the process: after that, all parts go out again."""

    def __init__(self) -> None:
        self._taken: dict[str, list[str]] = {}

    async def send(self, reply_id: str, parts: Sequence[T], put: Callable[[T, bool], Awaitable[str]]) -> Sequence[str]:
        """Put out the parts of a reply that were not taken yet, in order; `put` hears of each whether it is the last.

        Gives the provider's ids of all parts. Raises what `put` raises; the next call for this reply goes on there.
        """
        if len(parts) == 1:
            return [await put(parts[0], True)]
        taken = self._taken.setdefault(reply_id, [])
        for part in parts[len(taken) :]:
            taken.append(await put(part, len(taken) == len(parts) - 1))
        del self._taken[reply_id]
        while len(self._taken) > REMEMBERED:
            del self._taken[next(iter(self._taken))]
        return taken
