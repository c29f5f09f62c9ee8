"""Phrases: what is ready to be sent in her language, with the same in the volunteer's beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from api.desk.conversation import LONGEST
from api.errors import Refused
from api.staff import audit
from api.staff.access import coordinators_only
from api.staff.people import Viewer
from api.tables import Phrase
from flows.loader import Library
from flows.phrases import PHRASES


@dataclass(frozen=True, slots=True)
class Ready:
    """A phrase: `text` in her language, `shown` in the reader's."""

    text: str
    shown: str


@dataclass(frozen=True, slots=True)
class Written:
    """A phrase that a coordinator wrote, by language (ISO 639)."""

    id: int
    texts: Mapping[str, str]


def ready(session: Session, library: Library, language: str, reader: str) -> tuple[Ready, ...]:
    """What can be sent in a language (ISO 639): what was written here first, then ours. What is not in it is left out.

    What is not in the reader's language is shown in English, or in whatever there is.
    """
    written = (one.texts for one in phrases(session) if language in one.texts)
    own = [Ready(texts[language], texts.get(reader) or texts.get("en") or texts[language]) for texts in written]
    hers, readers = library.words(language), library.words(reader)
    known = [source for source in PHRASES.values() if language == "en" or hers.t(source) != source]
    return (*own, *(Ready(hers.t(source), readers.t(source)) for source in known))


def phrases(session: Session) -> list[Written]:
    """What coordinators wrote, the newest first."""
    return [Written(one.id or 0, one.texts) for one in session.exec(select(Phrase).order_by(col(Phrase.id).desc()))]


def add_phrase(session: Session, viewer: Viewer, texts: Mapping[str, str], now: datetime) -> None:
    """Keep a phrase in one language or several. Refused: (422, "empty"), (422, "too_long")."""
    coordinators_only(viewer)
    kept = {language: text.strip() for language, text in texts.items() if text.strip()}
    if not kept:
        raise Refused(422, "empty")
    if any(len(text) > LONGEST for text in kept.values()):
        raise Refused(422, "too_long")
    session.add(Phrase(texts=kept, person_id=viewer.person_id, created_at=now))
    audit.record(session, viewer.person_id, "phrase.add", "", now, languages=sorted(kept))


def remove_phrase(session: Session, viewer: Viewer, phrase_id: int, now: datetime) -> None:
    """Keep it no longer. Refused(404, "not_found")."""
    coordinators_only(viewer)
    phrase = session.get(Phrase, phrase_id)
    if phrase is None:
        raise Refused(404, "not_found")
    session.delete(phrase)
    audit.record(session, viewer.person_id, "phrase.remove", "", now)
