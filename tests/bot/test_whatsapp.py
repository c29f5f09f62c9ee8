"""WhatsApp through Twilio: the same webhook and the same API, other addresses, and a window of a day."""

import pytest

from bot import whatsapp
from bot.channel import ChannelError, Malformed
from bot.whatsapp import TwilioWhatsApp
from flows.model import Media, Option, Reply
from tests.fakes.twilio_api import ACCOUNT, NUMBER, TOKEN, TwilioApi, by_whatsapp, inbound

HER = "+96170123456"
TEMPLATE = "HX" + "0a" * 16
ASKED = Reply("Which paper do you have?", (Option("passport", "Passport é"), Option("none", "None")))


def channel(api: TwilioApi) -> TwilioWhatsApp:
    return TwilioWhatsApp(
        ACCOUNT, TOKEN, NUMBER, template=TEMPLATE, api_url=api.url, status_url="https://desk.example.org/s"
    )


def test_a_message_is_hers_by_her_number_and_says_nothing_of_her_profile() -> None:
    fields = by_whatsapp("ሰላም", sid="SM1")
    message = whatsapp.parse(list(fields.items()))
    assert (message.channel, message.lane, message.address) == ("whatsapp", f"whatsapp:{NUMBER}", HER)
    assert (message.id, message.text, message.manner) == ("SM1", "ሰላም", "sms")
    assert "canary" not in repr(message)
    assert whatsapp.is_for(list(fields.items()))
    assert not whatsapp.is_for(list(inbound("x").items()))


@pytest.mark.parametrize(
    ("more", "text", "media"),
    [
        ({"Body": "Yes", "ButtonText": "Yes", "ButtonPayload": "1"}, "Yes", None),
        ({"Body": "", "ButtonText": "1"}, "1", None),
        ({"Latitude": "33.89", "Longitude": "35.5", "Address": "Dora"}, "", Media("location", "33.89,35.5")),
        (
            {"NumMedia": "1", "MediaContentType0": "audio/ogg", "MediaUrl0": "https://api.twilio.com/m1"},
            "",
            Media("voice", "https://api.twilio.com/m1"),
        ),
        ({"NumMedia": "1", "MediaContentType0": "image/jpeg", "MediaUrl0": "u"}, "", Media("photo", "u")),
        ({"NumMedia": "1", "MediaContentType0": "application/pdf", "MediaUrl0": "u"}, "", Media("document", "u")),
    ],
)
def test_buttons_places_and_recordings(more: dict[str, str], text: str, media: Media | None) -> None:
    message = whatsapp.parse(list(by_whatsapp("", **more).items()))
    assert (message.text, message.media) == (text, media)


def test_several_files_in_one_message_are_all_there() -> None:
    fields = {"NumMedia": "2", "MediaUrl0": "a", "MediaUrl1": "b", "MediaContentType0": "image/jpeg"}
    message = whatsapp.parse(list(by_whatsapp("", **fields).items()))
    assert message.all_media == (Media("photo", "a"), Media("document", "b"))


@pytest.mark.parametrize(
    "broken", [{"From": ""}, {"From": "whatsapp:"}, {"To": "whatsapp:"}, {"MessageSid": ""}, {"NumMedia": "1"}]
)
def test_what_says_not_from_whom_it_is_is_malformed(broken: dict[str, str]) -> None:
    with pytest.raises(Malformed):
        whatsapp.parse(list(by_whatsapp("x", **broken).items()))


async def test_what_can_be_chosen_is_numbered_and_nothing_is_folded() -> None:
    async with TwilioApi(heard={HER}) as api:
        ours = channel(api)
        await ours.send(HER, ASKED, reply_id="7")
        await ours.close()
        (sent,) = api.sent
    assert (sent["To"], sent["From"]) == (f"whatsapp:{HER}", f"whatsapp:{NUMBER}")
    assert sent["Body"] == "Which paper do you have?\n1 Passport é\n2 None"
    assert sent["StatusCallback"] == "https://desk.example.org/s?reply=7"


async def test_outside_the_window_only_the_template_may_be_said() -> None:
    async with TwilioApi(templates={TEMPLATE}) as api:
        ours = channel(api)
        with pytest.raises(ChannelError) as caught:
            await ours.send(HER, ASKED, reply_id="7")
        assert caught.value.code == whatsapp.OUTSIDE
        await ours.knock(HER)
        await ours.close()
        (sent,) = api.sent
    assert (sent["ContentSid"], sent.get("Body")) == (TEMPLATE, None)
