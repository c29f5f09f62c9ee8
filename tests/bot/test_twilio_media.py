"""Pictures and voice notes that Twilio keeps for us, and what is never asked or told."""

from collections.abc import AsyncIterator, Awaitable

import pytest
import pytest_asyncio

from bot.channel import ChannelError
from bot.twilio import TwilioSms
from bot.twilio_numbers import TwilioNumbers
from bot.whatsapp import TwilioWhatsApp
from tests.fakes.twilio_api import ACCOUNT, NUMBER, TOKEN, TwilioApi
from tests.libraries import the_countries

PICTURE = b"\xff\xd8\xff" + b"her paper" * 40
Asked = TwilioSms | TwilioWhatsApp | TwilioNumbers


@pytest_asyncio.fixture
async def api() -> AsyncIterator[TwilioApi]:
    async with TwilioApi(files={"ME1": PICTURE}) as api:
        yield api


@pytest_asyncio.fixture(params=["sms", "whatsapp", "numbers"])
async def asked(request: pytest.FixtureRequest, api: TwilioApi) -> AsyncIterator[Asked]:
    """Each of the three that can be asked."""
    if request.param == "sms":
        one: Asked = TwilioSms(ACCOUNT, TOKEN, NUMBER, api_url=api.url)
    elif request.param == "whatsapp":
        one = TwilioWhatsApp(ACCOUNT, TOKEN, NUMBER, api_url=api.url)
    else:
        one = TwilioNumbers(ACCOUNT, TOKEN, countries=the_countries(), api_url=api.url)
    yield one
    await one.close()


async def failure(call: Awaitable[bytes]) -> tuple[str, bool]:
    with pytest.raises(ChannelError) as caught:
        await call
    return caught.value.code, caught.value.permanent


async def test_the_picture_comes_from_where_twilio_leads_and_only_twilio_hears_our_token(
    api: TwilioApi, asked: Asked
) -> None:
    assert await asked.fetch(api.media_url("ME1"), len(PICTURE)) == PICTURE
    assert api.told_elsewhere == [""]


async def test_what_is_gone_too_large_or_elsewhere_is_not_asked_for_again(api: TwilioApi, asked: Asked) -> None:
    assert await failure(asked.fetch(api.media_url("ME2"), 1000)) == ("404", True)
    assert await failure(asked.fetch(api.media_url("ME1"), len(PICTURE) - 1)) == ("large", True)
    api.told_elsewhere.clear()
    for address in (f"{api.url}0/store/ME1", "http://127.0.0.1:9/store/ME1", "file:///etc/hostname"):
        assert await failure(asked.fetch(address, 1000)) == ("elsewhere", True)
    assert api.told_elsewhere == []


async def test_another_account_s_picture_is_tried_again(api: TwilioApi, asked: Asked) -> None:
    api.token = "another"
    assert await failure(asked.fetch(api.media_url("ME1"), 1000)) == ("401", False)
