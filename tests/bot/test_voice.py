"""What Twilio is told on a masked call, and what it tells us when one ended."""

from xml.etree import ElementTree

import pytest

from bot import voice
from bot.channel import ChannelError, Malformed
from bot.voice import TwilioVoice
from tests.fakes.twilio_api import ACCOUNT, NUMBER, TOKEN, Refusal, TwilioApi

HANA, ALMAZ = "+96176000001", "+96170123456"


async def line(api: TwilioApi) -> TwilioVoice:
    return TwilioVoice(ACCOUNT, TOKEN, NUMBER, api_url=api.url, base_url="https://desk.example.org")


async def test_the_volunteer_is_rung_from_our_number_and_nothing_is_recorded() -> None:
    async with TwilioApi() as api:
        ours = await line(api)
        await ours.place(HANA, 17)
        (placed,) = api.calls
        assert (placed["To"], placed["From"], placed["Timeout"]) == (HANA, NUMBER, "25")
        assert placed["Url"] == "https://desk.example.org/webhooks/twilio/voice/taken?call=17"
        assert placed["StatusCallback"] == "https://desk.example.org/webhooks/twilio/voice/over?call=17"
        assert placed.get("Record", "false") == "false"
        await ours.close()


@pytest.mark.parametrize(("code", "permanent"), [(21211, True), (20003, False), (20500, False)])
async def test_a_call_that_twilio_refuses_is_a_channel_error(code: int, permanent: bool) -> None:
    async with TwilioApi(refusals=[Refusal(code)]) as api:
        ours = await line(api)
        with pytest.raises(ChannelError) as caught:
            await ours.place(HANA, 17)
        assert (caught.value.code, caught.value.permanent) == (str(code), permanent)
        await ours.close()


async def test_the_worker_sees_the_desks_number_and_no_mailbox_is_ever_connected() -> None:
    async with TwilioApi() as api:
        ours = await line(api)
        asked = ElementTree.fromstring(ours.ask(17, "ar"))
        gather = asked.find("Gather")
        assert gather is not None
        assert gather.get("action") == "https://desk.example.org/webhooks/twilio/voice/connect?call=17"
        assert asked[-1].tag == "Hangup"
        dial = ElementTree.fromstring(ours.connect(ALMAZ, 17)).find("Dial")
        assert dial is not None
        assert (dial.get("callerId"), dial.findtext("Number"), dial.get("record")) == (NUMBER, ALMAZ, "do-not-record")
        rung = ElementTree.fromstring(ours.ring(HANA, 17)).find("Dial/Number")
        assert rung is not None
        assert (rung.text, rung.get("url")) == (HANA, "https://desk.example.org/webhooks/twilio/voice/taken?call=17")
        await ours.close()


@pytest.mark.parametrize(
    ("form", "outcome", "seconds"),
    [
        ([("CallStatus", "in-progress"), ("DialCallStatus", "completed"), ("DialCallDuration", "61")], "answered", 61),
        ([("CallStatus", "in-progress"), ("DialCallStatus", "no-answer")], "no_answer", 0),
        ([("CallStatus", "busy"), ("CallDuration", "0")], "busy", 0),
        ([("CallStatus", "canceled")], "no_answer", 0),
    ],
)
def test_how_a_call_ended(form: list[tuple[str, str]], outcome: str, seconds: int) -> None:
    report = voice.parse_end(form)
    assert (report.outcome, report.seconds) == (outcome, seconds)


@pytest.mark.parametrize("form", [[], [("CallStatus", "singing")], [("CallStatus", "busy"), ("CallDuration", "long")]])
def test_an_end_that_nobody_understands(form: list[tuple[str, str]]) -> None:
    with pytest.raises(Malformed):
        voice.parse_end(form)
