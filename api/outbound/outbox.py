"""Sends what the reply table holds: in order within a chat, chats side by side, at the pace that a lane allows.

The reply table is the outbox (docs/decisions/0002). A reply is marked sent after the provider took it, so a crash in
between sends it once more: at least once, never not at all.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime

from sqlmodel import Session

from api.desk import tallies
from api.keys.vault import Vault
from api.outbound import lanes
from api.outbound.heard import release
from api.outbound.pacing import Pacing
from api.outbound.replies import LOOK, Due, Fresh, Outcome, in_order, mark, still_waits
from api.outbound.sending import Known, Sending
from api.store.db import Database
from api.store.engines import STORAGE_FAILED
from bot.channel import Channel
from bot.room import Room

log = logging.getLogger("rafiqa.outbox")
POLL = 1.0
LOOK_AGAIN = 0.25
"""Seconds between two looks into the table at least, for what others put there; the inbox offers what it has."""
TOGETHER = 0.02
"""Seconds of which what was sent is written down together: a commit costs more than all that is in it."""
RENEW = lanes.HOLD / 3
ON_ITS_WAY = 5.0
"""Seconds that what is being sent gets at a stop."""
UNSEEN = 0.5
"""Seconds for which nobody looks whether what was taken up still waits: a slow lane has hundreds for many minutes."""
SIDE_BY_SIDE = 32
"""How many chats are written to at once in one lane."""
REMEMBERED = 10_000
"""Replies that this process took up last, by their ids."""

Chats = dict[bytes, list[tuple[Due, Known]]]
"""What may be sent, by chat and in order."""


class Outbox:
    """One lane's sender. `holder` names this process; `clock` gives the time (aware, UTC)."""

    def __init__(
        self, db: Database, vault: Vault, channel: Channel, *, holder: str, clock: Callable[[], datetime]
    ) -> None:
        self.lane = channel.lane
        self._db, self._vault, self._channel = db, vault, channel
        self._holder, self._clock = holder, clock
        self._wake = asyncio.Event()
        self._busy: set[bytes] = set()
        self._blocked: set[bytes] = set()  # chats where something waits for a second try
        self._freed: set[bytes] = set()  # chats whose failure was written down since the last look began
        self._knows_all = False
        self._offered: list[Fresh] = []
        self._taken_up: dict[int, float] = {}  # and when
        self._news = True  # something may have been committed since the last look
        self._outcomes: list[tuple[bytes, list[Outcome]]] = []
        self._sent = asyncio.Event()
        self._unwritten = False  # what was sent last could not be written down
        self._marking = asyncio.Lock()
        self._room = Room(SIDE_BY_SIDE)
        self._pacing = Pacing(channel.pace)
        self._held_until: datetime | None = None
        self._sending = Sending(db, vault, channel, self._pacing, clock)

    @property
    def last_error(self) -> str:
        """The code with which the last reply was not taken, or nothing."""
        return self._sending.last_error

    def wake(self) -> None:
        """Something was committed: look whether there is anything to send."""
        self._news = True
        self._wake.set()

    def offer(self, replies: Sequence[Fresh]) -> None:
        """These were just committed: those of this lane can be sent without looking them up."""
        self._offered += (one for one in replies if one.lane == self.lane)
        self._wake.set()

    async def rest(self) -> None:
        """Send nothing more, and give what is on its way a moment to be taken: cut off, it would be sent again."""
        with suppress(TimeoutError):
            async with asyncio.timeout(ON_ITS_WAY):
                await self._room.emptied()

    async def run(self) -> None:
        """Send until cancelled; a failure of storage, or a bug, only makes it begin again."""
        try:
            while True:
                try:
                    await self._run()
                except* Exception as errors:
                    names = ", ".join(type(one).__name__ for one in errors.exceptions)
                    log.error("sending began again after: %s", names)
                task = asyncio.current_task()
                if task and task.cancelling():  # Python 3.11 drops a cancellation that meets a failure
                    return
                self._busy.clear()
                self._taken_up.clear()
                self._knows_all = False
                await asyncio.sleep(POLL)
        finally:
            await self._mark_last()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        look_again = 0.0
        await self._mark()  # what a failure kept from being written down would be sent again
        self._unwritten = False
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_marking())
            while True:
                may_send = False
                with self._patient():
                    may_send = await self._holds() and not self._unwritten
                if not may_send:
                    await asyncio.sleep(POLL)  # asking is a commit, which would wake us at once
                    continue
                offered, self._offered = self._offered, []
                chats = self._sendable(offered)
                self._take_up(chats)
                if loop.time() >= look_again:
                    look_again = loop.time() + LOOK_AGAIN
                    with self._patient():
                        chats |= await self._due()
                        self._take_up(chats)
                for address, replies in chats.items():
                    group.create_task(self._send_chat(address, replies))
                await self._rest(look_again)

    @contextmanager
    def _patient(self) -> Iterator[None]:
        """Go on when storage fails: to begin again would cut off what is on its way."""
        try:
            yield
        except STORAGE_FAILED as error:
            self._knows_all, self._news = False, True
            log.error("the outbox waits for storage: %s", type(error).__name__)

    async def _rest(self, look_again: float) -> None:
        """Wait until something is offered, or it is time to look: soon after other commits, else now and then."""
        loop = asyncio.get_running_loop()
        latest = loop.time() + POLL
        while not self._offered:
            end = min(latest, look_again) if self._news else latest
            if loop.time() >= end:
                return
            self._wake.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout_at(end):
                    await self._wake.wait()

    def _sendable(self, offered: Sequence[Fresh]) -> Chats:
        """The offered replies by chat, without chats where something older waits: those are looked up in order."""
        chats: Chats = {}
        for one in offered if self._knows_all else ():
            address = one.due.address_index
            if one.due.id not in self._taken_up and address not in self._busy and address not in self._blocked:
                chats.setdefault(address, []).append((one.due, (one.address, one.reply)))
        return chats

    async def _holds(self) -> bool:
        now = self._clock()
        if self._held_until is None or now > self._held_until - lanes.HOLD + RENEW:
            held = await self._db.write(lambda session: lanes.hold(session, self._channel.lane, self._holder, now))
            self._held_until = now + lanes.HOLD if held else None
        return self._held_until is not None

    async def _due(self) -> Chats:
        """What may be sent now, a chat's replies together and in order; a chat that is being written to waits."""
        now, lane = self._clock(), self._channel.lane
        chats: Chats = {}
        self._news = False
        self._freed.clear()
        found, blocked = await self._db.read(lambda session: in_order(session, lane, now))
        for one in found:
            address = one.address_index  # a look may be older than a failure: it does not know when to try again
            if address not in self._busy and address not in self._freed and one.id not in self._taken_up:
                chats.setdefault(address, []).append((one, None))
        self._blocked |= blocked - self._busy
        # With more waiting than one look finds, nobody knows whose turn it is: then nothing is sent unlooked.
        self._knows_all = len(found) < LOOK
        return chats

    def _take_up(self, chats: Chats) -> None:
        """From now on these are ours: neither an offer that comes late nor a look that began early sends them again."""
        self._busy.update(chats)
        at = asyncio.get_running_loop().time()
        self._taken_up.update((due.id, at) for replies in chats.values() for due, _ in replies)
        while len(self._taken_up) > REMEMBERED:
            del self._taken_up[next(iter(self._taken_up))]

    async def _send_chat(self, address: bytes, replies: Sequence[tuple[Due, Known]]) -> None:
        """Send one chat's replies in order; the first that is to be tried later holds back the rest."""
        outcomes: list[Outcome] = []
        try:
            for due, known in replies:
                outcomes.append(await self._send_in_turn(address, due, known))
                if outcomes[-1].state == "waiting":
                    break
        except BaseException:
            self._outcomes += [(address, outcomes)] if outcomes else []  # these are sent
            raise
        self._blocked.discard(address)
        if outcomes[-1].state == "waiting":
            self._blocked.add(address)
        for due, _ in replies[len(outcomes) - (outcomes[-1].state == "waiting") :]:
            self._taken_up.pop(due.id, None)  # to be tried again
        if outcomes[-1].state != "waiting":
            self._busy.discard(address)  # what comes next may go out: what was sent is ours until it is marked
        self._outcomes.append((address, outcomes))
        self._sent.set()

    async def _send_in_turn(self, address: bytes, due: Due, known: Known) -> Outcome:
        if self._channel.pace.between:
            await self._pacing.chats_turn(address)
        if not self._pacing.is_needed:
            await self._room_is_free()
        elif not await self._pacing.lanes_turn(lambda: self._may_go(due)):
            return Outcome(due, "dead", error="withdrawn")
        self._room.enter()
        try:
            return await self._sending.send(due, known)
        finally:
            self._room.leave()

    async def _room_is_free(self) -> None:
        while self._room.full:
            await self._room.opening()

    async def _may_go(self, due: Due) -> bool:
        """Whether it was not taken back while it waited here: a notice may be stopped, and she may say STOP."""
        waits = True
        if asyncio.get_running_loop().time() - self._taken_up.get(due.id, 0.0) > UNSEEN:
            with self._patient():
                waits = await self._db.read(lambda session: still_waits(session, due.id))
        if waits:
            await self._room_is_free()  # the last thing that is waited for: who is let in then is sent
        return waits

    async def _keep_marking(self) -> None:
        """Write down what became of replies, those of a short while together."""
        while True:
            await self._sent.wait()
            await asyncio.sleep(TOGETHER)
            failed = True
            with self._patient():
                await asyncio.shield(self._mark())  # once begun it is done, also when this is stopped
                failed = False
            self._unwritten = failed
            if failed:
                self._sent.set()
                await asyncio.sleep(POLL)

    async def _mark_last(self) -> None:
        """Write down what was sent when it was stopped: whoever sends next would else send it once more."""
        try:
            await self._mark()
        except Exception as error:
            log.error("what was sent last is not written down: %s", type(error).__name__)

    async def _mark(self) -> None:
        """Write down what became of replies, after those that are being written down; then their chats are free."""
        async with self._marking:
            if self._outcomes:
                await self._write_down()

    async def _write_down(self) -> None:
        self._sent.clear()
        taken = list(self._outcomes)
        outcomes = [one for _, some in taken for one in some]
        now, lane, clearable = self._clock(), self._channel.lane, self._channel.manner == "chat"
        segments = sum(one.segments for one in outcomes)

        def write_down(session: Session) -> None:
            mark(session, self._vault, lane, outcomes, now, clearable)
            release(session, outcomes, now)
            if segments:  # in the same transaction: what was paid for is counted, whatever happens next
                tallies.add(session, now.date(), tallies.SEGMENTS, {"sms": segments})

        await self._db.write(write_down)
        del self._outcomes[: len(taken)]
        freed = {address for address, some in taken if some[-1].state == "waiting"}
        self._busy -= freed
        self._freed |= freed
        self.wake()
