"""Lanes that a telephone fetches: handed out until it says something, under one id, and then emptied."""

from datetime import datetime, timedelta

from sqlmodel import Session, select

from api.keys.vault import Vault
from api.outbound.fetched import AGAIN, hand_out, reported
from api.outbound.replies import LIVES, queue_reply
from api.store.db import Database
from api.tables import ReplyRow
from bot.cht import Outgoing
from bot.gateway import Delivery
from flows.model import Reply
from tests.factories import NOW
from tests.libraries import the_countries

NUMBER, OTHER, ALMAZ = "+96181000041", "+96181000042", "+96170123456"


def say(db: Database, vault: Vault, text: str, number: str = NUMBER, **more: object) -> None:
    lane = f"sms:{number}"
    db.write_now(
        lambda session: queue_reply(session, vault, lane=lane, address=ALMAZ, reply=Reply(text), now=NOW, **more)
    )


def fetch(db: Database, vault: Vault, now: datetime = NOW, numbers: tuple[str, ...] = (NUMBER,)) -> list[Outgoing]:
    return db.write_now(lambda session: hand_out(session, vault, the_countries(), "key", numbers, now))


def tell(db: Database, message: Outgoing, state: str, now: datetime = NOW) -> None:
    delivery = Delivery.of(message.id, state)
    assert delivery
    db.write_now(lambda session: reported(session, delivery, now))


def rows(db: Database) -> list[tuple[str, bool]]:
    def read(session: Session) -> list[tuple[str, bool]]:
        return [(row.state, bool(row.box)) for row in session.exec(select(ReplyRow).order_by(ReplyRow.id))]  # type: ignore[arg-type]

    return db.read_now(read)


def test_a_telephone_gets_what_waits_for_its_numbers_in_order(db: Database, vault: Vault) -> None:
    for text in ("one", "two"):
        say(db, vault, text)
    say(db, vault, "not its own", OTHER)
    assert [(one.to, one.content) for one in fetch(db, vault)] == [(ALMAZ, "one"), (ALMAZ, "two")]
    assert fetch(db, vault, numbers=()) == []


def test_what_was_handed_out_and_not_heard_of_is_handed_out_again_with_its_id(db: Database, vault: Vault) -> None:
    say(db, vault, "hello")
    first = fetch(db, vault)
    assert fetch(db, vault, NOW + AGAIN / 2) == []
    assert fetch(db, vault, NOW + AGAIN) == first


def test_what_the_telephone_has_is_sent_and_emptied_and_never_goes_back(db: Database, vault: Vault) -> None:
    say(db, vault, "hello")
    (message,) = fetch(db, vault)
    seen = []
    for state in ("sent", "delivered", "sent", "failed"):
        tell(db, message, state)
        seen.append(rows(db))
    assert seen == [[("sent", False)], *[[("delivered", False)]] * 3]
    assert fetch(db, vault, NOW + 2 * AGAIN) == []


def test_what_failed_is_not_handed_out_again(db: Database, vault: Vault) -> None:
    say(db, vault, "hello")
    (message,) = fetch(db, vault)
    tell(db, message, "failed")
    assert fetch(db, vault, NOW + 2 * AGAIN) == []
    assert rows(db) == [("failed", False)]


def test_what_is_planned_for_later_waits(db: Database, vault: Vault) -> None:
    say(db, vault, "tomorrow", send_after=NOW + timedelta(hours=20))
    assert fetch(db, vault) == []
    assert [one.content for one in fetch(db, vault, NOW + timedelta(hours=20))] == ["tomorrow"]


def test_what_nobody_can_read_any_more_is_dead_and_a_wish_to_clear_is_over(db: Database, vault: Vault) -> None:
    say(db, vault, "", kind="clear")
    say(db, vault, "hello")
    after = (NOW + LIVES + timedelta(days=1)).date()
    db.write_now(lambda session: vault.keyring.destroy_days_before(after))
    assert fetch(db, vault) == []
    assert [state for state, _ in rows(db)][1] == "dead"
