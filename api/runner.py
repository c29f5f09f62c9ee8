"""The background process: sends what waits, asks for updates, and destroys what is over. It owns a clock."""

import asyncio
import base64
import logging
import secrets
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlmodel import Session

from api import clock, retention
from api.desk import calls, forgetting, idle, lateness, many, offering, reading, reminding, slips, tallies, untold
from api.events import QUEUE, case_topic
from api.going import offers, outings, signing
from api.inbound import announcing, polling
from api.inbound.intake import Intake
from api.keys import deployment
from api.mail import receiving, sorting
from api.mail.fetching import Fetching
from api.media.fetching import MediaFetching, providers
from api.numbers import proxies, sims, unmatched, upkeep
from api.outbound import heard, lanes
from api.outbound.lines import Lines
from api.outbound.outbox import Outbox
from api.shell import Shell
from api.staff import addresses, alerts, duty, invitations
from api.store import shredding
from api.store.engines import STORAGE_FAILED
from bot import cht, smsgate
from bot.channel import Channel
from bot.smsgate import SmsGate
from bot.whatsapp import TwilioWhatsApp

T = TypeVar("T")
log = logging.getLogger("rafiqa.runner")
HOUSEKEEPING = 20.0
"""Seconds between two looks at what is over."""
WEBHOOK = "/webhooks/telegram"
SMSGATE_WEBHOOK = "/webhooks/smsgate"


class Runner:
    """Runs beside the web server in the same process, or in one of its own."""

    def __init__(self, intake: Intake) -> None:
        self._intake, self._shell = intake, intake.shell
        self._holder = secrets.token_hex(8)
        shell = self._shell
        self._outboxes = [
            Outbox(shell.db, shell.vault, _speaking(shell, channel), holder=self._holder, clock=shell.clock)
            for channel in shell.channels.all
        ]
        mailbox, largest = shell.channels.mailbox, shell.settings.mail_bytes
        self.fetching = mailbox and Fetching(
            shell.db, mailbox, intake.mail, holder=self._holder, clock=shell.clock, largest=largest
        )
        self._lines = Lines(shell, self._holder)
        self.hearing = polling.Hearing()
        self.every = HOUSEKEEPING
        self.looked = asyncio.Event()  # set once everything was looked after for the first time
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def outboxes(self) -> list[Outbox]:
        """All that send: those of the settings, and those of SIMs."""
        return [*self._outboxes, *self._lines.outboxes]

    def start(self) -> None:
        """Begin all loops on the running event loop."""
        for outbox in self._outboxes:
            self._shell.db.after_commit(outbox.wake)
            self._intake.gathering.when_fresh(outbox.offer)
            self._begin(outbox.run(), f"outbox {outbox.lane.split(':')[0]}")
        self._shell.db.after_commit(self._lines.wake)
        self._intake.gathering.when_fresh(self._lines.offer)
        self._begin(self._lines.follow(), "lines")
        self._begin(self._keep_house_again(), "housekeeping")
        if providers(self._shell):
            self._begin(MediaFetching(self._shell).run(), "media")
        gateway = self._shell.channels.gateways.get(smsgate.NAME)
        if isinstance(gateway, SmsGate):
            url = self._shell.settings.base_url.rstrip("/") + SMSGATE_WEBHOOK
            self._begin(announcing.announce(gateway, url), "webhook")
        if self.fetching:
            self._begin(self.fetching.run(), "mailbox")
        telegram, settings = self._shell.channels.telegram, self._shell.settings
        if telegram and settings.telegram_secret:
            url, secret = settings.base_url.rstrip("/") + WEBHOOK, settings.telegram_secret.get_secret_value()
            self._begin(polling.announce_webhook(telegram, url, secret, self.hearing), "webhook")
        elif telegram:
            self._begin(polling.poll(self._intake, telegram, self.hearing), "polling")

    async def stop(self) -> None:
        """End all loops and let the lanes go; what is on its way to a provider gets a moment to be taken."""
        await asyncio.gather(*(outbox.rest() for outbox in self.outboxes))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._let_lanes_go()
        for channel in self._shell.channels.all:
            await channel.close()
        voice, mailbox = self._shell.channels.voice, self._shell.channels.mailbox
        if voice:
            await voice.close()
        if mailbox:
            await mailbox.close()
        for gateway in self._shell.channels.gateways.values():
            await gateway.close()

    async def _let_lanes_go(self) -> None:
        """So that the next process need not wait for them; they run out by themselves where this fails."""
        now = self._shell.clock()
        try:
            await self._shell.db.write(lambda session: lanes.let_go(session, self._holder, now))
        except STORAGE_FAILED as error:
            log.error("the lanes could not be let go: %s", type(error).__name__)

    @property
    def alive(self) -> bool:
        """Whether no loop has ended by a bug."""
        return all(not task.done() or task.get_name() == "webhook" for task in self._tasks)

    def _begin(self, loop: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.get_running_loop().create_task(loop, name=name)
        task.add_done_callback(_tell)
        self._tasks.append(task)

    async def _keep_house_again(self) -> None:
        """Destroy and empty what is over, again and again; one failure does not end it."""
        while True:
            try:
                await self.look_after()
            except Exception as error:
                log.error("housekeeping failed: %s", type(error).__name__)
            self.looked.set()
            await asyncio.sleep(self.every)

    async def look_after(self) -> None:
        """One look at what is over, what is due, and what other processes have changed."""
        shell, now = self._shell, self._shell.clock()
        shell.vault.team_public = await shell.db.read(deployment.team_public)  # it may be new
        believed = await self._believes(now)
        for what, end in {**self._overdue(now), **(self._endings(now) if believed else {})}.items():
            await self._alone(what, end)
        touched: set[str] = set()
        if believed:  # or everybody's cases would be given back
            touched |= {*(await self._alone("idle cases", lambda session: self._return_idle(session, now)) or ())}
        touched |= await self._alone("numbers", self._keep_up_numbers) or set()
        shell.events.changed(*((QUEUE, *map(case_topic, touched)) if touched else ()))
        await self._remind_us()
        shell.offering.take(await shell.db.write(self._look_after_offering))
        shell.offering.outings = await shell.db.read(self._coming)

    async def _alone(self, what: str, job: Callable[[Session], T]) -> T | None:
        """Do one job by itself: a row with which something is wrong stops no other job. Raises when storage fails."""
        try:
            return await self._shell.db.write(job)
        except STORAGE_FAILED:
            raise
        except Exception as error:
            log.error("housekeeping failed at %s: %s", what, type(error).__name__)
            return None

    async def _believes(self, now: datetime) -> bool:
        """Whether what is over by the clock may be destroyed."""
        since = await self._shell.db.write(lambda session: clock.note(session, now))
        if since == now:
            log.error(
                "the clock is a day or more ahead of the last look: until it has stood for a day nothing is destroyed"
            )
        return since is None

    def _overdue(self, now: datetime) -> dict[str, Callable[[Session], object]]:
        """What cannot wait, by name, whether the clock is believed or not; what is destroyed here are login codes."""
        vault = self._shell.vault
        return {
            "what was let go of": lambda session: shredding.finish(session, vault.keyring),
            "codes": lambda session: proxies.end_codes(session, now),
            "codes by e-mail": lambda session: receiving.end_codes(session, now),
            "messages": lambda session: unmatched.alert_unread(session, vault, now),
            "letters": lambda session: sorting.alert_unread(session, vault, now),
            "calls": lambda session: calls.end_lost(session, now),
        }

    def _endings(self, now: datetime) -> dict[str, Callable[[Session], object]]:
        """What ends by itself and for good, by name."""
        vault = self._shell.vault
        return {
            "drafts": lambda session: self._end_drafts(session, now),
            "what came to numbers": lambda session: proxies.end_what_is_over(session, now),
            "what came by e-mail": lambda session: receiving.end_what_is_over(session, now),
            "shifts": lambda session: calls.end_shifts(session, now),
            "who was heard": lambda session: heard.end_what_is_over(session, now),
            "our addresses": lambda session: addresses.renew_and_end(session, vault, now),
            "alerts": lambda session: alerts.end_what_is_over(session, now),
            "duty": lambda session: duty.end_what_is_over(session, now),
            "slips": lambda session: slips.end_what_is_over(session, now),
            "invitations": lambda session: invitations.end_what_is_over(session, now),
            "what is to be forgotten": lambda session: forgetting.keep_up(session, vault, now),
            "outings": lambda session: outings.end_what_is_over(session, now),
            "notices to many": lambda session: many.end_what_is_over(session, now),
        }

    def _end_drafts(self, session: Session, now: datetime) -> None:
        shell = self._shell
        tallies.count_what_ends(session, shell.vault, shell.library, now)
        retention.end_what_is_over(session, shell.vault.keyring, now)

    def _return_idle(self, session: Session, now: datetime) -> Sequence[str]:
        return idle.return_idle(session, now, idle.staying(self._shell.library))

    def _look_after_offering(self, session: Session) -> offering.Offering:
        """What is offered now; coordinators hear of a language whose texts have changed since it was read."""
        shell = self._shell
        offering.void_changed(session, shell.vault, shell.written, shell.clock())
        return offering.offering_now(session, shell.written)

    def _coming(self, session: Session) -> signing.Coming:
        shell = self._shell
        return signing.coming(session, shell.vault, shell.settings.zone, shell.clock())

    def _keep_up_numbers(self, session: Session) -> set[str]:
        shell, token = self._shell, base64.b32encode(secrets.token_bytes(10)).decode().lower()
        senders = {outbox.lane.removeprefix("sms:") for outbox in self.outboxes if outbox.lane.startswith("sms:+")}
        senders |= {line.number for line in sims.lines(session) if line.sim.gateway == cht.NAME}  # it fetches
        return upkeep.keep_up(session, shell.vault, shell.portals, senders, token, shell.clock())

    async def _remind_us(self) -> None:
        """Make tasks of what nobody read or told in time, and tell those on duty of the tasks that are late."""
        now, vault, ways = self._shell.clock(), self._shell.vault, self._shell.ways

        def remind(session: Session) -> int:
            asked = reading.open_late(session, now) + offers.ask_who_is_home(session, now)
            asked += untold.open_untold(session, ways, now)
            return asked + lateness.escalate_late(session, vault, now)

        library = self._shell.offered
        followed = await self._alone("plans", lambda session: reminding.run_due(session, vault, library, ways, now))
        if await self._alone("tasks", remind) or followed:
            self._shell.events.changed(QUEUE, *map(case_topic, followed or ()))


def _speaking(shell: Shell, channel: Channel) -> Channel:
    """A channel as the outbox may use it: WhatsApp only while she was heard."""
    if isinstance(channel, TwilioWhatsApp):
        return heard.WhileHeard(channel, shell.db, shell.vault, shell.clock)
    return channel


def _tell(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception():
        log.error("%s ended by a bug: %s", task.get_name(), type(task.exception()).__name__)
