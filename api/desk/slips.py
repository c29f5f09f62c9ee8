"""Slips: a reference and four digits on a card, by which anybody may ask how a case stands, from any phone.

Four digits are few, so each wrong try is counted twice: for the slip, whatever phone it comes from, and for the phone,
whatever slip it tries. What fails, fails alike: nobody learns whether a reference exists, or is locked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import CursorResult, select
from sqlmodel import Session, col
from sqlmodel import select as pick

from api.keys.vault import Vault
from api.staff import audit
from api.staff.access import FORGOTTEN, case_for, id_of
from api.staff.people import Viewer
from api.store.once import insert_once
from api.tables import CaseRow, SlipRow, metadata
from flows.language import direction, t
from flows.loader import Library

WRONG_CODES = 5
"""So many wrong codes lock a slip; from so many phones as may be."""
WRONG_TRIES = 10
"""So many wrong slips, of whatever references, and a phone is not answered rightly any more."""
LOCKED = timedelta(days=1)

A_DAY = timedelta(days=1)
"""An appointment of which only the day is known is kept with the beginning of that day."""

_case, _slip, _try = (metadata.tables[name] for name in ("case", "slip", "slip_try"))
_notice, _kept = metadata.tables["notice"], metadata.tables["appointment"]


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip as it is printed or read aloud, once: only a hash of the code is kept. `language` is hers (ISO 639)."""

    reference: str
    code: str
    language: str


@dataclass(frozen=True, slots=True)
class Card:
    """A slip as it is printed: in her language, and in another one for whoever helps her, each with its direction."""

    reference: str
    code: str
    sides: tuple[tuple[str, str, str], ...]
    number: str
    handle: str


@dataclass(frozen=True, slots=True)
class SlipView:
    """That a case has a slip: since when, and until when it is locked, if it is."""

    made_at: datetime
    locked_until: datetime | None


@dataclass(frozen=True, slots=True)
class Shown:
    """What whoever holds a slip may know: `working`, `date` or `closed`, and the case's language."""

    state: Literal["working", "date", "closed"]
    language: str


def make(session: Session, vault: Vault, viewer: Viewer, reference: str, number: int, now: datetime) -> Slip:
    """Make the slip of a case; an older one is worth nothing from then on. `number` is drawn from 0 to 9999.

    Refused(404, "no_such_case").
    """
    return make_for(session, vault, viewer, case_for(session, viewer, reference), number, now)


def make_for(session: Session, vault: Vault, viewer: Viewer, case: CaseRow, number: int, now: datetime) -> Slip:
    """The same for a case of which the caller knows that the viewer may make its slip."""
    reference, code = case.reference, f"{number:04}"
    row = session.get(SlipRow, id_of(case)) or SlipRow(
        case_id=id_of(case), code_index=b"", person_id=viewer.person_id, made_at=now
    )
    row.code_index, row.wrong, row.locked_until = _index(vault, reference, code), 0, None
    row.person_id, row.made_at = viewer.person_id, now
    session.add(row)
    audit.record(session, viewer.person_id, "slip.make", reference, now)
    return Slip(reference, code, case.language)


def make_several(
    session: Session, vault: Vault, viewer: Viewer, numbers: Mapping[str, int], now: datetime
) -> list[Slip]:
    """Make the slips of several cases, each with its number by its reference. Refused(404, "no_such_case")."""
    return [make(session, vault, viewer, reference, number, now) for reference, number in numbers.items()]


def card_of(library: Library, slip: Slip) -> Card:
    """What stands on the card: how to ask, and nothing of what about."""
    text = t("Keep this. From any phone, send these to ask how it stands:")
    both = dict.fromkeys((slip.language, "en" if slip.language != "en" else "fr"))
    sides = tuple((one, direction(one), library.words(one).t(text)) for one in both)
    return Card(slip.reference, slip.code, sides, library.desk.number, library.desk.handle)


def slip_of(session: Session, case_id: int, now: datetime) -> SlipView | None:
    """Whether a case has a slip."""
    row = session.get(SlipRow, case_id)
    if row is None:
        return None
    return SlipView(row.made_at, row.locked_until if row.locked_until and row.locked_until > now else None)


def show(session: Session, vault: Vault, address: bytes, reference: str, code: str, now: datetime) -> Shown | None:
    """What a phone that shows a slip may be told; None for a wrong one, and while the slip or the phone is locked."""
    hers = (
        select(_slip.c.case_id, _slip.c.code_index, _slip.c.locked_until, _case.c.state, _case.c.language)
        .join(_case, _case.c.id == _slip.c.case_id)
        .where(_case.c.reference == reference, _case.c.state != FORGOTTEN)
        .with_for_update()
    )
    found = session.connection().execute(hers).one_or_none()
    slip, typed = found or _NOBODYS, _index(vault, reference, code)
    locked = slip.locked_until is not None and slip.locked_until > now
    right = bytes(slip.code_index) == typed and not locked and not _is_tired(session, address, now)
    _count(session, slip.case_id, address, reference, now, right=right, locked=locked)
    dated = _has_date(session, slip.case_id, now)
    if not right:
        return None
    return Shown("closed" if slip.state == "closed" else "date" if dated else "working", slip.language)


def end_what_is_over(session: Session, now: datetime) -> None:
    """Forget which phones tried wrong slips more than a day ago."""
    session.connection().execute(_try.delete().where(_try.c.since <= now - LOCKED))


def drop_slip(session: Session, case_id: int) -> None:
    """A case is forgotten: its slip is worth nothing."""
    session.connection().execute(_slip.delete().where(_slip.c.case_id == case_id))


def references_for_print(session: Session, viewer: Viewer, since: datetime) -> list[tuple[str, str, bool]]:
    """Reference, language and whether there is a slip already, of the cases that she may open since a time."""
    recent = pick(CaseRow.reference, CaseRow.language, SlipRow.case_id).join(
        SlipRow, col(SlipRow.case_id) == CaseRow.id, isouter=True
    )
    shown = recent.where(col(CaseRow.state).in_(("open", "claimed")), CaseRow.opened_at >= since)
    if not viewer.coordinator:
        shown = shown.where(CaseRow.claimed_by == viewer.person_id)
    rows = session.exec(shown.order_by(col(CaseRow.id).desc()).limit(200))
    return [(reference, language, slip is not None) for reference, language, slip in rows]


@dataclass(frozen=True, slots=True)
class _Slip:
    case_id: int
    code_index: bytes
    locked_until: datetime | None
    state: str
    language: str


_NOBODYS = _Slip(-1, b"", None, "", "")
"""Stands for the slip of a reference that nobody has, so that it costs what a wrong code costs."""


def _index(vault: Vault, reference: str, code: str) -> bytes:
    return vault.index("slip", reference, code)


def _is_tired(session: Session, address: bytes, now: datetime) -> bool:
    """Whether a phone tried too many wrong slips today."""
    wrong = select(_try.c.wrong).where(_try.c.address_index == address, _try.c.since > now - LOCKED)
    return (session.connection().execute(wrong).scalar_one_or_none() or 0) >= WRONG_TRIES


def _count(
    session: Session, case_id: int, address: bytes, reference: str, now: datetime, *, right: bool, locked: bool
) -> None:
    """Count a wrong try, for the slip and for the phone; a right one makes the slip's count begin anew."""
    connection = session.connection()
    mine = _slip.update().where(_slip.c.case_id == case_id)
    if right:
        connection.execute(mine.values(wrong=0, locked_until=None))
        return
    insert_once(session, _try, {"address_index": address, "wrong": 0, "since": now})
    again = _try.c.address_index == address
    connection.execute(_try.update().where(again, _try.c.since <= now - LOCKED).values(wrong=0, since=now))
    connection.execute(_try.update().where(again).values(wrong=_try.c.wrong + 1))
    if not locked:
        connection.execute(mine.values(wrong=_slip.c.wrong + 1))
    full = mine.where(_slip.c.wrong >= WRONG_CODES).values(wrong=0, locked_until=now + LOCKED)
    done: CursorResult[object] = connection.execute(full)
    if done.rowcount:
        audit.record(session, None, "slip.lock", reference, now)


def _has_date(session: Session, case_id: int, now: datetime) -> bool:
    """Whether the case has an appointment that is not over: one that she was told of, or that waits for that."""
    kept = select(_kept.c.id).where(_kept.c.case_id == case_id, _kept.c.at > now - A_DAY)
    dated = select(_notice.c.id).where(
        _notice.c.case_id == case_id,
        _notice.c.kind == "appointment",
        _notice.c.state != "cancelled",
        _notice.c.day >= now.date(),
    )
    either = (session.connection().execute(one.limit(1)).first() for one in (dated, kept))
    return [*either] != [None, None]  # both are looked up, whatever the slip is worth
