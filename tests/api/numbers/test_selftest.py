"""Each day one number texts another what looks like a login code, and it must come back within two minutes."""

from datetime import datetime, timedelta

from sqlmodel import Session, select

from api.desk import tasks
from api.keys.vault import Vault
from api.numbers import health, leases, pool, proxies, selftest, windows
from api.outbound.replies import Due, due_replies
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import Number, PortalMessage, ReplyRow, SelfTest, SimRow
from flows.codes import find_code
from tests.factories import MINISTRY, NOW, make_case, make_numbers

ANYBODYS = MINISTRY.model_copy(update={"senders": ()})
PORTALS = {MINISTRY.portal: ANYBODYS}
TOKENS = ["abcdefghij234567", "zyxwvutsrq765432", "aaaabbbbcccc2222"]


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def pool_of(db: Database, viewer: Viewer, count: int) -> list[str]:
    """Numbers whose SIMs are in phones that send."""
    numbers = make_numbers(db, viewer, count)

    def carry(session: Session) -> None:
        for slot, number in enumerate(numbers):
            session.get_one(Number, number).gateway = "smsgate"
            session.add(SimRow(gateway="smsgate", device="phone", slot=slot, number=number, seen_at=NOW))

    db.write_now(carry)
    return numbers


def begin(db: Database, vault: Vault, senders: list[str], token: str, minutes: float = 0) -> str | None:
    return db.write_now(lambda session: selftest.begin(session, vault, senders, token, at(minutes)))


def end(db: Database, minutes: float) -> None:
    db.write_now(lambda session: selftest.end_overdue(session, at(minutes)))


def send(db: Database, vault: Vault, sender: str, minutes: float = 0) -> tuple[str, str]:
    """The phone of this number sends what waits in its lane; gives to whom, and the words."""

    def act(session: Session) -> tuple[str, str]:
        due: Due = due_replies(session, f"sms:{sender}", at(minutes))[0]
        row = session.get_one(ReplyRow, due.id)
        row.state, row.sent_at = "sent", at(minutes)
        address, reply = due.opened(vault)
        return address, reply.text

    return db.write_now(act)


def receive(db: Database, vault: Vault, number: str, text: str, minutes: float, id: str = "1") -> tuple[str, ...]:
    sms = proxies.Sms(number, "+96181000101", text, id)
    return db.write_now(lambda session: proxies.receive(session, vault, PORTALS, sms, at(minutes)))


def state(db: Database, number: str) -> str:
    return db.read_now(selftest.last_tests)[number].state


def kinds(db: Database, viewer: Viewer) -> list[tuple[str, str]]:
    return [(task.kind, task.about) for task in db.read_now(lambda session: tasks.tasks(session, viewer, NOW))]


def test_a_test_goes_round_and_leaves_no_trace_among_the_messages(
    db: Database, vault: Vault, coordinator: Viewer
) -> None:
    one, other = pool_of(db, coordinator, 2)
    assert begin(db, vault, [one, other], TOKENS[0]) == one
    assert begin(db, vault, [one, other], TOKENS[1]) == other
    assert begin(db, vault, [one, other], TOKENS[2]) is None, "each once a day"
    to, words = send(db, vault, other)
    assert to == one
    assert find_code(words, MINISTRY), "it looks like what portals send, else the test would prove nothing"
    assert receive(db, vault, one, words, 1) == ()
    assert receive(db, vault, one, words, 1.5, "2") == (), "phones report twice"
    end(db, 3)
    assert state(db, one) == "arrived"
    assert db.read_now(lambda session: session.exec(select(PortalMessage)).all()) == []
    assert begin(db, vault, [one, other], TOKENS[2], 24 * 60) == one


def test_a_test_is_never_taken_for_the_code_that_a_case_expects(
    db: Database, vault: Vault, coordinator: Viewer
) -> None:
    one, other = pool_of(db, coordinator, 2)
    reference = make_case(db, vault, claimed_by=coordinator).reference
    assert db.write_now(lambda session: leases.lend(session, coordinator, reference, MINISTRY, NOW)).number == one
    db.write_now(lambda session: windows.expect_code(session, coordinator, reference, MINISTRY, NOW))
    begin(db, vault, [one, other], TOKENS[0])
    _, words = send(db, vault, other)
    assert receive(db, vault, one, words, 1) == ()
    assert receive(db, vault, one, "Your login code is 482913.", 1, "2") == (reference,)
    assert receive(db, vault, one, words.replace(TOKENS[0], TOKENS[1]), 1, "3") == (reference,), "no word of ours"


def test_a_test_that_does_not_arrive_alarms_and_one_that_comes_late_says_so(
    db: Database, vault: Vault, coordinator: Viewer
) -> None:
    one, other = pool_of(db, coordinator, 2)
    begin(db, vault, [one, other], TOKENS[0])
    _, words = send(db, vault, other)
    end(db, 1.9)
    assert state(db, one) == "sent"
    end(db, 2)
    assert kinds(db, coordinator) == [("number_silent", one)]
    db.write_now(lambda session: health.watch(session, vault, at(2)))
    assert [a.kind for a in db.read_now(lambda session: health.alarms(session, coordinator))] == ["silent"]
    receive(db, vault, one, words, 170)
    assert state(db, one) == "late"
    db.write_now(lambda session: health.watch(session, vault, at(170)))
    assert [a.kind for a in db.read_now(lambda session: health.alarms(session, coordinator))] == ["late"]
    assert kinds(db, coordinator) == [("number_silent", one)], "a phone that holds codes back is not well"
    assert db.read_now(lambda session: session.exec(select(PortalMessage)).all()) == []
    begin(db, vault, [one, other], TOKENS[1], 170)  # the other number's turn
    begin(db, vault, [one, other], TOKENS[2], 170)
    _, words = send(db, vault, other, 170)
    receive(db, vault, one, words, 171, "2")
    db.write_now(lambda session: health.watch(session, vault, at(171)))
    assert db.read_now(lambda session: health.alarms(session, coordinator)) == []
    assert kinds(db, coordinator) == []


def test_a_phone_that_does_not_send_is_blamed_and_not_the_one_that_waits(
    db: Database, vault: Vault, coordinator: Viewer
) -> None:
    one, other = pool_of(db, coordinator, 2)
    begin(db, vault, [one, other], TOKENS[0])
    end(db, 9)
    assert kinds(db, coordinator) == []
    end(db, 10)
    assert kinds(db, coordinator) == [("number_silent", other)]
    db.write_now(lambda session: health.watch(session, vault, at(10)))
    (alarm,) = db.read_now(lambda session: health.alarms(session, coordinator))
    assert (alarm.number, alarm.kind) == (other, "unsent")


def test_without_a_second_phone_there_is_no_test(db: Database, vault: Vault, coordinator: Viewer) -> None:
    (one,) = pool_of(db, coordinator, 1)
    assert begin(db, vault, [one], TOKENS[0]) is None
    assert begin(db, vault, [], TOKENS[0]) is None
    db.write_now(lambda session: pool.claim_channel(session, "+96181000001"))
    assert begin(db, vault, ["+96181000001"], TOKENS[0]) == one, "the desk's own number can send as well"


def test_a_number_that_is_in_no_phone_of_ours_is_not_tested(db: Database, vault: Vault, coordinator: Viewer) -> None:
    make_numbers(db, coordinator, 2)
    assert begin(db, vault, ["+96181000100", "+96181000101"], TOKENS[0]) is None


def test_old_tests_are_forgotten(db: Database, vault: Vault, coordinator: Viewer) -> None:
    one, other = pool_of(db, coordinator, 2)
    begin(db, vault, [one, other], TOKENS[0])
    end(db, 8 * 24 * 60)
    assert db.read_now(lambda session: session.exec(select(SelfTest)).all()) == []
