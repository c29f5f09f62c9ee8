"""What workers are offered: the services that are on, in a live deployment in the languages that somebody has read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from api.desk.house import desk_now, services_on
from api.errors import Refused
from api.keys.vault import Vault
from api.staff import audit, duty
from api.staff.access import coordinators_only
from api.staff.alerts import alert
from api.staff.people import Viewer
from api.tables import LanguageReview, Team
from flows.loader import Library, Service
from flows.model import Desk, Outing
from flows.review import SOURCE, offered, texts_hash

LONGEST_NAME = 60
Allowed = Mapping[str, frozenset[str]]
"""By service, the languages in which it is offered."""


@dataclass(slots=True)
class Offering:
    """What is offered now (None: everything), whose desk it is (None: as the environment says), and which outings can
    be signed up for, for the engine.

    Looked up when something changes and every few seconds.
    """

    allowed: Allowed | None = None
    desk: Desk | None = None
    outings: Mapping[str, tuple[Outing, ...]] = field(default_factory=dict)

    def take(self, now: "Offering") -> None:
        """From now on it is so."""
        self.allowed, self.desk = now.allowed, now.desk


@dataclass(frozen=True, slots=True)
class Review:
    """That a language of a service was read: by whom, when, and whether the texts are still those."""

    reviewer: str
    at: datetime
    holds: bool


def reviews(session: Session, library: Library) -> dict[tuple[str, str], Review]:
    """What was read, by service and language."""
    return {
        (row.service, row.language): Review(row.reviewer, row.at, _holds(library, row))
        for row in session.exec(select(LanguageReview))
    }


def offering_now(session: Session, library: Library) -> Offering:
    """What is offered, and whose desk it is. `library` is as its files and the environment have written it."""
    return Offering(allowed(session, library), desk_now(session, library.desk))


def allowed(session: Session, library: Library) -> Allowed | None:
    """What is offered now: of the services that are on, in a trial every language."""
    on, team = services_on(session, library), session.get(Team, 1)
    if team is None or team.trial:
        if on == library.services.keys():
            return None
        return {name: frozenset(library.services[name].file.languages) for name in on}
    read = {(row.service, row.language): row.texts for row in session.exec(select(LanguageReview))}
    return {name: languages for name, languages in offered(library, read).items() if name in on}


def tick(
    session: Session,
    library: Library,
    viewer: Viewer,
    service: str,
    language: str,
    reviewer: str,
    seen: str,
    now: datetime,
) -> None:
    """Keep that somebody has read a language; `seen` is the hash of the texts that were on the page.

    Refused: (404, "no_such_service"), (422, "reviewer_missing"), (409, "changed_meanwhile").
    """
    coordinators_only(viewer)
    known, name = readable(library, service, language), " ".join(reviewer.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise Refused(422, "reviewer_missing")
    if texts_hash(library, known, language) != seen:
        raise Refused(409, "changed_meanwhile")
    row = LanguageReview(
        service=service, language=language, texts=seen, reviewer=name, person_id=viewer.person_id, at=now
    )
    session.merge(row)
    audit.record(session, viewer.person_id, "language.review", f"{service}:{language}", now)


def untick(session: Session, library: Library, viewer: Viewer, service: str, language: str, now: datetime) -> None:
    """Take it back: from now on nobody new is asked in that language."""
    coordinators_only(viewer)
    readable(library, service, language)
    row = session.get(LanguageReview, (service, language))
    if row is not None:
        session.delete(row)
        audit.record(session, viewer.person_id, "language.unreview", f"{service}:{language}", now)


def readable(library: Library, service: str, language: str) -> Service:
    """A service that has this language, other than the source. Raises Refused(404, "no_such_service")."""
    known = library.services.get(service)
    if known is None or language == SOURCE or language not in known.file.languages:
        raise Refused(404, "no_such_service")
    return known


def void_changed(session: Session, vault: Vault, library: Library, now: datetime) -> int:
    """Tell coordinators once of each tick whose texts have changed since; gives how many there were."""
    changed = [
        row
        for row in session.exec(select(LanguageReview).where(col(LanguageReview.void_at).is_(None)))
        if not _holds(library, row)
    ]
    for row in changed:
        row.void_at = now
        session.add(row)
        for person in duty.coordinators(session, now):
            alert(session, vault, person, "language", now, about=f"{row.service}:{row.language}")
    return len(changed)


def _holds(library: Library, row: LanguageReview) -> bool:
    known = library.services.get(row.service)
    return known is not None and row.texts == texts_hash(library, known, row.language)
