"""What whoever watches the server is told."""

from sqlalchemy import text
from sqlmodel import Session

from api import __version__
from api.inbound import inbox
from flows.model import Message
from tests.desks import TestDesk
from tests.factories import NOW

BY_SMS = Message("sms", "sms:+96181000001", "+96170123456", "m1", "My name is Almaz")


async def test_a_desk_that_works_says_so(desk: TestDesk) -> None:
    async with desk.browser() as browser:
        answer = await browser.get("/health")
        assert answer.status_code == 200
        body = answer.json()
        assert body.pop("lanes")
        works = {"database": True, "keyring": True, "runner": True}
        assert body == {"status": "ok", **works, "clock": "ok", "unhandled": 0, "version": __version__}
        assert '"unhandled":0' in answer.text, "what a watcher is told to look for"


async def test_messages_that_failed_are_counted_and_are_no_failure(desk: TestDesk) -> None:
    def fail(session: Session) -> None:
        inbox.store_unhandled(session, desk.shell.vault, BY_SMS, "KeyError", NOW)

    await desk.shell.db.write(fail)
    async with desk.browser() as browser:
        answer = await browser.get("/health")
        assert (answer.status_code, answer.json()["unhandled"]) == (200, 1)
        assert not [one for one in ("Almaz", "96170123456", "KeyError") if one in answer.text]


async def test_what_cannot_be_counted_is_not_said_to_be_none(desk: TestDesk) -> None:
    await desk.shell.db.write(lambda session: session.connection().execute(text("DROP TABLE unhandled")))
    async with desk.browser() as browser:
        body = (await browser.get("/health")).json()
        assert (body["unhandled"], body["clock"]) == (None, None)
