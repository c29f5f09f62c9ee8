"""What the recipient of a batch answered, as a coordinator marks it: an appointment for several, refused, done.

An appointment is kept in each case and told to each worker exactly as a single one is. A case that is closed is taken
up again for it, because somebody has to see her through. The reason of a refusal is sealed to the case.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final, Literal

from sqlmodel import Session, col, delete, select

from api.answers import decode, encode, unpack
from api.console.words import catalogue, negotiate
from api.desk import queue, reaching, reading
from api.desk.cases import put_in
from api.desk.wishes import Ways
from api.errors import Refused
from api.keys.vault import Vault
from api.numbers.appointments import Corrected, add_appointment
from api.staff import audit
from api.staff.access import FORGOTTEN, coordinators_only, id_of, open_key
from api.staff.people import Viewer
from api.tables import AppointmentRow, Batch, BatchCase, CaseRow, Item, Person
from flows.language import t
from flows.loader import Library
from flows.notices import Notice

Result = Literal["", "appointment", "refused", "done"]
APPOINTMENT: Final = "appointment"
REFUSED: Final = "refused"
DONE: Final = "done"
LARGEST = 2**31
LONGEST_REASON = 500
NAME_QUESTION = "name"
REASON = t("The recipient refused: %s")


@dataclass(frozen=True, slots=True)
class Sent:
    """A case of a batch: how it stands, and what the recipient answered. `at` is its appointment, if it has one;
    `reason` and `name` are there only when they were asked for."""

    reference: str
    state: str
    answer: Result
    day: date | None
    at: datetime | None
    timed: bool
    by: str
    answered_at: datetime | None
    name: str = ""
    reason: str = ""


def batch_cases(
    session: Session, vault: Vault, viewer: Viewer, number: int, now: datetime, *, names: bool
) -> list[Sent]:
    """The cases of a batch by reference. With `names` each is opened, and that is written down.

    Refused(404, "no_such_batch").
    """
    _batch(session, viewer, number)
    ours = (
        select(BatchCase, CaseRow, Person.name, AppointmentRow)
        .join(CaseRow, col(CaseRow.id) == BatchCase.case_id)
        .join(Person, col(Person.id) == BatchCase.answered_by, isouter=True)
        .join(AppointmentRow, col(AppointmentRow.id) == BatchCase.appointment_id, isouter=True)
        .where(BatchCase.batch_id == number)
        .order_by(CaseRow.reference)
    )
    found = session.exec(ours).all()
    action = "batch.names" if names else "batch.see"
    audit.record_visit(session, viewer.person_id, action, str(number), now)
    return [
        Sent(
            case.reference,
            case.state,
            row.answer,  # type: ignore[arg-type]
            row.day,
            appointment.at if appointment else None,
            appointment.timed if appointment else False,
            by or "",
            row.answered_at,
            *(_opened(session, vault, viewer, case, row) if names and case.state != FORGOTTEN else ("", "")),
        )
        for row, case, by, appointment in found
    ]


def mark_appointment(
    session: Session,
    vault: Vault,
    library: Library,
    viewer: Viewer,
    number: int,
    references: Sequence[str],
    notice: Notice,
    ways: Ways,
    now: datetime,
    step: Callable[[int, int], None] = lambda *_: None,
) -> Mapping[str, int]:
    """One date, time and place for all of these cases; each worker is told as of a single appointment.

    `step` hears how many are behind it, of how many.

    Gives how many are told by each way: `channel`, `trusted`, `task`.

    Refused: (422, "nobody_ticked"), (422, "incomplete") without a day, (422, "appointment_past"), (422, "too_long"),
    (422, "telling_words"), (404, "no_such_batch"); then nobody is told.
    """
    if notice.day is None:
        raise Refused(422, "incomplete")
    counted: Counter[str] = Counter()
    for told, (row, case) in enumerate(_ticked(session, viewer, number, references)):
        step(told, len(references))
        if case.state == "closed":
            queue.reopen(session, viewer, case.reference, now)
        _undo(session, row, case, now)
        at = datetime.combine(notice.day, notice.at or time(), ways.zone)
        if _appointment(session, case, at) is None:
            said = Corrected(at, timed=notice.at is not None, place=notice.place)
            add_appointment(session, vault, viewer, case.reference, "", said, now)
        plan = reaching.reach(session, vault, library, viewer, case.reference, notice, ways, now)
        counted[plan.via] += 1
        row.appointment_id = _appointment(session, case, at)
        _mark(session, viewer, row, case, APPOINTMENT, now)
    return counted


def mark_refused(
    session: Session, vault: Vault, viewer: Viewer, number: int, references: Sequence[str], reason: str, now: datetime
) -> None:
    """The recipient refused these, for a reason that is sealed to each case. Refused(422, "reason_missing")."""
    said = " ".join(reason.split())
    text = catalogue(negotiate(viewer.language)).gettext(REASON) % said
    if not said:
        raise Refused(422, "reason_missing")
    if len(said) > LONGEST_REASON:
        raise Refused(422, "too_long")
    for row, case in _ticked(session, viewer, number, references):
        _undo(session, row, case, now)
        row.item_id = put_in(session, vault, id_of(case), case.public_key, "note", encode(text), now, viewer.person_id)
        _mark(session, viewer, row, case, REFUSED, now)


def mark_done(
    session: Session, viewer: Viewer, number: int, references: Sequence[str], day: date, now: datetime, today: date
) -> None:
    """These were served on a day that is not to come. Refused(422, "bad_day")."""
    if day > today:
        raise Refused(422, "bad_day")
    for row, case in _ticked(session, viewer, number, references):
        # The appointment was kept: it stays in the case.
        _drop_reason(session, row)
        row.day = day
        _mark(session, viewer, row, case, DONE, now)


def undo(session: Session, viewer: Viewer, number: int, references: Sequence[str], now: datetime) -> None:
    """Take back what was marked: a reason and an appointment go, and what was not read yet is not told any more.

    A case that was taken up again for it stays with who has it. Refused(409, "no_answer_to_undo").
    """
    found = list(_ticked(session, viewer, number, references))
    if not any(row.answer for row, _ in found):
        raise Refused(409, "no_answer_to_undo")
    for row, case in found:
        if row.answer:
            _go_back(session, row, case, now)
            audit.record(session, viewer.person_id, "batch.undo", case.reference, now, batch=number)


def _go_back(session: Session, row: BatchCase, case: CaseRow, now: datetime) -> None:
    """Who was not served after all still has her appointment."""
    if row.answer == DONE and row.appointment_id is not None:
        row.answer, row.day = APPOINTMENT, None
    else:
        _undo(session, row, case, now)
        row.answer, row.answered_at, row.answered_by = "", None, None
    session.add(row)


def _batch(session: Session, viewer: Viewer, number: int) -> Batch:
    coordinators_only(viewer)
    batch = session.get(Batch, number) if number < LARGEST else None
    if batch is None:
        raise Refused(404, "no_such_batch")
    return batch


def _ticked(
    session: Session, viewer: Viewer, number: int, references: Sequence[str]
) -> Iterator[tuple[BatchCase, CaseRow]]:
    """The cases of the batch that were ticked and are not forgotten, each locked."""
    _batch(session, viewer, number)
    ours = (
        select(BatchCase, CaseRow)
        .join(CaseRow, col(CaseRow.id) == BatchCase.case_id)
        .where(BatchCase.batch_id == number, col(CaseRow.reference).in_(references), CaseRow.state != FORGOTTEN)
        .order_by(col(CaseRow.id))
        .with_for_update()
    )
    found = session.exec(ours).all()
    if not found:
        raise Refused(422, "nobody_ticked")
    yield from found


def _mark(session: Session, viewer: Viewer, row: BatchCase, case: CaseRow, answer: Result, now: datetime) -> None:
    row.answer, row.answered_at, row.answered_by = answer, now, viewer.person_id
    session.add(row)
    trail = {"answer": answer, "batch": row.batch_id}
    audit.record(session, viewer.person_id, "batch.answer", case.reference, now, **trail)


def _undo(session: Session, row: BatchCase, case: CaseRow, now: datetime) -> None:
    """Take away what an earlier answer left."""
    _drop_reason(session, row)
    if row.appointment_id is not None:
        session.connection().execute(delete(AppointmentRow).where(col(AppointmentRow.id) == row.appointment_id))
        reading.end_notices(session, id_of(case), now, kind=APPOINTMENT)
    row.appointment_id, row.day = None, None


def _drop_reason(session: Session, row: BatchCase) -> None:
    if row.item_id is not None:
        session.connection().execute(delete(Item).where(col(Item.id) == row.item_id, col(Item.case_id) == row.case_id))
    row.item_id = None


def _appointment(session: Session, case: CaseRow, at: datetime) -> int | None:
    kept = select(AppointmentRow.id).where(AppointmentRow.case_id == case.id, AppointmentRow.at == at)
    return session.exec(kept.order_by(col(AppointmentRow.id).desc()).limit(1)).first()


def _opened(session: Session, vault: Vault, viewer: Viewer, case: CaseRow, row: BatchCase) -> tuple[str, str]:
    """Her name, and the reason of a refusal."""
    key, case_id = open_key(vault, viewer, case), id_of(case)
    sealed = select(Item.box).where(Item.case_id == case_id, Item.kind == "answers").order_by(col(Item.id).desc())
    answers = unpack(key.open(Vault.item_context(case_id, "answers"), session.exec(sealed.limit(1)).one()))
    name, item = answers.get(NAME_QUESTION), session.get(Item, row.item_id) if row.item_id else None
    reason = decode(key.open(Vault.item_context(case_id, "note"), item.box)) if item else ""
    return (str(name.value) if name and name.value else ""), reason
