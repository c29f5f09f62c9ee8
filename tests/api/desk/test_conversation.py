"""A volunteer writes to a worker through the bot, and never sees where it goes."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from api.answers import unpack_draft
from api.desk import conversation, queue
from api.desk.wishes import Ways
from api.errors import Refused
from api.keys.keyring import Gone, Keyring
from api.keys.vault import Vault
from api.outbound.replies import address_index, due_replies
from api.staff import audit
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import DraftRow, Item, ReplyRow
from flows.loader import Library
from flows.model import Reply
from tests.factories import HER_PHONE, NOW, make_case
from tests.talking import REGISTRATION, Worker


def write(db: Database, vault: Vault, viewer: Viewer, reference: str, text: str) -> None:
    db.write_now(lambda session: conversation.write(session, vault, viewer, reference, text, Ways(), NOW))


def sent(db: Database, vault: Vault) -> list[tuple[str, Reply]]:
    return [due.opened(vault) for due in db.read_now(lambda session: due_replies(session, HER_PHONE.lane, NOW))]


def test_what_she_writes_goes_out_on_the_workers_lane_and_stays_in_the_case(
    db: Database, vault: Vault, volunteer: Viewer
) -> None:
    opened = make_case(db, vault, claimed_by=volunteer)
    write(db, vault, volunteer, opened.reference, "  Come on Saturday. ")
    assert sent(db, vault) == [(HER_PHONE.address, Reply("Come on Saturday."))]
    row = db.read_now(lambda session: session.exec(select(ReplyRow)).one())
    item = db.read_now(lambda session: session.exec(select(Item).where(Item.kind == "out")).one())
    assert (row.case_id, row.item_id, item.person_id) == (opened.id, item.id, volunteer.person_id)
    assert b"Saturday" not in row.box + item.box
    assert db.read_now(audit.recent)[0].action == "case.write"


def test_what_waits_to_be_sent_is_unreadable_when_its_day_is_over(
    db: Database, vault: Vault, volunteer: Viewer, keyring: Keyring
) -> None:
    write(db, vault, volunteer, make_case(db, vault, claimed_by=volunteer).reference, "Come on Saturday.")
    (due,) = db.read_now(lambda session: due_replies(session, HER_PHONE.lane, NOW))
    keyring.destroy_days_before((NOW + timedelta(days=2)).date())
    keyring.commit()
    with pytest.raises(Gone):
        due.opened(vault)


def test_what_she_answers_next_goes_to_that_case(db: Database, vault: Vault, volunteer: Viewer) -> None:
    reference = make_case(db, vault, claimed_by=volunteer).reference
    write(db, vault, volunteer, reference, "Can you come on Saturday?")
    row = db.read_now(
        lambda session: session.get_one(DraftRow, address_index(vault, HER_PHONE.lane, HER_PHONE.address))
    )
    assert unpack_draft(vault.unlock(row.box, secret_id=row.secret_id)).reply_to == reference


def test_with_several_cases_on_one_phone_a_message_says_which_it_is_about(
    db: Database, vault: Vault, volunteer: Viewer
) -> None:
    first = make_case(db, vault, claimed_by=volunteer).reference
    make_case(db, vault, contact=replace(HER_PHONE, address="+96170000009"))
    write(db, vault, volunteer, first, "One")
    make_case(db, vault)
    write(db, vault, volunteer, first, "Two")
    assert [reply.text for _, reply in sent(db, vault)] == ["One", f"{first}: Two"]


@pytest.mark.parametrize(("text", "code"), [("", "empty"), (" \n", "empty"), ("x" * 1001, "too_long")])
def test_nothing_and_too_much_are_refused(db: Database, vault: Vault, volunteer: Viewer, text: str, code: str) -> None:
    reference = make_case(db, vault, claimed_by=volunteer).reference
    with pytest.raises(Refused, match=code):
        write(db, vault, volunteer, reference, text)
    assert sent(db, vault) == []


def test_only_whoever_has_the_case_writes_in_it(db: Database, vault: Vault, volunteer: Viewer) -> None:
    reference = make_case(db, vault).reference
    with pytest.raises(Refused, match="404 no_such_case"):
        write(db, vault, volunteer, reference, "Hello")
    with pytest.raises(Refused, match="404 no_such_case"):
        db.write_now(lambda session: conversation.note(session, vault, volunteer, reference, "Hello", NOW))
    assert sent(db, vault) == []


def test_who_said_stop_is_not_written_to_until_she_writes(
    db: Database, vault: Vault, library: Library, volunteer: Viewer
) -> None:
    """A second volunteer's press of a button changes nothing about that: it is refused, and nothing is kept."""
    almaz = Worker(db, vault, library)
    for text in REGISTRATION:
        almaz.says(text)
    reference = almaz.case()
    db.write_now(lambda session: queue.claim(session, volunteer, reference, NOW))
    almaz.says("stop")

    with pytest.raises(Refused, match="she_said_stop"):
        write(db, vault, volunteer, reference, "Is Saturday good?")
    almaz.says("hello")
    write(db, vault, volunteer, reference, "Is Saturday good?")
