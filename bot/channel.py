"""What every provider looks like from inside: it sends replies, and fails in one way."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from flows.model import Manner, Reply


class ChannelError(Exception):
    """A provider did not take what we sent.

    `permanent` says that trying again is useless, `retry_after` (seconds) when the provider wants the lane to rest,
    `held` that it has to wait until she writes, which she had not when we looked (aware), `code` is the provider's own
    error code; none of them holds an address or a text.
    """

    def __init__(self, code: str, *, permanent: bool, retry_after: float = 0.0, held: datetime | None = None) -> None:
        self.held = held
        self.code, self.permanent, self.retry_after = code, permanent, retry_after
        super().__init__(f"{code} ({'permanent' if permanent else 'temporary'})")


class Forged(Exception):
    """A webhook's secret or signature is wrong: answer 403 and change nothing."""


class Malformed(Exception):
    """A payload that nobody understands: answer 200 and log that, without content. The text says what was missing."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a lane may send: messages a second in all, and seconds between two messages to one address."""

    per_second: float
    between: float


class Fetches(Protocol):
    """A provider that keeps what people send until we ask for it."""

    async def fetch(self, reference: str, largest: int) -> bytes:
        """The bytes behind a `Media.reference`.

        Raises ChannelError, permanent with the code `large` for more than `largest` bytes.
        """
        ...


class Channel(Protocol):
    """A way to reach people. `lane` names the one bot or number that it sends from."""

    name: str
    lane: str
    manner: Manner
    pace: Pace

    async def send(self, address: str, reply: Reply, *, reply_id: str) -> str:
        """Send, and return the provider's id of the message. Raises ChannelError.

        `reply_id` is ours, to find the row again when the provider reports on it.
        """
        ...

    async def clear(self, address: str, chat_messages: list[str]) -> None:
        """Delete messages from the chat where the provider can; do nothing where it cannot. Raises ChannelError."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
