"""Keeps one outbox running for each number of ours that sends: coordinators add numbers while the server runs."""

import asyncio
import logging
from collections.abc import Sequence

from api.numbers import sims
from api.numbers.sims import LineView
from api.outbound.outbox import Outbox
from api.outbound.replies import Fresh
from api.shell import Shell

log = logging.getLogger("rafiqa.lines")
LOOK_AGAIN = 2.0
"""Seconds between two looks at which numbers there are."""


class Lines:
    """The outboxes of all SIMs, and of Twilio's further numbers. `holder` names this process."""

    def __init__(self, shell: Shell, holder: str) -> None:
        self._shell, self._holder = shell, holder
        self._running: dict[LineView, tuple[Outbox, asyncio.Task[None]]] = {}

    @property
    def outboxes(self) -> list[Outbox]:
        """Those that run now."""
        return [outbox for outbox, _ in self._running.values()]

    def wake(self) -> None:
        """Something was committed."""
        for outbox in self.outboxes:
            outbox.wake()

    def offer(self, replies: Sequence[Fresh]) -> None:
        """These were just committed."""
        for outbox in self.outboxes:
            outbox.offer(replies)

    async def follow(self) -> None:
        """Begin with what is added and end with what is gone, until cancelled; then end all."""
        try:
            while True:
                try:
                    await self._look()
                except Exception as error:
                    log.error("numbers could not be looked up: %s", type(error).__name__)
                await asyncio.sleep(LOOK_AGAIN)
        finally:
            await self._end(list(self._running))

    async def _look(self) -> None:
        channels = self._shell.channels
        taken = {channel.lane.partition(":")[2] for channel in channels.all}  # the settings' own have their outboxes
        lines = await self._shell.db.read(lambda session: sims.lines(session, channels.gateways.keys()))
        wanted = [one for one in lines if one.number not in taken]
        await self._end([line for line in self._running if line not in wanted])
        for line in wanted:
            if line not in self._running:
                self._begin(line)

    def _begin(self, line: LineView) -> None:
        shell = self._shell
        channel = shell.channels.gateways[line.sim.gateway].line(line.number, line.sim)
        outbox = Outbox(shell.db, shell.vault, channel, holder=self._holder, clock=shell.clock)
        task = asyncio.get_running_loop().create_task(outbox.run(), name=f"outbox {line.sim.gateway}")
        self._running[line] = outbox, task

    async def _end(self, gone: Sequence[LineView]) -> None:
        ended = [self._running.pop(line) for line in gone]
        await asyncio.gather(*(outbox.rest() for outbox, _ in ended))
        tasks = [task for _, task in ended]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
