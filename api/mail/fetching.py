"""Empties the catch-all mailbox: a message is stored and committed before it is deleted there, so none is lost."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from api.outbound import lanes
from api.store.db import Database
from api.store.engines import STORAGE_FAILED
from bot import mail
from bot.channel import ChannelError, Malformed
from bot.mail import Mail
from bot.mailbox import Fetched, Mailbox

log = logging.getLogger("rafiqa.mail")
EVERY = 10.0
"""Seconds between two looks: a login code lives for minutes."""
PAUSES = (5, 15, 60)
"""Seconds to wait after the first, second … failure in a row."""


class Fetching:
    """One mailbox, emptied by one runner at a time. `take` stores a message; `largest` is in bytes."""

    def __init__(
        self,
        db: Database,
        mailbox: Mailbox,
        take: Callable[[Mail], Awaitable[None]],
        *,
        holder: str,
        clock: Callable[[], datetime],
        largest: int,
        every: float = EVERY,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        self._db, self._mailbox, self._take = db, mailbox, take
        self._holder, self._clock, self._largest, self._every, self._pauses = holder, clock, largest, every, pauses
        self._left: set[str] = set()  # messages at which our program failed: they stay where they are
        self._held_until: datetime | None = None
        self.last_error = ""

    async def run(self) -> None:
        """Look again and again, until cancelled; the mailbox may be away as long as it likes."""
        failures = 0
        while True:
            try:
                await self.look()
            except ChannelError as error:
                self.last_error = error.code
                log.warning("the mailbox does not answer: %s", error)
            except Exception as error:
                self.last_error = "storage"
                log.error("e-mail could not be stored: %s", type(error).__name__)
            else:
                failures = 0
                self.last_error = "unreadable" if self._left else ""
                await asyncio.sleep(self._every)
                continue
            await asyncio.sleep(self._pauses[min(failures, len(self._pauses) - 1)])
            failures += 1

    async def look(self) -> None:
        """Take in what lies there, one message after another, as long as the lane is ours. Raises ChannelError."""
        if not await self._holds():
            return
        for uid in await self._mailbox.waiting():
            if uid in self._left:
                continue
            if not await self._holds():
                return
            fetched = await self._mailbox.fetch(uid, self._largest)
            if fetched is not None and await self._stored(fetched):
                await self._mailbox.delete(uid)

    async def _stored(self, fetched: Fetched) -> bool:
        """Whether the message is ours now, or is none that anybody could want. Raises when storage fails."""
        try:
            await self._take(mail.parse(fetched.raw, size=fetched.size))
        except Malformed as error:
            log.warning("an e-mail that nobody understands: %s", error)
        except STORAGE_FAILED:
            raise
        except Exception as error:
            log.error("an e-mail stays in the mailbox, our program failed at it: %s", type(error).__name__)
            self._left.add(fetched.uid)
            return False
        return True

    async def _holds(self) -> bool:
        """Whether this runner holds the mailbox's lane."""
        now = self._clock()
        if self._held_until is None or now > self._held_until - timedelta(seconds=lanes.HOLD.total_seconds() * 2 / 3):
            held = await self._db.write(lambda session: lanes.hold(session, self._mailbox.lane, self._holder, now))
            self._held_until = now + lanes.HOLD if held else None
        return self._held_until is not None
