"""The day itself, for who goes along: whom she meets and where, a call through us, and an entry for her calendar."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import Alarm, Calendar, Event
from sqlmodel import Session

from api.answers import decode
from api.desk import calls
from api.desk.calls import Order
from api.errors import Refused
from api.going.offers import ITEM, hers_to_do
from api.keys.vault import Vault
from api.staff import audit
from api.staff.access import FORGOTTEN, id_of, open_key
from api.staff.people import Viewer
from api.tables import CaseRow
from flows.loader import Library

BEFORE = timedelta(hours=2)
"""How long before it her calendar reminds her."""


@dataclass(frozen=True, slots=True)
class TheDay:
    """All that somebody who goes along needs to know. `over`: its time is over, and she says how it went."""

    id: int
    reference: str
    name: str
    place: str
    starts_at: datetime
    ends_at: datetime
    district: str
    language: str
    over: bool


def the_day(session: Session, vault: Vault, viewer: Viewer, offer_id: int, now: datetime) -> TheDay:
    """Open what she needs for the day, and nothing else of the case. Refused(404, "no_such_offer")."""
    row = hers_to_do(session, viewer, offer_id)
    case = _case(session, row.case_id)
    key = open_key(vault, viewer, case)
    name, place = decode(key.open(Vault.item_context(id_of(case), ITEM), row.box))
    audit.record_visit(session, viewer.person_id, "offer.see", case.reference, now)
    return TheDay(
        offer_id,
        case.reference,
        name,
        place,
        row.starts_at,
        row.ends_at,
        row.district,
        row.language,
        row.ends_at <= now,
    )


def call(
    session: Session, vault: Vault, library: Library, viewer: Viewer, offer_id: int, own_number: str, now: datetime
) -> Order:
    """Begin a call to the worker; she sees our number, and who goes along sees none. Refused as `calls.begin` is."""
    case = _case(session, hers_to_do(session, viewer, offer_id).case_id)
    return calls.begin_in(session, vault, library, viewer, case, own_number, now)


def calendar_file(session: Session, viewer: Viewer, offer_id: int, summary: str, now: datetime) -> bytes:
    """An entry for a calendar (RFC 5545) that says when, and `summary`: calendars are read by others.

    Refused(404, "no_such_offer").
    """
    row = hers_to_do(session, viewer, offer_id, locked=False)
    event = Event()
    event.add("uid", f"{offer_id}@rafiqa")
    event.add("dtstamp", now)
    event.add("dtstart", row.starts_at)
    event.add("dtend", row.ends_at)
    event.add("summary", summary)
    reminder = Alarm()
    reminder.add("action", "DISPLAY")
    reminder.add("description", summary)
    reminder.add("trigger", -BEFORE)
    event.add_component(reminder)
    calendar = Calendar()
    calendar.add("prodid", "-//rafiqa//calendar//EN")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _case(session: Session, case_id: int) -> CaseRow:
    case = session.get(CaseRow, case_id)
    if case is None or case.state == FORGOTTEN:
        raise Refused(404, "no_such_offer")
    return case
