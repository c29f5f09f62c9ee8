"""An outing takes many to one place on one day: who comes along, a list for the day, and who came."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, func, select

from api.answers import decode, encode, unpack
from api.desk.contacts import wishes_in
from api.errors import Refused
from api.going.offers import LONGEST_PLACE, name_in
from api.keys.keyring import Gone
from api.keys.vault import CaseKey, Vault
from api.staff import audit
from api.staff.access import FORGOTTEN, coordinators_only, id_of, lock_of
from api.staff.people import Viewer
from api.store.once import insert_once
from api.tables import CaseRow, Item, OutingCase, OutingRow, metadata
from flows import where
from flows.loader import Library

PLACE = "outing"
MOST = 500
LONGEST_HOURS = 24
KEPT = timedelta(days=90)
_outing_case = metadata.tables["outing_case"]


@dataclass(frozen=True, slots=True)
class OutingView:
    """An outing: where and when, how many can come and how many do; `led_by` (an id) goes with them.

    With a `service` its workers sign up for it with the bot. `came` and `hours` are what was ticked.
    """

    id: int
    starts_at: datetime
    place: str
    places: int
    going: int
    led_by: int | None
    service: str = ""
    came: int = 0
    hours: float = 0


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the list: the reference and the first letter of her name, no more; and whether she came."""

    reference: str
    letter: str
    language: str
    came: bool
    signed_up: bool = False
    hours: float | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could come along: she may be told, or wants company."""

    reference: str
    language: str
    district: str
    company: bool


def plan(
    session: Session,
    vault: Vault,
    viewer: Viewer,
    starts_at: datetime,
    place: str,
    places: int,
    led_by: int | None,
    now: datetime,
    *,
    service: str = "",
    needs: Collection[str] = (),
    area: str = "",
) -> int:
    """Plan an outing, and give its id; with a `service` its workers can sign up for it with the bot.

    `needs` are the skills that it asks for, `area` is the code of the place where it is: by these people are proposed.
    Refused: (422, "no_such_day"), (422, "incomplete").
    """
    coordinators_only(viewer)
    place = " ".join(place.split())
    if starts_at <= now:
        raise Refused(422, "no_such_day")
    if not 0 < len(place) <= LONGEST_PLACE or not 0 < places <= MOST:
        raise Refused(422, "incomplete")
    box, by = vault.seal_to_team(PLACE, encode(place)), viewer.person_id
    row = OutingRow(starts_at=starts_at, box=box, places=places, person_id=by, led_by=led_by, created_at=now)
    row.area, row.needs = area, f" {' '.join(needs)} " if needs else ""
    if service:
        row.service, row.sign_up = service, True
        row.label_box = vault.lock(encode(place), expires=starts_at)
    session.add(row)
    session.flush()
    audit.record(session, viewer.person_id, "outing.make", str(row.id), now)
    return row.id or 0


def outings(session: Session, viewer: Viewer) -> list[OutingView]:
    """The outings, the next first: all for a coordinator, and those that she leads for anybody else."""
    shown = select(OutingRow).order_by(col(OutingRow.starts_at).desc())
    if not viewer.coordinator:
        shown = shown.where(OutingRow.led_by == viewer.person_id)
    return [_view(session, viewer, row) for row in session.exec(shown)]


def the_outing(session: Session, viewer: Viewer, outing_id: int) -> OutingView:
    """One outing. Refused(404, "no_such_outing")."""
    return _view(session, viewer, _hers(session, viewer, outing_id))


def list_of(
    session: Session, vault: Vault, library: Library, viewer: Viewer, outing_id: int, now: datetime
) -> list[Listed]:
    """Who goes, in the order of the references. Refused(404, "no_such_outing")."""
    _hers(session, viewer, outing_id)
    audit.record_visit(session, viewer.person_id, "outing.see", str(outing_id), now)
    on = select(CaseRow, OutingCase).join(OutingCase, col(OutingCase.case_id) == CaseRow.id)
    rows = session.exec(on.where(OutingCase.outing_id == outing_id).order_by(col(CaseRow.reference)))
    return [
        Listed(
            case.reference,
            _letter(session, vault, library, viewer, case),
            case.language,
            line.came,
            line.signed_up,
            line.hours,
        )
        for case, line in rows
    ]


def candidates(
    session: Session, vault: Vault, library: Library, viewer: Viewer, outing_id: int, now: datetime
) -> list[Candidate]:
    """Who could come along and is not on the list: cases whose worker may be told of it, or wants company."""
    coordinators_only(viewer)
    on = select(OutingCase.case_id).where(OutingCase.outing_id == outing_id)
    free = select(CaseRow).where(col(CaseRow.state).in_(("open", "claimed")), col(CaseRow.id).not_in(on))
    return list(_possible(session, vault, library, viewer, session.exec(free.order_by(col(CaseRow.id))).all(), now))


def add(session: Session, viewer: Viewer, outing_id: int, references: Collection[str], now: datetime) -> None:
    """Put cases on the list. Refused: (409, "no_place_left"), (404, "no_such_outing")."""
    coordinators_only(viewer)
    put_on(session, viewer, outing_id, references, now)


def put_on(session: Session, viewer: Viewer, outing_id: int, references: Collection[str], now: datetime) -> None:
    """The same, for who has one of these cases: whether she has, says the caller."""
    outing = session.exec(select(OutingRow).where(OutingRow.id == outing_id).with_for_update()).one_or_none()
    if outing is None:
        raise Refused(404, "no_such_outing")
    found = session.exec(select(CaseRow).where(col(CaseRow.reference).in_(references), CaseRow.state != FORGOTTEN))
    for case in found.all():
        row = {"outing_id": outing_id, "case_id": case.id, "came": False, "signed_up": False, "added_at": now}
        if insert_once(session, _outing_case, row) is not None:
            audit.record(session, viewer.person_id, "outing.add", case.reference, now, outing=outing_id)
    if _going(session, outing_id) > outing.places:
        raise Refused(409, "no_place_left")


def drop(session: Session, viewer: Viewer, outing_id: int, reference: str, now: datetime) -> None:
    """Take a case off the list."""
    coordinators_only(viewer)
    case_id = session.exec(select(CaseRow.id).where(CaseRow.reference == reference)).one_or_none()
    gone = delete(OutingCase).where(col(OutingCase.outing_id) == outing_id, col(OutingCase.case_id) == case_id)
    if session.connection().execute(gone).rowcount != 1:
        raise Refused(404, "no_such_outing")
    audit.record(session, viewer.person_id, "outing.drop", reference, now, outing=outing_id)


def tick(
    session: Session, viewer: Viewer, outing_id: int, listed: Collection[str], came: Collection[str], now: datetime
) -> list[str]:
    """Of those `listed`, these `came` and the others did not. The same twice changes nothing; gives whose changed.

    Refused(404, "no_such_outing").
    """
    _hers(session, viewer, outing_id)
    on = select(OutingCase, CaseRow.reference).join(CaseRow, col(OutingCase.case_id) == CaseRow.id)
    rows = session.exec(on.where(OutingCase.outing_id == outing_id, col(CaseRow.reference).in_(listed)))
    changed = [(line, reference) for line, reference in rows if line.came != (reference in came)]
    for line, reference in changed:
        line.came, line.ticked_at, line.ticked_by = reference in came, now, viewer.person_id
        session.add(line)
        what = "outing.came" if line.came else "outing.stayed"
        audit.record(session, viewer.person_id, what, reference, now, outing=outing_id)
    return [reference for _, reference in changed]


def write_hours(session: Session, viewer: Viewer, outing_id: int, hours: Mapping[str, float], now: datetime) -> None:
    """Write down for how many hours each was there, by reference; nought: not at all.

    Refused: (404, "no_such_outing"), (422, "incomplete") when it is not between nought and a day.
    """
    _hers(session, viewer, outing_id)
    if not all(0 <= one <= LONGEST_HOURS for one in hours.values()):
        raise Refused(422, "incomplete")
    on = select(OutingCase, CaseRow.reference).join(CaseRow, col(OutingCase.case_id) == CaseRow.id)
    rows = session.exec(on.where(OutingCase.outing_id == outing_id, col(CaseRow.reference).in_(hours)))
    for line, reference in rows.all():
        if line.hours != hours[reference]:
            line.hours, line.came = hours[reference], line.came or hours[reference] > 0
            line.ticked_at, line.ticked_by = now, viewer.person_id
            session.add(line)
            audit.record(session, viewer.person_id, "outing.hours", reference, now, outing=outing_id)


def came_of(session: Session, reference: str) -> list[tuple[datetime, bool]]:
    """For the page of a case: when its outings are, and whether she came."""
    on = (
        select(OutingRow.starts_at, OutingCase.came)
        .join(OutingCase, col(OutingCase.outing_id) == OutingRow.id)
        .join(CaseRow, col(OutingCase.case_id) == CaseRow.id)
    )
    return list(session.exec(on.where(CaseRow.reference == reference).order_by(col(OutingRow.starts_at))))


def end_what_is_over(session: Session, now: datetime) -> None:
    """Delete outings that were long ago, with their lists."""
    over = select(OutingRow.id).where(OutingRow.starts_at <= now - KEPT)
    session.connection().execute(delete(OutingCase).where(col(OutingCase.outing_id).in_(over)))
    session.connection().execute(delete(OutingRow).where(col(OutingRow.starts_at) <= now - KEPT))


def _hers(session: Session, viewer: Viewer, outing_id: int) -> OutingRow:
    row = session.get(OutingRow, outing_id)
    if row is None or viewer.trainee or not (viewer.coordinator or row.led_by == viewer.person_id):
        raise Refused(404, "no_such_outing")
    return row


def _going(session: Session, outing_id: int) -> int:
    return session.exec(select(func.count()).where(col(OutingCase.outing_id) == outing_id)).one()


def _view(session: Session, viewer: Viewer, row: OutingRow) -> OutingView:
    place = decode(viewer.team.open(PLACE, row.box))
    going, mine = _going(session, row.id or 0), OutingCase.outing_id == row.id
    hours = list(session.exec(select(OutingCase.hours).where(mine, col(OutingCase.came))))
    return OutingView(
        row.id or 0,
        row.starts_at,
        place,
        row.places,
        going,
        row.led_by,
        row.service,
        len(hours),
        sum(one or 0 for one in hours),
    )


def _letter(session: Session, vault: Vault, library: Library, viewer: Viewer, case: CaseRow) -> str:
    try:
        key = vault.open_case(viewer.team, lock_of(case))
    except Gone:
        return ""
    return name_in(session, library, case, key)[:1].upper()


def _possible(
    session: Session, vault: Vault, library: Library, viewer: Viewer, cases: Collection[CaseRow], now: datetime
) -> Iterator[Candidate]:
    for case in cases:
        try:
            key = vault.open_case(viewer.team, lock_of(case))
        except Gone:
            continue
        company = _wants_company(session, library, case, key, now)
        if company or wishes_in(session, key, case).may in ("always", "hours"):
            yield Candidate(case.reference, case.language, case.route.get(where.PLACE, ""), company)


def _wants_company(session: Session, library: Library, case: CaseRow, key: CaseKey, now: datetime) -> bool:
    service = library.services.get(case.service)
    if service is None or service.accompany is None:
        return False
    sealed = select(Item.box).where(Item.case_id == case.id, Item.kind == "answers").order_by(col(Item.id).desc())
    answers = unpack(key.open(Vault.item_context(id_of(case), "answers"), session.exec(sealed.limit(1)).one()))
    return service.accompany.truth({name: answer.value for name, answer in answers.items()}, now=now)
