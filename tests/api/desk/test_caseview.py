"""Whoever claimed a case reads all of it, in her language, with the words that were used; nobody else anything."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from api.answers import pack_message
from api.desk import cases, conversation, queue
from api.desk.caseview import CaseView, see
from api.desk.wishes import Ways
from api.errors import Refused
from api.keys.vault import TeamKey, Vault
from api.numbers import leases, proxies, windows
from api.numbers.proxies import Sms
from api.staff import audit
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import CaseRow, ReplyRow
from flows.model import Answer, Media, Message
from tests.factories import HER_PHONE, MINISTRY, NOW, make_case, make_numbers, make_viewer
from tests.libraries import the_library

REGION = the_library().places.of("lebanon").level("governorate")[0]
ANSWERS = {
    "name": Answer("Almaz Tesfaye", "almaz tesfaye"),
    "papers": Answer("passport", "1"),
    "papers_where": Answer("employer", "madam has it"),
    "papers_number": Answer(None, "0"),
    "health": Answer(("heart", "diabetes"), "1 2"),
    "born": Answer("1985-05-17", "9 ግንቦት 1977", "day", "ethiopian"),
    "phone": Answer("none", "4"),
    "governorate": Answer(REGION.id, "1"),
    "an_older_question": Answer("what it said", "x"),
    "share_ministry": Answer("yes", "1", wording="May we hand these …?"),
}
QUESTION = Message("sms", HER_PHONE.lane, HER_PHONE.address, "SM9", "When do I go?", manner="sms")
SPOKEN = QUESTION._replace(id="SM10", text="", media=Media("voice", "file-1"))


def look(db: Database, vault: Vault, viewer: Viewer, reference: str, minutes: int = 0) -> CaseView:
    now = NOW + timedelta(minutes=minutes)
    return db.write_now(lambda session: see(session, vault, the_library(), viewer, reference, now, named_since=NOW))


def test_answers_are_shown_with_their_questions_in_the_order_of_the_form(
    db: Database, vault: Vault, volunteer: Viewer
) -> None:
    view = look(db, vault, volunteer, make_case(db, vault, ANSWERS, claimed_by=volunteer).reference)
    shown = {answer.name: answer for answer in view.answers}
    form = [one.question.ask for one in the_library().services["vaccination"].questions]
    assert list(shown) == [*(name for name in form if name in ANSWERS), "an_older_question"]
    papers = shown["papers_where"]
    assert (papers.title, papers.value, papers.raw) == ("Where the paper is", "My employer holds it", "madam has it")
    assert papers.label == "Where is it now?"
    assert shown["health"].value == "Heart or blood pressure, Diabetes"
    assert (shown["health"].sensitive, shown["name"].sensitive, shown["phone"].sensitive) == ("health", "identity", "")
    born = shown["born"]
    assert (born.value, born.raw, born.precision, born.calendar) == ("1985-05-17", "9 ግንቦት 1977", "day", "ethiopian")
    assert shown["papers_number"].value == ""
    assert shown["governorate"].value == REGION.label("en")
    assert (shown["an_older_question"].title, shown["an_older_question"].value) == ("an_older_question", "what it said")
    assert shown["share_ministry"].wording == "May we hand these …?"


def test_it_is_shown_in_the_language_of_whoever_looks(db: Database, vault: Vault, team: TeamKey) -> None:
    salma = make_viewer(db, team, "Salma", language="ar")
    view = look(db, vault, salma, make_case(db, vault, ANSWERS, claimed_by=salma).reference)
    arabic = the_library().services["vaccination"].by_name["papers"].prompts["ar"]
    shown = next(answer for answer in view.answers if answer.name == "papers")
    assert (shown.title, shown.value) == (arabic.title, arabic.options[0].label)


def test_it_says_what_she_needs(db: Database, vault: Vault, volunteer: Viewer) -> None:
    view = look(db, vault, volunteer, make_case(db, vault, ANSWERS, claimed_by=volunteer).reference)
    assert "phone" in view.needs
    assert view.portal == "model_ministry"
    assert [one.text for one in view.offers] == [the_library().services["vaccination"].file.case.offer[0].say]
    with_phone = {**ANSWERS, "phone": Answer("this", "1"), "papers_where": Answer("mine", "1")}
    other = look(db, vault, volunteer, make_case(db, vault, with_phone, claimed_by=volunteer).reference)
    assert "phone" not in other.needs
    assert other.offers == ()


def test_others_are_told_that_there_is_no_such_case(
    db: Database, vault: Vault, team: TeamKey, volunteer: Viewer, coordinator: Viewer
) -> None:
    rana = make_viewer(db, team, "Rana")
    hers, open_one, forgotten = make_case(db, vault, claimed_by=rana), make_case(db, vault), make_case(db, vault)
    db.write_now(lambda session: cases.forget(session, vault, forgotten.reference, NOW))
    for reference in (hers.reference, open_one.reference, forgotten.reference, "K7-4QF"):
        with pytest.raises(Refused, match="404 no_such_case"):
            look(db, vault, volunteer, reference)
    assert look(db, vault, coordinator, hers.reference).claimed_by == "Rana"
    assert not look(db, vault, coordinator, open_one.reference).mine
    with pytest.raises(Refused, match="404 no_such_case"):
        look(db, vault, coordinator, forgotten.reference)


def test_every_visit_is_in_the_trail_and_nothing_of_hers(db: Database, vault: Vault, volunteer: Viewer) -> None:
    reference = make_case(db, vault, ANSWERS, claimed_by=volunteer).reference
    for minutes in (0, 1, 2, 30):
        look(db, vault, volunteer, reference, minutes)
    entries = db.read_now(audit.recent)
    assert [entry.action for entry in entries] == ["case.see", "case.names", "case.see", "case.claim"]
    assert "Almaz" not in repr(entries)


def test_what_both_said_is_shown_in_order_and_is_read_by_her_who_claimed_it(
    db: Database, vault: Vault, volunteer: Viewer, coordinator: Viewer
) -> None:
    opened = make_case(db, vault, claimed_by=volunteer)

    def talk(session: Session) -> None:
        cases.deliver(session, vault, opened.id, "in", pack_message(QUESTION), NOW)
        conversation.write(session, vault, volunteer, opened.reference, "On Saturday", Ways(), NOW)
        conversation.note(session, vault, volunteer, opened.reference, "She is tired", NOW)
        cases.deliver(session, vault, opened.id, "in", pack_message(SPOKEN), NOW)

    db.write_now(talk)
    view = look(db, vault, coordinator, opened.reference)
    said = [(line.kind, line.text, line.by, line.media, line.state) for line in view.talk]
    assert said == [
        ("in", "When do I go?", "", "", ""),
        ("out", "On Saturday", "Hana", "", "waiting"),
        ("note", "She is tired", "Hana", "", ""),
        ("in", "", "", "voice", ""),
    ]
    assert unread(db, opened.reference) == 2
    look(db, vault, volunteer, opened.reference)
    assert unread(db, opened.reference) == 0
    db.write_now(lambda session: setattr(session.exec(select(ReplyRow)).one(), "state", "delivered"))
    assert look(db, vault, volunteer, opened.reference).talk[1].state == "delivered"


def test_the_number_the_window_and_the_code_are_on_the_case(
    db: Database, vault: Vault, volunteer: Viewer, coordinator: Viewer
) -> None:
    (number,) = make_numbers(db, coordinator, 1)
    reference = make_case(db, vault, claimed_by=volunteer).reference
    assert look(db, vault, volunteer, reference).lease is None

    def ask(session: Session) -> None:
        leases.lend(session, volunteer, reference, MINISTRY, NOW)
        windows.expect_code(session, volunteer, reference, MINISTRY, NOW)
        for text in ("Your code is 482913", "Your code is 771144"):
            sms = Sms(number, "MOPH", text, text)
            proxies.receive(session, vault, {MINISTRY.portal: MINISTRY}, sms, NOW)

    db.write_now(ask)
    view = look(db, vault, volunteer, reference, 1)
    assert view.lease is not None
    assert view.window is not None
    assert view.code is not None
    assert (view.lease.number, view.window.closes_at) == (number, NOW + MINISTRY.lifetime)
    assert view.code.code == "771144"
    later = look(db, vault, volunteer, reference, 10)
    assert later.code is None
    assert [message.text for message in later.portal_messages] == ["", ""]


def test_a_case_of_a_service_that_is_gone_can_still_be_read(db: Database, vault: Vault, volunteer: Viewer) -> None:
    reference = make_case(db, vault, ANSWERS, claimed_by=volunteer).reference

    def rename(session: Session) -> None:
        session.exec(select(CaseRow)).one().service = "a_former_one"

    db.write_now(rename)
    view = look(db, vault, volunteer, reference)
    assert [answer.value for answer in view.answers][:2] == ["Almaz Tesfaye", "passport"]
    assert (view.title, view.offers, view.needs) == ("", (), ())


def test_a_closed_case_can_still_be_read_by_her_who_closed_it(db: Database, vault: Vault, volunteer: Viewer) -> None:
    reference = make_case(db, vault, claimed_by=volunteer).reference
    db.write_now(lambda session: queue.close(session, volunteer, reference, "referred", NOW))
    view = look(db, vault, volunteer, reference)
    assert (view.state, view.closing_reason, view.mine) == ("closed", "referred", True)


def unread(db: Database, reference: str) -> int:
    return db.read_now(lambda s: s.exec(select(CaseRow.unread).where(CaseRow.reference == reference)).one())


def test_who_did_not_ask_for_names_numbers_and_health_is_sent_none(
    db: Database, vault: Vault, volunteer: Viewer
) -> None:
    reference = make_case(db, vault, ANSWERS, claimed_by=volunteer).reference
    view = db.write_now(lambda session: see(session, vault, the_library(), volunteer, reference, NOW))
    hidden = {answer.name for answer in view.answers if answer.hidden}
    assert {"name", "born", "health", "an_older_question"} <= hidden
    assert not hidden & {"papers", "phone", "governorate", "papers_number"}
    assert "Almaz" not in repr(view)
    assert "1985" not in repr(view)
    assert not any(answer.value or answer.raw for answer in view.answers if answer.hidden)
