"""What is done in cases together with what their services plan to come after it, in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from sqlmodel import Session

from api.desk import collecting, happened, planned, queue
from api.desk.planned import Moved
from api.desk.wishes import Ways
from api.exports import results
from api.going import outings
from api.keys.vault import Vault
from api.numbers import appointments
from api.numbers.appointments import Appointment, Corrected
from api.staff.people import Viewer
from api.tables import OutingRow
from flows.loader import Library
from flows.notices import Notice


def close(
    session: Session, vault: Vault, library: Library, viewer: Viewer, reference: str, reason: str, now: datetime
) -> None:
    """Close a case, as `queue.close` does."""
    queue.close(session, viewer, reference, reason, now)
    if reason not in queue.NOTHING_MORE:
        happened.happened(session, vault, library, viewer, [reference], "closed", now, now)


def confirm_appointment(
    session: Session, vault: Vault, library: Library, viewer: Viewer, message_id: int, said: Corrected, now: datetime
) -> Appointment:
    """Keep what a portal message says as an appointment, as `appointments.confirm_appointment` does."""
    kept = appointments.confirm_appointment(session, vault, viewer, message_id, said, now)
    happened.happened(session, vault, library, viewer, [kept.reference], "appointment", kept.at, now)
    return kept


def add_appointment(
    session: Session, vault: Vault, library: Library, viewer: Viewer, reference: str, portal: str, said: Corrected,
    now: datetime,
) -> None:  # fmt: skip
    """Keep an appointment that she read elsewhere, as `appointments.add_appointment` does."""
    kept = appointments.add_appointment(session, vault, viewer, reference, portal, said, now)
    happened.happened(session, vault, library, viewer, [reference], "appointment", kept.at, now)


def mark_appointment(
    session: Session, vault: Vault, library: Library, viewer: Viewer, number: int, references: Sequence[str],
    notice: Notice, ways: Ways, now: datetime,
    step: Callable[[int, int], None] = lambda *_: None,
) -> Mapping[str, int]:  # fmt: skip
    """The recipient of a batch gave an appointment, as `results.mark_appointment` has it."""
    told = results.mark_appointment(session, vault, library, viewer, number, references, notice, ways, now, step)
    if notice.day is not None:
        at = happened.on_day(notice.day)
        happened.happened(session, vault, library, viewer, references, "appointment", at, now)
    return told


def mark_done(
    session: Session, vault: Vault, library: Library, viewer: Viewer, number: int, references: Sequence[str],
    day: date, now: datetime, today: date,
) -> None:  # fmt: skip
    """The recipient of a batch served them, as `results.mark_done` has it."""
    results.mark_done(session, viewer, number, references, day, now, today)
    happened.happened(session, vault, library, viewer, references, "served", happened.on_day(day), now)


def undo(
    session: Session, library: Library, viewer: Viewer, number: int, references: Sequence[str], now: datetime
) -> None:
    """What was marked of a batch is taken back, as `results.undo` does."""
    results.undo(session, viewer, number, references, now)
    happened.undone(session, library, references, ("appointment", "served"))


def move(
    session: Session, vault: Vault, library: Library, viewer: Viewer, task_id: int, state: str, now: datetime
) -> Moved:
    """Say how far a task is, as `planned.move` does; of one that is done, and of a follow-up, something may come."""
    moved = planned.move(session, viewer, task_id, state, now)
    if state == "done":
        event = f"follow_up.{moved.name}" if moved.kind == planned.FOLLOW_UP else f"task.{moved.name}.done"
        happened.happened(session, vault, library, viewer, [moved.reference], event, now, now)
    return moved


def collected(
    session: Session, vault: Vault, library: Library, viewer: Viewer, service: str, task: str,
    listed: Sequence[int], came: Sequence[int], now: datetime,
) -> list[str]:  # fmt: skip
    """Of those listed, these have collected it and the others have not; gives whose changed. Twice changes nothing."""
    states = {
        one.task_id: one.state
        for one in collecting.distribution(session, vault, library, viewer, service, task, now)
        if one.task_id in listed and one.code
    }
    came_now = [one for one, state in states.items() if state == "ready" and one in came]
    not_after_all = [one for one, state in states.items() if state == "done" and one not in came]
    changed = [move(session, vault, library, viewer, one, "done", now).reference for one in came_now]
    back = [*filter(None, (collecting.put_back(session, viewer, one, now) for one in not_after_all))]
    happened.undone(session, library, back, (f"task.{task}.done",))
    return [*changed, *back]


def add_to_outing(
    session: Session, vault: Vault, library: Library, viewer: Viewer, outing_id: int, references: Sequence[str],
    now: datetime,
) -> None:  # fmt: skip
    """Put cases on the list of an outing, as `outings.add` does."""
    outings.add(session, viewer, outing_id, references, now)
    at = outings.the_outing(session, viewer, outing_id).starts_at
    happened.happened(session, vault, library, viewer, references, "outing", at, now, beside=True)


def put_on_outing(
    session: Session, vault: Vault, library: Library, viewer: Viewer, outing: OutingRow, reference: str, now: datetime
) -> None:
    """Put one case on the list of an outing, as `outings.put_on` does."""
    outings.put_on(session, viewer, outing.id or 0, [reference], now)
    happened.happened(session, vault, library, viewer, [reference], "outing", outing.starts_at, now, beside=True)


def drop_from_outing(
    session: Session, library: Library, viewer: Viewer, outing_id: int, reference: str, now: datetime
) -> None:
    """Take a case off the list of an outing, as `outings.drop` does."""
    outings.drop(session, viewer, outing_id, reference, now)
    at = outings.the_outing(session, viewer, outing_id).starts_at
    happened.undone(session, library, [reference], ("outing",), at)
