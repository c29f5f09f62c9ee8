"""Almaz writes by WhatsApp to a real server; after a day of silence she is asked to write before she is told more."""

import asyncio
from pathlib import Path

from tests.fakes import twilio_api
from tests.fakes.twilio_api import NUMBER, TwilioApi
from tests.server.opened import open_cases, row_counts
from tests.server.people import post_sms, reference_in
from tests.server.running import Server, by_sms, found, running, until

ALMAZ = "+96170500600"
TEMPLATE = "HX" + "0a" * 16


async def writes(server: Server, twilio: TwilioApi, text: str, answered: bool = True) -> str:
    """She writes, and Twilio posts it twice; gives what comes back."""
    twilio.heard.add(ALMAZ)
    before, message = len(twilio.sent), twilio_api.by_whatsapp(text, sender=ALMAZ)
    for _ in range(2):
        assert (await post_sms(server, message))[0] == 200
    if answered:
        await until(lambda: len(twilio.sent) > before)
    return twilio.sent[-1].get("Body", "")


async def test_almaz_is_answered_and_later_asked_to_write(tmp_path: Path) -> None:
    async with TwilioApi(templates={TEMPLATE}) as twilio:
        settings = {"twilio_whatsapp_number": NUMBER, "twilio_whatsapp_template": TEMPLATE}
        async with running(found(tmp_path, **by_sms(twilio), **settings)) as server, server.browser() as desk:
            assert "English" in await writes(server, twilio, "hello")
            assert "Messages stay on this phone" in await writes(server, twilio, "1")
            reference = reference_in(await writes(server, twilio, "2"))
            (case,) = open_cases(server.founded)
            assert (case.row.channel, case.contact.lane, case.contact.address) == (
                "whatsapp",
                f"whatsapp:{NUMBER}",
                ALMAZ,
            )
            assert len(twilio.sent) == 3, "each message was posted twice"

            twilio.heard.clear()
            await server.signed_in(desk, "Hana")
            await desk.post(f"/cases/{reference}/claim")
            await desk.post(f"/cases/{reference}/write", data={"text": "Come on Monday."})
            await until(lambda: len(twilio.sent) == 4)
            assert (twilio.sent[3]["ContentSid"], twilio.sent[3]["To"]) == (TEMPLATE, f"whatsapp:{ALMAZ}")
            async with asyncio.timeout(60):  # it is written down a little after the template went out
                while "waits until the worker writes" not in (await desk.get(f"/cases/{reference}")).text:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            assert await writes(server, twilio, "1") == "Come on Monday."
            assert len(twilio.sent) == 5, "her 1 was no answer to anything else"
            assert "waits until the worker writes" not in (await desk.get(f"/cases/{reference}")).text

            before = row_counts(server.founded)
            forged = twilio_api.by_whatsapp("x", sender=ALMAZ)
            url = f"{server.url}/webhooks/twilio/sms"
            assert (await twilio_api.post(url, forged, token="not Twilio's"))[0] == 403
            assert row_counts(server.founded) == before
        written = server.founded.log.read_text("utf-8")
        for name in (ALMAZ, "canary"):
            assert name not in written
        assert b"canary" not in (server.founded.data / "main.db").read_bytes()
