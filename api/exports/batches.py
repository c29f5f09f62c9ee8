"""Batches: the file that a recipient accepts, with nothing in it that consent and the columns do not name."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal

from sqlmodel import Session, col, select

from api.errors import Refused
from api.exports.bundle import write_bundle
from api.exports.exporting import Sheet
from api.exports.spreadsheet import write_csv, write_xlsx
from api.keys.vault import Vault
from api.staff import audit
from api.staff.access import FORGOTTEN, coordinators_only, id_of
from api.staff.people import Viewer
from api.tables import Batch, BatchCase, CaseRow, Person
from flows.loader import Library

Form = Literal["xlsx", "csv", "zip"]
Reason = Literal["still_open", "withdrawn", "duplicate", "no_consent", "consent_outdated", "already_exported"]
_NEVER: dict[str, Reason] = {"withdrawn": "withdrawn", "duplicate": "duplicate"}
"""Reasons for closing a case for which it never leaves."""
_CONSENT: dict[str, Reason | None] = {"yes": None, "no": "no_consent", "outdated": "consent_outdated"}
BUNDLE = "zip"
_WRITERS = {"xlsx": write_xlsx, "csv": write_csv}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A case that is not in a batch, and why."""

    reference: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Preview:
    """What an export would hold: the references that are in, those that were sent before, and who is left out."""

    ready: tuple[str, ...]
    again: tuple[str, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was just made. It is kept nowhere; `sha256` (hexadecimal) recognises it later."""

    number: int
    filename: str
    content: bytes
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch that was made; `by` is a name."""

    number: int
    service: str
    export: str
    form: str
    rows: int
    sha256: str
    by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class _Found:
    """A case with what speaks against exporting it, if anything."""

    case: CaseRow
    reason: Reason | None


def services_with_cases(session: Session) -> frozenset[str]:
    """The services of which there is a case; their files can be made although nobody new is offered them."""
    return frozenset(session.exec(select(CaseRow.service).distinct()))


def preview(
    session: Session, vault: Vault, library: Library, viewer: Viewer, service: str, export: str, now: datetime
) -> Preview:
    """Say who would be in an export now. Refused(404, "no_such_export")."""
    sheet = _sheet(session, vault, library, viewer, service, export, now)
    found = list(_look(session, sheet))
    audit.record(session, viewer.person_id, "batch.preview", f"{service}:{export}", now, cases=len(found))
    return Preview(
        tuple(one.case.reference for one in found if one.reason is None),
        tuple(one.case.reference for one in found if one.reason == "already_exported"),
        tuple(LeftOut(one.case.reference, one.reason) for one in found if one.reason),
    )


def export(
    session: Session,
    vault: Vault,
    library: Library,
    viewer: Viewer,
    *,
    service: str,
    export: str,
    form: Form = "xlsx",
    again: bool = False,
    now: datetime,
    step: Callable[[int, int], None] = lambda done, total: None,
) -> Exported:
    """Make the file and mark its cases as exported; `again` puts those in that were exported before.

    `step` hears how many of how many rows are made.

    Refused: (404, "no_such_export"), (422, "unknown_form"), (409, "already_exported") when every case that could go
    went before, (409, "nothing_to_export").
    """
    sheet = _sheet(session, vault, library, viewer, service, export, now)
    if form not in _WRITERS and not (form == BUNDLE and sheet.service.file.exports[export].bundle):
        raise Refused(422, "unknown_form")
    cases = _going(session, sheet, again)
    content = (
        write_bundle(sheet, cases, step) if form == BUNDLE else _WRITERS[form](sheet.header, _rows(sheet, cases, step))
    )
    checksum = sha256(content).hexdigest()
    number = _store(session, sheet, form, checksum, cases)
    trail = {"rows": len(cases), "sha256": checksum, "again": again}
    audit.record(session, viewer.person_id, "batch.export", str(number), now, **trail)
    return Exported(number, f"{service}-{export}-{number:04}.{form}", content, checksum, len(cases))


def batches(session: Session, viewer: Viewer) -> list[BatchView]:
    """Every batch that was made, the newest first."""
    coordinators_only(viewer)
    made = select(Batch, Person.name).join(Person).order_by(col(Batch.id).desc())
    return [
        BatchView(one.id or 0, one.service, one.export, one.form, one.rows, one.sha256, by, one.created_at)
        for one, by in session.exec(made)
    ]


def _sheet(
    session: Session, vault: Vault, library: Library, viewer: Viewer, service: str, export: str, now: datetime
) -> Sheet:
    coordinators_only(viewer)
    found = library.services.get(service)
    if found is None or export not in found.file.exports:
        raise Refused(404, "no_such_export")
    return Sheet(session, vault, library, viewer, found, export, now)


def _look(session: Session, sheet: Sheet, *, locked: bool = False) -> Iterator[_Found]:
    """Every case of the service; `locked`, so that of two exports at once the second sees what the first did."""
    ours = select(CaseRow).where(CaseRow.service == sheet.service.name, CaseRow.state != FORGOTTEN)
    ordered = ours.order_by(col(CaseRow.id))
    cases = session.exec(ordered.with_for_update() if locked else ordered).all()
    before = _exported(session, sheet)
    for case in cases:
        yield _Found(case, _reason(sheet, case, before))


def _exported(session: Session, sheet: Sheet) -> set[int]:
    went = select(BatchCase.case_id).join(Batch)
    return set(session.exec(went.where(Batch.service == sheet.service.name, Batch.export == sheet.export)))


def _reason(sheet: Sheet, case: CaseRow, before: set[int]) -> Reason | None:
    """Why a case stays out. Only those that nothing else speaks against are opened to look at her consent."""
    if case.state != "closed" and not sheet.service.file.exports[sheet.export].open:
        return "still_open"
    if case.closing_reason in _NEVER:
        return _NEVER[case.closing_reason]
    if case.id in before:
        return "already_exported"
    return _CONSENT[sheet.consented(case)]


def _going(session: Session, sheet: Sheet, again: bool) -> list[CaseRow]:
    """The cases that an export takes, locked; Refused when there are none."""
    found = list(_look(session, sheet, locked=True))
    cases = [one.case for one in found if one.reason is None or (again and _may_go_again(sheet, one))]
    if not cases:
        before = any(one.reason == "already_exported" for one in found)
        raise Refused(409, "already_exported" if before else "nothing_to_export")
    return cases


def _may_go_again(sheet: Sheet, found: _Found) -> bool:
    """What went before may go once more, as long as she has not taken her consent back."""
    return found.reason == "already_exported" and sheet.consented(found.case) == "yes"


def _rows(sheet: Sheet, cases: Sequence[CaseRow], step: Callable[[int, int], None]) -> Iterator[list[str]]:
    for done, case in enumerate(cases, start=1):
        yield sheet.row(case)
        step(done, len(cases))


def _store(session: Session, sheet: Sheet, form: Form, checksum: str, cases: list[CaseRow]) -> int:
    """Write down that these cases left, and give the number of the batch."""
    batch = Batch(
        service=sheet.service.name,
        export=sheet.export,
        form=form,
        rows=len(cases),
        sha256=checksum,
        columns=sheet.header,
        person_id=sheet.viewer.person_id,
        created_at=sheet.now,
    )
    session.add(batch)
    session.flush()
    assert batch.id is not None
    session.add_all(BatchCase(batch_id=batch.id, case_id=id_of(case)) for case in cases)
    return batch.id
