"""A file whose words are a command or a reference lies in the case that is meant, and in no other."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlmodel import col, select

from api.desk import caseview, queue
from api.keys.vault import Vault
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import CaseRow
from tests.api.media.test_several import REST, TO_THE_LETTER, Liya, fetched
from tests.libraries import only

AGAIN = TO_THE_LETTER[4:]
"""What she writes until the letter, after NEW and the card."""


@pytest.fixture
def liya(db: Database, vault: Vault) -> Liya:
    """She has one case."""
    her = Liya(db, vault, only("health"))
    for text in (*TO_THE_LETTER, "0", *REST):
        her.says(text)
    return her


def cases(her: Liya) -> Sequence[str]:
    return her.db.read_now(lambda session: session.exec(select(CaseRow.reference).order_by(col(CaseRow.id))).all())


def with_a_second(her: Liya) -> Sequence[str]:
    """She registers somebody else too."""
    for text in ("new", "1", *AGAIN, "0", *REST):
        her.says(text)
    first, second = cases(her)
    return first, second


def talk(her: Liya, viewer: Viewer, reference: str) -> list[tuple[str, str]]:
    """What she wrote to a case, as who takes it sees it."""

    def look(session: object) -> caseview.CaseView:
        queue.claim(session, viewer, reference, her.now)  # type: ignore[arg-type]
        return caseview.see(session, her.vault, her.library, viewer, reference, her.now)  # type: ignore[arg-type]

    return [(line.text, line.media) for line in her.db.write_now(look).talk]


def test_a_picture_with_the_number_of_her_case_is_in_that_case(liya: Liya, volunteer: Viewer) -> None:
    for after in (timedelta(), timedelta(hours=1)):
        liya.now += after
        assert liya.sends_and_reads(liya.case(), f"page {after}") == "We passed it on."
    said = liya.case()
    assert talk(liya, volunteer, said) == [(said, "photo"), (said, "photo")]
    assert len(fetched(liya)) == 2


@pytest.mark.parametrize("command", ["status", "who", "help", "list"])
def test_a_picture_with_a_command_is_in_her_case_and_the_command_is_obeyed(
    liya: Liya, volunteer: Viewer, command: str
) -> None:
    read = liya.sends_and_reads(command, "page 1", "page 2").splitlines()
    assert read[0] == "We passed it on."
    assert len(read) > 1
    assert [media for _, media in talk(liya, volunteer, liya.case())] == ["photo", "photo"]


def test_with_a_wrong_code_the_number_still_says_where_the_picture_goes(liya: Liya, volunteer: Viewer) -> None:
    first, _ = with_a_second(liya)
    liya.sends(f"{first} 0000", "page 1")
    assert [media for _, media in talk(liya, volunteer, first)] == ["photo"]


def test_in_the_middle_of_another_registration_the_number_says_where_it_goes(liya: Liya, volunteer: Viewer) -> None:
    first = liya.case()
    for text in ("new", "1", *AGAIN, "0"):
        liya.says(text)
    said = liya.sends_and_reads(first, "page 1")
    assert said.startswith("We passed it on.")
    for text in REST:
        liya.says(text)
    assert [media for _, media in talk(liya, volunteer, first)] == ["photo"]
    assert talk(liya, volunteer, liya.case()) == []


def test_what_comes_with_new_is_for_what_she_begins(liya: Liya, volunteer: Viewer) -> None:
    first = liya.case()
    liya.sends("new", "page 1")
    for text in ("1", *AGAIN, "0", *REST):
        liya.says(text)
    assert talk(liya, volunteer, first) == []
    assert talk(liya, volunteer, liya.case()) == [("", "photo")]


@pytest.mark.parametrize("command", ["status", "who", "[idle] status"])
def test_where_nobody_knows_for_which_case_it_is_she_is_asked(liya: Liya, volunteer: Viewer, command: str) -> None:
    if command.startswith("[idle]"):
        first, command = liya.case(), "status"
        liya.now += timedelta(hours=1)
    else:
        first, _ = with_a_second(liya)
    assert "Which one?" in liya.sends_and_reads(command, "page 1")
    liya.sends("", "page 2")
    assert "We passed it on." in liya.says(first)
    assert sorted(fetched(liya)) == ["page 1", "page 2"]
    assert [media for _, media in talk(liya, volunteer, first)] == ["photo", "photo"]


def test_what_comes_with_forget_is_in_no_case(liya: Liya, volunteer: Viewer) -> None:
    first, second = with_a_second(liya)
    liya.sends("forget", "page 1")
    liya.sends(first, "page 2")
    assert fetched(liya) == []
    assert talk(liya, volunteer, second) == []


def test_a_picture_with_a_date_that_can_be_read_in_two_ways_is_not_lost(liya: Liya, volunteer: Viewer) -> None:
    for text in ("new", "1", *AGAIN, "0", REST[0]):
        liya.says(text)
    assert "Which do you mean?" in liya.sends_and_reads("5/6/1985", "page 1")
    for text in ("1", *REST[2:]):
        liya.says(text)
    assert talk(liya, volunteer, liya.case()) == [("", "photo")]
