"""With a slip anybody may ask how it stands, on any phone, and hears nothing that says for whom or for what."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from api.answers import Contact, unpack_reply
from api.desk import cases, queue, reaching, slips
from api.desk.wishes import Ways
from api.errors import Refused
from api.keys.vault import Vault
from api.numbers import appointments
from api.numbers.appointments import Corrected
from api.staff import audit
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import DraftRow, ReplyRow, SlipRow, SlipTry
from flows.loader import Library
from flows.model import Message, Reply
from flows.notices import Notice
from flows.reference import new_reference
from flows.slips import read_slip
from tests.factories import NOW, make_case
from tests.talking import IDS, Worker

HERS = Contact("sms", "sms:+96181000001", "+96170123456", "sms", "am")
NO = "does not fit"
DATED = "There is a date. Come to us, or call us, and ask for it."
TELLING = ("Almaz", "vaccin", "minist", "Dora", "December", "3")


def with_slip(db: Database, vault: Vault, viewer: Viewer, number: int = 4821) -> str:
    """A case of somebody who speaks Amharic, with a slip."""
    reference = make_case(db, vault, claimed_by=viewer, contact=HERS).reference
    db.write_now(lambda session: slips.make(session, vault, viewer, reference, number, NOW))
    return reference


def phone(db: Database, vault: Vault, library: Library, address: str = "999") -> Worker:
    return Worker(db, vault, library, address)


def test_a_stranger_hears_neutral_words_in_the_cases_language(
    db: Database, vault: Vault, library: Library, volunteer: Viewer
) -> None:
    reference = with_slip(db, vault, volunteer)
    stranger = phone(db, vault, library)
    (said,) = stranger.says(f"{reference} 4821")
    assert said == library.words("am").t("It is being worked on.")
    notice = Notice("appointment", date(2026, 12, 3), time(9), "Dora")
    db.write_now(lambda session: reaching.reach(session, vault, library, volunteer, reference, notice, Ways(), NOW))
    (dated,) = stranger.says(f"status {reference} 4821")
    assert dated == library.words("am").t(DATED)
    assert not [word for word in TELLING if word in dated]
    db.write_now(lambda session: queue.close(session, volunteer, reference, "done", NOW))
    assert stranger.says(f"{reference} 4821") == [library.words("am").t("It is finished.")]


def test_a_date_that_is_kept_and_that_nobody_told_her_yet_is_a_date_until_its_day_is_over(
    db: Database, vault: Vault, library: Library, volunteer: Viewer
) -> None:
    reference = with_slip(db, vault, volunteer)
    said = Corrected(NOW + timedelta(days=9))
    db.write_now(lambda s: appointments.add_appointment(s, vault, volunteer, reference, "model_ministry", said, NOW))
    stranger = phone(db, vault, library)
    stranger.now = NOW + timedelta(days=9, hours=2)
    assert stranger.says(f"{reference} 4821") == [library.words("am").t(DATED)]
    stranger.now = NOW + timedelta(days=10)
    assert stranger.says(f"{reference} 4821") == [library.words("am").t("It is being worked on.")]


def test_nothing_of_it_stays_on_that_phone(db: Database, vault: Vault, library: Library, volunteer: Viewer) -> None:
    reference = with_slip(db, vault, volunteer)
    stranger = phone(db, vault, library)
    stranger.says(f"{reference} 4821")
    row = db.read_now(lambda session: session.exec(select(DraftRow)).one())
    assert reference.encode() not in vault.unlock(row.box, secret_id=row.secret_id)


def test_it_works_by_sms_as_well(db: Database, vault: Vault, library: Library, volunteer: Viewer) -> None:
    reference = with_slip(db, vault, volunteer)
    stranger = phone(db, vault, library, "+96176999999")
    message = Message("sms", "sms:+96181000001", stranger.address, str(next(IDS)), f"{reference}, 4821", manner="sms")
    stranger.deliver(message)
    row = db.read_now(lambda session: session.exec(select(ReplyRow)).one())
    said = unpack_reply(vault.unlock(row.box))
    assert said == (stranger.address, Reply(library.words("am").t("It is being worked on.")))


def test_five_wrong_codes_from_whatever_phones_lock_it_for_a_day(
    db: Database, vault: Vault, library: Library, volunteer: Viewer
) -> None:
    reference = with_slip(db, vault, volunteer)
    phones = [phone(db, vault, library, f"90{number}") for number in range(5)]
    assert all(NO in one.says(f"{reference} 000{number}")[-1] for number, one in enumerate(phones))
    other = phone(db, vault, library, "910")
    assert NO in other.says(f"{reference} 4821")[-1]
    assert db.read_now(audit.recent)[0].action == "slip.lock"
    other.now = NOW + timedelta(hours=23, minutes=59)
    assert NO in other.says(f"{reference} 4821")[-1]
    other.now = NOW + timedelta(days=1, minutes=1)
    assert NO not in other.says(f"{reference} 4821")[-1]


def test_four_wrong_ones_and_a_right_one_begin_anew(
    db: Database, vault: Vault, library: Library, volunteer: Viewer
) -> None:
    reference = with_slip(db, vault, volunteer)
    for _ in range(2):
        friend = phone(db, vault, library, str(next(IDS)))
        assert all(NO in friend.says(f"{reference} 000{number}")[-1] for number in range(4))
        assert NO not in friend.says(f"{reference} 4821")[-1]


def test_a_wrong_reference_is_answered_and_counted_as_a_wrong_code_is(
    db: Database, vault: Vault, library: Library, volunteer: Viewer
) -> None:
    reference = with_slip(db, vault, volunteer)
    nobodys = next(one for n in range(9) if (one := new_reference(bytes([n] * 8))) != reference)
    guesser, other = phone(db, vault, library, "911"), phone(db, vault, library, "912")
    assert guesser.says(f"{nobodys} 4821") == other.says(f"{reference} 1111")
    tries = db.read_now(lambda session: [row.wrong for row in session.exec(select(SlipTry))])
    assert tries == [1, 1]


def test_a_phone_that_guesses_too_often_is_not_answered_even_when_it_is_right(
    db: Database, vault: Vault, library: Library, volunteer: Viewer
) -> None:
    reference = with_slip(db, vault, volunteer)
    guesser = phone(db, vault, library, "911")
    for number in range(slips.WRONG_TRIES):
        guesser.says(f"{new_reference(bytes([number + 1] * 8))} 1234")
    assert NO in guesser.says(f"{reference} 4821")[-1]
    assert NO not in phone(db, vault, library, "912").says(f"{reference} 4821")[-1]
    guesser.now = NOW + timedelta(days=1, minutes=1)
    db.write_now(lambda session: slips.end_what_is_over(session, guesser.now))
    assert NO not in guesser.says(f"{reference} 4821")[-1]


def test_a_new_slip_makes_the_old_one_worthless_and_forgetting_ends_it(
    db: Database, vault: Vault, library: Library, volunteer: Viewer
) -> None:
    reference = with_slip(db, vault, volunteer)
    db.write_now(lambda session: slips.make(session, vault, volunteer, reference, 7, NOW))
    one = phone(db, vault, library)
    assert NO in one.says(f"{reference} 4821")[-1]
    assert NO not in one.says(f"{reference} 0007")[-1]
    row = db.read_now(lambda session: session.exec(select(SlipRow)).one())
    assert b"0007" not in row.code_index
    db.write_now(lambda session: cases.forget(session, vault, reference, NOW))
    assert NO in one.says(f"{reference} 0007")[-1]


def test_only_whoever_has_the_case_makes_its_slip(db: Database, vault: Vault, volunteer: Viewer) -> None:
    reference = make_case(db, vault).reference
    with pytest.raises(Refused, match="no_such_case"):
        db.write_now(lambda session: slips.make(session, vault, volunteer, reference, 1, NOW))


@given(st.binary(min_size=8, max_size=8), st.integers(0, 9999), st.sampled_from([" ", ", ", "  ", "/", "\n"]))
def test_every_slip_is_read_however_it_is_typed(random: bytes, number: int, between: str) -> None:
    reference, code = new_reference(random), f"{number:04}"
    for typed in (f"{reference}{between}{code}", f"status {reference}{between}{code}"):
        assert read_slip(typed, exact=True) == (reference, code)
    assert read_slip(f"{reference.replace('-', ' ').lower()}{between}{code}") == (reference, code)


@pytest.mark.parametrize(
    "text", ["EP1234567", "17 May 1992", "Almaz 1992", "K7-4QF", "4821", "", "call 1234", "x 1 4821"]
)
def test_nothing_else_is_taken_for_a_slip(text: str) -> None:
    assert read_slip(text, exact=True) is None
