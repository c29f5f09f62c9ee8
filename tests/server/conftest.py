"""One server with both channels for all tests that need nothing else, and the fakes to which it sends."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.fakes.telegram_api import TelegramApi
from tests.fakes.twilio_api import TwilioApi
from tests.server.opened import unhandled
from tests.server.running import Server, by_sms, by_telegram, found, running, until


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def telegram() -> AsyncIterator[TelegramApi]:
    """A Bot API."""
    async with TelegramApi() as api:
        yield api


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def twilio() -> AsyncIterator[TwilioApi]:
    """Twilio's REST API."""
    async with TwilioApi() as api:
        yield api


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def server(
    tmp_path_factory: pytest.TempPathFactory, telegram: TelegramApi, twilio: TwilioApi
) -> AsyncIterator[Server]:
    """A trial that runs, whose webhook Telegram knows; whatever was done to it, no turn may have failed."""
    founded = found(tmp_path_factory.mktemp("server"), **by_telegram(telegram), **by_sms(twilio))
    async with running(founded) as server:
        await until(lambda: telegram.webhook)
        yield server
    assert unhandled(founded) == []
    assert "Traceback" not in founded.log.read_text("utf-8")
