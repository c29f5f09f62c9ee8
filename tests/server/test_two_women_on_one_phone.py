"""Two women share one phone: what one of them said is never shown to the other, and is there when she comes back."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes.telegram_api import TelegramApi
from tests.fakes.twilio_api import TwilioApi
from tests.server.opened import open_cases
from tests.server.people import BySms, OnTelegram, reference_in, tells
from tests.server.running import Server, by_sms, by_telegram, found, running, until

Phone = Callable[[TelegramApi, TwilioApi, Server], OnTelegram | BySms]
A_QUARTER_OF_AN_HOUR = 15 * 60
HANA = ("Hana Girma", "9 August 1988", "1", "Cameroon", "1", "2", "EP7654321", "2", "03 456 789")
HERS = ("hana girma", "girma", "1988", "09/08", "9 august", "cameroon", "ep7654321", "7654321", "456 789", "456789")
ROSE = ("Rose Njeri", "1992", "1", "Ghana", "7", "4", "0", "1", "2", "7", "2", "4", "4", "1", "1", "1")


def chat(telegram: TelegramApi, _twilio: TwilioApi, _server: Server) -> OnTelegram:
    return OnTelegram(telegram, 771_200)


def sms(_telegram: TelegramApi, twilio: TwilioApi, server: Server) -> BySms:
    return BySms(twilio, server, "+96170300400")


@pytest.mark.parametrize(("phone", "begin"), [(chat, ("1", "1", "1", "1")), (sms, ("1", "1", "1", "1", "1"))])
async def test_the_second_sees_nothing_of_the_first(tmp_path: Path, phone: Phone, begin: tuple[str, ...]) -> None:
    clock = tmp_path / "clock"
    clock.write_text("0")
    async with TelegramApi() as telegram, TwilioApi() as twilio:
        founded = found(tmp_path, **by_telegram(telegram), **by_sms(twilio))
        async with running(founded, ("tests.server.later", str(clock))) as server:
            await until(lambda: telegram.webhook)
            hers = phone(telegram, twilio, server)
            await tells(hers, ("hello", *begin, *HANA))

            clock.write_text(str(A_QUARTER_OF_AN_HOUR))
            switched = len(hers.read)
            await tells(hers, ("good morning", "2", "1992", "Rose", "who", "status", "back", "hello"))
            farewell = await tells(hers, ("new", *begin, *ROSE))
            shown = "\n".join(hers.read[switched:]).casefold()
            assert [words for words in HERS if words in shown] == []
            (case,) = open_cases(founded)
            assert case.row.reference == reference_in(farewell)
            assert case.values["name"] == "Rose Njeri"
            assert "1988" not in str(case.answers)

            clock.write_text(str(2 * A_QUARTER_OF_AN_HOUR))
            assert "Rose" not in await tells(hers, ("hello", "2"))
            assert "phone" in await hers.says("1988")
