"""A notice to many: it goes to those who said that it may, in their language, and can be stopped while it waits."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from api.answers import Contact, unpack_reply
from api.desk import many
from api.desk.many import Audience, Plan
from api.desk.wishes import Ways
from api.errors import Refused
from api.keys.vault import Vault
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import Item, ReplyRow
from flows.loader import Library
from flows.model import Answer
from tests.factories import ALMAZ, HER_PHONE, NOW, make_case

ALL = Audience("vaccination")
MAY = {**ALMAZ, "phone": Answer("this"), "phone_safe": Answer("always")}
NIGHT = {**MAY, "phone_safe": Answer("hours"), "safe_hours": Answer(("evening",))}
TEXTS = {"am": "ቅዳሜ፣ ዶራ። ምንም አታምጪ።", "en": "Saturday, Dora. Bring nothing."}


def phone(number: int, language: str = "am") -> Contact:
    return replace(HER_PHONE, address=f"+9617100000{number}", language=language)


@pytest.fixture
def workers(db: Database, vault: Vault) -> None:
    """Two who may be told, one of them in the evening; one who may not, one without a phone."""
    make_case(db, vault, MAY, contact=phone(1))
    make_case(db, vault, NIGHT, contact=phone(2, "en"))
    make_case(db, vault, {**MAY, "phone_safe": Answer("never")}, contact=phone(3))
    make_case(db, vault, {**MAY, "phone": Answer("none")}, contact=phone(4))


def preview(
    db: Database, vault: Vault, library: Library, viewer: Viewer, texts: Mapping[str, str], audience: Audience = ALL
) -> Plan:
    return db.write_now(lambda session: many.preview(session, vault, library, viewer, audience, texts, Ways(), NOW))


def send(db: Database, vault: Vault, library: Library, viewer: Viewer, texts: Mapping[str, str]) -> int:
    return db.write_now(lambda session: many.send(session, vault, library, viewer, ALL, texts, Ways(), NOW))


def replies(db: Database) -> list[ReplyRow]:
    return db.read_now(lambda session: list(session.exec(select(ReplyRow).order_by(ReplyRow.id))))  # type: ignore[arg-type]


@pytest.mark.usefixtures("workers")
def test_it_is_known_before_who_gets_it_and_what_it_costs(
    db: Database, vault: Vault, library: Library, coordinator: Viewer
) -> None:
    plan = preview(db, vault, library, coordinator, TEXTS)
    assert (plan.by, plan.languages, plan.segments) == ({"sms": 2}, {"am": 1, "en": 1}, 2)
    assert plan.out == {"never": 1, "no_phone": 1}
    assert preview(db, vault, library, coordinator, {"en": TEXTS["en"]}).missing == ("am",)
    only = replace(ALL, language="en")
    assert preview(db, vault, library, coordinator, {"en": TEXTS["en"]}, only).total == 1
    assert preview(db, vault, library, coordinator, TEXTS, replace(ALL, area="nowhere")).total == 0
    assert replies(db) == []


@pytest.mark.usefixtures("workers")
def test_each_is_told_in_her_language_when_it_is_safe(
    db: Database, vault: Vault, library: Library, coordinator: Viewer
) -> None:
    send(db, vault, library, coordinator, TEXTS)
    first, second = replies(db)
    assert unpack_reply(vault.unlock(first.box))[1].text == TEXTS["am"]
    assert unpack_reply(vault.unlock(second.box))[1].text == TEXTS["en"]
    assert first.send_after == NOW < second.send_after


@pytest.mark.usefixtures("workers")
def test_what_waits_is_stopped_and_nothing_of_it_stays_in_the_case(
    db: Database, vault: Vault, library: Library, coordinator: Viewer
) -> None:
    number = send(db, vault, library, coordinator, {})
    assert db.write_now(lambda session: many.stop(session, coordinator, number, NOW)) == 2
    assert replies(db) == []
    assert db.read_now(lambda session: list(session.exec(select(Item).where(Item.kind == "out")))) == []
    (line,) = db.read_now(lambda session: many.sent(session, coordinator, NOW))
    assert (line.row.told, line.row.stopped, line.waiting) == (2, 2, False)
    db.write_now(lambda session: many.end_what_is_over(session, NOW + timedelta(days=91)))
    assert db.read_now(lambda session: many.sent(session, coordinator, NOW)) == []


@pytest.mark.usefixtures("workers")
def test_nothing_goes_out_that_says_too_much_or_that_some_cannot_read(
    db: Database, vault: Vault, library: Library, coordinator: Viewer, volunteer: Viewer
) -> None:
    with pytest.raises(Refused, match="telling_words"):
        send(db, vault, library, coordinator, {**TEXTS, "en": "Your vaccine is here"})
    with pytest.raises(Refused, match="texts_missing"):
        send(db, vault, library, coordinator, {"en": "Saturday"})
    with pytest.raises(Refused, match="not_found"):
        send(db, vault, library, volunteer, TEXTS)
    assert replies(db) == []
