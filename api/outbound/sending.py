"""Sends one reply, and says what became of it."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from api.keys.keyring import Gone
from api.keys.vault import Vault
from api.outbound.pacing import Pacing
from api.outbound.replies import Due, Outcome, chat_messages
from api.store.db import Database
from bot.channel import Channel, ChannelError
from flows.model import Reply
from flows.segments import paid_for

log = logging.getLogger("rafiqa.outbox")
BACK_OFF = (5, 30, 120, 600, 1800)
"""Seconds before the second, third … try; then every half hour until the reply's day is over."""

Known = tuple[str, Reply] | None
"""Address and reply, where they need not be unlocked again."""


class Sending:
    """What one lane's replies go through; `last_error` is the code with which the last was not taken, or nothing."""

    def __init__(
        self, db: Database, vault: Vault, channel: Channel, pacing: Pacing, clock: Callable[[], datetime]
    ) -> None:
        self._db, self._vault, self._channel, self._pacing, self._clock = db, vault, channel, pacing, clock
        self._by_sms = channel.manner == "sms"
        self.last_error = ""

    async def send(self, due: Due, known: Known) -> Outcome:
        """Hand a reply to the provider. Raises nothing: a bug in one reply must not stop the others."""
        try:
            address, reply = known or due.opened(self._vault)
            provider_id = await self._hand_over(due, address, reply)
        except Gone:
            return Outcome(due, "dead", error="expired")
        except ChannelError as error:
            return self._failed(due, error)
        except Exception as error:
            return self._failed(due, ChannelError(type(error).__name__, permanent=False))
        self.last_error = ""
        return Outcome(due, "sent", provider_id, segments=paid_for(reply.plain) if self._by_sms else 0)

    async def _hand_over(self, due: Due, address: str, reply: Reply) -> str:
        if due.kind == "say":
            return await self._channel.send(address, reply, reply_id=str(due.id))
        ids = await self._db.read(lambda session: chat_messages(session, self._vault, due.address_index))
        await self._channel.clear(address, ids)
        return ""

    def _failed(self, due: Due, error: ChannelError) -> Outcome:
        if error.held:
            return Outcome(due, "held", error=error.code, since=error.held)
        self.last_error = error.code
        log.warning("a reply on %s was not taken: %s", self._channel.name, error)
        if error.permanent:
            return Outcome(due, "dead", error=error.code)
        pause = error.retry_after or BACK_OFF[min(due.attempts, len(BACK_OFF) - 1)]
        if error.retry_after:
            self._pacing.asked_to_rest(due.address_index, error.retry_after)
        return Outcome(due, "waiting", error=error.code, next_try=self._clock() + timedelta(seconds=pause))
