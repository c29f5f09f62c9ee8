"""Twilio talks to a real server: signed and forged, twice, about what became of replies, and on a proxy number."""

import asyncio
from itertools import count

import aiohttp
import pytest
from sqlmodel import Session, col, select

from api.commands.opened import deployed
from api.tables import PortalMessage, ReplyRow
from bot.twilio import EMPTY_ANSWER
from tests.fakes import twilio_api
from tests.fakes.twilio_api import TwilioApi
from tests.server.opened import open_cases, row_counts
from tests.server.people import BySms, post_sms, reference_in, tells
from tests.server.running import PROXY, Server, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
NUMBERS = count(70_200_001)

IN_FRENCH = (
    "bonjour", "2", "1", "1", "1", "1", "Aïcha Diallo", "3 mai 1990", "1", "Cameroun", "4", "1", "842-17C00417",
    "3", "03 555 777", "2", "1 3", "aicha.diallo@example.org", "Tripoli", "1", "2", "2", "2", "2", "1", "2", "2", "1",
)  # fmt: skip
UNDERSTOOD = {
    "privacy": "yes",
    "for_whom": "self",
    "name": "Aïcha Diallo",
    "born": "1990-05-03",
    "gender": "woman",
    "country": "CMR",
    "papers": "unhcr",
    "papers_where": "mine",
    "papers_number": "84217C00417",
    "phone": "trusted",
    "phone_number": "+9613555777",
    "phone_safe": "hours",
    "safe_hours": ("morning", "evening"),
    "email": "aicha.diallo@example.org",
    "governorate": "north",
    "district": "tripoli",
    "work": "live_out",
    "health": ("diabetes",),
    "pregnant": "no",
    "doses": "two",
    "days": ("weekday",),
    "company": "no",
    "share_ministry": "no",
}


def somebody(server: Server, twilio: TwilioApi) -> BySms:
    """A woman whose number nobody else has."""
    return BySms(twilio, server, f"+961{next(NUMBERS)}")


async def test_she_registers_in_french_and_every_sms_comes_twice(server: Server, twilio: TwilioApi) -> None:
    aicha, before = somebody(server, twilio), len(open_cases(server.founded))
    farewell = await tells(aicha, IN_FRENCH)
    await asyncio.sleep(0.3)  # a second reply would be here by then
    assert len(aicha.read) == aicha.written
    assert set(aicha.answers) == {(200, EMPTY_ANSWER)}
    (case,) = open_cases(server.founded)[before:]
    assert case.row.reference == reference_in(farewell)
    assert case.values == UNDERSTOOD
    assert (case.contact.address, case.contact.manner, case.contact.language) == (aicha.number, "sms", "fr")


async def test_what_she_is_shown_again_by_sms_does_not_say_who_she_is(server: Server, twilio: TwilioApi) -> None:
    aicha = somebody(server, twilio)
    await tells(aicha, IN_FRENCH[:-1])
    assert "Nom complet: ---" in aicha.read[-1]
    for text in ("Diallo", "1990", "842-17", "555 777", "3555777", "aicha"):
        assert text not in "\n".join(aicha.read)


async def test_call_me_opens_one_case_at_once(server: Server, twilio: TwilioApi) -> None:
    mulu, before = somebody(server, twilio), len(open_cases(server.founded))
    answer = await tells(mulu, ("hello", "1", "2"))
    (case,) = open_cases(server.founded)[before:]
    assert case.row.reference == reference_in(answer)
    assert (case.row.call, case.answers, case.contact.address) == (True, {}, mulu.number)


async def test_a_forged_sms_is_refused_and_changes_nothing(server: Server, twilio: TwilioApi) -> None:
    sms, url = twilio_api.inbound("hello", sender=f"+961{next(NUMBERS)}"), f"{server.url}/webhooks/twilio/sms"
    good = twilio_api.signature(url, sms)
    before, sent = row_counts(server.founded), len(twilio.sent)
    for wrong in (
        "",
        "wrong",
        good[:-1],
        good.lower(),
        twilio_api.signature(url, sms, "another token"),
        twilio_api.signature(url.replace("http:", "https:"), sms),
        twilio_api.signature(f"{url}?a=1", sms),
        twilio_api.signature(url, {**sms, "Body": "hello!"}),
    ):
        assert await _post(url, sms, {"X-Twilio-Signature": wrong}) == 403
    assert await _post(url, sms, {}) == 403
    assert await _post(f"{url}?a=1", sms, {"X-Twilio-Signature": good}) == 403
    assert await _post(url, {**sms, "From": "+96170999999"}, {"X-Twilio-Signature": good}) == 403
    forwarded = {"Host": "other.example", "X-Forwarded-Host": "other.example", "X-Forwarded-Proto": "https"}
    elsewhere = twilio_api.signature("https://other.example/webhooks/twilio/sms", sms)
    assert await _post(url, sms, {**forwarded, "X-Twilio-Signature": elsewhere}) == 403
    assert row_counts(server.founded) == before
    assert len(twilio.sent) == sent


async def test_an_sms_that_nobody_understands_is_taken_and_logged_without_content(
    server: Server, twilio: TwilioApi
) -> None:
    before, written = row_counts(server.founded), server.founded.log.stat().st_size
    sms = twilio_api.inbound("canary-content", sender="+96170777777")
    del sms["MessageSid"]
    assert await post_sms(server, sms) == (200, EMPTY_ANSWER)
    assert row_counts(server.founded) == before
    line = server.founded.log.read_text("utf-8")[written:]
    assert "nobody understands" in line
    assert "canary" not in line
    assert "777777" not in line


async def test_reports_that_overtake_each_other_never_go_back(server: Server, twilio: TwilioApi) -> None:
    mulu = somebody(server, twilio)
    await mulu.says("hello")
    sid = next(message["sid"] for message in twilio.sent if message["To"] == mulu.number)
    seen = []
    for status in ("sending", "delivered", "sent", "queued", "undelivered", "delivered", "read", "failed"):
        assert await twilio.report(sid, status) == 200
        assert await twilio.report(sid, status) == 200
        seen.append(_newest_reply(server).state)
    assert seen == ["sent", "delivered", "delivered", "delivered", "delivered", "delivered", "delivered", "delivered"]
    forged = twilio_api.status_report(sid, "failed")
    url = f"{server.url}/webhooks/twilio/status?reply=1"
    assert (await twilio_api.post(url, forged, token="another token"))[0] == 403


async def test_a_reply_that_cannot_be_delivered_is_marked_as_failed_for_good(server: Server, twilio: TwilioApi) -> None:
    mulu = somebody(server, twilio)
    await mulu.says("hello")
    assert await twilio.report(twilio.sent[-1]["sid"], "undelivered", "30003") == 200
    assert await twilio.report(twilio.sent[-1]["sid"], "sent") == 200
    assert (_newest_reply(server).state, _newest_reply(server).error) == ("failed", "30003")


async def test_who_opted_out_is_not_written_to_again_and_others_are(server: Server, twilio: TwilioApi) -> None:
    gone, here = somebody(server, twilio), somebody(server, twilio)
    twilio.opted_out.add(gone.number)
    await post_sms(server, twilio_api.inbound("hello", sender=gone.number))
    assert "English" in await here.says("hello")
    await until(lambda: "dead" in {row.state for row in _newest_replies(server, 2)})
    assert gone.read == []


async def test_what_arrives_on_a_proxy_number_is_a_portal_message_and_never_answered(
    server: Server, twilio: TwilioApi
) -> None:
    before, sent = row_counts(server.founded), len(twilio.sent)
    for sender in ("MOPH", "+96170123123"):
        sms = twilio_api.inbound("hello", sender=sender, to=PROXY)
        for _ in range(2):
            assert await post_sms(server, sms) == (200, EMPTY_ANSWER)
    await asyncio.sleep(0.3)
    grown = {name: rows - before[name] for name, rows in row_counts(server.founded).items() if rows != before[name]}
    assert grown == {"portal_message": 2, "seen": 2, "task": 2}  # each waits for a person
    assert len(twilio.sent) == sent
    with deployed(server.founded.settings) as opened:
        numbers = opened.db.read_now(lambda session: session.exec(select(PortalMessage.number)).all())
    assert set(numbers) == {PROXY}


def _newest_reply(server: Server) -> ReplyRow:
    return _newest_replies(server, 1)[0]


def _newest_replies(server: Server, how_many: int) -> list[ReplyRow]:
    def use_case(session: Session) -> list[ReplyRow]:
        return list(session.exec(select(ReplyRow).order_by(col(ReplyRow.id).desc()).limit(how_many)))

    with deployed(server.founded.settings) as opened:
        return opened.db.read_now(use_case)


async def _post(url: str, sms: dict[str, str], headers: dict[str, str]) -> int:
    async with aiohttp.ClientSession() as session, session.post(url, data=sms, headers=headers) as answer:
        return answer.status
