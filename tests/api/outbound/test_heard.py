"""On WhatsApp she is answered for a day; after that she is asked once to write, and what we have to say waits."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

import pytest
from sqlmodel import col, select

from api.keys.vault import Vault
from api.outbound import heard, replies
from api.outbound.outbox import Outbox
from api.store.db import Database
from api.tables import Heard, ReplyRow
from bot.whatsapp import TwilioWhatsApp
from flows.model import Message, Reply
from tests.factories import NOW
from tests.fakes.twilio_api import ACCOUNT, NUMBER, TOKEN, Refusal, TwilioApi

HER, LANE = "+96170123456", f"whatsapp:{NUMBER}"
TEMPLATE = "HX" + "0a" * 16
_ids = count(1)


class Scene:
    """An outbox that sends through the fake, at a time that tests move."""

    def __init__(self, db: Database, vault: Vault, api: TwilioApi, template: str = TEMPLATE) -> None:
        self.db, self.vault, self.api, self.now = db, vault, api, NOW
        self.channel = TwilioWhatsApp(ACCOUNT, TOKEN, NUMBER, template=template, api_url=api.url)
        self.speaking = heard.WhileHeard(self.channel, db, vault, lambda: self.now)
        self.index = replies.address_index(vault, LANE, HER)

    async def __aenter__(self) -> "Scene":
        outbox = Outbox(self.db, self.vault, self.speaking, holder="one", clock=lambda: self.now)
        self.task = asyncio.create_task(outbox.run())
        self.db.after_commit(outbox.wake)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        await self.channel.close()

    async def queue(self, text: str) -> None:
        queued = {"lane": LANE, "address": HER, "reply": Reply(text), "now": self.now}
        await self.db.write(lambda session: replies.queue_reply(session, self.vault, **queued))  # type: ignore[arg-type]

    async def writes(self, text: str, message_id: str = "") -> bool:
        """She writes; whether that was only the answer to our asking."""
        self.api.heard.add(HER)
        message = Message("whatsapp", LANE, HER, message_id or f"SM{next(_ids)}", text, manner="sms")
        return await self.db.write(lambda session: heard.hear(session, self.vault, message, self.now))

    def a_day_passes(self) -> None:
        self.now += timedelta(hours=24)
        self.api.heard.clear()

    @property
    def said(self) -> list[str]:
        return [sent.get("Body") or sent["ContentSid"] for sent in self.api.sent]

    @property
    def states(self) -> list[str]:
        return self.db.read_now(lambda session: list(session.exec(select(ReplyRow.state).order_by(col(ReplyRow.id)))))


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 - what is waited for knows no event
            await asyncio.sleep(0.01)


async def test_after_a_day_she_is_asked_once_and_what_waits_goes_out_in_order_when_she_writes(
    db: Database, vault: Vault
) -> None:
    async with TwilioApi(templates={TEMPLATE}) as api, Scene(db, vault, api) as scene:
        assert not await scene.writes("hello")
        await scene.queue("inside")
        await until(lambda: scene.said == ["inside"])
        scene.a_day_passes()
        for text in ("first", "second"):
            await scene.queue(text)
        await until(lambda: scene.states.count("held") == 2)
        assert scene.said == ["inside", TEMPLATE]
        scene.now += timedelta(hours=47)
        assert await scene.writes("١", "SM-answer"), "1 in her own digits"
        await until(lambda: scene.said == ["inside", TEMPLATE, "first", "second"])
        assert not await scene.writes("1", "SM-answer"), "the same again waits for nothing, and the inbox has seen it"


async def test_whatever_else_she_writes_releases_it_and_is_an_answer_too(db: Database, vault: Vault) -> None:
    async with TwilioApi(templates={TEMPLATE}) as api, Scene(db, vault, api) as scene:
        await scene.queue("news")
        await until(lambda: scene.states == ["held"])
        assert not await scene.writes("who are you?")
        await until(lambda: scene.said == [TEMPLATE, "news"])
        assert not await scene.writes("1"), "nothing was asked any more"


@pytest.mark.parametrize("template", [TEMPLATE, ""])
async def test_who_writes_at_the_moment_when_it_is_held_gets_it_all_the_same(
    db: Database, vault: Vault, monkeypatch: pytest.MonkeyPatch, template: str
) -> None:
    async with TwilioApi(templates={TEMPLATE}) as api, Scene(db, vault, api, template) as scene:
        knock = scene.speaking.knock

        async def knock_while_she_writes(address: str, since: datetime) -> None:
            await knock(address, since)
            scene.now += timedelta(seconds=1)
            assert not await scene.writes("hello"), "nothing waited yet"

        monkeypatch.setattr(scene.speaking, "knock", knock_while_she_writes)
        await scene.queue("news")
        await until(lambda: scene.said[-1:] == ["news"])
        await until(lambda: scene.states == ["sent"])


async def test_who_writes_just_before_she_is_asked_is_not_asked(
    db: Database, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with TwilioApi(templates={TEMPLATE}) as api, Scene(db, vault, api) as scene:
        await scene.writes("hello")
        scene.a_day_passes()
        knock = scene.speaking.knock

        async def she_is_faster(address: str, since: datetime) -> None:
            scene.now += timedelta(seconds=1)
            await scene.writes("are you there?")
            await knock(address, since)

        monkeypatch.setattr(scene.speaking, "knock", she_is_faster)
        await scene.queue("news")
        await until(lambda: scene.states == ["sent"])
        assert scene.said == ["news"]


def test_a_refusal_that_is_told_after_she_wrote_again_holds_nothing(db: Database, vault: Vault) -> None:
    queued = {"lane": LANE, "address": HER, "reply": Reply("news"), "now": NOW}
    db.write_now(lambda session: replies.queue_reply(session, vault, **queued))  # type: ignore[arg-type]
    (due,) = db.read_now(lambda session: replies.due_replies(session, LANE, NOW))
    sent = replies.Outcome(due, "sent", "SM1")
    db.write_now(lambda session: replies.mark(session, vault, LANE, [sent], NOW, False))
    later = NOW + timedelta(seconds=5)
    hello = Message("whatsapp", LANE, HER, "SM2", "hello", manner="sms")
    db.write_now(lambda session: heard.hear(session, vault, hello, later))
    assert db.write_now(lambda session: heard.hold_again(session, vault, due.id, later)) == "", "nobody is asked"
    assert [one.state for one in db.read_now(lambda session: session.exec(select(ReplyRow)).all())] == ["waiting"]


async def test_without_a_template_it_waits_all_the_same_and_her_1_is_an_answer(db: Database, vault: Vault) -> None:
    async with TwilioApi() as api, Scene(db, vault, api, template="") as scene:
        await scene.queue("news")
        await until(lambda: scene.states == ["held"])
        assert not await scene.writes("1")
        await until(lambda: scene.said == ["news"])


async def test_when_the_provider_says_first_that_the_window_is_closed(db: Database, vault: Vault) -> None:
    async with TwilioApi(templates={TEMPLATE}) as api, Scene(db, vault, api) as scene:
        await scene.writes("hello")
        api.heard.clear()
        await scene.queue("news")
        await until(lambda: scene.states == ["held"])
        assert scene.said == [TEMPLATE]
        assert await scene.writes("1")
        await until(lambda: scene.said == [TEMPLATE, "news"])


async def test_a_template_that_was_not_taken_is_tried_again(db: Database, vault: Vault) -> None:
    async with TwilioApi(templates={TEMPLATE}, refusals=[Refusal(20500)]) as api, Scene(db, vault, api) as scene:
        await scene.queue("news")
        tried = select(ReplyRow.attempts)
        await until(lambda: db.read_now(lambda session: session.exec(tried).one()) == 1)
        scene.now += timedelta(minutes=1)
        await until(lambda: scene.states == ["held"])
        assert scene.said == [TEMPLATE]


async def test_what_waits_too_long_is_gone_and_so_is_when_she_wrote(db: Database, vault: Vault) -> None:
    async with TwilioApi(templates={TEMPLATE}) as api, Scene(db, vault, api) as scene:
        await scene.queue("news")
        await until(lambda: scene.states == ["held"])
        scene.now += timedelta(hours=73)
        assert not await scene.writes("1")
        assert scene.states == ["held"], "it is deleted by the runner"
        later = scene.now + timedelta(hours=24)
        await db.write(lambda session: heard.end_what_is_over(session, later))
        assert db.read_now(lambda session: session.exec(select(Heard)).all()) == []


@pytest.mark.parametrize(("error", "state"), [("63016", "held"), ("30003", "failed")])
def test_a_reply_that_is_refused_after_it_was_taken(db: Database, vault: Vault, error: str, state: str) -> None:
    queued = {"lane": LANE, "address": HER, "reply": Reply("news"), "now": NOW}
    db.write_now(lambda session: replies.queue_reply(session, vault, **queued))  # type: ignore[arg-type]
    (due,) = db.read_now(lambda session: replies.due_replies(session, LANE, NOW))
    sent = replies.Outcome(due, "sent", "SM1")
    db.write_now(lambda session: replies.mark(session, vault, LANE, [sent], NOW, False))
    if error == "63016":
        assert db.write_now(lambda session: heard.hold_again(session, vault, due.id, NOW)) == HER
        assert db.write_now(lambda session: heard.hold_again(session, vault, due.id, NOW)) == ""
    else:
        db.write_now(lambda session: replies.report(session, due.id, 5, "failed", error))
        assert db.write_now(lambda session: heard.hold_again(session, vault, due.id, NOW)) == ""
    row = db.read_now(lambda session: session.exec(select(ReplyRow)).one())
    assert (row.state, bool(row.box)) == (state, state == "held")
