"""A volunteer calls a worker through a real server and Twilio's fake: neither ever sees the other's number."""

from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import httpx

from tests.fakes import twilio_api
from tests.fakes.twilio_api import NUMBER, TwilioApi
from tests.server.opened import row_counts
from tests.server.people import BySms, reference_in, tells
from tests.server.running import PROXY, Server, by_sms, found, running

HANA, ALMAZ = "+96176000001", "+96170500600"


async def tells_us(server: Server, hook: str, token: str = twilio_api.TOKEN, **fields: str) -> tuple[int, str]:
    """Twilio asks one of the addresses that it was given, as it does while a call is under way."""
    parts = urlsplit(hook)
    here = f"{server.url}{parts.path}?{parts.query}"
    about = {"CallSid": "CA" + "0" * 32, "AccountSid": twilio_api.ACCOUNT, "From": NUMBER, "To": HANA, **fields}
    return await twilio_api.post(here, about, token=token)


async def calls_her(desk: httpx.AsyncClient, reference: str) -> httpx.Response:
    return await desk.post(f"/cases/{reference}/call", data={"number": "+961 76 000 001"})


async def test_hana_calls_almaz(tmp_path: Path) -> None:
    async with TwilioApi() as twilio:
        async with running(found(tmp_path, **by_sms(twilio))) as server, server.browser() as desk:
            almaz = BySms(twilio, server, ALMAZ)
            reference = reference_in(await tells(almaz, ("hello", "1", "2")))
            await server.signed_in(desk, "Hana")
            await desk.post(f"/cases/{reference}/claim")

            page = await calls_her(desk, reference)
            assert "Your phone rings in a moment" in page.text
            (placed,) = twilio.calls
            assert (placed["To"], placed["From"]) == (HANA, NUMBER)

            assert await tells_us(server, placed["Url"], token="not Twilio's") == (403, "")
            _, asked = await tells_us(server, placed["Url"], CallStatus="in-progress")
            gather = ElementTree.fromstring(asked).find("Gather")
            assert gather is not None
            connect = str(gather.get("action"))
            _, refused = await tells_us(server, connect, Digits="7")
            assert ElementTree.fromstring(refused)[0].tag == "Hangup"
            _, answer = await tells_us(server, connect, Digits="1")
            dial = ElementTree.fromstring(answer).find("Dial")
            assert dial is not None
            assert (dial.get("callerId"), dial.findtext("Number")) == (NUMBER, ALMAZ)

            for _ in range(2):  # Twilio may say it twice, and a leg's own end comes in any order
                await tells_us(server, placed["StatusCallback"], CallStatus="completed", CallDuration="80")
                await tells_us(server, str(dial.get("action")), DialCallStatus="completed", DialCallDuration="61")
            case = (await desk.get(f"/cases/{reference}")).text
            assert "Called the worker: Spoke, 2 minutes" in case
            assert HANA not in case.replace(" ", "")
            _, over = await tells_us(server, connect, Digits="1")
            assert ElementTree.fromstring(over)[0].tag == "Hangup", "its numbers are gone"
        log = server.founded.log.read_text("utf-8")
        assert HANA not in log
        assert ALMAZ not in log


async def test_a_mailbox_presses_nothing_and_a_refused_call_is_told(tmp_path: Path) -> None:
    async with (
        TwilioApi() as twilio,
        running(found(tmp_path, **by_sms(twilio))) as server,
        server.browser() as desk,
    ):
        reference = reference_in(await tells(BySms(twilio, server, ALMAZ), ("hello", "1", "2")))
        await server.signed_in(desk, "Hana")
        await desk.post(f"/cases/{reference}/claim")
        await calls_her(desk, reference)
        await tells_us(server, twilio.calls[0]["StatusCallback"], CallStatus="completed", CallDuration="20")
        assert "Called the worker: Nobody answered" in (await desk.get(f"/cases/{reference}")).text

        twilio.refusals.append(twilio_api.Refusal(20003))
        failed = await calls_her(desk, reference)
        assert failed.status_code == 502
        assert "Called the worker: The call failed" in (await desk.get(f"/cases/{reference}")).text


def incoming(caller: str, to: str = NUMBER, sid: str = "CA" + "1" * 32) -> dict[str, str]:
    """The fields with which Twilio asks what to do with a call to a number of ours."""
    return {
        "CallSid": sid, "AccountSid": twilio_api.ACCOUNT, "From": caller, "Caller": caller, "To": to, "Called": to,
        "CallStatus": "ringing", "ApiVersion": "2010-04-01", "Direction": "inbound", "ForwardedFrom": "",
        "CallerName": "", "FromCountry": "LB", "FromState": "", "FromCity": "", "FromZip": "", "ToCountry": "LB",
        "ToState": "", "ToCity": "", "ToZip": "",
    }  # fmt: skip


async def calls_the_desk(server: Server, caller: str, to: str = NUMBER, **more: str) -> ElementTree.Element:
    fields = {**incoming(caller, to), **more}
    status, answer = await twilio_api.post(f"{server.url}/webhooks/twilio/voice", fields)
    assert status == 200
    return ElementTree.fromstring(answer)[0]


async def test_almaz_calls_the_desk(tmp_path: Path) -> None:
    async with (
        TwilioApi() as twilio,
        running(found(tmp_path, **by_sms(twilio))) as server,
        server.browser() as desk,
    ):
        reference = reference_in(await tells(BySms(twilio, server, ALMAZ), ("hello", "1", "2")))
        sent = len(twilio.sent)
        await server.signed_in(desk, "Hana")
        await desk.post(f"/cases/{reference}/claim")
        assert (await calls_the_desk(server, ALMAZ)).tag == "Reject", "nobody takes calls"
        assert "The worker called the desk: Nobody could take it" in (await desk.get(f"/cases/{reference}")).text

        await desk.post("/calls", data={"number": HANA, "hours": "2"})
        first, again = await calls_the_desk(server, ALMAZ), await calls_the_desk(server, ALMAZ)
        assert ElementTree.tostring(first) == ElementTree.tostring(again), "Twilio may ask twice"
        number = first.find("Number")
        assert number is not None
        assert (first.tag, first.get("callerId"), number.text) == ("Dial", NUMBER, HANA)
        assert (first.get("record"), first.get("answerOnBridge")) == ("do-not-record", "true")
        _, asked = await tells_us(server, str(number.get("url")), CallStatus="in-progress")
        gather = ElementTree.fromstring(asked).find("Gather")
        assert gather is not None
        _, joined = await tells_us(server, str(gather.get("action")), Digits="1")
        assert list(ElementTree.fromstring(joined)) == [], "the two are connected when Twilio has heard this"
        for _ in range(2):
            await tells_us(server, str(first.get("action")), DialCallStatus="completed", DialCallDuration="61")
        case = (await desk.get(f"/cases/{reference}")).text
        assert "The worker called the desk: Spoke, 2 minutes" in case
        await desk.post("/calls/stop")
        for _ in range(2):
            assert (await calls_the_desk(server, "+96170999111")).tag == "Reject"
        assert (await calls_the_desk(server, "anonymous")).tag == "Reject"
        assert (await calls_the_desk(server, "+96170999222", to=PROXY)).tag == "Reject"
        queue = (await desk.get("/queue")).text
        assert queue.count("Wants a call") == 2, "hers, and the stranger's"
        assert len(twilio.sent) == sent, "a missed call is answered by nothing that others could read"
    log = server.founded.log.read_text("utf-8")
    for number_ in (HANA, ALMAZ, "+96170999111"):
        assert number_ not in log


async def test_what_twilio_did_not_sign_changes_nothing_about_calls(tmp_path: Path) -> None:
    async with TwilioApi() as twilio, running(found(tmp_path, **by_sms(twilio))) as server:
        before = row_counts(server.founded)
        for hook in ("", "/taken?call=1", "/connect?call=1", "/ended?call=1", "/over?call=1"):
            url = f"{server.url}/webhooks/twilio/voice{hook}"
            fields = {**incoming(ALMAZ), "Digits": "1", "DialCallStatus": "completed"}
            assert (await twilio_api.post(url, fields, token="not Twilio's"))[0] == 403
            assert (await twilio_api.post(url, fields, public_url=url.replace("http:", "https:")))[0] == 403
        for broken in ({"CallSid": ""}, {"To": ""}):
            assert (await calls_the_desk(server, ALMAZ, **broken)).tag == "Reject"
        assert row_counts(server.founded) == before
