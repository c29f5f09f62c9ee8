"""The only wiring: settings in, a running application out."""

import logging
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from api.desk.offering import offering_now
from api.events import Events
from api.inbound.gathering import Gathering
from api.inbound.intake import Intake
from api.keys import deployment
from api.keys.keyring import Keyring
from api.keys.vault import Vault
from api.numbers import pool
from api.routes import gateways, health, webhooks
from api.routes.pages import add_console
from api.runner import Runner
from api.settings import Settings
from api.shell import Channels, Shell
from api.store import migrate
from api.store.db import Database
from bot import httpsms, smsgate
from bot.gateway import PACE as SIM_PACE
from bot.gateway import Gateway
from bot.httpsms import HttpSms
from bot.mailbox import Mailbox
from bot.phone import Phone
from bot.smsgate import SmsGate
from bot.telegram import PACE as TELEGRAM_PACE
from bot.telegram import Telegram
from bot.twilio import PACE as TWILIO_PACE
from bot.twilio import TwilioSms
from bot.twilio_numbers import TwilioNumbers
from bot.voice import TwilioVoice
from bot.whatsapp import PACE as WHATSAPP_PACE
from bot.whatsapp import TwilioWhatsApp
from flows.check import refuse_errors
from flows.countries import Countries, load_countries
from flows.language import load_catalogues
from flows.loader import Library, load_library
from flows.model import Desk
from flows.places import load_places
from flows.portal import load_portals

log = logging.getLogger("rafiqa.app")
ROOT = Path(__file__).resolve().parent.parent
LIBRARY = ROOT / "flows" / "library"
TRANSLATIONS = ROOT / "translations"
QUIET = ("httpx", "telegram", "twilio", "aiohttp", "sqlalchemy.engine")
"""Loggers that would write addresses, texts or the bot's token: only their warnings are heard."""


def _place(error: Exception) -> str:
    """The line of ours that an exception came from, for whoever mends it; its text could hold an answer."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    names = [f"{frame.f_code.co_name} in {Path(frame.f_code.co_filename).name}" for frame in frames]
    return names[-1] if names else "?"


def now() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC)


class Application(FastAPI):
    """FastAPI for the pages, and before it the doors of the providers."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "http" and scope["method"] == "POST" and scope["path"] in webhooks.DOORS:
            scope["app"] = self
            response = await webhooks.answer(self.state.intake, scope, receive)
            await response(scope, receive, send)
            return
        try:
            await super().__call__(scope, receive, send)
        except Exception as error:  # FastAPI has answered 500; the server's own log would tell what is in the error
            log.error("a page failed: %s in %s", type(error).__name__, _place(error))


def create_app(
    settings: Settings | None = None, *, channels: Channels | None = None, clock: Callable[[], datetime] = now
) -> FastAPI:
    """Put everything together. Tests pass settings, channels and a clock; the server reads the environment."""
    settings = settings or Settings()
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    shell = _shell(settings, channels, clock)
    app = Application(lifespan=_lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.shell = shell
    app.state.intake = Intake(shell, Gathering(shell))
    app.include_router(health.router)
    app.include_router(gateways.router)
    add_console(app, shell)
    return app


def _shell(settings: Settings, channels: Channels | None, clock: Callable[[], datetime]) -> Shell:
    migrate.upgrade(settings.database_url)
    keyring = Keyring(settings.keyring_path)
    db = Database(settings.database_url, keyring)
    for number in settings.numbers:
        db.write_now(lambda session, number=number: pool.claim_channel(session, number))  # type: ignore[misc]
    countries = load_countries(LIBRARY / "countries")
    services = library(settings)
    return Shell(
        settings=settings,
        db=db,
        vault=Vault(keyring, settings.index_key_bytes, db.read_now(deployment.team_public)),
        written=services,
        portals=load_portals(LIBRARY / "portals"),
        countries=countries,
        channels=channels or _channels(settings, countries),
        events=Events(),
        clock=clock,
        offering=db.read_now(lambda session: offering_now(session, services)),
    )


def library(settings: Settings) -> Library:
    """The services, the words and the places of this deployment. Raises ServiceError, as `check` does."""
    return replace(_library(settings.desk), zone=settings.zone)


@cache
def _library(desk: Desk) -> Library:
    """Read once by a process: what differs between deployments is who runs them, and where."""
    catalogues = load_catalogues(TRANSLATIONS)
    services = load_library(LIBRARY, catalogues, load_places(LIBRARY / "places"), desk)
    refuse_errors(services)
    return services


def _channels(settings: Settings, countries: Countries) -> Channels:
    """The channels that are set; a token that is not set leaves its channel off."""
    telegram = sms = voice = None
    if settings.telegram_token:
        pace = settings.telegram_pace or TELEGRAM_PACE
        telegram = Telegram(settings.telegram_token.get_secret_value(), api_url=settings.telegram_api_url, pace=pace)
    if settings.twilio_account_sid and settings.twilio_auth_token and settings.twilio_number:
        sms = TwilioSms(
            settings.twilio_account_sid,
            settings.twilio_auth_token.get_secret_value(),
            settings.twilio_number,
            api_url=settings.twilio_api_url,
            status_url=settings.base_url.rstrip("/") + "/webhooks/twilio/status",
            pace=settings.twilio_pace or TWILIO_PACE,
            countries=countries,
        )
        voice = TwilioVoice(
            settings.twilio_account_sid,
            settings.twilio_auth_token.get_secret_value(),
            settings.twilio_number,
            api_url=settings.twilio_api_url,
            base_url=settings.base_url,
        )
    phones = {phone.lane: phone for phone in (Phone("chat"), Phone("sms"))} if settings.simulator else {}
    return Channels(
        telegram, sms, phones, voice, _mailbox(settings), _whatsapp(settings), _gateways(settings, countries)
    )


def _mailbox(settings: Settings) -> Mailbox | None:
    if not settings.mail_imap_host or settings.mail_imap_password is None:
        return None
    password = settings.mail_imap_password.get_secret_value()
    return Mailbox(settings.mail_imap_host, settings.mail_imap_port, settings.mail_imap_user, password)


def _whatsapp(settings: Settings) -> TwilioWhatsApp | None:
    if settings.twilio_whatsapp_number is None or settings.twilio_auth_token is None:
        return None
    return TwilioWhatsApp(
        settings.twilio_account_sid,
        settings.twilio_auth_token.get_secret_value(),
        settings.twilio_whatsapp_number,
        template=settings.twilio_whatsapp_template,
        api_url=settings.twilio_api_url,
        status_url=settings.base_url.rstrip("/") + "/webhooks/twilio/status",
        pace=settings.twilio_pace or WHATSAPP_PACE,
    )


def _gateways(settings: Settings, countries: Countries) -> dict[str, Gateway]:
    """What sends from numbers that coordinators add, by name; a secret that is not set leaves one off."""
    gateways: dict[str, Gateway] = {}
    if settings.twilio_account_sid and settings.twilio_auth_token:
        gateways[TwilioNumbers.name] = TwilioNumbers(
            settings.twilio_account_sid,
            settings.twilio_auth_token.get_secret_value(),
            api_url=settings.twilio_api_url,
            status_url=settings.base_url.rstrip("/") + "/webhooks/twilio/status",
            countries=countries,
            pace=settings.twilio_pace or TWILIO_PACE,
        )
    if settings.smsgate_password:
        gateways[smsgate.NAME] = SmsGate(
            settings.smsgate_user,
            settings.smsgate_password.get_secret_value(),
            api_url=settings.smsgate_api_url,
            countries=countries,
            pace=settings.smsgate_pace or SIM_PACE,
        )
    if settings.httpsms_api_key:
        gateways[httpsms.NAME] = HttpSms(
            settings.httpsms_api_key.get_secret_value(),
            api_url=settings.httpsms_api_url,
            countries=countries,
            pace=settings.httpsms_pace or SIM_PACE,
        )
    return gateways


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.runner = Runner(app.state.intake)
    app.state.runner.start()
    yield
    await app.state.works.close()
    await app.state.runner.stop()
    app.state.shell.db.close()
