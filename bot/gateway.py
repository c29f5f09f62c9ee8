"""What all gateways have in common: a telephone with a SIM that tells us what it received, and sends what we say.

Each gateway turns its own payloads into the values here, and sends through a `Line`, one a number.
"""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from bot import layout
from bot.channel import Channel, ChannelError, Malformed, Pace
from bot.connection import Answer
from bot.parts import Parts
from flows.countries import Countries
from flows.model import Manner, Reply

PACE = Pace(1.0, 0.0)
"""A telephone that sends much faster is taken for a nuisance by its network, and its SIM is blocked."""
_RANKS = {"waiting": 1, "sent": 4, "delivered": 5, "failed": 5}


@dataclass(frozen=True, slots=True)
class Sim:
    """A SIM by what its gateway calls it: the telephone's own id and the slot, 0 where the gateway does not say it."""

    gateway: str
    device: str
    slot: int


@dataclass(frozen=True, slots=True)
class SimSms:
    """An SMS that a SIM received. `id` is the gateway's, `at` when the telephone got it (aware; None: not said).

    The same SMS may come again with another `id`: telephones report it twice. `sender` may be letters.
    """

    sim: Sim
    sender: str
    text: str
    id: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a reply of ours: `state` is `sent`, `delivered` or `failed`, `error` a code if it failed.

    Reports overtake each other: one is news only when its `rank` is above the last one's.
    """

    reply_id: int
    rank: int
    state: str
    error: str = ""

    @classmethod
    def of(cls, token: str, state: str, error: str = "") -> "Delivery | None":
        """A report on the message to which we gave this token; None when no reply of ours ends with that message."""
        found = re.fullmatch(r"r(\d{1,18})-[0-9a-f]+", token)
        return cls(int(found[1]), _RANKS[state], state, error) if found else None


@dataclass(frozen=True, slots=True)
class Ping:
    """A sign of life of a telephone: its battery (percent; None: not said), and whether the gateway reaches it."""

    gateway: str
    device: str
    battery: int | None = None
    online: bool = True


@dataclass(frozen=True, slots=True)
class MissedCall:
    """Somebody rang a SIM and nobody answered; `caller` is a number, or empty when it was withheld."""

    sim: Sim
    caller: str
    id: str
    at: datetime | None


Heard = SimSms | Delivery | Ping | MissedCall | None
"""What a payload says; None: nothing that we need."""


class Payload(BaseModel):
    """A part of a gateway's payload: what we read must be right, what else stands there is the gateway's business."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


P = TypeVar("P", bound=Payload)


def from_json(body: bytes) -> object:
    """What a body says, with "?" for half an emoji, which telephones leave where they cut a text. Raises Malformed."""
    try:
        said = json.loads(body.decode("utf-8", "replace"))
        return json.loads(json.dumps(said, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise Malformed("body: json") from None


def read(kind: type[P], said: object, inside: str = "") -> P:
    """A payload of this kind, from what JSON said. Raises Malformed, which names the field only."""
    try:
        return kind.model_validate(said)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(step) for step in (inside, *first["loc"]) if step != "")
        raise Malformed(f"{where or 'body'}: {first['type']}") from None


def event_name(text: str) -> str:
    """The name of an event as it may stand in a log: nothing that was not made by programmers."""
    return text if re.fullmatch(r"[a-z][a-z:._-]{1,40}", text) else "?"


def error_code(text: str) -> str:
    """The code in a gateway's words about a failure; the words themselves may hold a number."""
    found = re.search(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b", text)
    return found[0] if found else "failed"


def tokens(key: bytes, reply_id: str, address: str, texts: Sequence[str]) -> list[str]:
    """What we call the messages of a reply to a gateway: the same whenever it is tried again, at most 33 characters.

    A gateway that gets one twice sends it once. Only the last message of a reply is reported on. The hash keeps two
    deployments apart, and a database that was restored from its own past; it is keyed, because gateways log it.
    """
    marks = []
    for place, text in enumerate(texts):
        said = json.dumps([reply_id, address, place, text]).encode()
        mark = hashlib.blake2b(said, key=hashlib.sha256(key).digest(), digest_size=6).hexdigest()
        marks.append(f"{'r' if place == len(texts) - 1 else 'p'}{reply_id}-{mark}")
    return marks


def refusal(answer: Answer, permanent: frozenset[int], rests: dict[int, float]) -> ChannelError:
    """The error of an answer that is no success: permanent by its status, or with a rest for the lane in seconds."""
    asked = answer.header("Retry-After")
    rest = float(asked) if asked.isdecimal() else rests.get(answer.status, 0.0)
    return ChannelError(str(answer.status), permanent=answer.status in permanent, retry_after=rest)


Put = Callable[[str, str, str], Awaitable[str]]
"""Hands one message to a gateway: address, text and token; gives the gateway's own id of it. Raises ChannelError."""


class Line(Channel):
    """A number of ours whose SIM sends: one lane, whichever gateway carries it."""

    name = "sms"
    manner: Manner = "sms"

    def __init__(
        self, number: str, put: Put, *, key: bytes, countries: Countries, most_characters: int, pace: Pace
    ) -> None:
        self.lane, self.pace = f"sms:{number}", pace
        self._put, self._key, self._countries, self._most = put, key, countries, most_characters
        self._parts = Parts()

    async def send(self, address: str, reply: Reply, *, reply_id: str) -> str:
        """Send, in whole messages as long as her country allows. Gives the id of the last, the one reported on."""
        texts = layout.texts(reply, self._countries.of(address), self._most)
        parts = list(zip(texts, tokens(self._key, reply_id, address, texts), strict=True))

        async def put(part: tuple[str, str], _last: bool) -> str:
            return await self._put(address, *part)

        return (await self._parts.send(reply_id, parts, put))[-1]

    async def clear(self, address: str, chat_messages: list[str]) -> None:
        """Do nothing: an SMS stays on the phone."""

    async def close(self) -> None:
        """Do nothing: the connections are the gateway's."""


class Gateway(Protocol):
    """A provider that sends through SIMs when we ask it to."""

    name: str

    def line(self, number: str, sim: Sim) -> Channel:
        """The channel of a number of ours (E.164) that has this SIM."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
