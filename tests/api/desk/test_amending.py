"""An answer is changed with a reason, or asked of her once more; what was there before stays sealed."""

from datetime import timedelta

import pytest
from sqlmodel import select

from api.answers import Contact, pack_message
from api.desk import amending, cases, caseview
from api.desk.amending import unpack_edit
from api.desk.wishes import Ways
from api.errors import Refused
from api.keys.vault import Vault
from api.staff.access import id_of, open_key
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import Audit, CaseRow, Item
from flows.loader import Library
from flows.model import Answer, Message
from flows.sheet import Typed, Wrong
from tests.factories import ALMAZ, NOW, make_case
from tests.talking import Worker

BY_CHAT = Contact("telegram", "telegram:1", "4711", "chat", "en")
HERS = {**ALMAZ, "governorate": Answer("mount_lebanon", "2"), "district": Answer("el_meten", "1")}


def edit(
    db: Database,
    vault: Vault,
    library: Library,
    who: Viewer,
    reference: str,
    name: str,
    text: str,
    reason: str = "told",
) -> Wrong | None:
    return db.write_now(lambda s: amending.edit(s, vault, library, who, reference, name, Typed(text), reason, NOW))


def ask(db: Database, vault: Vault, library: Library, who: Viewer, reference: str, name: str) -> None:
    db.write_now(lambda s: amending.ask(s, vault, library, who, reference, name, Ways(), NOW))


def answer(db: Database, vault: Vault, library: Library, who: Viewer, reference: str, name: str) -> str:
    case = db.write_now(lambda s: caseview.see(s, vault, library, who, reference, NOW, named_since=NOW))
    return next((one.value for one in case.answers if one.name == name), "")


def test_the_new_answer_is_read_and_the_old_one_stays_sealed(
    db: Database, vault: Vault, library: Library, volunteer: Viewer
) -> None:
    reference = make_case(db, vault, HERS, claimed_by=volunteer).reference
    assert edit(db, vault, library, volunteer, reference, "name", "Almaz Bekele", "as in her passport") is None
    assert answer(db, vault, library, volunteer, reference, "name") == "Almaz Bekele"
    kept = db.read_now(
        lambda s: [_opened(s, vault, volunteer, item) for item in s.exec(select(Item)) if item.kind == "edit"]
    )
    assert [(one.name, one.old, one.reason) for one in kept] == [("name", HERS["name"], "as in her passport")]
    trail = db.read_now(lambda s: [str(line.detail) for line in s.exec(select(Audit)) if line.action == "case.edit"])
    assert trail == ["{'question': 'name'}"]


def test_a_routed_answer_changes_the_readable_facts_and_what_depends_on_it(
    db: Database, vault: Vault, library: Library, volunteer: Viewer
) -> None:
    reference = make_case(db, vault, HERS, claimed_by=volunteer).reference
    assert edit(db, vault, library, volunteer, reference, "governorate", "Akkar") is None
    case = db.read_now(lambda s: s.exec(select(CaseRow)).one())
    assert case.route["governorate"] == "akkar"
    assert "district" not in case.route
    assert answer(db, vault, library, volunteer, reference, "district") == ""


def test_what_is_misread_or_has_no_reason_changes_nothing(
    db: Database, vault: Vault, library: Library, volunteer: Viewer
) -> None:
    reference = make_case(db, vault, HERS, claimed_by=volunteer).reference
    wrong = edit(db, vault, library, volunteer, reference, "born", "in the rainy season")
    assert wrong is not None
    assert wrong.trouble == "misread"
    with pytest.raises(Refused, match="no_reason"):
        edit(db, vault, library, volunteer, reference, "born", "1992", " ")
    assert answer(db, vault, library, volunteer, reference, "born") == ""


def test_nobody_else_changes_an_answer(
    db: Database, vault: Vault, library: Library, volunteer: Viewer, coordinator: Viewer
) -> None:
    reference = make_case(db, vault, HERS, claimed_by=coordinator).reference
    with pytest.raises(Refused, match="no_such_case"):
        edit(db, vault, library, volunteer, reference, "name", "Hana")
    assert edit(db, vault, library, coordinator, reference, "name", "Hana Girma") is None


def test_her_answer_lands_in_the_case_and_is_folded_in_when_it_is_opened(
    db: Database, vault: Vault, library: Library, volunteer: Viewer
) -> None:
    reference = make_case(db, vault, HERS, claimed_by=volunteer, contact=BY_CHAT).reference
    ask(db, vault, library, volunteer, reference, "country")
    her = Worker(db, vault, library, now=NOW + timedelta(hours=50))
    assert her.says("Kenya")[-1] == "Thank you. We have added it."
    kinds = db.read_now(lambda s: [item.kind for item in s.exec(select(Item).order_by(Item.id))])  # type: ignore[arg-type]
    assert kinds[-1] == "amended"
    assert answer(db, vault, library, volunteer, reference, "country") == "Kenya"
    assert db.read_now(lambda s: s.exec(select(CaseRow)).one()).route["country"] == "KEN"
    assert her.says("When is it?") == ["We passed it on."]


def test_she_is_not_asked_when_she_wants_no_message(
    db: Database, vault: Vault, library: Library, volunteer: Viewer
) -> None:
    never = {**HERS, "phone_safe": Answer("never", "3")}
    reference = make_case(
        db, vault, never, claimed_by=volunteer, contact=BY_CHAT, now=NOW - timedelta(days=1)
    ).reference
    with pytest.raises(Refused, match="never_write"):
        ask(db, vault, library, volunteer, reference, "born")


def test_a_question_that_goes_out_later_is_not_answered_by_what_she_writes_before(
    db: Database, vault: Vault, library: Library, volunteer: Viewer
) -> None:
    at_night = {**HERS, "phone_safe": Answer("hours", "2"), "safe_hours": Answer(("night",), "4")}
    earlier = NOW - timedelta(days=1)
    reference = make_case(db, vault, at_night, claimed_by=volunteer, contact=BY_CHAT, now=earlier).reference
    ask(db, vault, library, volunteer, reference, "name")
    her = Worker(db, vault, library, now=NOW + timedelta(hours=1))
    her.says("Hana")
    assert answer(db, vault, library, volunteer, reference, "name") == "Almaz Tesfaye"
    her.now = NOW + timedelta(hours=13)
    her.says("Almaz Bekele")
    assert answer(db, vault, library, volunteer, reference, "name") == "Almaz Bekele"


def test_what_she_wrote_is_marked_when_her_volunteer_saw_it(
    db: Database, vault: Vault, library: Library, volunteer: Viewer, coordinator: Viewer
) -> None:
    opened = make_case(db, vault, HERS, claimed_by=volunteer, contact=BY_CHAT)
    said = pack_message(Message("telegram", "telegram:1", "4711", "1", "Hello?"))
    db.write_now(lambda s: cases.deliver(s, vault, opened.id, "in", said, NOW))
    by = {}
    for who in (coordinator, volunteer):
        case = db.write_now(lambda s, who=who: caseview.see(s, vault, library, who, opened.reference, NOW))  # type: ignore[misc]
        by[who.name] = case.talk[0].seen_at
    assert by == {"Amal": None, "Hana": NOW}


def test_a_case_says_what_is_missing_and_what_happened(
    db: Database, vault: Vault, library: Library, volunteer: Viewer
) -> None:
    reference = make_case(db, vault, {"name": ALMAZ["name"]}, claimed_by=volunteer).reference
    edit(db, vault, library, volunteer, reference, "born", "1992")
    work = db.write_now(lambda s: caseview.see(s, vault, library, volunteer, reference, NOW)).work
    lacking = {(one.what, one.question) for one in work.lacking}
    assert {("answer", "gender"), ("answer", "papers"), ("consent", "share_ministry")} <= lacking
    assert not {("answer", "born"), ("answer", "name")} & lacking
    assert [(one.by, one.action, one.about) for one in work.timeline] == [
        ("Hana", "case.edit", "Date of birth"),
        ("Hana", "case.claim", ""),
        ("", "opened", ""),
    ]


def _opened(session, vault: Vault, who: Viewer, item: Item):  # type: ignore[no-untyped-def]
    case = session.get(CaseRow, item.case_id)
    return unpack_edit(open_key(vault, who, case).open(Vault.item_context(id_of(case), item.kind), item.box))
