"""Asks providers for the files that workers sent, after the message is safe, and locks the bytes at once."""

import asyncio
import logging
from collections.abc import Mapping

from sqlmodel import Session

from api.events import case_topic
from api.media import keeping
from api.media.keeping import LARGEST, Wanted
from api.numbers import sims
from api.shell import Shell
from bot.channel import ChannelError, Fetches
from bot.twilio_numbers import TwilioNumbers

log = logging.getLogger("rafiqa.media")
EVERY = 3.0
"""Seconds between two looks; what was just sent is in the case before somebody opens it."""


class MediaFetching:
    """One process's part of it: two never fetch the same file at once. The bytes are in memory only until locked."""

    def __init__(self, shell: Shell, *, every: float = EVERY) -> None:
        self._shell, self._every = shell, every

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            try:
                await self.look()
            except Exception as error:
                log.error("a file could not be stored: %s", type(error).__name__)
            await asyncio.sleep(self._every)

    async def look(self) -> int:
        """Fetch what waits now; gives how many files were kept."""
        shell = self._shell
        asked = await shell.db.read(self._to_be_asked)
        if not asked:
            return 0
        lanes = list(asked)
        wanted = await shell.db.write(lambda session: keeping.next_wanted(session, shell.vault, lanes, shell.clock()))
        return sum([await self._fetch(one, asked[one.lane]) for one in wanted])

    def _to_be_asked(self, session: Session) -> Mapping[str, Fetches]:
        """Who can be asked, by lane, if anything waits; coordinators add numbers while the server runs."""
        asked = {**providers(self._shell), **_further(session, self._shell)}
        return asked if keeping.any_wanted(session, list(asked), self._shell.clock()) else {}

    async def _fetch(self, wanted: Wanted, provider: Fetches) -> bool:
        shell = self._shell
        try:
            content = await provider.fetch(wanted.reference, LARGEST)
        except ChannelError as error:
            log.warning("a file was not given to us: %s", error)
            if error.permanent:
                state = "large" if error.code == "large" else "lost"
                await shell.db.write(lambda session: keeping.give_up(session, wanted, state))
            return False
        reference = await shell.db.write(
            lambda session: keeping.keep(session, shell.vault, wanted, content, shell.clock())
        )
        if reference:
            shell.events.changed(case_topic(reference))
        return True


def providers(shell: Shell) -> Mapping[str, Fetches]:
    """Who of the settings' channels can be asked for files, by lane."""
    channels = shell.channels
    known = (channels.telegram, channels.sms, channels.whatsapp)
    return {one.lane: one for one in known if one is not None}


def _further(session: Session, shell: Shell) -> Mapping[str, Fetches]:
    """Twilio for what comes to its numbers besides the one of the settings, by lane."""
    gateway = shell.channels.gateways.get(TwilioNumbers.name)
    if not isinstance(gateway, TwilioNumbers):
        return {}
    return {f"sms:{line.number}": gateway for line in sims.lines(session, (TwilioNumbers.name,))}
