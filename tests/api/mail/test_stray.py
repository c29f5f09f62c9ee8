"""E-mail to an old or mistyped address waits for a person, scored as an SMS is; advertising is not kept."""

from datetime import timedelta

import pytest
from sqlmodel import select

from api.desk import queue, tallies, tasks
from api.errors import Refused
from api.keys import deployment
from api.keys.vault import TeamKey, Vault
from api.mail import lending, reading, receiving, sorting, stray
from api.mail.sorting import Stray
from api.numbers.proposals import Known
from api.numbers.unmatched import HIDDEN, KEPT
from api.staff.alerts import unseen
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import MailFileRow, MailMessage, StrayFile, StrayMail
from flows.loader import Library
from flows.model import Answer
from tests.api.mail.test_mail import CODE, DOMAIN, PORTALS, come, lend, look
from tests.factories import MINISTRY, NOW, make_case, make_viewer
from tests.fakes import mails
from tests.fakes.mails import PDF

RAHIMA = {"name": Answer("Rahima Khatun", "Rahima Khatun"), "papers_number": Answer("BX0098871", "BX0098871")}
OLD = MINISTRY.cooling_days * 24 * 60 + 1


@pytest.fixture
def known(vault: Vault, library: Library) -> Known:
    return Known(vault, library, PORTALS)


def waiting(db: Database, known: Known, viewer: Viewer, minutes: float = 2) -> tuple[Stray, ...]:
    now = NOW + timedelta(minutes=minutes)
    return db.write_now(lambda session: sorting.strays(session, known, viewer, now))


def assign(db: Database, known: Known, viewer: Viewer, mail_id: int, reference: str, minutes: float = 3) -> None:
    now = NOW + timedelta(minutes=minutes)
    db.write_now(lambda session: sorting.assign(session, known, viewer, mail_id, reference, now))


def give_back(db: Database, known: Known, viewer: Viewer, message_id: int) -> str:
    return db.write_now(lambda s: sorting.give_back(s, known, viewer, message_id, NOW + timedelta(minutes=4)))


def mistyped(address: str) -> str:
    """Two letters changed about, as fingers do."""
    return address[1] + address[0] + address[2:]


def proposed(one: Stray) -> tuple[str, tuple[str, ...]]:
    assert one.proposed is not None
    return one.proposed.key, one.proposed.reasons


def test_what_comes_to_a_mistyped_address_is_proposed_and_given_with_its_file(
    db: Database, vault: Vault, library: Library, known: Known, volunteer: Viewer
) -> None:
    case = make_case(db, vault, claimed_by=volunteer).reference
    address = lend(db, volunteer, case)
    raw = mails.with_files(("a.pdf", "application/pdf", PDF), to=mistyped(address))
    for _ in range(2):
        assert come(db, vault, raw) == ()
    (one,) = waiting(db, known, volunteer)
    assert proposed(one) == (case, ("address",))
    assert one.content.to == mistyped(address)
    boxes = db.read_now(lambda s: [*s.exec(select(StrayMail.box)), *s.exec(select(StrayFile.box))])
    assert not any(b"appointment" in box or PDF[:40] in box for box in boxes)
    assign(db, known, volunteer, one.id, case)
    (kept,) = look(db, vault, library, volunteer, case).messages
    assert kept.content.text.strip() == "Your appointment is attached."
    (file,) = kept.content.files
    opened = db.write_now(lambda s: reading.open_file(s, vault, volunteer, case, file.id, NOW))
    assert opened.content == PDF
    for table in (StrayMail, StrayFile):
        assert db.read_now(lambda s, t=table: s.exec(select(t)).all()) == []
    assert waiting(db, known, volunteer) == ()


def test_what_comes_to_an_address_that_ended_long_ago_is_scored_against_the_other_cases(
    db: Database, vault: Vault, known: Known, coordinator: Viewer, volunteer: Viewer
) -> None:
    old = make_case(db, vault, claimed_by=volunteer).reference
    address = lend(db, volunteer, old)
    rahima = make_case(db, vault, RAHIMA, claimed_by=volunteer).reference
    lend(db, volunteer, rahima, b"another chance..")
    db.write_now(lambda session: queue.close(session, volunteer, old, "done", NOW))
    assert come(db, vault, mails.plain("It is your turn.", to=address), OLD) == ()
    assert come(db, vault, mails.plain("Rahima Khatun, passport BX0098871", to=address, message_id="<2@x>"), OLD) == ()
    assert come(db, vault, mails.plain("Dear Rahima Khatun", to=address, message_id="<3@x>"), OLD) == ()
    nobody_named, named, unclear = waiting(db, known, coordinator, OLD + 1)
    assert proposed(nobody_named) == (old, ("address",))
    assert proposed(named) == (rahima, ("document", "name"))
    assert unclear.proposed is None, "the address says one, the name another"
    assert {one.key for one in unclear.likely} == {old, rahima}


def test_what_comes_to_a_closed_case_whose_address_still_works_goes_there_with_a_task(
    db: Database, vault: Vault, known: Known, coordinator: Viewer, volunteer: Viewer
) -> None:
    case = make_case(db, vault, claimed_by=volunteer).reference
    address = lend(db, volunteer, case)
    db.write_now(lambda session: queue.close(session, volunteer, case, "done", NOW))
    assert come(db, vault, mails.plain("It is your turn.", to=address)) == (case,)
    assert waiting(db, known, coordinator) == ()
    found = db.read_now(lambda session: tasks.tasks(session, coordinator, NOW))
    assert [(one.kind, one.reference) for one in found] == [("read_mail", case)]


def test_a_login_code_is_hidden_until_somebody_says_whose_it_is_and_wiped_on_time(
    db: Database, vault: Vault, library: Library, known: Known, volunteer: Viewer
) -> None:
    case = make_case(db, vault, claimed_by=volunteer).reference
    to = mistyped(lend(db, volunteer, case))
    come(db, vault, mails.plain(CODE, to=to))
    (one,) = waiting(db, known, volunteer)
    assert (one.kind, one.content.mail.text, one.content.mail.code) == ("code", HIDDEN, "")
    assign(db, known, volunteer, one.id, case)
    newest = look(db, vault, library, volunteer, case, 4).code
    assert newest is not None
    assert newest.content.code == "482913"
    come(db, vault, mails.plain(CODE, to=to, message_id="<2@x>"), 5)
    db.write_now(lambda session: receiving.end_codes(session, NOW + timedelta(minutes=15)))
    assert db.read_now(lambda session: session.exec(select(StrayMail)).all()) == []
    assert db.read_now(lambda session: session.exec(select(MailMessage.box)).all()) == [b""]


def test_what_nobody_reads_for_an_hour_is_told_to_those_on_duty_once_and_without_content(
    db: Database, vault: Vault, known: Known, coordinator: Viewer, volunteer: Viewer
) -> None:
    to = mistyped(lend(db, volunteer, make_case(db, vault, claimed_by=volunteer).reference))
    come(db, vault, mails.plain("It is your turn.", to=to), 0)
    found = db.read_now(lambda session: tasks.tasks(session, coordinator, NOW))
    assert [(one.kind, one.reference) for one in found] == [("read_message", "")]
    tell = lambda at: db.write_now(  # noqa: E731
        lambda session: sorting.alert_unread(session, vault, NOW + timedelta(minutes=at))
    )
    assert [tell(59), tell(60), tell(61)] == [0, 1, 0]
    assert db.read_now(lambda s: unseen(s, coordinator.person_id, NOW + timedelta(minutes=61))) == ("message",)


def test_what_was_given_to_the_wrong_case_goes_back_into_the_inbox_with_its_file(
    db: Database, vault: Vault, library: Library, known: Known, coordinator: Viewer, volunteer: Viewer, team: TeamKey
) -> None:
    right = make_case(db, vault, claimed_by=volunteer).reference
    wrong = make_case(db, vault, claimed_by=volunteer).reference
    lend(db, volunteer, wrong, b"another chance..")
    to = mistyped(lend(db, volunteer, right))
    come(db, vault, mails.with_files(("a.pdf", "application/pdf", PDF), to=to))
    (one,) = waiting(db, known, volunteer)
    assign(db, known, coordinator, one.id, wrong)
    (kept,) = look(db, vault, library, volunteer, wrong).messages
    assert kept.strayed
    with pytest.raises(Refused, match="no_such_message"):
        give_back(db, known, make_viewer(db, team, "Rana"), kept.id)

    assert give_back(db, known, volunteer, kept.id) == wrong

    assert look(db, vault, library, volunteer, wrong).messages == ()
    assert db.read_now(lambda s: s.exec(select(MailFileRow)).all()) == []
    found = db.read_now(lambda session: tasks.tasks(session, coordinator, NOW))
    assert [(found.kind, found.reference) for found in found] == [("read_message", "")]
    (again,) = waiting(db, known, volunteer)
    assert proposed(again) == (right, ("address",))
    assert (again.content.to, again.received_at) == (to, one.received_at)
    assign(db, known, volunteer, again.id, right)
    (there,) = look(db, vault, library, volunteer, right).messages
    (file,) = there.content.files
    opened = db.write_now(lambda s: reading.open_file(s, vault, volunteer, right, file.id, NOW))
    assert (opened.name, opened.content) == ("a.pdf", PDF)
    with pytest.raises(Refused, match="no_such_message"):
        give_back(db, known, volunteer, kept.id + 100)


def test_what_came_to_the_address_of_a_case_and_a_login_code_are_not_given_back(
    db: Database, vault: Vault, library: Library, known: Known, volunteer: Viewer
) -> None:
    case = make_case(db, vault, claimed_by=volunteer).reference
    address = lend(db, volunteer, case)
    come(db, vault, mails.plain("It is your turn.", to=address))
    come(db, vault, mails.plain(CODE, to=mistyped(address), message_id="<2@x>"))
    (stray_code,) = waiting(db, known, volunteer)
    assign(db, known, volunteer, stray_code.id, case)
    messages = look(db, vault, library, volunteer, case, 4).messages
    assert [one.strayed for one in messages] == [False, False]
    for one in messages:
        with pytest.raises(Refused, match="no_such_message"):
            give_back(db, known, volunteer, one.id)


def test_a_volunteer_sees_what_is_hers_and_a_stranger_nothing(
    db: Database, vault: Vault, known: Known, team: TeamKey, volunteer: Viewer
) -> None:
    case = make_case(db, vault, claimed_by=volunteer).reference
    to = mistyped(lend(db, volunteer, case))
    come(db, vault, mails.plain("It is your turn.", to=to))
    rana = make_viewer(db, team, "Rana")
    ranas = make_case(db, vault, claimed_by=rana).reference
    assert waiting(db, known, rana) == ()
    assert [db.read_now(lambda s, v=viewer: sorting.count(s, v, NOW)) for viewer in (volunteer, rana)] == [1, 0]
    (one,) = waiting(db, known, volunteer)
    for viewer, reference, code in ((rana, ranas, "no_such_message"), (volunteer, ranas, "no_such_case")):
        with pytest.raises(Refused, match=code):
            assign(db, known, viewer, one.id, reference)
    without = make_case(db, vault, claimed_by=volunteer).reference
    with pytest.raises(Refused, match="no_address"):
        assign(db, known, volunteer, one.id, without)
    with pytest.raises(Refused, match="not_found"):
        db.write_now(lambda s: sorting.nobodys(s, volunteer, one.id, NOW))


def test_what_is_nobodys_is_put_aside_taken_back_and_at_last_deleted(
    db: Database, vault: Vault, known: Known, coordinator: Viewer, volunteer: Viewer
) -> None:
    to = mistyped(lend(db, volunteer, make_case(db, vault, claimed_by=volunteer).reference))
    come(db, vault, mails.with_files(("a.pdf", "application/pdf", PDF), to=to))
    (one,) = waiting(db, known, coordinator)
    db.write_now(lambda s: sorting.nobodys(s, coordinator, one.id, NOW))
    assert [found.settled for found in waiting(db, known, coordinator)] == [True]
    db.write_now(lambda s: sorting.bring_back(s, coordinator, one.id, NOW))
    assert [found.settled for found in waiting(db, known, coordinator)] == [False]
    db.write_now(lambda s: sorting.nobodys(s, coordinator, one.id, NOW))
    db.write_now(lambda s: receiving.end_what_is_over(s, NOW + KEPT))
    for table in (StrayMail, StrayFile):
        assert db.read_now(lambda s, t=table: s.exec(select(t)).all()) == []
    with pytest.raises(Refused, match="no_such_message"):
        db.write_now(lambda s: sorting.bring_back(s, coordinator, one.id, NOW))


@pytest.mark.parametrize("to", [f"info@{DOMAIN}", f"sales@{DOMAIN}", "nabekumosi47@elsewhere.example"])
def test_advertising_is_counted_and_not_kept(db: Database, vault: Vault, volunteer: Viewer, to: str) -> None:
    lend(db, volunteer, make_case(db, vault, claimed_by=volunteer).reference)
    assert come(db, vault, mails.plain("Buy now", to=to)) == ()
    assert db.read_now(lambda s: s.exec(select(StrayMail)).all()) == []
    assert db.read_now(lambda s: tallies.since(s, NOW.date(), tallies.UNKNOWN)) == {"mail": 1}


def test_it_stays_readable_when_somebody_leaves_and_the_team_gets_a_new_key(
    db: Database, vault: Vault, known: Known, volunteer: Viewer, coordinator: Viewer
) -> None:
    named = {(table, column) for table, column, _ in deployment._SEALED_TO_TEAM}
    assert {("stray_mail", "box"), ("stray_file", "box")} <= named


def test_a_letter_is_missing_and_one_too_many_and_more_than_that_is_another_address(
    db: Database, vault: Vault, volunteer: Viewer
) -> None:
    case = make_case(db, vault, claimed_by=volunteer)
    local, _, domain = lend(db, volunteer, case.reference).partition("@")
    meant = lambda word: [  # noqa: E731
        one.case_id for one in db.read_now(lambda s: stray.meant_by(s, f"{word}@{domain}"))
    ]
    assert [meant(word) for word in (local, local[1:], "x" + local, local[2:])] == [[case.id]] * 4
    assert [meant(word) for word in (local[3:], "xyz" + local, "")] == [[]] * 3
    db.write_now(lambda s: lending.end_address(s, volunteer, case.reference, MINISTRY.portal, NOW))
    assert meant(local) == [case.id]
