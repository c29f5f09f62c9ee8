"""An intake on a page of the console, in a real database: durable, taken once, and read off by its page."""

from datetime import timedelta

import pytest
from sqlmodel import select

from api.desk import conversation
from api.desk.intakes import day_began, intakes_since
from api.desk.wishes import Ways
from api.errors import Refused
from api.inbound import assisted, inbox
from api.inbound.assisted import Said, look, message_of
from api.keys.vault import Vault
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import Audit, CaseRow, Item, ReplyRow
from flows.loader import Library
from flows.sheet import Sheet, Typed, read_sheet
from tests.factories import NOW
from tests.flows.test_sheet import PLAIN

KEY = "k" * 22


class Page:
    """The page of one intake."""

    def __init__(self, db: Database, vault: Vault, library: Library, viewer: Viewer, key: str = KEY) -> None:
        self.db, self.vault, self.library, self.viewer, self.key = db, vault, library, viewer, key
        self.now = NOW
        for number, button in enumerate(("", "language=en", "service=vaccination")):
            self.send(f"begin-{number}", button=button, text="" if button else "hello")

    def send(self, once: str, *, text: str = "", button: str = "", about: str = "") -> Said:
        message = message_of(self.viewer, self.key, once, text=text, button=button, about=about)
        self.now += timedelta(seconds=1)
        self.db.write_now(lambda session: inbox.receive(session, self.vault, self.library, [message], self.now))
        return self.look()

    def look(self) -> Said:
        return self.db.write_now(lambda session: look(session, self.vault, self.viewer, self.key))


def test_what_is_said_waits_for_the_page_and_only_the_last_of_it(
    db: Database, vault: Vault, library: Library, volunteer: Viewer
) -> None:
    page = Page(db, vault, library, volunteer)
    said = page.send("1", button="privacy=yes")
    assert [reply.about for reply in said.replies] == ["for_whom"]
    assert page.look().replies == said.replies, "also when it is loaded again"
    rows = db.read_now(lambda session: session.exec(select(ReplyRow)).all())
    assert [(row.state, row.lane) for row in rows] == [("sent", f"assisted:{volunteer.person_id}")]


def test_a_submission_is_taken_once_however_often_it_is_sent(
    db: Database, vault: Vault, library: Library, volunteer: Viewer
) -> None:
    page = Page(db, vault, library, volunteer)
    page.send("1", button="privacy=yes")
    for _ in range(3):
        said = page.send("2", button="for_whom=self")
    said = page.send("3", text="Almaz", about="name")
    again = page.send("3", text="Almaz", about="name")
    assert said.draft == again.draft
    assert said.draft
    assert list(said.draft.answers) == ["privacy", "for_whom", "name"]


def test_the_intake_before_is_locked_when_the_next_person_comes(
    db: Database, vault: Vault, library: Library, volunteer: Viewer
) -> None:
    def begin(key: str) -> str:
        db.write_now(lambda session: assisted.begin(session, vault, volunteer, key, NOW))
        return db.read_now(lambda session: assisted.unfinished(session, vault, volunteer))

    begin(KEY)
    page = Page(db, vault, library, volunteer)
    page.send("1", button="privacy=yes")
    assert db.read_now(lambda session: assisted.unfinished(session, vault, volunteer)) == KEY
    assert begin("n" * 22) == ""
    said = page.look()
    assert said.replies == ()
    assert said.draft
    assert said.draft.locked


def test_two_volunteers_with_the_same_key_have_two_intakes(
    db: Database, vault: Vault, library: Library, volunteer: Viewer, coordinator: Viewer
) -> None:
    Page(db, vault, library, volunteer).send("1", button="privacy=yes")
    assert db.write_now(lambda session: look(session, vault, coordinator, KEY)) == Said(None)


def sheet_of(library: Library, **more: str) -> Sheet:
    typed = {name: Typed(text) for name, text in (PLAIN | more).items()}
    return read_sheet(library, "vaccination", "en", typed, "en", NOW)


def test_a_paper_opens_one_case_and_what_was_not_asked_is_a_note(
    db: Database, vault: Vault, library: Library, volunteer: Viewer
) -> None:
    sheet, message = sheet_of(library, papers_number="EP1234567"), message_of(volunteer, KEY, "paper")

    def take() -> list[str]:
        return db.write_now(
            lambda session: assisted.take_sheet(session, vault, library, volunteer, message, sheet, NOW)
        )

    (reference,) = take()
    assert take() == [], "sent twice"
    said = db.write_now(lambda session: look(session, vault, volunteer, KEY))
    assert (said.reference, said.service, said.language, said.waits) == (reference, "vaccination", "en", True)
    assert said.over
    kinds = db.read_now(lambda session: session.exec(select(Item.kind, Item.person_id)).all())
    assert sorted(kinds, key=str) == [("address", None), ("answers", None), ("note", volunteer.person_id)]
    assert db.read_now(lambda session: session.exec(select(CaseRow.reference)).all()) == [reference]
    by = db.read_now(lambda session: session.exec(select(Audit.person_id).where(Audit.action == "case.assist")).all())
    assert by == [volunteer.person_id]


def test_a_form_with_something_wrong_opens_nothing(
    db: Database, vault: Vault, library: Library, volunteer: Viewer
) -> None:
    sheet, message = sheet_of(library, born="the rains"), message_of(volunteer, KEY, "paper")
    take = assisted.take_sheet
    assert db.write_now(lambda session: take(session, vault, library, volunteer, message, sheet, NOW)) == []
    assert db.read_now(lambda session: session.exec(select(CaseRow)).all()) == []


def test_the_day_of_the_desk_lists_who_filled_in_what(
    db: Database, vault: Vault, library: Library, volunteer: Viewer
) -> None:
    message = message_of(volunteer, KEY, "paper")
    sheet = sheet_of(library)
    db.write_now(lambda session: assisted.take_sheet(session, vault, library, volunteer, message, sheet, NOW))
    (entry,) = db.read_now(lambda session: intakes_since(session, day_began(NOW, NOW.tzinfo)))  # type: ignore[arg-type]
    assert (entry.by, entry.language, entry.waits) == ("Hana", "en", True)
    assert db.read_now(lambda session: intakes_since(session, NOW.replace(hour=23))) == []


def test_nobody_writes_to_the_page_of_an_intake(
    db: Database, vault: Vault, library: Library, coordinator: Viewer
) -> None:
    message = message_of(coordinator, KEY, "paper")
    sheet = sheet_of(library)
    (reference,) = db.write_now(
        lambda session: assisted.take_sheet(session, vault, library, coordinator, message, sheet, NOW)
    )
    with pytest.raises(Refused, match="no_chat"):
        db.write_now(lambda session: conversation.write(session, vault, coordinator, reference, "hello", Ways(), NOW))
