"""In a live deployment workers are asked in a language once somebody has read it, and no longer when it changes."""

from dataclasses import replace

from sqlmodel import select

from api.desk import offering
from api.keys.vault import Vault
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import Alert, Team
from flows.engine import step
from flows.language import Catalogues, Words
from flows.loader import Library
from flows.model import Draft, Message
from flows.review import texts, texts_hash
from tests.api.desk.test_queue import refused
from tests.factories import NOW

CONSENT = "vaccination:privacy:label"


def live(db: Database) -> None:
    """This database is no trial."""
    team = Team(public_key=b"", recovery_public=b"", recovery_box=b"", trial=False)
    db.write_now(lambda session: session.add(team))


def tick(db: Database, library: Library, viewer: Viewer, language: str, reviewer: str = "Selam") -> None:
    seen = texts_hash(library, library.services["vaccination"], language)
    db.write_now(lambda s: offering.tick(s, library, viewer, "vaccination", language, reviewer, seen, NOW))


def allowed(db: Database, library: Library) -> set[str]:
    found = db.read_now(lambda s: offering.allowed(s, library))
    assert found is not None
    return set(found["vaccination"])


def changed(library: Library) -> Library:
    """The same library after somebody mended the Amharic consent."""
    amharic = library.catalogues.words("am")
    mended = {key: f"{text}!" if key[0] == CONSENT else text for key, text in amharic.texts.items()}
    words = {**library.catalogues.by_language, "am": Words("am", mended)}
    return replace(library, catalogues=Catalogues(words))


def offered_first(library: Library) -> list[str]:
    """The languages that the bot lists to somebody who has never written."""
    turn = step(library, None, Message("sms", "sms:1", "2", "3", "hello", manner="chat"), NOW)
    return [option.value for option in turn.effects[0].reply.options]  # type: ignore[union-attr]


def test_a_trial_offers_every_language_of_what_is_on(db: Database, library: Library) -> None:
    assert db.read_now(lambda s: offering.allowed(s, library)) == library.offered
    assert offered_first(library) == ["en", "fr", "ar", "am", "bn", "si", "fil", "sw"]


def test_a_language_is_offered_once_a_named_reader_has_ticked_it(
    db: Database, library: Library, coordinator: Viewer
) -> None:
    live(db)
    assert allowed(db, library) == {"en"}
    tick(db, library, coordinator, "am", " Selam  Bekele ")
    found = db.read_now(lambda s: offering.allowed(s, library))
    assert offered_first(replace(library, offered=found)) == ["en", "am"]
    (review,) = db.read_now(lambda s: offering.reviews(s, library)).values()
    assert (review.reviewer, review.at, review.holds) == ("Selam Bekele", NOW, True)
    db.write_now(lambda s: offering.untick(s, library, coordinator, "vaccination", "am", NOW))
    assert allowed(db, library) == {"en"}


def test_a_tick_is_void_when_a_text_changes_and_coordinators_hear_of_it_once(
    db: Database, vault: Vault, library: Library, coordinator: Viewer
) -> None:
    live(db)
    tick(db, library, coordinator, "am")
    assert db.write_now(lambda s: offering.void_changed(s, vault, library, NOW)) == 0
    mended = changed(library)
    assert allowed(db, mended) == {"en"}
    assert [db.write_now(lambda s: offering.void_changed(s, vault, mended, NOW)) for _ in range(2)] == [1, 0]
    told = db.read_now(lambda s: s.exec(select(Alert)).all())
    assert [(one.person_id, one.kind) for one in told] == [(coordinator.person_id, "language")]
    tick(db, mended, coordinator, "am")
    assert allowed(db, mended) == {"en", "am"}


def test_who_ticks_has_seen_the_texts_of_today_and_gives_a_name(
    db: Database, library: Library, coordinator: Viewer, volunteer: Viewer
) -> None:
    def ticking(viewer: Viewer, language: str, reviewer: str, seen: str) -> tuple[int, str]:
        return refused(db, lambda s: offering.tick(s, library, viewer, "vaccination", language, reviewer, seen, NOW))

    today = texts_hash(library, library.services["vaccination"], "am")
    assert ticking(coordinator, "am", "Selam", "old") == (409, "changed_meanwhile")
    assert ticking(coordinator, "am", "  ", today) == (422, "reviewer_missing")
    assert ticking(coordinator, "en", "Selam", today) == (404, "no_such_service")
    assert ticking(coordinator, "xx", "Selam", today) == (404, "no_such_service")
    assert ticking(volunteer, "am", "Selam", today) == (404, "not_found")


def test_all_that_she_agrees_to_is_read(library: Library) -> None:
    service = library.services["vaccination"]
    read = {one.about for one in texts(library, service, "am")}
    assert {one.ask for one in service.file.questions if one.type == "consent"} <= read
    assert all(one.said != one.source for one in texts(library, service, "am"))


def test_who_spoke_a_language_that_is_not_offered_any_more_chooses_another(library: Library) -> None:
    only_english = replace(library, offered={"vaccination": frozenset({"en"})})
    draft = Draft(language="am", cases=("K7-4QF",), touched=NOW)
    turn = step(only_english, draft, Message("phone", "phone:chat", "2", "3", "new"), NOW)
    assert turn.draft
    assert turn.draft.gate == "language"
    assert [option.value for option in turn.effects[-1].reply.options] == ["en"]  # type: ignore[union-attr]
