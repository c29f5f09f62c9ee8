"""How long somebody is of the team: an account ends by itself, so that nobody who left is forgotten there."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select, update

from api.tables import OfferRow, Person

LIVES = timedelta(days=90)
"""How long somebody can sign in after a coordinator last said that she is still one of us."""
WARNED = timedelta(days=14)
"""How long before that her pages, and the coordinators', say so."""


def active(person: Person, now: datetime) -> bool:
    """Whether she can sign in: she is of the team, and her account has not ended."""
    return person.active and now < ends_at(person)


def still_here(session: Session, person_id: int, now: datetime) -> bool:
    """The same of somebody whom nobody can remove before the transaction ends."""
    hers = select(Person).where(Person.id == person_id).with_for_update(key_share=True)
    person = session.exec(hers.execution_options(populate_existing=True)).one_or_none()
    return person is not None and active(person, now)


def ends_at(person: Person) -> datetime:
    """When her account ends unless a coordinator prolongs it."""
    return person.expires_at or person.created_at + LIVES


def go_along_no_more(session: Session, person_id: int) -> None:
    """Where she would have gone along, somebody else is asked for."""
    hers = update(OfferRow).where(col(OfferRow.taken_by) == person_id, col(OfferRow.state) == "taken")
    session.connection().execute(hers.values(state="offered", taken_by=None, taken_at=None))
