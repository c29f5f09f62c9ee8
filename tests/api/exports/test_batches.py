"""A batch holds those who agreed, with the columns that the service names, once; and it is a file that does nothing."""

import csv
import io
from dataclasses import replace
from hashlib import sha256
from typing import Any

import openpyxl
import pytest
from sqlmodel import Session, select

from api.desk import cases, queue
from api.errors import Refused
from api.exports import batches
from api.exports.batches import Exported, LeftOut
from api.keys.vault import TeamKey, Vault
from api.mail import lending
from api.numbers import leases
from api.staff import audit
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import Batch, BatchCase
from flows.expressions import Expression, compile_expression
from flows.loader import Library
from flows.model import Answer
from tests.factories import MINISTRY, NOW, SHARED, make_case, make_coordinator, make_numbers
from tests.libraries import the_library
from tests.together import at_once

ANSWERS = {
    "name": Answer("Almaz Tesfaye", "almaz"),
    "born": Answer("1992", "about 30", "year"),
    "gender": Answer("woman", "1"),
    "country": Answer("ETH", "1"),
    "papers": Answer("passport", "1"),
    "papers_where": Answer("mine", "1"),
    "papers_number": Answer("EP1234567", "EP1234567"),
    "phone": Answer("another", "2"),
    "phone_number": Answer("+96170123456", "70 123 456"),
    "email": Answer(None, "0"),
    "work": Answer("live_in", "1"),
    "health": Answer(("heart", "diabetes"), "1 2"),
    "pregnant": Answer("no", "2"),
    "doses": Answer("two", "2"),
    "share_ministry": SHARED,
}


def closed(db: Database, vault: Vault, viewer: Viewer, reason: str = "done", **changes: Answer) -> str:
    reference = make_case(db, vault, {**ANSWERS, **changes}, claimed_by=viewer).reference
    db.write_now(lambda session: queue.close(session, viewer, reference, reason, NOW))
    return reference


def export(db: Database, vault: Vault, viewer: Viewer, **choice: Any) -> Exported:
    terms = {"service": "vaccination", "export": "ministry", "now": NOW, **choice}
    return db.write_now(lambda session: batches.export(session, vault, the_library(), viewer, **terms))


def preview(db: Database, vault: Vault, viewer: Viewer) -> batches.Preview:
    return db.write_now(
        lambda session: batches.preview(session, vault, the_library(), viewer, "vaccination", "ministry", NOW)
    )


def rows_of(exported: Exported) -> list[dict[str, str]]:
    if exported.filename.endswith(".csv"):
        return list(csv.DictReader(io.StringIO(exported.content.decode("utf-8-sig"), newline="")))
    header, *rows = openpyxl.load_workbook(io.BytesIO(exported.content)).active.values
    return [dict(zip(header, (value or "" for value in row), strict=True)) for row in rows]


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_the_file_has_a_row_for_her_with_the_columns_of_the_service(
    db: Database, vault: Vault, coordinator: Viewer, form: str
) -> None:
    reference = closed(db, vault, coordinator)
    exported = export(db, vault, coordinator, form=form)
    (row,) = rows_of(exported)
    assert list(row) == list(the_library().services["vaccination"].file.exports["ministry"].columns)
    expected = {
        "Reference": reference,
        "Full name": "Almaz Tesfaye",
        "Date of birth": "1992",
        "Gender": "Woman",
        "Nationality": "ETH",
        "Document": "Passport",
        "Document number": "EP1234567",
        "Phone": "+96170123456",
        "E-mail": "",
        "Health": "Heart or blood pressure, Diabetes",
        "Doses": "Two",
    }
    assert {name: row[name] for name in expected} == expected
    assert (exported.rows, exported.sha256) == (1, sha256(exported.content).hexdigest())
    assert exported.filename == f"vaccination-ministry-{exported.number:04}.{form}"


def test_the_number_that_was_lent_stands_in_place_of_hers(db: Database, vault: Vault, coordinator: Viewer) -> None:
    (number,) = make_numbers(db, coordinator, 1)
    reference = make_case(db, vault, ANSWERS, claimed_by=coordinator).reference

    def work(session: Session) -> None:
        leases.lend(session, coordinator, reference, MINISTRY, NOW)
        queue.close(session, coordinator, reference, "done", NOW)

    db.write_now(work)
    assert rows_of(export(db, vault, coordinator))[0]["Phone"] == number


def test_the_e_mail_address_that_was_lent_stands_in_place_of_hers(
    db: Database, vault: Vault, coordinator: Viewer
) -> None:
    reference = make_case(db, vault, ANSWERS, claimed_by=coordinator).reference

    def work(session: Session) -> str:
        address = lending.lend(session, coordinator, reference, MINISTRY, "mail.example.org", b"0" * 16, NOW)
        queue.close(session, coordinator, reference, "done", NOW)
        return address

    address = db.write_now(work)
    row = rows_of(export(db, vault, coordinator))[0]
    assert (row["E-mail"], row["Phone"]) == (address, "+96170123456")


def test_who_is_left_out_is_said_with_the_reason(db: Database, vault: Vault, coordinator: Viewer) -> None:
    ready = closed(db, vault, coordinator)
    refused = closed(db, vault, coordinator, share_ministry=Answer("no", "2"))
    later = closed(db, vault, coordinator, share_ministry=Answer("later", "3"))
    withdrawn = closed(db, vault, coordinator, "withdrawn")
    shorter = Answer("yes", "1", wording=SHARED.wording.replace("Health, ", ""))
    outdated = closed(db, vault, coordinator, share_ministry=shorter)
    twice = closed(db, vault, coordinator, "duplicate")
    waiting = make_case(db, vault, ANSWERS).reference
    forgotten = closed(db, vault, coordinator)
    db.write_now(lambda session: cases.forget(session, vault, forgotten, NOW))
    seen = preview(db, vault, coordinator)
    assert (seen.ready, seen.again) == ((ready,), ())
    assert seen.left_out == (
        LeftOut(refused, "no_consent"),
        LeftOut(later, "no_consent"),
        LeftOut(withdrawn, "withdrawn"),
        LeftOut(outdated, "consent_outdated"),
        LeftOut(twice, "duplicate"),
        LeftOut(waiting, "still_open"),
    )
    assert [row["Reference"] for row in rows_of(export(db, vault, coordinator))] == [ready]


def test_an_export_for_who_must_help_at_once_takes_open_cases_too_and_each_once(
    db: Database, vault: Vault, coordinator: Viewer
) -> None:
    library = at_once_library()
    waits = make_case(db, vault, ANSWERS).reference
    begun = make_case(db, vault, ANSWERS, claimed_by=coordinator).reference
    make_case(db, vault, {**ANSWERS, "share_ministry": Answer("no", "2")})
    gone = closed(db, vault, coordinator, "withdrawn")

    def made(**choice: Any) -> list[str]:
        terms = {"service": "vaccination", "export": "ministry", "form": "csv", "now": NOW, **choice}
        file = db.write_now(lambda session: batches.export(session, vault, library, coordinator, **terms))
        return [row["Reference"] for row in rows_of(file)]

    assert made() == [waits, begun]
    with pytest.raises(Refused, match="already_exported"):
        made()
    db.write_now(lambda session: queue.close(session, coordinator, begun, "done", NOW))
    with pytest.raises(Refused, match="already_exported"):
        made()
    assert gone not in made(again=True)


def at_once_library() -> Library:
    """The library, with an export that does not wait until a case is closed."""
    library = the_library()
    service = library.services["vaccination"]
    now = service.file.exports["ministry"].model_copy(update={"open": True})
    file = service.file.model_copy(update={"exports": {"ministry": now}})
    return replace(library, services={**library.services, "vaccination": replace(service, file=file)})


def test_a_case_leaves_once_unless_it_is_asked_for_again(db: Database, vault: Vault, coordinator: Viewer) -> None:
    first = closed(db, vault, coordinator)
    export(db, vault, coordinator)
    with pytest.raises(Refused, match="409 already_exported"):
        export(db, vault, coordinator)
    second = closed(db, vault, coordinator)
    assert [row["Reference"] for row in rows_of(export(db, vault, coordinator))] == [second]
    seen = preview(db, vault, coordinator)
    assert (seen.ready, seen.again) == ((), (first, second))
    again = export(db, vault, coordinator, again=True)
    assert [row["Reference"] for row in rows_of(again)] == [first, second]


def test_without_anybody_there_is_no_file(db: Database, vault: Vault, coordinator: Viewer) -> None:
    closed(db, vault, coordinator, share_ministry=Answer("no", "2"))
    with pytest.raises(Refused, match="409 nothing_to_export"):
        export(db, vault, coordinator, again=True)
    assert db.read_now(lambda session: session.exec(select(Batch)).all()) == []


def test_an_answer_that_her_consent_does_not_cover_stays_here(db: Database, vault: Vault, coordinator: Viewer) -> None:
    """The columns are the author's; that `work` is not among the items of the consent is what counts."""
    library = the_library()
    service = library.services["vaccination"]
    assert "work" not in service.by_name["share_ministry"].question.items
    columns = {"Name": service.columns["ministry"]["Full name"], "Work": _column("${work}"), "Age": _column("${born}")}
    curious = _with_columns(library, columns)
    closed(db, vault, coordinator)
    made = db.write_now(
        lambda s: batches.export(s, vault, curious, coordinator, service="vaccination", export="ministry", now=NOW)
    )
    assert rows_of(made) == [{"Name": "Almaz Tesfaye", "Work": "", "Age": "1992"}]


def test_an_answer_to_a_question_that_became_irrelevant_stays_here(
    db: Database, vault: Vault, coordinator: Viewer
) -> None:
    closed(db, vault, coordinator, papers=Answer("none", "7"), gender=Answer("man", "2"))
    (row,) = rows_of(export(db, vault, coordinator))
    assert (row["Document number"], row["Pregnant"]) == ("", "")


def test_no_cell_is_a_formula(db: Database, vault: Vault, coordinator: Viewer) -> None:
    evil = '=HYPERLINK("http://evil.example","Almaz")'
    closed(db, vault, coordinator, name=Answer(evil, evil), papers_number=Answer("@SUM(1)", "x"))
    for form in ("xlsx", "csv"):
        (row,) = rows_of(export(db, vault, coordinator, form=form, again=True))
        assert (row["Full name"], row["Document number"]) == (f"'{evil}", "'@SUM(1)")


def test_a_batch_is_numbered_listed_and_in_the_trail_without_names(
    db: Database, vault: Vault, coordinator: Viewer
) -> None:
    closed(db, vault, coordinator)
    made = export(db, vault, coordinator)
    (listed,) = db.read_now(lambda session: batches.batches(session, coordinator))
    assert (listed.number, listed.sha256, listed.rows, listed.by) == (made.number, made.sha256, 1, "Amal")
    entry = db.read_now(audit.recent)[0]
    assert (entry.action, entry.object, entry.detail["sha256"]) == ("batch.export", str(made.number), made.sha256)
    assert "Almaz" not in repr(db.read_now(audit.recent))


@pytest.mark.parametrize(
    ("choice", "code"),
    [
        ({"service": "citizenship"}, "404 no_such_export"),
        ({"export": "employer"}, "404 no_such_export"),
        ({"form": "pdf"}, "422 unknown_form"),
    ],
)
def test_what_is_not_in_the_service_cannot_be_exported(
    db: Database, vault: Vault, coordinator: Viewer, choice: dict[str, str], code: str
) -> None:
    closed(db, vault, coordinator)
    with pytest.raises(Refused, match=code):
        export(db, vault, coordinator, **choice)


def test_exports_do_not_exist_for_volunteers(db: Database, vault: Vault, volunteer: Viewer) -> None:
    with pytest.raises(Refused, match="404 not_found"):
        export(db, vault, volunteer)
    with pytest.raises(Refused, match="404 not_found"):
        preview(db, vault, volunteer)
    with pytest.raises(Refused, match="404 not_found"):
        db.read_now(lambda session: batches.batches(session, volunteer))


def test_of_two_exports_at_once_a_case_is_in_one(url: str, vault: Vault, team: TeamKey) -> None:
    db = Database(url, vault.keyring, threads=4)
    coordinator = make_coordinator(db, team)
    references = {closed(db, vault, coordinator) for _ in range(6)}
    outcomes = at_once(lambda: export(db, vault, coordinator) for _ in range(4))
    made = [outcome for outcome in outcomes if isinstance(outcome, Exported)]
    assert {row["Reference"] for one in made for row in rows_of(one)} == references
    assert sum(one.rows for one in made) == 6
    assert {str(outcome) for outcome in outcomes if not isinstance(outcome, Exported)} <= {"409 already_exported"}
    went = db.read_now(lambda session: session.exec(select(BatchCase.case_id)).all())
    assert len(went) == len(set(went)) == 6
    db.close()


def _column(text: str) -> Expression:
    return compile_expression(text)


def _with_columns(library: Library, columns: dict[str, Expression]) -> Library:
    service = replace(library.services["vaccination"], columns={"ministry": columns})
    return replace(library, services={"vaccination": service})
