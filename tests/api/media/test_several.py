"""Several files in one message, and files that no question asked for: each is kept, and read in her case."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlmodel import select

from api.desk import caseview, queue
from api.keys.vault import Vault
from api.media import keeping
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import MediaRow
from bot import twilio
from flows.model import Message
from tests.fakes.twilio_api import inbound
from tests.libraries import only
from tests.talking import Worker

TO_THE_LETTER = ("hello", "1", "1", "1", "1", "for me", "doctor", "later", "0")
REST = (
    "Liya Bekele", "1985", "1", "no", "none", "1", "residence", "with me", "882211", "1", "1", "0", "Beirut", "any day",
    "no", "yes", "yes", "1",
)  # fmt: skip
LIYA = "+96170410407"


@dataclass
class Liya(Worker):
    """Liya writes by SMS, and her phone puts several pictures into one message."""

    address: str = LIYA

    def message(self, text: str, *, id: str = "", lane: str = "") -> Message:
        return twilio.parse_sms(list(inbound(text, sender=self.address).items()))

    def sends(self, text: str, *files: str) -> Message:
        """She sends files by MMS; gives the message, for a provider that repeats it."""
        fields = inbound(text, sender=self.address) | {"NumMedia": str(len(files))}
        for number, name in enumerate(files):
            fields |= {f"MediaUrl{number}": name, f"MediaContentType{number}": "image/jpeg"}
        message = twilio.parse_sms(list(fields.items()))
        self.deliver(message)
        return message

    def sends_and_reads(self, text: str, *files: str) -> str:
        """The same; gives what she is told."""
        self.sends(text, *files)
        return "\n".join(self.reads())


@pytest.fixture
def liya(db: Database, vault: Vault) -> Liya:
    return Liya(db, vault, only("health"))


def seen(her: Worker, viewer: Viewer) -> caseview.CaseView:
    """Her newest case, as who takes it sees it."""
    her.db.write_now(lambda session: queue.claim(session, viewer, her.case(), her.now))
    return seen_again(her, viewer)


def seen_again(her: Worker, viewer: Viewer) -> caseview.CaseView:
    """The same, once it is hers."""
    return her.db.write_now(lambda session: caseview.see(session, her.vault, her.library, viewer, her.case(), her.now))


def fetched(her: Worker) -> list[str]:
    """What the runner asks the provider for."""
    lanes = list({row.lane for row in rows(her.db)})
    wanted = her.db.write_now(lambda session: keeping.next_wanted(session, her.vault, lanes, her.now, most=99))
    for one in wanted:
        her.db.write_now(lambda session, one=one: keeping.keep(session, her.vault, one, b"\xff\xd8\xff", her.now))
    return [one.reference for one in wanted]


def rows(db: Database) -> list[MediaRow]:
    return db.read_now(lambda session: list(session.exec(select(MediaRow).order_by(MediaRow.id))))  # type: ignore[arg-type]


def test_the_first_of_three_pictures_answers_and_the_others_are_in_her_case_too(liya: Liya, volunteer: Viewer) -> None:
    for text in TO_THE_LETTER:
        liya.says(text)
    again = liya.sends("", "front", "back", "box")
    (asked,) = liya.reads()
    assert asked.endswith("For example: Almaz Tesfaye") or "full name" in asked
    liya.deliver(again)  # Twilio did not hear that we have it
    assert liya.reads() == []
    assert sorted(fetched(liya)) == ["back", "box", "front"]
    for text in REST:
        liya.says(text)

    case = seen(liya, volunteer)

    (letter,) = (one for one in case.answers if one.name == "letter")
    assert letter.file is not None
    assert [line.file.state for line in case.talk if line.file] == ["kept", "kept"]
    assert {line.file.id for line in case.talk if line.file}.isdisjoint({letter.file.id})
    assert len(rows(liya.db)) == 3


def test_pictures_to_a_case_are_one_message_of_hers_with_all_of_them(liya: Liya, volunteer: Viewer) -> None:
    for text in (*TO_THE_LETTER, "0", *REST):
        liya.says(text)
    again = liya.sends("the letter of today", "page 1", "page 2")
    assert len(liya.reads()) == 1
    liya.deliver(again)
    assert liya.reads() == []
    talk = seen(liya, volunteer).talk
    assert [(line.text, line.media) for line in talk] == [("the letter of today", "photo"), ("", "photo")]
    assert sorted(fetched(liya)) == ["page 1", "page 2"]
    assert [line.file.state for line in seen_again(liya, volunteer).talk if line.file] == ["kept", "kept"]


def test_a_picture_before_anybody_asked_for_one_goes_with_what_she_says(liya: Liya, volunteer: Viewer) -> None:
    liya.sends("hello", "what happened")
    for text in (*TO_THE_LETTER[1:], "0", *REST[:-1]):
        liya.says(text)
    liya.sends("1", "and this")
    assert sorted(fetched(liya)) == ["and this", "what happened"]
    assert len([line for line in seen(liya, volunteer).talk if line.file]) == 2


def test_a_second_picture_while_it_is_asked_which_case_it_is_for_waits_with_the_first(
    liya: Liya, volunteer: Viewer
) -> None:
    for text in (*TO_THE_LETTER, "0", *REST):
        liya.says(text)
    liya.now += timedelta(hours=1)
    liya.sends("", "page 1", "page 2")
    liya.sends("", "page 3")
    liya.says(liya.case())
    assert sorted(fetched(liya)) == ["page 1", "page 2", "page 3"]
    assert len([line for line in seen(liya, volunteer).talk if line.file]) == 3


def test_who_asks_for_a_person_has_her_pictures_in_that_case_once(liya: Liya, volunteer: Viewer) -> None:
    for text in TO_THE_LETTER:
        liya.says(text)
    liya.sends("", "front", "back")
    liya.says("human")
    assert len([line for line in seen(liya, volunteer).talk if line.file]) == 1
    for text in REST:
        liya.says(text)
    assert len([line for line in seen_again(liya, volunteer).talk if line.file]) == 1
    assert len(rows(liya.db)) == 2


def test_what_she_refuses_or_forgets_takes_the_pictures_along(liya: Liya) -> None:
    for text in TO_THE_LETTER:
        liya.says(text)
    liya.sends("", "front", "back")
    assert len(rows(liya.db)) == 2
    liya.says("forget")
    liya.says("1")
    assert rows(liya.db) == []


def test_whoever_holds_the_phone_later_adds_nothing_to_what_was_begun_on_it(liya: Liya) -> None:
    for text in TO_THE_LETTER:
        liya.says(text)
    liya.now += timedelta(minutes=30)
    liya.sends("", "whose is it")
    assert rows(liya.db) == [], "she is asked first whether she goes on, and then for this"


@pytest.mark.parametrize("way", ["new", "/start", "hello"])
def test_a_file_alone_is_nobodys_after_a_while(liya: Liya, volunteer: Viewer, way: str) -> None:
    liya.sends("hello", "somebody's passport")
    liya.says("1")
    liya.now += timedelta(hours=5)
    liya.says(way)
    assert rows(liya.db) == [], "it is not kept either"
    for text in (*TO_THE_LETTER[2:], "0", *REST):
        liya.says(text)
    assert [line for line in seen(liya, volunteer).talk if line.file] == []


@pytest.mark.parametrize("way", ["new", "[menu]"])
def test_who_begins_anew_begins_without_the_files_of_before(liya: Liya, volunteer: Viewer, way: str) -> None:
    liya.sends("hello", "somebody's passport")
    liya.says("1")
    liya.says("1")
    for text in ("help", "Begin anew") if way == "[menu]" else (way,):
        liya.says(text)
    assert rows(liya.db) == []
    for text in (*TO_THE_LETTER[3:], "0", *REST):
        liya.says(text)
    assert [line for line in seen(liya, volunteer).talk if line.file] == []


def test_who_starts_anew_before_there_is_a_language_does_so_too(liya: Liya) -> None:
    liya.sends("hello", "somebody's passport")
    liya.sends("/start", "hers")
    assert fetched(liya) == ["hers"]


def test_the_files_wait_aside_with_answers_and_only_with_a_proof_are_they_hers_again(
    liya: Liya, volunteer: Viewer
) -> None:
    for text in TO_THE_LETTER:
        liya.says(text)
    liya.sends("", "letter", "and this")
    for text in REST[:2]:
        liya.says(text)
    liya.now += timedelta(hours=1)
    for text in ("hello", "2", "1985", *REST[2:]):
        liya.says(text)
    assert len([line for line in seen(liya, volunteer).talk if line.file]) == 1


def test_who_goes_on_without_a_proof_does_so_without_the_files(liya: Liya) -> None:
    for text in TO_THE_LETTER[:4]:
        liya.says(text)
    liya.sends("1", "whose is it")
    assert len(rows(liya.db)) == 1
    liya.now += timedelta(hours=1)
    liya.says("hello")
    assert "2/" in liya.says("2")[-1]
    assert rows(liya.db) == []


def test_what_waits_for_its_case_with_a_file_is_not_put_into_the_case_of_who_writes_next(
    liya: Liya, volunteer: Viewer
) -> None:
    for text in (*TO_THE_LETTER, "0", *REST):
        liya.says(text)
    liya.now += timedelta(hours=1)
    assert "Which one?" in liya.sends_and_reads("look", "page 1")
    liya.now += timedelta(hours=5)
    liya.says(liya.case())
    assert rows(liya.db) == []
    assert not seen(liya, volunteer).talk


def test_forget_erases_the_files_that_wait_where_she_has_a_case(liya: Liya) -> None:
    for text in (*TO_THE_LETTER, "0", *REST):
        liya.says(text)
    liya.sends("new", "by mistake")
    assert len(rows(liya.db)) == 1
    liya.says("forget")
    assert rows(liya.db) == []
    assert liya.says(liya.case()) == ["Done. It is gone."]


def test_pictures_of_one_album_are_answered_once_and_bring_nobody_nearer_to_being_stuck(
    liya: Liya, volunteer: Viewer
) -> None:
    for text in (*TO_THE_LETTER, "0"):
        liya.says(text)
    read = []
    for page in ("page 1", "page 2", "page 3", "page 4"):
        liya.now += timedelta(seconds=1)
        read.append(liya.sends_and_reads("", page))
    assert [bool(text) for text in read] == [True, False, False, False]
    for text in REST:
        liya.says(text)
    assert len([line for line in seen(liya, volunteer).talk if line.file]) == 4


def test_an_album_for_one_of_several_cases_waits_whole(liya: Liya, volunteer: Viewer) -> None:
    for text in (*TO_THE_LETTER, "0", *REST):
        liya.says(text)
    liya.now += timedelta(hours=1)
    pages = [f"page {number}" for number in range(6)]
    assert [bool(liya.sends_and_reads("", page)) for page in pages] == [True, *[False] * 5]
    assert sorted(fetched(liya)) == pages
    assert liya.says(liya.case()) == ["We passed it on."]
    assert len([line for line in seen(liya, volunteer).talk if line.file]) == 6
