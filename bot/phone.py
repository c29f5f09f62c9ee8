"""The phone simulator's channel: what would travel to a phone waits in memory for the page that shows one."""

import asyncio
import contextlib
import math
from dataclasses import dataclass, field
from itertools import count

from bot import layout
from bot.channel import Channel, Pace
from flows.model import Manner, Message, Reply

MOST_PHONES = 200
MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Shown:
    """A message on the simulated phone's screen: `hers` if she wrote it, with options if the bot did."""

    id: str
    reply: Reply
    hers: bool = False


@dataclass(slots=True)
class _Screen:
    version: int
    shown: dict[str, Shown] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)


class Phone(Channel):
    """Simulated phones that chat (`chat`) or send SMS (`sms`), each under an address of its own.

    Nothing is stored: the screens are bounded, the longest unused is dropped first, and a restart clears all.
    """

    name = "phone"
    pace = Pace(math.inf, 0.0)

    def __init__(self, manner: Manner) -> None:
        self.manner: Manner = manner
        self.lane = f"phone:{manner}"
        self._screens: dict[str, _Screen] = {}
        self._versions = count(1)

    def hear(self, address: str, message_id: str, *, text: str = "", button: str = "", label: str = "") -> Message:
        """What was typed or pressed on the page, as a message; it appears on the screen (a button by its label).

        `message_id` comes from the page and is new for every message, also after a restart.
        """
        self._show(address, Shown(message_id, Reply(text or label or button), hers=True))
        return Message("phone", self.lane, address, message_id, text, button, None, message_id, self.manner)

    async def send(self, address: str, reply: Reply, *, reply_id: str) -> str:
        """Show the reply; by SMS as the text that would travel. The same reply again stands where it stood."""
        if reply.instead and self.manner == "chat":
            self._make_room(self._screen(address), reply)
        shown = Shown(f"reply-{reply_id}", reply if self.manner == "chat" else Reply(layout.sms(reply)))
        self._show(address, shown)
        return shown.id

    async def clear(self, address: str, chat_messages: list[str]) -> None:
        """Take messages off the screen of a chat; an SMS stays on the phone."""
        if self.manner == "chat":
            screen = self._screen(address)
            for message in chat_messages:
                screen.shown.pop(message, None)
            self._changed(screen)

    async def close(self) -> None:
        """Forget every screen."""
        self._screens.clear()

    def screen(self, address: str, limit: int = 50) -> tuple[int, list[Shown]]:
        """The screen's version, and its newest messages, newest first."""
        screen = self._screen(address)
        return screen.version, list(reversed(screen.shown.values()))[:limit]

    async def wait(self, address: str, version: int, seconds: float) -> bool:
        """Wait until the screen is no longer at `version`; says whether it changed within that time."""
        screen = self._screen(address)
        if screen.version == version:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await screen.changed.wait()
        return screen.version != version

    def _make_room(self, screen: _Screen, reply: Reply) -> None:
        """Take a press and the question that it belongs to off the screen: the question is said once more."""
        asked = [one.id for one in screen.shown.values() if not one.hers and one.reply.about == reply.about]
        for one in (reply.instead, *asked[-1:]):
            screen.shown.pop(one, None)

    def _show(self, address: str, shown: Shown) -> None:
        screen = self._screen(address)
        screen.shown[shown.id] = shown
        if len(screen.shown) > MOST_SHOWN:
            del screen.shown[next(iter(screen.shown))]
        self._changed(screen)

    def _changed(self, screen: _Screen) -> None:
        screen.version = next(self._versions)
        screen.changed.set()
        screen.changed = asyncio.Event()

    def _screen(self, address: str) -> _Screen:
        """The screen of an address, which thereby becomes the last one to be dropped."""
        screen = self._screens.pop(address, None) or _Screen(next(self._versions))
        self._screens[address] = screen
        if len(self._screens) > MOST_PHONES:
            del self._screens[next(iter(self._screens))]
        return screen
