"""Every way in ends here: a message is stored before its provider hears that we have it."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from api.desk import calls
from api.events import INBOX, QUEUE, case_topic
from api.inbound import repeats
from api.inbound.gathering import Gathering
from api.mail import receiving
from api.numbers import pool, proxies, windows
from api.outbound import heard, replies
from api.shell import Shell
from api.staff import addresses
from bot import telegram
from bot.channel import Malformed
from bot.gateway import Delivery
from bot.mail import Mail
from bot.telegram import Telegram
from bot.twilio import StatusReport
from bot.whatsapp import OUTSIDE
from flows.model import Media, Message

log = logging.getLogger("rafiqa.intake")


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes messages and reports in, whatever they came by."""

    shell: Shell
    gathering: Gathering

    async def telegram_update(self, channel: Telegram, update: bytes | Mapping[str, object]) -> str:
        """Take one update, from the webhook or from polling; one that nobody understands is logged without content.

        Gives the id of the button press that is still to be answered, or nothing.
        """
        try:
            payload = telegram.read(update) if isinstance(update, bytes) else update
            message = telegram.parse(payload, channel.lane)
        except Malformed as error:
            log.warning("an update that nobody understands: %s", error)
            return ""
        if message is not None:
            await self.message(message)
        return telegram.callback_id(payload)

    async def sms(self, message: Message) -> None:
        """Take one SMS: to a channel it is a message, to a proxy number a portal's."""
        if message.channel == "whatsapp":
            await self.whatsapp(message)
            return
        number = message.lane.removeprefix("sms:")
        use = await self.shell.db.read(lambda session: pool.use_of(session, number))
        if use == pool.PROXY:
            await self.portal_sms(number, message.address, message.text, message.id, files=message.all_media)
        elif use == pool.CHANNEL:
            await self.message(message)
        else:
            await self.gathering.keep_unhandled(message, "UnknownNumber")

    async def whatsapp(self, message: Message) -> None:
        """Take one message by WhatsApp; from then on she may be answered for a day."""
        channel, shell, now = self.shell.channels.whatsapp, self.shell, self.shell.clock()
        if channel is None or message.lane != channel.lane:
            await self.gathering.keep_unhandled(message, "UnknownNumber")
        elif not await shell.db.write(lambda session: heard.hear(session, shell.vault, message, now)):
            await self.message(message)

    async def message(self, message: Message) -> None:
        """Take one message into its conversation. Raises only when storage fails: the provider then tries again."""
        if addresses.looks_like_code(message.text) and await self._links(message):
            return
        touched = await self.gathering.take(message)
        if touched:
            self.shell.events.changed(QUEUE, *map(case_topic, touched))

    async def _links(self, message: Message) -> bool:
        """Whether this is the code with which one of us links her own chat or phone, and no message of a worker."""
        shell, now = self.shell, self.shell.clock()
        return await shell.db.write(lambda session: addresses.take_code(session, shell.vault, message, now))

    async def portal_sms(
        self,
        number: str,
        sender: str,
        text: str,
        provider_id: str,
        at: datetime | None = None,
        files: tuple[Media, ...] = (),
    ) -> tuple[str, ...] | None:
        """Take what a portal sent to a proxy number: never the engine, never answered.

        `at` is when the telephone got it, if it says so (aware). Gives the references of the cases that it went to;
        None when it was here before, by whatever way and id.
        """
        shell, now = self.shell, self.shell.clock()
        sms = proxies.Sms(number, sender, text, provider_id, files)

        def take(session: Session) -> tuple[tuple[str, ...] | None, Sequence[str]]:
            if at and not repeats.first_time(session, shell.vault, number, sender, text, at):
                return None, ()
            touched = proxies.receive(session, shell.vault, shell.portals, sms, now)
            return touched, touched or windows.expecting(session, number)

        touched, looking = await shell.db.write(take)
        shell.events.changed(QUEUE, INBOX, *map(case_topic, looking))
        return touched

    async def delivery(self, delivery: Delivery) -> None:
        """Take a gateway's report on a reply."""
        await self.shell.db.write(
            lambda session: replies.report(session, delivery.reply_id, delivery.rank, delivery.state, delivery.error)
        )

    async def missed_call(self, caller: str, lane: str) -> None:
        """Take a call that nobody took, `lane` being the channel by which we could write to the caller."""
        shell, now = self.shell, self.shell.clock()
        offered = shell.offered
        service = next((one for one in offered.services if offered.is_on(one)), next(iter(offered.services), ""))
        touched = await shell.db.write(
            lambda session: calls.missed(session, shell.vault, caller, lane, now, service=service)
        )
        shell.events.changed(QUEUE, *([case_topic(touched)] if touched else []))

    async def mail(self, mail: Mail) -> None:
        """Take an e-mail to an address that a case has; never answered. Raises only when storage fails."""
        shell, now = self.shell, self.shell.clock()
        touched = await shell.db.write(
            lambda session: receiving.receive(session, shell.vault, shell.portals, mail, now)
        )
        shell.events.changed(INBOX, QUEUE, *map(case_topic, touched))

    async def report(self, reply_id: int, report: StatusReport) -> None:
        """Take a provider's report on a reply."""
        channel, shell = self.shell.channels.whatsapp, self.shell
        if report.error == OUTSIDE and channel is not None:
            now = shell.clock()
            address = await shell.db.write(lambda session: heard.hold_again(session, shell.vault, reply_id, now))
            if address:
                await heard.WhileHeard(channel, shell.db, shell.vault, shell.clock).knock(address, now)
            return
        await self.shell.db.write(
            lambda session: replies.report(session, reply_id, report.rank, report.state, report.error)
        )
