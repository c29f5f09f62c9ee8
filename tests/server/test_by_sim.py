"""A whole registration by SMS where Twilio cannot send two ways: over a SIM in an Android phone with SMSGate."""

import asyncio
import re
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from api.commands.opened import deployed
from api.tables import PortalMessage, ReplyRow
from bot.smsgate import EVENTS
from tests.fakes import smsgate_api
from tests.fakes.smsgate_api import DEVICE, SmsGateApi
from tests.server.opened import open_cases, unhandled
from tests.server.people import BySim, reference_in, tells
from tests.server.running import PROXY, Server, by_sim, found, running, until
from tests.server.test_by_sms import IN_FRENCH, UNDERSTOOD

CHANNEL = "+96181000021"
CODE = "MOPH: your login code is 482913"


async def place(server: Server, slot: int, number: str) -> None:
    """The coordinator says which number a SIM is that she finds on the page."""
    async with server.browser() as amal:
        await server.signed_in(amal, "Amal")
        page = (await amal.get("/numbers")).text
        assert f"SIM {slot}" in page
        action = re.search(r"/numbers/sims/\d+/assign", page)
        assert action
        done = await amal.post(action[0], data={"number": number})
        assert "The SIM has its number" in done.text


async def test_she_registers_by_sms_over_a_sim_and_a_portal_writes_to_the_other(tmp_path: Path) -> None:
    async with SmsGateApi() as api:
        founded = found(tmp_path, **by_sim(api))
        async with running(founded) as server:
            aicha = BySim(api, server, "+96170300001")
            async with server.browser() as amal:
                await server.signed_in(amal, "Amal")
                await amal.post("/numbers/channels", data={"number": CHANNEL, "gateway": "smsgate"})
            url = f"{server.url}/webhooks/smsgate"
            await until(lambda: len(api.webhooks) == len(EVENTS))
            assert {(hook["event"], hook["url"]) for hook in api.webhooks.values()} == {(one, url) for one in EVENTS}
            hello = smsgate_api.received(IN_FRENCH[0], sender=aicha.number, at="2026-11-24T10:59:07.000+02:00")
            assert (await smsgate_api.post(url, hello))[0] == 200
            await asyncio.sleep(0.3)
            assert api.sent == [], "nobody knows yet whose SIM that is"
            await place(server, 1, CHANNEL)
            await until(lambda: aicha.read)
            assert unhandled(founded) == ["UnknownSim"]

            farewell = await tells(aicha, IN_FRENCH[1:])
            await asyncio.sleep(0.3)  # a second reply would be here by then
            assert len(aicha.read) == aicha.written + 1
            (case,) = open_cases(founded)
            assert case.row.reference == reference_in(farewell)
            assert case.values == UNDERSTOOD
            assert (case.contact.address, case.contact.lane) == (aicha.number, f"sms:{CHANNEL}")
            assert {(one["deviceId"], one["simNumber"]) for one in api.sent} == {(DEVICE, 1)}

            await _reports(server, api)
            await _code(server, api)


async def _reports(server: Server, api: SmsGateApi) -> None:
    """What became of the last reply is told, out of order and twice."""
    for name in ("sms:delivered", "sms:sent", "sms:delivered"):
        said = smsgate_api.outcome(name, api.sent[-1]["id"])
        assert (await smsgate_api.post(f"{server.url}/webhooks/smsgate", said))[0] == 200
    with deployed(server.founded.settings) as opened:
        newest = select(ReplyRow).order_by(col(ReplyRow.id).desc()).limit(1)
        assert opened.db.read_now(lambda session: session.exec(newest).one().state) == "delivered"


async def _code(server: Server, api: SmsGateApi) -> None:
    """A portal writes to the second SIM: it is kept, and nobody is answered."""
    sent, url = _to_others(api), f"{server.url}/webhooks/smsgate"
    for _ in range(2):
        assert (await smsgate_api.post(url, smsgate_api.received(CODE, sender="MOPH", slot=2)))[0] == 200
    await place(server, 2, PROXY)
    assert (await smsgate_api.post(url, smsgate_api.received(CODE, sender="MOPH", slot=2)))[0] == 200
    with deployed(server.founded.settings) as opened:
        rows = opened.db.read_now(lambda session: session.exec(select(PortalMessage.number)).all())
    assert rows == [PROXY]
    await asyncio.sleep(0.3)
    assert _to_others(api) == sent


def _to_others(api: SmsGateApi) -> list[dict[str, Any]]:
    """All that was sent but for what our numbers text each other: the daily test may begin at any moment."""
    return [one for one in api.sent if one["phoneNumbers"] != [PROXY]]
