"""Not going alone: a worker wants company on a day, it is offered, and one volunteer takes it, however many want to.

Volunteers see of an offer when, in which district and in which language; whoever takes it reads what she needs for
the day, and nothing else of the case.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select, update

from api.answers import encode, unpack
from api.desk.tasks import open_task, settle
from api.errors import Refused
from api.keys.vault import CaseKey, Vault
from api.staff import alerts, audit
from api.staff.access import case_for, claimed_case, id_of, open_key
from api.staff.accounts import still_here
from api.staff.people import Viewer
from api.store.once import insert_once
from api.tables import CaseRow, Item, OfferRow, Person, metadata
from flows.loader import Library
from flows.where import PLACE

ITEM = "offer"
"""The kind under which name and meeting place are sealed to the case."""
CHECK_IN = "check_in"
WISHES = ("", "woman", "man")
LONGEST = timedelta(hours=24)
LONGEST_PLACE = 200
HOME_WITHIN = timedelta(hours=1)
"""How long after the end somebody has to say that she is home."""
_offer = metadata.tables["offer"]


@dataclass(frozen=True, slots=True)
class Company:
    """What is asked for: from when until when (aware), where they meet, and whether a woman or a man should come."""

    starts_at: datetime
    ends_at: datetime
    place: str
    wish: str = ""


@dataclass(frozen=True, slots=True)
class OfferView:
    """An offer as anybody who takes cases may see it; `by` is who goes along. `mine`: the viewer does."""

    id: int
    state: str
    starts_at: datetime
    ends_at: datetime
    district: str
    language: str
    wish: str
    by: str = ""
    mine: bool = False


def offer(
    session: Session, vault: Vault, library: Library, viewer: Viewer, reference: str, said: Company, now: datetime
) -> None:
    """Offer to go along with the worker of a claimed case; the same time twice is one offer.

    Refused: (422, "no_such_day"), (422, "incomplete"), (409, "not_claimed"), (404, "no_such_case").
    """
    if said.starts_at <= now or not timedelta(0) < said.ends_at - said.starts_at <= LONGEST:
        raise Refused(422, "no_such_day")
    place = " ".join(said.place.split())
    if not 0 < len(place) <= LONGEST_PLACE or said.wish not in WISHES:
        raise Refused(422, "incomplete")
    case = claimed_case(session, viewer, reference)
    content = encode([name_in(session, library, case, open_key(vault, viewer, case)), place])
    row = {
        "case_id": id_of(case),
        "state": "offered",
        "starts_at": said.starts_at,
        "ends_at": said.ends_at,
        "district": case.route.get(PLACE, ""),
        "language": case.language,
        "wish": said.wish,
        "box": vault.seal(case.public_key, Vault.item_context(id_of(case), ITEM), content),
        "offered_by": viewer.person_id,
        "created_at": now,
    }
    if insert_once(session, _offer, row) is not None:
        audit.record(session, viewer.person_id, "offer.make", reference, now)


def offers(session: Session, now: datetime) -> list[OfferView]:
    """What nobody has taken yet, the nearest first."""
    free = select(OfferRow).where(OfferRow.state == "offered", OfferRow.ends_at > now)
    return [_view(row) for row in session.exec(free.order_by(col(OfferRow.starts_at), col(OfferRow.id)))]


def taken_by(session: Session, viewer: Viewer) -> list[OfferView]:
    """Where the viewer goes along, the nearest first, until she says that the worker is home."""
    hers = select(OfferRow).where(OfferRow.state == "taken", OfferRow.taken_by == viewer.person_id)
    found = session.exec(hers.order_by(col(OfferRow.starts_at), col(OfferRow.id)))
    return [_view(row, viewer.name, mine=True) for row in found]


def offers_of(session: Session, viewer: Viewer, reference: str) -> list[OfferView]:
    """The offers of a case that were not withdrawn, for its page."""
    rows = (
        select(OfferRow, Person.name)
        .join(CaseRow, col(OfferRow.case_id) == CaseRow.id)
        .join(Person, col(OfferRow.taken_by) == Person.id, isouter=True)
        .where(CaseRow.reference == reference, OfferRow.state != "withdrawn")
    )
    found = session.exec(rows.order_by(col(OfferRow.starts_at)))
    return [_view(row, name or "", mine=row.taken_by == viewer.person_id) for row, name in found]


def take(session: Session, viewer: Viewer, offer_id: int, now: datetime) -> None:
    """Go along. One conditional update lets exactly one of several through; to take one's own again changes nothing.

    Refused: (404, "no_such_offer"), (409, "already_taken").
    """
    if viewer.trainee or not still_here(session, viewer.person_id, now):
        raise Refused(404, "no_such_offer")
    free = _offer.c.id == offer_id, _offer.c.state == "offered", _offer.c.ends_at > now
    mine = {"state": "taken", "taken_by": viewer.person_id, "taken_at": now}
    taken = _offer.update().where(*free).values(mine).returning(_offer.c.case_id)
    case_id = session.connection().execute(taken).scalar_one_or_none()
    if case_id is not None:
        audit.record(session, viewer.person_id, "offer.take", _reference(session, case_id), now)
        return
    row = session.get(OfferRow, offer_id)
    if row is None or row.state != "taken":
        raise Refused(404, "no_such_offer")
    if row.taken_by != viewer.person_id:
        raise Refused(409, "already_taken")


def give_back(session: Session, vault: Vault, viewer: Viewer, offer_id: int, now: datetime) -> None:
    """She cannot go along after all: it is offered again, and those on duty hear of it.

    Refused: (404, "no_such_offer"), (409, "too_late") when the time is over: then somebody has to say how it went.
    """
    row = hers_to_do(session, viewer, offer_id)
    if row.ends_at <= now:
        raise Refused(409, "too_late")
    row.state, row.taken_by, row.taken_at = "offered", None, None
    session.add(row)
    alerts.alert_on_duty(session, vault, "given_back", now, about=f"offer:{offer_id}")
    audit.record(session, viewer.person_id, "offer.give_back", _reference(session, row.case_id), now)


def withdraw(session: Session, vault: Vault, viewer: Viewer, reference: str, offer_id: int, now: datetime) -> None:
    """Nobody has to go along any more; who had taken it hears that something changed. Refused(404, …)."""
    case = case_for(session, viewer, reference)
    row = session.exec(select(OfferRow).where(OfferRow.id == offer_id).with_for_update()).one_or_none()
    if row is None or row.case_id != case.id or row.state not in ("offered", "taken"):
        raise Refused(404, "no_such_offer")
    _call_off(session, vault, row, viewer.person_id, now)
    row.state, row.ended_at = "withdrawn", now
    session.add(row)
    audit.record(session, viewer.person_id, "offer.withdraw", reference, now)


def say_home(session: Session, viewer: Viewer, offer_id: int, now: datetime) -> None:
    """The worker is home. Refused(404, "no_such_offer")."""
    row = hers_to_do(session, viewer, offer_id)
    row.state, row.ended_at = "home", now
    session.add(row)
    settle(session, CHECK_IN, now, about=str(offer_id))
    audit.record(session, viewer.person_id, "offer.home", _reference(session, row.case_id), now)


def ask_who_is_home(session: Session, now: datetime) -> int:
    """Ask everybody whose time is over whether the worker is home, each once; gives how many were asked.

    The task belongs to who went, not to the case: it stays when the case is closed meanwhile.
    """
    over = (OfferRow.state == "taken", OfferRow.ends_at <= now, col(OfferRow.asked_at).is_(None))
    asked = list(session.exec(select(OfferRow).where(*over).with_for_update(skip_locked=True)))
    for row in asked:
        row.asked_at = now
        session.add(row)
        due_at = row.ends_at + HOME_WITHIN
        open_task(session, CHECK_IN, now, due_at=due_at, about=str(row.id), person_id=row.taken_by)
    return len(asked)


def end_offers(session: Session, case_id: int, now: datetime) -> None:
    """A case is closed: what nobody has taken is not offered any more."""
    free = update(OfferRow).where(col(OfferRow.case_id) == case_id, col(OfferRow.state) == "offered")
    session.connection().execute(free.values(state="withdrawn", ended_at=now))


def call_off_all(session: Session, vault: Vault, case_id: int, by: int | None, now: datetime) -> None:
    """A case is forgotten, by somebody or herself: nobody goes along any more, or is asked whether she is home."""
    hers = select(OfferRow).where(OfferRow.case_id == case_id, OfferRow.state == "taken").order_by(col(OfferRow.id))
    for row in session.exec(hers.with_for_update()).all():
        _call_off(session, vault, row, by, now)


def hers_to_do(session: Session, viewer: Viewer, offer_id: int, *, locked: bool = True) -> OfferRow:
    """An offer that the viewer has taken, or anybody, for a coordinator; `locked` to change it.

    Refused(404, "no_such_offer").
    """
    found = select(OfferRow).where(OfferRow.id == offer_id)
    row = session.exec(found.with_for_update() if locked else found).one_or_none()
    if row is None or row.state != "taken" or not (viewer.coordinator or row.taken_by == viewer.person_id):
        raise Refused(404, "no_such_offer")
    return row


def name_in(session: Session, library: Library, case: CaseRow, key: CaseKey) -> str:
    """How she is called, from the first answer that is a name."""
    sealed = select(Item.box).where(Item.case_id == case.id, Item.kind == "answers").order_by(col(Item.id).desc())
    answers = unpack(key.open(Vault.item_context(id_of(case), "answers"), session.exec(sealed.limit(1)).one()))
    service = library.services.get(case.service)
    names = [one.question.ask for one in service.questions if one.question.type == "name"] if service else []
    return next((str(answers[name].value) for name in names if name in answers and answers[name].value), "")


def _call_off(session: Session, vault: Vault, row: OfferRow, by: int | None, now: datetime) -> None:
    """Who had taken it hears that something changed, unless it is who does it; nobody asks her any more."""
    taker = session.get(Person, row.taken_by) if row.taken_by else None
    if taker is not None and taker.id != by:
        alerts.alert(session, vault, taker, "changed", now, about=f"offer:{row.id}")
    settle(session, CHECK_IN, now, about=str(row.id), state="dropped")


def _reference(session: Session, case_id: int) -> str:
    return session.exec(select(CaseRow.reference).where(CaseRow.id == case_id)).one()


def _view(row: OfferRow, by: str = "", *, mine: bool = False) -> OfferView:
    return OfferView(row.id or 0, row.state, row.starts_at, row.ends_at, row.district, row.language, row.wish, by, mine)
