"""Calls to further numbers of Twilio: workers are called back, and on a number for portals nothing happens."""

from collections.abc import AsyncIterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from sqlmodel import Session, select

from api.numbers import sims
from api.tables import Call, CaseRow
from tests.desks import ADDRESS, NUMBER, TestDesk, running_desk
from tests.fakes import twilio_api
from tests.fakes.twilio_api import ACCOUNT, TOKEN
from tests.scenes import looking

FURTHER, ALMAZ, HANA = "+96181000002", "+96170999111", "+96170555444"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[TestDesk]:
    settings = {"twilio_account_sid": ACCOUNT, "twilio_auth_token": TOKEN, "twilio_number": twilio_api.NUMBER}
    async with running_desk(tmp_path, simulator=False, twilio_api_url="http://127.0.0.1:9", **settings) as desk:
        amal = await looking(desk.shell, desk.app.state.gate, "Amal")
        now = desk.shell.clock()
        await desk.shell.db.write(lambda session: sims.add_channel(session, amal, FURTHER, "twilio", now))
        yield desk


async def rings(desk: TestDesk, to: str) -> ElementTree.Element:
    """Almaz calls a number of ours; the verb that Twilio hears."""
    fields = {"CallSid": "CA" + "1" * 32, "From": ALMAZ, "To": to, "CallStatus": "ringing", "Direction": "inbound"}
    path = "/webhooks/twilio/voice"
    headers = {"X-Twilio-Signature": twilio_api.signature(f"{ADDRESS}{path}", fields)}
    async with desk.browser() as twilio:
        answer = await twilio.post(path, data=fields, headers=headers)
    assert answer.status_code == 200
    return ElementTree.fromstring(answer.text)[0]


def cases(session: Session) -> list[tuple[str, bool]]:
    return [(row.state, row.call) for row in session.exec(select(CaseRow))]


async def test_a_call_to_a_further_number_of_workers_opens_a_case_that_asks_for_a_call(desk: TestDesk) -> None:
    assert (await rings(desk, NUMBER)).tag == "Reject"
    assert await desk.shell.db.read(cases) == [], "that one is lent to portals"
    for _ in range(2):
        assert (await rings(desk, FURTHER)).tag == "Reject", "it costs her nothing"
    assert await desk.shell.db.read(cases) == [("open", True)]
    async with desk.browser("Hana") as hana:
        (reference,) = await desk.shell.db.read(lambda session: list(session.exec(select(CaseRow.reference))))
        await hana.post(f"/cases/{reference}/claim")
        await hana.post("/calls", data={"number": HANA, "hours": "2"})
    dial = await rings(desk, FURTHER)
    assert dial.tag == "Dial", "who has a case is put through, whichever of our numbers she knows"
    assert [state for (state, _) in await desk.shell.db.read(calls)] == ["missed", "ringing"]


def calls(session: Session) -> list[tuple[str, str]]:
    return [(row.state, row.direction) for row in session.exec(select(Call).order_by(Call.id))]  # type: ignore[arg-type]
