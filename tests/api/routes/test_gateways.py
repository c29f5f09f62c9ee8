"""Each gateway's webhook with payloads as the gateway sends them: good, twice, forged, malformed, and of strangers."""

import json
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import func, select
from sqlmodel import Session
from sqlmodel import select as pick

from api.answers import unpack_reply
from api.inbound.phones import NO_ADDRESS, NO_SMS, UNKNOWN_SIM
from api.numbers import sims
from api.tables import Call, CaseRow, Number, PortalMessage, ReplyRow, Unhandled, metadata
from tests.desks import ADDRESS, NUMBER, TestDesk, running_desk
from tests.fakes import cht_phone, httpsms_api, smsgate_api
from tests.scenes import looking

ALMAZ = "+96170999888"
CHANNEL = "+96181000021"
CODE = "MOPH: your login code is 482913. It is valid for 10 minutes."


class Phones:
    """A desk to which three gateways post. The proxy number is in SIM 1 of SMSGate's phone, the channel in SIM 2."""

    def __init__(self, desk: TestDesk) -> None:
        self.desk = desk

    async def post(self, path: str, body: bytes, headers: dict[str, str]) -> Response:
        async with self.desk.browser() as browser:
            return await browser.post(path, content=body, headers=headers)

    async def smsgate(self, said: dict[str, Any] | bytes, **signing: Any) -> Response:
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        return await self.post("/webhooks/smsgate", body, smsgate_api.signed(body, **signing))

    async def httpsms(self, said: dict[str, Any] | bytes, token: str = "") -> Response:
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        bearer = token or httpsms_api.bearer(f"{ADDRESS}/webhooks/httpsms")
        return await self.post("/webhooks/httpsms", body, {"Authorization": bearer})

    async def cht(self, said: object, password: str = cht_phone.PASSWORD, path: str = "/webhooks/cht") -> Response:
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        return await self.post(path, body, {"Authorization": cht_phone.basic(cht_phone.USER, password)})

    def read(self, use_case: Callable[[Session], Any]) -> Any:
        return self.desk.shell.db.read_now(use_case)

    def counts(self) -> dict[str, int]:
        return {
            name: self.read(lambda s, t=table: s.connection().execute(select(func.count()).select_from(t)).scalar_one())
            for name, table in metadata.tables.items()
            if name not in ("lane", "sim", "signin", "audit")
        }

    def portal_messages(self) -> list[tuple[str, str]]:
        return self.read(lambda s: [(one.number, one.kind) for one in s.exec(pick(PortalMessage))])

    def unhandled(self) -> list[str]:
        return self.read(lambda s: list(s.exec(pick(Unhandled.error).where(Unhandled.box != b""))))

    def replies(self, lane: str) -> list[tuple[str, str]]:
        """Of what waits in a lane, to whom and the first line."""
        vault = self.desk.shell.vault
        boxes = self.read(lambda s: list(s.exec(pick(ReplyRow.box).where(ReplyRow.lane == lane))))
        opened = [unpack_reply(vault.unlock(box)) for box in boxes if box]
        return [(address, reply.text.splitlines()[0]) for address, reply in opened]

    async def assign(self, sim_id: int, number: str) -> Response:
        async with self.desk.browser("Amal") as amal:
            return await amal.post(f"/numbers/sims/{sim_id}/assign", data={"number": number})


@pytest.fixture
async def phones(tmp_path: Path) -> AsyncIterator[Phones]:
    secrets = {
        "smsgate_signing_key": smsgate_api.KEY,
        "httpsms_signing_key": httpsms_api.KEY,
        "cht_password": cht_phone.PASSWORD,
    }
    async with running_desk(tmp_path, simulator=False, **secrets) as desk:
        amal = await looking(desk.shell, desk.app.state.gate, "Amal")
        now = desk.shell.clock()

        def place(session: Session) -> None:
            sims.add_channel(session, amal, CHANNEL, "smsgate", now)
            sims.add_channel(session, amal, httpsms_api.OWNER, "httpsms", now)
            sims.add_channel(session, amal, "+96181000041", "cht", now)
            known = ((1, "smsgate", smsgate_api.DEVICE, NUMBER), (2, "smsgate", smsgate_api.DEVICE, CHANNEL))
            for slot, gateway, device, number in (*known, (0, "cht", "phone", "+96181000041")):
                sims.hear(session, sims.Sim(gateway, device, slot), now)
                found = next(one for one in sims.sims(session, amal) if not one.number)
                sims.assign(session, amal, found.id, number, now)

        await desk.shell.db.write(place)
        yield Phones(desk)


async def test_an_sms_to_a_proxy_number_is_a_portal_message_once_whatever_ids_it_comes_with(phones: Phones) -> None:
    first = smsgate_api.received(CODE, sender="MOPH")
    for said in (
        first,
        first,  # tried again
        smsgate_api.received(CODE, sender="MOPH", at="2026-11-24T11:00:01.211+02:00"),  # by Android's other way
    ):
        assert (await phones.smsgate(said)).status_code == 200
    assert phones.portal_messages() == [(NUMBER, "code")]
    later = smsgate_api.received(CODE, sender="MOPH", at="2026-11-24T11:05:00.000+02:00")
    assert (await phones.smsgate(later)).status_code == 200
    assert len(phones.portal_messages()) == 2
    assert phones.read(lambda s: s.exec(pick(func.count()).select_from(ReplyRow)).one()) == 0


async def test_an_sms_to_a_channel_is_answered_through_the_number_that_she_wrote_to(phones: Phones) -> None:
    assert (await phones.smsgate(smsgate_api.received("hello", sender=ALMAZ, slot=2))).status_code == 200
    assert (await phones.httpsms(httpsms_api.received("hello", sender="+96170999777"))).status_code == 200
    assert [address for address, _ in phones.replies(f"sms:{CHANNEL}")] == [ALMAZ]
    assert [address for address, _ in phones.replies(f"sms:{httpsms_api.OWNER}")] == ["+96170999777"]


async def test_a_one_is_taken_twice_when_she_sent_it_twice_and_once_when_the_phone_reports_it_twice(
    phones: Phones,
) -> None:
    def one(at: str) -> dict[str, Any]:
        return smsgate_api.received("1", sender=ALMAZ, slot=2, at=f"2026-11-24T11:00:{at}+02:00")

    for said in (one("00.000"), one("00.000"), one("00.437")):
        assert (await phones.smsgate(said)).status_code == 200
    assert len(phones.replies(f"sms:{CHANNEL}")) == 1
    assert (await phones.smsgate(one("03.000"))).status_code == 200
    assert len(phones.replies(f"sms:{CHANNEL}")) == 2


async def test_she_is_the_same_woman_whether_the_phone_says_the_country_or_not(phones: Phones) -> None:
    for sender, at in (("70 999 888", "00"), ("0096170999888", "10"), (ALMAZ, "20")):
        said = smsgate_api.received("hello", sender=sender, slot=2, at=f"2026-11-24T11:00:{at}.000+02:00")
        assert (await phones.smsgate(said)).status_code == 200
    assert {address for address, _ in phones.replies(f"sms:{CHANNEL}")} == {ALMAZ}


@pytest.mark.parametrize("sender", ["Alfa", "1214", "MTC Touch", "*100#"])
async def test_a_service_of_the_network_is_never_answered(phones: Phones, sender: str) -> None:
    assert (await phones.smsgate(smsgate_api.received("Win a car", sender=sender, slot=2))).status_code == 200
    assert phones.replies(f"sms:{CHANNEL}") == []
    assert phones.unhandled() == [NO_ADDRESS]


async def test_the_forged_change_nothing(phones: Phones) -> None:
    before = phones.counts()
    said = smsgate_api.received(CODE, sender="MOPH")
    now = phones.desk.shell.clock().timestamp()
    assert (await phones.smsgate(said, key="another key")).status_code == 403
    assert (await phones.smsgate(said, at=now - 301)).status_code == 403
    assert (await phones.smsgate(said, at=now + 600)).status_code == 403
    assert (await phones.post("/webhooks/smsgate", json.dumps(said).encode(), {})).status_code == 403
    sms = httpsms_api.received(CODE, sender="MOPH")
    address = f"{ADDRESS}/webhooks/httpsms"
    for token in (
        "Bearer x",
        httpsms_api.bearer(address, key="another key, also long enough for HS256"),
        httpsms_api.bearer("https://other.example/webhooks/httpsms"),
        httpsms_api.bearer(address, iss="somebody"),
        httpsms_api.bearer(address, now=now - 601),
        httpsms_api.bearer(address, algorithm="none"),
    ):
        assert (await phones.httpsms(sms, token)).status_code == 403
    stranger = await phones.cht({"messages": [cht_phone.message(CODE, sender="MOPH")]}, "wrong password 123")
    assert (stranger.status_code, stranger.headers["WWW-Authenticate"][:5]) == (401, "Basic")
    assert phones.counts() == before


async def test_the_malformed_are_refused_with_a_reason_and_lose_nothing(
    phones: Phones, caplog: pytest.LogCaptureFixture
) -> None:
    before = phones.counts()
    broken = smsgate_api.received("canary", sender=ALMAZ, slot=2)
    del broken["payload"]["message"]
    refused = await phones.smsgate(broken)
    assert (refused.status_code, refused.text) == (400, "payload.message: missing")
    refused = await phones.httpsms(httpsms_api.received("canary", owner=""))
    assert (refused.status_code, refused.text[:11]) == (400, "data.owner:")
    refused = await phones.cht(b"{canary")
    assert (refused.status_code, refused.json()) == (400, {"error": True, "message": "body: json"})
    assert phones.counts() == before
    assert "canary" not in caplog.text
    assert ALMAZ not in caplog.text
    broken["payload"]["message"] = "hello"  # the phone tries again, and we have learnt to read it
    assert (await phones.smsgate(broken)).status_code == 200
    assert len(phones.replies(f"sms:{CHANNEL}")) == 1


async def test_what_we_do_not_need_is_taken_and_changes_nothing(phones: Phones) -> None:
    before = phones.counts()
    for said in (
        smsgate_api.event("mms:downloaded", {"sender": ALMAZ}),
        smsgate_api.ping(12),
        smsgate_api.outcome("sms:sent", "somebody else's"),
        smsgate_api.outcome("sms:delivered", "r999999-0123456789ab"),
    ):
        assert (await phones.smsgate(said)).status_code == 200
    for said in (
        httpsms_api.missed_call(owner="+96181000099"),  # a number that is not ours
        httpsms_api.heartbeat(online=False),
        httpsms_api.event("message.send.retried", {}),
    ):
        assert (await phones.httpsms(said)).status_code == 200
    assert phones.counts() == before


async def test_a_missed_call_to_a_number_of_workers_opens_one_case_that_asks_for_a_call(phones: Phones) -> None:
    rang = httpsms_api.missed_call(ALMAZ)
    for said in (rang, rang, httpsms_api.missed_call(ALMAZ)):  # posted twice, and she lets it ring once more
        assert (await phones.httpsms(said)).status_code == 200
    (case,) = phones.read(lambda s: s.exec(pick(CaseRow)).all())
    assert (case.call, case.channel, case.state) == (True, "sms", "open")
    assert phones.read(lambda s: [(one.case_id, one.state) for one in s.exec(pick(Call))]) == [(case.id, "missed")]
    assert phones.replies(f"sms:{httpsms_api.OWNER}") == [], "her phone would say that she called"
    async with phones.desk.browser("Hana") as hana:
        assert case.reference in (await hana.get("/queue")).text


async def test_a_missed_call_to_a_number_that_is_lent_to_portals_is_nobodys(phones: Phones) -> None:
    async with phones.desk.browser("Amal") as amal:
        await amal.post("/numbers", data={"number": "+961 81 000 077", "gateway": "httpsms"})
    for caller in (ALMAZ, ""):
        assert (await phones.httpsms(httpsms_api.missed_call(caller, owner="+96181000077"))).status_code == 200
    forged = await phones.httpsms(httpsms_api.missed_call(ALMAZ), "Bearer x")
    broken = await phones.httpsms(httpsms_api.missed_call(ALMAZ, owner=""))
    assert (forged.status_code, broken.status_code, broken.text[:11]) == (403, 400, "data.owner:")
    assert phones.read(lambda s: s.exec(pick(CaseRow)).all()) == []


async def test_what_is_larger_than_any_sms_is_refused_unread(phones: Phones) -> None:
    for path in ("smsgate", "httpsms"):
        assert (await phones.post(f"/webhooks/{path}", b"0" * 600_000, {})).status_code == 413
    assert (await phones.cht(b"0" * 600_000)).status_code == 413


async def test_a_gateway_that_is_not_set_up_is_not_there(tmp_path: Path) -> None:
    async with running_desk(tmp_path) as desk:
        phones = Phones(desk)
        assert (await phones.smsgate(smsgate_api.received("hello"))).status_code == 404
        assert (await phones.httpsms(httpsms_api.received("hello"))).status_code == 404
        assert (await phones.cht({})).status_code == 404
        async with desk.browser() as browser:
            assert (await browser.get("/webhooks/cht")).status_code == 404


async def test_a_sim_that_nobody_knows_is_listed_without_content_and_what_it_got_is_taken_in_when_it_is_known(
    phones: Phones,
) -> None:
    stranger = {"device": "another-phone", "slot": 1}
    assert (await phones.smsgate(smsgate_api.received(CODE, sender="MOPH", **stranger))).status_code == 200
    again = smsgate_api.received(CODE, sender="MOPH", **stranger)
    assert (await phones.smsgate(again)).status_code == 200
    assert phones.unhandled() == [UNKNOWN_SIM]
    assert phones.portal_messages() == []
    async with phones.desk.browser("Amal") as amal:
        await amal.post("/numbers", data={"number": "+961 81 000 555", "gateway": "smsgate"})
        page = (await amal.get("/numbers")).text
        assert "another-phone" in page
        assert "482913" not in page
        action = re.search(r"/numbers/sims/(\d+)/assign", page)
        assert action
        assert "482913" in (await amal.get("/unhandled")).text
        done = await amal.post(action[0], data={"number": "+96181000555"})
        assert "The SIM has its number" in done.text
    assert phones.portal_messages() == [("+96181000555", "code")]
    assert phones.unhandled() == []
    assert (await phones.smsgate(smsgate_api.received(CODE, sender="MOPH", **stranger))).status_code == 200
    assert phones.portal_messages() == [("+96181000555", "code")], "a late retry is known all the same"


async def test_a_worker_who_wrote_to_a_sim_that_nobody_knew_is_answered_once_it_is_known(phones: Phones) -> None:
    said = smsgate_api.received("hello", sender=ALMAZ, device="another-phone")
    assert (await phones.smsgate(said)).status_code == 200
    async with phones.desk.browser("Amal") as amal:
        await amal.post("/numbers/channels", data={"number": "+961 81 000 556", "gateway": "smsgate"})
        action = re.search(r"/numbers/sims/(\d+)/assign", (await amal.get("/numbers")).text)
        assert action
        await amal.post(action[0], data={"number": "+96181000556"})
    assert [address for address, _ in phones.replies("sms:+96181000556")] == [ALMAZ]
    assert phones.unhandled() == []


async def test_cht_hears_that_we_are_there_and_gets_the_answer_to_what_it_just_told(phones: Phones) -> None:
    headers = {"Authorization": cht_phone.basic(cht_phone.USER, cht_phone.PASSWORD)}
    async with phones.desk.browser() as browser:
        assert (await browser.get("/webhooks/cht", headers=headers)).json() == {"medic-gateway": True}
        assert (await browser.get("/webhooks/cht")).status_code == 401
    answer = await phones.cht({"messages": [cht_phone.message("hello", sender=ALMAZ)], "updates": []})
    (message,) = answer.json()["messages"]
    assert (message["to"], "English" in message["content"]) == (ALMAZ, True)
    again = await phones.cht({"messages": [cht_phone.message("hello", sender=ALMAZ)], "updates": None})
    assert again.json() == {"messages": []}
    await phones.cht({"updates": [{"id": message["id"], "status": "SENT"}]})
    await phones.cht({"updates": [{"id": message["id"], "status": "PENDING"}]})
    assert phones.read(lambda s: [(one.state, one.box) for one in s.exec(pick(ReplyRow))]) == [("sent", b"")]


async def test_of_a_poll_with_one_broken_message_nothing_is_lost_and_the_rest_is_not_held_up(phones: Phones) -> None:
    broken = {"id": "x", "content": "canary"}
    for _ in range(2):
        answer = await phones.cht({"messages": [broken, cht_phone.message("hello", sender=ALMAZ)]})
        assert answer.status_code == 200
    assert phones.unhandled() == [NO_SMS]
    assert [address for address, _ in phones.replies("sms:+96181000041")] == [ALMAZ]


async def test_each_phone_with_cht_gateway_has_its_name_in_its_address(phones: Phones) -> None:
    said = {"messages": [cht_phone.message(CODE, sender="MOPH")]}
    assert (await phones.cht(said, path="/webhooks/cht?phone=tripoli")).status_code == 200
    assert phones.unhandled() == [UNKNOWN_SIM]
    refused = await phones.cht(said, path="/webhooks/cht?phone=" + "x" * 41)
    assert refused.status_code == 400


async def test_a_report_changes_the_reply_that_it_is_about_and_never_goes_back(phones: Phones) -> None:
    await phones.smsgate(smsgate_api.received("hello", sender=ALMAZ, slot=2))
    (number,) = phones.read(lambda s: list(s.exec(pick(ReplyRow.id))))
    seen = []
    for name in ("sms:sent", "sms:delivered", "sms:sent", "sms:failed"):
        assert (await phones.smsgate(smsgate_api.outcome(name, f"r{number}-0123456789ab"))).status_code == 200
        seen.append(phones.read(lambda s: s.exec(pick(ReplyRow.state)).one()))
    assert seen == ["sent", "delivered", "delivered", "delivered"]


async def test_a_sign_of_life_tells_how_the_phone_of_each_of_its_numbers_is(phones: Phones) -> None:
    assert (await phones.smsgate(smsgate_api.ping(level=17))).status_code == 200
    for number in (NUMBER, CHANNEL):
        row = phones.read(lambda session, n=number: session.get_one(Number, n))
        assert (row.battery, row.online) == (17, True)
        assert row.checked_at
