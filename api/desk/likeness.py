"""Duplicates: two cases that may be one person's. They are proposed, and only a person says what is so."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from api.answers import encode
from api.desk import queue
from api.desk.answered import answers_in, opened
from api.desk.cases import put_in
from api.desk.labels import in_words, prompt_in
from api.desk.naming import record_asked
from api.errors import Refused
from api.keys.vault import Vault
from api.staff import audit
from api.staff.access import FORGOTTEN, case_for, id_of, may_open, open_key
from api.staff.people import Viewer
from api.store.once import insert_once
from api.tables import CaseApart, CaseRow, Person, metadata
from flows.likeness import Traits, perhaps_one, shared, traits_of
from flows.loader import Library
from flows.model import Answer

LOOK = 200
"""With how many of the newest cases one is compared: to open them all would keep the page waiting."""
SHOWN = 3
"""How many are proposed at once, those first for which most speaks."""
CANDIDATES = 2000
"""Among how many of the newest cases these are picked by their readable facts."""
_SAME_ROUTE = ("country",)
"""Readable facts that are the same for one person; where both cases have one and they differ, they are two people."""
_apart = metadata.tables["case_apart"]


@dataclass(frozen=True, slots=True)
class Alike:
    """A case that may be the same person's; `claimed_by` is who has it, `opens` whether the viewer may open it."""

    reference: str
    reasons: tuple[str, ...]
    claimed_by: str
    opens: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One question in two cases: its short name, what each says, and whether that is the same.

    `hidden` says for each of the two that it says something for which nobody asked; then it is not here either.
    """

    title: str
    sensitive: str
    mine: str
    others: str
    same: bool
    hidden: tuple[bool, bool] = (False, False)


@dataclass(frozen=True, slots=True)
class Beside:
    """Two cases side by side, and what is alike in them. `closable` are those that can be closed as the duplicate."""

    references: tuple[str, str]
    opened_at: tuple[datetime, datetime]
    states: tuple[str, str]
    closable: tuple[str, ...]
    reasons: tuple[str, ...]
    rows: tuple[Row, ...]
    named: bool = False


def alike_to(session: Session, vault: Vault, library: Library, viewer: Viewer, reference: str) -> tuple[Alike, ...]:
    """The cases that may be the same person's, the likeliest first. Nothing for a case that the viewer may not open."""
    case = session.exec(select(CaseRow).where(CaseRow.reference == reference)).one_or_none()
    if case is None or not may_open(viewer, case) or case.closing_reason == "duplicate":
        return ()
    hers = _traits(library, case, answers_in(session, open_key(vault, viewer, case), case))
    if not (hers.names or hers.documents):
        return ()
    candidates = _candidates(session, case)[:LOOK]
    names = {one.reference: name or "" for one, name in candidates}
    found = []
    for other, answers in opened(session, vault, viewer, [one for one, _ in candidates]):
        reasons = shared(hers, _traits(library, other, answers))
        if perhaps_one(reasons):
            found.append(Alike(other.reference, reasons, names[other.reference], may_open(viewer, other)))
    return tuple(sorted(found, key=lambda one: (-len(one.reasons), not one.opens)))[:SHOWN]


def beside(
    session: Session,
    vault: Vault,
    library: Library,
    viewer: Viewer,
    reference: str,
    other: str,
    now: datetime,
    *,
    named_since: datetime | None = None,
) -> Beside:
    """Two cases that the viewer may open, side by side; with `named_since` she asks for names, as in `caseview.see`.

    Refused(404, "no_such_case").
    """
    mine, hers = _both(session, viewer, reference, other)
    answers = tuple(answers_in(session, open_key(vault, viewer, case), case) for case in (mine, hers))
    for case in (mine, hers):
        audit.record_visit(session, viewer.person_id, "case.see", case.reference, now)
        if named_since is not None:
            record_asked(session, viewer, case.reference, named_since, now)
    rows = _rows(library, viewer, mine, hers, *answers)
    traits = [_traits(library, case, one) for case, one in zip((mine, hers), answers, strict=True)]
    return Beside(
        (mine.reference, hers.reference),
        (mine.opened_at, hers.opened_at),
        (mine.state, hers.state),
        tuple(case.reference for case in (mine, hers) if case.state != "closed"),
        shared(*traits),
        tuple(rows if named_since is not None else map(_without_names, rows)),
        named_since is not None,
    )


def same(session: Session, vault: Vault, viewer: Viewer, duplicate: str, kept: str, now: datetime) -> None:
    """They are one person's: close one as the duplicate; each names the other, sealed. To reopen it undoes this.

    What the kept one has, its numbers too, stays with it. Refused: (404, "no_such_case"), (409, "closed").
    """
    case, other = _both(session, viewer, duplicate, kept)
    if case.state == "closed":
        raise Refused(409, "closed")
    if case.state == "open":
        case.state, case.claimed_by, case.claimed_at = "claimed", viewer.person_id, now
        session.add(case)
        session.flush()
    for one, linked in ((case, kept), (other, duplicate)):
        put_in(session, vault, id_of(one), one.public_key, "same", encode(linked), now, viewer.person_id)
    queue.close(session, viewer, duplicate, "duplicate", now)
    audit.record(session, viewer.person_id, "case.same", duplicate, now, to=kept)
    audit.record(session, viewer.person_id, "case.same", kept, now, to=duplicate)


def apart(session: Session, viewer: Viewer, reference: str, other: str, now: datetime) -> None:
    """They are two people's: nobody is asked about these two again. Refused(404, "no_such_case")."""
    mine, hers = _both(session, viewer, reference, other)
    for one, two in ((mine, hers), (hers, mine)):
        row = {"case_id": one.id, "other_id": two.id, "person_id": viewer.person_id, "decided_at": now}
        insert_once(session, _apart, row)
    audit.record(session, viewer.person_id, "case.apart", reference, now, to=other)


def _without_names(row: Row) -> Row:
    return replace(row, mine="", others="", hidden=(bool(row.mine), bool(row.others))) if row.sensitive else row


def _both(session: Session, viewer: Viewer, reference: str, other: str) -> tuple[CaseRow, CaseRow]:
    """Two different cases that the viewer may open, locked in one order for all."""
    if reference == other:
        raise Refused(404, "no_such_case")
    found = {name: case_for(session, viewer, name) for name in sorted((reference, other))}
    return found[reference], found[other]


def _candidates(session: Session, case: CaseRow) -> list[tuple[CaseRow, str | None]]:
    """The newest other cases whose readable facts do not speak against it, and that nobody said are another's."""
    decided = select(CaseApart.other_id).where(CaseApart.case_id == case.id)
    others = (
        select(CaseRow, Person.name)
        .join(Person, isouter=True)
        .where(
            CaseRow.id != case.id,
            CaseRow.state != FORGOTTEN,
            CaseRow.closing_reason != "duplicate",
            col(CaseRow.id).not_in(decided),
        )
    )
    newest = session.exec(others.order_by(col(CaseRow.id).desc()).limit(CANDIDATES))
    return [(one, name) for one, name in newest if _may_be(case.route, one.route)]


def _may_be(route: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return all(route[name] == other[name] for name in _SAME_ROUTE if name in route and name in other)


def _traits(library: Library, case: CaseRow, answers: Mapping[str, Answer]) -> Traits:
    return traits_of(library.services.get(case.service), answers, case.address_index)


def _rows(
    library: Library,
    viewer: Viewer,
    mine: CaseRow,
    hers: CaseRow,
    answers: Mapping[str, Answer],
    others: Mapping[str, Answer],
) -> list[Row]:
    rows = []
    for name in dict.fromkeys((*answers, *others)):
        service = library.services.get(mine.service if name in answers else hers.service)
        asked = service.by_name.get(name) if service else None
        if asked is None or asked.question.type == "consent":
            continue
        values = [said[name].value if name in said else None for said in (answers, others)]
        one, two = (in_words(library, asked, value, viewer.language) for value in values)
        title = prompt_in(asked, viewer.language).title
        rows.append(Row(title, asked.question.sensitive, one, two, bool(one) and one == two))
    return rows
