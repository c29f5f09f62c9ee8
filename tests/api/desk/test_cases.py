"""A case is opened once, sealed at once, and can be forgotten for ever."""

import pytest
from nacl.exceptions import CryptoError
from sqlmodel import Session, select

from api.answers import pack_message, unpack, unpack_contact, unpack_message
from api.desk import cases
from api.errors import Refused
from api.keys.keyring import Gone
from api.keys.vault import CaseKey, TeamKey, Vault
from api.numbers import leases
from api.outbound.replies import address_index, queue_reply
from api.staff import audit
from api.staff.access import lock_of
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import CaseRow, Item, Lease, ReplyRow
from flows.model import Message, Reply
from flows.reference import read_reference
from tests.factories import ALMAZ, HER_PHONE, MINISTRY, NOW, make_case, make_numbers


class Unlucky(Vault):
    """A vault whose chance repeats itself the first few times."""

    again = 3

    def index(self, *parts: str) -> bytes:
        if parts[0] == "reference" and int(parts[-1]) < self.again:
            return b"the same"
        return super().index(*parts)


def row_of(db: Database, reference: str) -> CaseRow:
    return db.read_now(lambda session: session.exec(select(CaseRow).where(CaseRow.reference == reference)).one())


def items_of(db: Database, case_id: int) -> dict[str, bytes]:
    return db.read_now(lambda s: {one.kind: one.box for one in s.exec(select(Item).where(Item.case_id == case_id))})


def key_of(db: Database, vault: Vault, team: TeamKey, reference: str) -> CaseKey:
    return vault.open_case(team, lock_of(row_of(db, reference)))


def test_a_case_is_opened_sealed_and_only_the_team_can_read_it(db: Database, vault: Vault, team: TeamKey) -> None:
    opened = make_case(db, vault)
    row, items = row_of(db, opened.reference), items_of(db, opened.id)
    assert read_reference(opened.reference) == opened.reference
    assert (row.state, row.service, row.language, row.channel) == ("open", "vaccination", "am", "sms")
    assert row.route == {"district": "LB-BA"}
    assert row.address_index == address_index(vault, HER_PHONE.lane, HER_PHONE.address)
    assert not any(b"Almaz" in box or b"+961" in box for box in items.values())
    key = key_of(db, vault, team, opened.reference)
    assert unpack(key.open(vault.item_context(opened.id, "answers"), items["answers"])) == ALMAZ
    assert unpack_contact(key.open(vault.item_context(opened.id, "address"), items["address"])) == HER_PHONE
    with pytest.raises(CryptoError):
        vault.open_case(TeamKey.generate(), lock_of(row))


def test_a_reference_that_is_taken_is_drawn_again(db: Database, vault: Vault, team: TeamKey) -> None:
    unlucky = Unlucky(vault.keyring, b"i" * 32, team.public)
    references = [make_case(db, unlucky).reference for _ in range(3)]
    assert len(set(references)) == 3


def test_references_grow_longer_before_they_run_out(db: Database, vault: Vault, team: TeamKey) -> None:
    unlucky = Unlucky(vault.keyring, b"i" * 32, team.public)
    unlucky.again = 5
    lengths = [len(make_case(db, unlucky).reference) for _ in range(3)]
    assert lengths == [len("K7-4QF"), len("K7-4QFM"), len("K7-4QFM")]


def test_what_she_writes_later_is_sealed_into_her_case_and_counted(db: Database, vault: Vault, team: TeamKey) -> None:
    opened = make_case(db, vault)
    message = Message("sms", "sms:+96181000001", "+96170123456", "SM1", "When do I go?", manner="sms")
    db.write_now(lambda session: cases.deliver(session, vault, opened.id, "in", pack_message(message), NOW))
    assert row_of(db, opened.reference).unread == 1
    key = key_of(db, vault, team, opened.reference)
    sealed = items_of(db, opened.id)["in"]
    assert unpack_message(key.open(vault.item_context(opened.id, "in"), sealed)) == message


def test_a_forgotten_case_is_gone_with_all_that_hung_on_it(
    db: Database, vault: Vault, team: TeamKey, coordinator: Viewer, volunteer: Viewer
) -> None:
    make_numbers(db, coordinator, 1)
    opened = make_case(db, vault, claimed_by=volunteer)
    before = row_of(db, opened.reference)

    def hang_on(session: Session) -> None:
        leases.lend(session, volunteer, opened.reference, MINISTRY, NOW)
        reply = Reply("Come on Saturday")
        queue_reply(session, vault, lane="sms:1", address="+1", reply=reply, now=NOW, case_id=opened.id)

    db.write_now(hang_on)
    db.write_now(lambda session: cases.forget(session, vault, opened.reference, NOW))

    after = row_of(db, opened.reference)
    assert (after.state, after.route, after.address_index, after.claimed_by) == ("forgotten", {}, b"", None)
    assert items_of(db, opened.id) == {}
    assert db.read_now(lambda session: session.exec(select(ReplyRow)).all()) == []
    assert db.read_now(lambda session: session.exec(select(Lease.state)).all()) == ["cooling"]
    with pytest.raises(Gone):
        vault.open_case(team, lock_of(before))  # an old backup of the row helps nobody
    assert db.read_now(audit.recent)[0].action == "case.forget"


def test_of_a_forgotten_case_stays_what_it_is_counted_by_and_nothing_else(db: Database, vault: Vault) -> None:
    opened, full = (
        make_case(db, vault),
        {"urgency": "high", "call": True, "needs": " lang:am ", "closing_reason": "done"},
    )
    full |= {"unread": 2, "escalated": "danger"}
    times = ("claimed_at", "closed_at", "keep_until", "snoozed_until", "escalated_at", "kept_until", "warned_at")

    def fill(session: Session) -> None:
        case = session.get_one(CaseRow, opened.id)
        for name, value in {**full, **dict.fromkeys(times, NOW)}.items():
            setattr(case, name, value)

    db.write_now(fill)
    db.write_now(lambda session: cases.forget(session, vault, opened.reference, NOW))
    row = row_of(db, opened.reference)
    assert {name for name, value in row.model_dump().items() if value} == {
        *("id", "reference", "service", "language", "channel", "manner", "state", "urgency", "opened_at", "closed_at")
    }
    assert row.urgency == "normal"


def test_nothing_is_put_into_a_forgotten_case_and_it_is_forgotten_once(db: Database, vault: Vault) -> None:
    opened = make_case(db, vault)
    db.write_now(lambda session: cases.forget(session, vault, opened.reference, NOW))
    assert db.write_now(lambda session: cases.deliver(session, vault, opened.id, "in", b"{}", NOW)) is None
    with pytest.raises(Refused, match="no_such_case"):
        db.write_now(lambda session: cases.forget(session, vault, opened.reference, NOW))
    with pytest.raises(Refused, match="no_such_case"):
        db.write_now(lambda session: cases.forget(session, vault, "K7-4QF", NOW))


def test_a_forgetting_that_fails_forgets_nothing(db: Database, vault: Vault, team: TeamKey) -> None:
    opened = make_case(db, vault)

    def forget_and_fail(session: Session) -> None:
        cases.forget(session, vault, opened.reference, NOW)
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        db.write_now(forget_and_fail)
    assert key_of(db, vault, team, opened.reference)
