"""Proxy e-mail: an address is one case's alone; what comes there is sealed to it, a code is wiped, the rest dropped."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlmodel import select

from api.desk import cases, caseview, queue, tallies, tasks
from api.errors import Refused
from api.keys.vault import TeamKey, Vault
from api.mail import lending, reading, receiving
from api.mail.reading import MailboxView
from api.numbers import leases, windows
from api.staff import audit
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import MailAddress, MailFileRow, MailMessage
from bot import mail
from flows.loader import Library
from tests.factories import MINISTRY, NOW, make_case, make_numbers, make_viewer
from tests.fakes import mails
from tests.fakes.mails import PDF

DOMAIN = "mail.example.org"
PORTALS = {MINISTRY.portal: MINISTRY}
CODE = "Your login code is 482913. Do not share it."
CHANCE = b"sixteen of chance"[:16]


def lend(db: Database, viewer: Viewer, reference: str, chance: bytes = CHANCE) -> str:
    return db.write_now(lambda session: lending.lend(session, viewer, reference, MINISTRY, DOMAIN, chance, NOW))


def expect(db: Database, viewer: Viewer, reference: str) -> None:
    db.write_now(lambda session: lending.expect(session, viewer, reference, MINISTRY, NOW))


def expecting(db: Database, vault: Vault, viewer: Viewer) -> tuple[str, str]:
    """A case that expects a code, and its address."""
    case = make_case(db, vault, claimed_by=viewer).reference
    address = lend(db, viewer, case)
    expect(db, viewer, case)
    return case, address


def come(db: Database, vault: Vault, raw: bytes, minutes: float = 1, size: int = 0) -> tuple[str, ...]:
    read, now = mail.parse(raw, size=size), NOW + timedelta(minutes=minutes)
    return db.write_now(lambda session: receiving.receive(session, vault, PORTALS, read, now))


def look(
    db: Database, vault: Vault, library: Library, viewer: Viewer, reference: str, minutes: float = 2
) -> MailboxView:
    now = NOW + timedelta(minutes=minutes)
    return db.write_now(lambda session: caseview.see(session, vault, library, viewer, reference, now)).mail


def actions(db: Database) -> list[str]:
    return [line.action for line in db.read_now(audit.recent)]


def test_an_address_is_lent_once_and_says_nothing_of_her(db: Database, vault: Vault, volunteer: Viewer) -> None:
    case = make_case(db, vault, claimed_by=volunteer)
    address = lend(db, volunteer, case.reference)
    assert lend(db, volunteer, case.reference, b"other chance....") == address
    local, _, domain = address.partition("@")
    assert domain == DOMAIN
    assert local.isalnum()
    assert len(local) == 12
    assert actions(db).count("mail.lend") == 1


def test_only_whoever_claimed_the_case_lends(db: Database, vault: Vault, team: TeamKey, volunteer: Viewer) -> None:
    case = make_case(db, vault, claimed_by=make_viewer(db, team, "Rana"))
    for use_case in (lend, expect):
        with pytest.raises(Refused) as caught:
            use_case(db, volunteer, case.reference)
        assert caught.value.code == "no_such_case"


@given(some.binary(min_size=16, max_size=16))
def test_every_address_can_be_said_over_a_telephone(chance: bytes) -> None:
    word = lending.pronounceable(chance)
    assert all(one in lending.CONSONANTS for one in word[:10:2])
    assert all(one in lending.VOWELS for one in word[1:10:2])
    assert word[10:].isdigit()


def test_a_message_goes_to_the_case_of_its_address_and_to_no_other(
    db: Database, vault: Vault, library: Library, volunteer: Viewer
) -> None:
    hers, other = (make_case(db, vault, claimed_by=volunteer).reference for _ in range(2))
    first, second = lend(db, volunteer, hers), lend(db, volunteer, other, b"another chance..")
    raw = mails.plain("Dear Almaz, you are registered.", to=first, subject="Welcome")
    assert come(db, vault, raw) == (hers,)
    assert come(db, vault, raw) == (), "the same again"
    assert come(db, vault, mails.delivered(raw, first)) == (), "and by another way"
    assert come(db, vault, mails.plain("For both", to=f"{first}, {second}", message_id="<1@moph.example>")) == (
        hers,
        other,
    )
    view = look(db, vault, library, volunteer, hers)
    assert [(one.content.subject, one.content.text) for one in view.messages] == [
        ("Welcome", "Dear Almaz, you are registered."),
        ("Your code", "For both"),
    ]
    assert len(look(db, vault, library, volunteer, other).messages) == 1
    stored = db.read_now(lambda session: session.exec(select(MailMessage.box)).all())
    assert not any(b"Almaz" in box for box in stored)


def test_a_code_that_is_expected_is_shown_large_recorded_and_wiped(
    db: Database, vault: Vault, library: Library, volunteer: Viewer
) -> None:
    case, address = expecting(db, vault, volunteer)
    assert come(db, vault, mails.plain(CODE, to=address)) == (case,)
    view = look(db, vault, library, volunteer, case)
    assert view.code is not None
    assert view.code.content.code == "482913"
    assert look(db, vault, library, volunteer, case).code is not None, "it lives until it is used, or its time is over"
    assert actions(db).count("code.read") == 1
    db.write_now(lambda session: receiving.end_codes(session, NOW + timedelta(minutes=12)))
    assert look(db, vault, library, volunteer, case, 12).messages[0].content.text == ""
    assert db.read_now(lambda session: session.exec(select(MailMessage.box)).all()) == [b""]


def test_she_who_used_a_code_wipes_it_and_nobody_else_does(
    db: Database, vault: Vault, library: Library, team: TeamKey, volunteer: Viewer
) -> None:
    case, address = expecting(db, vault, volunteer)
    come(db, vault, mails.plain(CODE.replace("482913", "111222"), to=address))
    come(db, vault, mails.plain(CODE, to=address))
    newest = look(db, vault, library, volunteer, case).code
    assert newest is not None
    for viewer, message in ((make_viewer(db, team, "Rana"), newest.id), (volunteer, newest.id + 1)):
        with pytest.raises(Refused) as caught:
            db.write_now(lambda session, v=viewer, m=message: reading.wipe_code(session, v, m, NOW))
        assert caught.value.code == "no_such_message"
    db.write_now(lambda session: reading.wipe_code(session, volunteer, newest.id, NOW))
    assert look(db, vault, library, volunteer, case).code is None


def test_closing_a_case_wipes_the_code_that_came_by_mail(
    db: Database, vault: Vault, library: Library, volunteer: Viewer
) -> None:
    case, address = expecting(db, vault, volunteer)
    come(db, vault, mails.plain(CODE, to=address))
    come(db, vault, mails.plain("Your appointment is on 12 December.", to=address))
    db.write_now(lambda session: queue.close(session, volunteer, case, "done", NOW))
    code, appointment = look(db, vault, library, volunteer, case).messages
    assert (code.content.text, code.content.code) == ("", "")
    assert appointment.content.text == "Your appointment is on 12 December."


@pytest.mark.parametrize(("minutes", "kind"), [(1, "code"), (9, "code"), (19, "code"), (21, "other")])
def test_a_code_that_comes_late_is_one_still_and_later_it_is_a_message(
    db: Database, vault: Vault, volunteer: Viewer, minutes: int, kind: str
) -> None:
    _, address = expecting(db, vault, volunteer)
    come(db, vault, mails.plain(CODE, to=address), minutes)
    assert db.read_now(lambda session: session.exec(select(MailMessage.kind)).all()) == [kind]


def test_what_nobody_expects_is_kept_like_an_appointment(
    db: Database, vault: Vault, library: Library, volunteer: Viewer
) -> None:
    case = make_case(db, vault, claimed_by=volunteer).reference
    address = lend(db, volunteer, case)
    come(db, vault, mails.plain(CODE, to=address))
    expect(db, volunteer, case)
    come(db, vault, mails.plain("Your appointment: 12.12.2026 at 9:00. Security code 4821.", to=address))
    view = look(db, vault, library, volunteer, case, 60)
    assert view.code is None
    assert len([one for one in view.messages if one.content.text]) == 2


def test_files_are_sealed_and_opened_by_her_volunteer_only(
    db: Database, vault: Vault, library: Library, team: TeamKey, volunteer: Viewer
) -> None:
    case, other = (make_case(db, vault, claimed_by=volunteer).reference for _ in range(2))
    address = lend(db, volunteer, case)
    raw = mails.with_files(("موعد.pdf", "application/pdf", PDF), ("a.exe", "application/x-dosexec", b"MZ"), to=address)
    come(db, vault, raw)
    (message,) = look(db, vault, library, volunteer, case).messages
    assert [(file.name, file.size, bool(file.id)) for file in message.content.files] == [
        ("موعد.pdf", len(PDF), True),
        ("a.exe", 2, False),
    ]
    number = message.content.files[0].id

    def opened(viewer: Viewer, reference: str) -> mail.MailFile:
        return db.write_now(lambda session: reading.open_file(session, vault, viewer, reference, number, NOW))

    assert opened(volunteer, case) == mail.MailFile("موعد.pdf", "application/pdf", len(PDF), PDF)
    for viewer, reference in ((make_viewer(db, team, "Rana"), case), (volunteer, other)):
        with pytest.raises(Refused):
            opened(viewer, reference)
    assert actions(db).count("file.open") == 1
    (box,) = db.read_now(lambda session: session.exec(select(MailFileRow.box)).all())
    assert PDF[:40] not in box


def test_of_what_is_too_large_it_is_said_that_it_came(
    db: Database, vault: Vault, library: Library, volunteer: Viewer
) -> None:
    case = make_case(db, vault, claimed_by=volunteer).reference
    address = lend(db, volunteer, case)
    assert come(db, vault, mails.plain("", to=address)[:200], size=9_000_000) == (case,)
    (message,) = look(db, vault, library, volunteer, case).messages
    assert (message.content.size, message.content.cut, message.content.text) == (9_000_000, True, "")


def test_what_comes_to_nobody_is_counted_and_not_kept(db: Database, vault: Vault) -> None:
    for _ in range(2):
        assert come(db, vault, mails.plain("Buy now", to=f"info@{DOMAIN}")) == ()
    assert db.read_now(lambda session: tallies.since(session, NOW.date(), tallies.UNKNOWN)) == {"mail": 2}
    assert db.read_now(lambda session: session.exec(select(MailMessage)).all()) == []


def test_after_the_end_what_is_late_reaches_the_case_and_somebody_is_told(
    db: Database, vault: Vault, coordinator: Viewer, volunteer: Viewer
) -> None:
    case = make_case(db, vault, claimed_by=volunteer).reference
    address = lend(db, volunteer, case)
    db.write_now(lambda session: queue.close(session, volunteer, case, "done", NOW))
    assert come(db, vault, mails.plain("Your appointment is on Monday.", to=address)) == (case,)
    open_now = db.read_now(lambda session: tasks.tasks(session, coordinator, NOW))
    assert [(task.kind, task.reference) for task in open_now] == [("read_mail", case)]
    days = MINISTRY.cooling_days * 24 * 60
    assert come(db, vault, mails.plain("Late", to=address, message_id="<9@x>"), days - 1) == (case,)
    assert come(db, vault, mails.plain("Too late", to=address, message_id="<10@x>"), days) == ()


def test_an_address_that_is_given_back_is_not_given_to_anybody_else(
    db: Database, vault: Vault, library: Library, volunteer: Viewer
) -> None:
    case = make_case(db, vault, claimed_by=volunteer).reference
    first = lend(db, volunteer, case)
    db.write_now(lambda session: lending.end_address(session, volunteer, case, MINISTRY.portal, NOW))
    for use_case in (lambda: expect(db, volunteer, case), lambda: end(db, volunteer, case)):
        with pytest.raises(Refused) as caught:
            use_case()
        assert caught.value.code == "no_address"
    second = lend(db, volunteer, case)
    assert second != first, "also where chance is the same"
    assert look(db, vault, library, volunteer, case).address == second


def end(db: Database, viewer: Viewer, reference: str) -> None:
    db.write_now(lambda session: lending.end_address(session, viewer, reference, MINISTRY.portal, NOW))


def test_a_forgotten_case_forgets_its_mail_and_its_addresses(db: Database, vault: Vault, volunteer: Viewer) -> None:
    case = make_case(db, vault, claimed_by=volunteer).reference
    address = lend(db, volunteer, case)
    come(db, vault, mails.with_files(("a.pdf", "application/pdf", PDF), to=address))
    db.write_now(lambda session: cases.forget(session, vault, case, NOW))
    for table in (MailAddress, MailMessage, MailFileRow):
        assert db.read_now(lambda session, t=table: session.exec(select(t)).all()) == []
    assert come(db, vault, mails.plain("x", to=address, message_id="<2@x>")) == ()


def test_a_code_on_the_number_is_waited_for_in_the_mail_too(
    db: Database, vault: Vault, coordinator: Viewer, volunteer: Viewer
) -> None:
    make_numbers(db, coordinator, 1)
    case = make_case(db, vault, claimed_by=volunteer).reference
    address = lend(db, volunteer, case)
    db.write_now(lambda session: leases.lend(session, volunteer, case, MINISTRY, NOW))
    db.write_now(lambda session: windows.expect_code(session, volunteer, case, MINISTRY, NOW))
    come(db, vault, mails.plain(CODE, to=address))
    assert db.read_now(lambda session: session.exec(select(MailMessage.kind)).all()) == ["code"]


def test_a_portal_that_is_not_known_any_more_loses_nothing(db: Database, vault: Vault, volunteer: Viewer) -> None:
    case = make_case(db, vault, claimed_by=volunteer).reference
    read = mail.parse(mails.plain(CODE, to=lend(db, volunteer, case)))
    assert db.write_now(lambda session: receiving.receive(session, vault, {}, read, NOW)) == (case,)
