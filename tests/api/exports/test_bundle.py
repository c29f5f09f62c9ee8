"""A bundle for an office: one list of everybody, and a folder each, with what she agreed to and nothing else."""

import io
import zipfile
from hashlib import sha256
from pathlib import Path

import openpyxl
import pytest
from sqlmodel import Session

from api.answers import Contact
from api.desk import cases, queue
from api.errors import Refused
from api.exports import batches
from api.keys.vault import Vault
from api.media import keeping
from api.outbound.replies import address_index
from api.staff.people import Viewer
from api.store.db import Database
from flows.loader import Library
from flows.model import Answer, Media
from tests.factories import NOW
from tests.planned import planned_library

PHONE = Contact("telegram", "telegram:1", "4711", "chat", "en")
WORDING = "May we give these to the office: Name, Needs?"
PAPER, SECRET = Media("photo", "paper-1"), Media("photo", "secret-1")
JPEG = b"\xff\xd8\xff\xe0 a passport"


def person(db: Database, vault: Vault, viewer: Viewer, name: str, consent: str) -> str:
    answers = {
        "name": Answer(name, name, media=PAPER),
        "needs": Answer(("food",)),
        "worry": Answer(None, media=SECRET),
        "share_office": Answer(consent, "1", wording=WORDING),
    }

    def store(session: Session) -> str:
        opened = cases.open_case(session, vault, service="work", contact=PHONE, answers=answers, route={}, now=NOW)
        index = address_index(vault, PHONE.lane, PHONE.address)
        keeping.expect_in_case(session, vault, opened.id, index, PHONE.lane, [PAPER, SECRET], NOW)
        for one in keeping.next_wanted(session, vault, [PHONE.lane], NOW):
            keeping.keep(session, vault, one, JPEG, NOW)
        queue.claim(session, viewer, opened.reference, NOW)
        queue.close(session, viewer, opened.reference, "done", NOW)
        return opened.reference

    return db.write_now(store)


def test_a_list_and_a_folder_each_and_nothing_that_the_consent_does_not_name(
    db: Database, vault: Vault, library: Library, coordinator: Viewer, tmp_path: Path
) -> None:
    work = planned_library(tmp_path, library)
    almaz, sara = (person(db, vault, coordinator, name, "yes") for name in ("Almaz", "Sara"))
    person(db, vault, coordinator, "Rahel", "no")
    made = db.write_now(
        lambda s: batches.export(s, vault, work, coordinator, service="work", export="office", form="zip", now=NOW)
    )
    assert (made.rows, made.filename) == (2, f"work-office-{made.number:04}.zip")
    assert made.sha256 == sha256(made.content).hexdigest()
    with zipfile.ZipFile(io.BytesIO(made.content)) as bundle:
        assert sorted(bundle.namelist()) == sorted(
            ["list.xlsx", *(f"{one}/{name}" for one in (almaz, sara) for name in ("sheet.xlsx", "name.jpg"))]
        )
        assert bundle.read(f"{almaz}/name.jpg") == JPEG
        listed = openpyxl.load_workbook(io.BytesIO(bundle.read("list.xlsx"))).active
        assert listed is not None
        assert [row[1] for row in listed.iter_rows(values_only=True)] == ["Name", "Almaz", "Sara"]
        sheet = openpyxl.load_workbook(io.BytesIO(bundle.read(f"{sara}/sheet.xlsx"))).active
        assert sheet is not None
        assert list(sheet.iter_rows(values_only=True))[0:2] == [("Reference", sara), ("Name", "Sara")]


def test_only_an_export_that_says_so_is_a_bundle(
    db: Database, vault: Vault, library: Library, coordinator: Viewer
) -> None:
    with pytest.raises(Refused, match="unknown_form"):
        db.write_now(
            lambda s: batches.export(
                s, vault, library, coordinator, service="vaccination", export="ministry", form="zip", now=NOW
            )
        )
