"""Everything a route or the runner needs, in one frozen value; `app.create_app` is where it is put together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from api.desk.offering import Offering
from api.desk.wishes import Ways
from api.events import Events
from api.keys.vault import Vault
from api.settings import Settings
from api.store.db import Database
from bot import cht
from bot.channel import Channel
from bot.gateway import Gateway
from bot.mailbox import Mailbox
from bot.phone import Phone
from bot.telegram import Telegram
from bot.twilio import TwilioSms
from bot.voice import TwilioVoice
from bot.whatsapp import TwilioWhatsApp
from flows.countries import Countries, next_allowed, region
from flows.loader import Library
from flows.portal import Portal


@dataclass(frozen=True, slots=True, repr=False)
class Channels:
    """What this deployment reaches people by; None: that one is off. `phones` are the simulator's, by lane.

    `voice` and `mailbox` are no channels: the one places calls, the other only takes in, and neither sends replies.
    `gateways` send through SIMs, by name: which numbers
    these are, the database knows.
    """

    telegram: Telegram | None = None
    sms: TwilioSms | None = None
    phones: Mapping[str, Phone] = field(default_factory=dict)
    voice: TwilioVoice | None = None
    mailbox: Mailbox | None = None
    whatsapp: TwilioWhatsApp | None = None
    gateways: Mapping[str, Gateway] = field(default_factory=dict)

    @property
    def all(self) -> tuple[Channel, ...]:
        """Those that are on and send from one place each."""
        return tuple(one for one in (self.telegram, self.sms, self.whatsapp, *self.phones.values()) if one is not None)


@dataclass(frozen=True, slots=True, repr=False)
class Shell:
    """The settings, the database and its locks, what is said, and the ways to say it.

    `written` is the library as its files and the environment have it.
    """

    settings: Settings
    db: Database
    vault: Vault
    written: Library
    portals: Mapping[str, Portal]
    countries: Countries
    channels: Channels
    events: Events
    clock: Callable[[], datetime]
    offering: Offering = field(default_factory=Offering)

    @property
    def library(self) -> Library:
        """What is said, in the name of whom the coordinators have set."""
        desk = self.offering.desk
        return self.written if desk in (None, self.written.desk) else replace(self.written, desk=desk)

    @property
    def offered(self) -> Library:
        """The library as workers may be asked from it: what is on, in the languages that somebody has read, outings."""
        return replace(self.library, offered=self.offering.allowed, outings=self.offering.outings)

    @property
    def sending(self) -> frozenset[str]:
        """The gateways by which numbers that coordinators added can send; cht-gateway fetches what there is."""
        return frozenset((*self.channels.gateways, *((cht.NAME,) if self.settings.cht_password else ())))

    @property
    def ways(self) -> Ways:
        """How this deployment reaches people unasked."""
        settings = self.settings
        simulated = "phone:sms" if "phone:sms" in self.channels.phones else ""
        return Ways(
            zone=settings.zone,
            sms=self.channels.sms.lane if self.channels.sms else simulated,
            allowed=self._allowed,
            patience={"appointment": settings.appointment_unread, "news": settings.news_unread},
        )

    def _allowed(self, address: str, at: datetime) -> datetime:
        """From when on an address may be written to unasked: a number by its country, a chat by this deployment's."""
        country = self.countries.of(address)
        if not region(address):
            country = country.model_copy(update={"zone": self.settings.time_zone})
        return next_allowed(country, at)
