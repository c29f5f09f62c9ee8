"""A picture that comes to a number that is lent: it goes where its message goes, and ends with it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlmodel import Session, select

from api.errors import Refused
from api.keys import deployment
from api.media import keeping, opening
from api.numbers import aside, proxies, unmatched
from api.staff.access import lock_of
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import CaseRow, MediaRow
from flows.model import Media
from tests.mornings import CODE, Morning

LETTER = b"\xff\xd8\xff\xe0" + b"the letter of the ministry" * 40


def comes(morning: Morning, text: str, *files: str, minutes: float = 1) -> tuple[str, ...]:
    """A portal's message with pictures; the provider delivers it twice."""
    media = tuple(Media("photo", one) for one in files)
    sms, now = proxies.Sms(morning.number, "MOPH", text, f"MM{text}", media), morning.at(minutes)
    first, again = (
        morning.db.write_now(lambda session: proxies.receive(session, morning.vault, morning.known.portals, sms, now))
        for _ in range(2)
    )
    assert again == ()
    return first


def fetched(morning: Morning, minutes: float = 2) -> list[str]:
    """What the runner asks the provider for, and gets."""
    db, vault, now, lanes = morning.db, morning.vault, morning.at(minutes), [f"sms:{morning.number}"]
    wanted = db.write_now(lambda session: keeping.next_wanted(session, vault, lanes, now))
    for one in wanted:
        db.write_now(lambda session, one=one: keeping.keep(session, vault, one, LETTER, now))
    return [one.reference for one in wanted]


def rows(db: Database) -> list[MediaRow]:
    return db.read_now(lambda session: list(session.exec(select(MediaRow))))


def opened(morning: Morning, reference: str, media_id: int, viewer: Viewer | None = None) -> bytes:
    return morning.db.write_now(
        lambda s: opening.open_media(s, morning.vault, viewer or morning.amal, reference, media_id, morning.at(9))
    )


def statements(db: Database, does: Callable[[Session], object]) -> list[str]:
    """What is asked of the database where a file or a message is locked, read or changed, in order."""
    seen: list[str] = []

    def write_down(*of: object) -> None:
        seen.append(" ".join(str(of[2]).split()))

    def use_case(session: Session) -> None:
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", write_down)
        does(session)
        session.flush()
        event.remove(connection, "before_cursor_execute", write_down)

    db.write_now(use_case)
    return seen


@pytest.mark.parametrize("early", [True, False])
def test_it_waits_sealed_with_its_message_and_is_seen_in_the_case_that_it_is_for(
    morning: Morning, volunteer: Viewer, *, early: bool
) -> None:
    assert comes(morning, "", "front", "back") == ()
    if early:
        assert fetched(morning) == ["front", "back"]
        assert not any(b"letter of the ministry" in row.box for row in rows(morning.db))
    (message,) = morning.inbox(3).messages
    assert message.files == 2
    morning.assign(message.id, morning.one, 4)
    if not early:
        assert fetched(morning, 5) == ["front", "back"]

    (read,) = morning.read(morning.one, 6)

    assert [(one.kind, one.state) for one in read.files] == [("photo", "kept")] * 2
    assert opened(morning, morning.one, read.files[0].id) == LETTER
    for reference, viewer in ((morning.other, morning.amal), (morning.one, volunteer)):
        with pytest.raises(Refused):
            opened(morning, reference, read.files[0].id, viewer)


def test_it_goes_back_with_a_message_that_was_another_cases(morning: Morning) -> None:
    comes(morning, "It is your turn.", "letter")
    fetched(morning)
    (message,) = morning.inbox(3).messages
    morning.assign(message.id, morning.one, 4)
    morning.db.write_now(lambda s: unmatched.give_back(s, morning.known, morning.amal, message.id, morning.at(5)))
    (row,) = rows(morning.db)
    assert row.case_id is None
    with pytest.raises(Refused):
        opened(morning, morning.one, row.id or 0)
    morning.assign(message.id, morning.other, 6)
    assert opened(morning, morning.other, row.id or 0) == LETTER


def test_with_a_login_code_it_goes_to_who_waits_for_it_and_is_wiped_with_it(morning: Morning) -> None:
    morning.expect(morning.one, 0)
    assert comes(morning, CODE, "picture of a code") == (morning.one,)
    fetched(morning)
    (read,) = morning.read(morning.one, 2)
    assert [one.state for one in read.files] == ["kept"]
    morning.keep_house(30)
    assert rows(morning.db) == []


def test_what_is_nobodys_is_deleted_with_its_message(morning: Morning) -> None:
    comes(morning, "Buy now", "advertising")
    fetched(morning)
    (message,) = morning.inbox(3).messages
    morning.db.write_now(lambda s: aside.nobodys(s, morning.amal, message.id, morning.at(4)))
    morning.keep_house(4 + unmatched.KEPT / timedelta(minutes=1))
    assert rows(morning.db) == []


def test_what_the_provider_does_not_give_in_time_is_said_to_be_lost(morning: Morning) -> None:
    comes(morning, "It is your turn.", "letter")
    morning.db.write_now(lambda s: keeping.end_what_is_over(s, morning.at(25 * 60)))
    (message,) = morning.inbox(3).messages
    morning.assign(message.id, morning.one, 4)
    assert [one.state for one in morning.read(morning.one)[0].files] == ["lost"]


def test_it_is_opened_with_the_new_key_of_the_team_when_somebody_has_left(morning: Morning) -> None:
    comes(morning, "It is your turn.", "letter")
    fetched(morning)
    old = morning.amal.team
    new = old.rotated()
    (sealed,) = (one for one in deployment._SEALED_TO_TEAM if one[0] == "media")
    morning.db.write_now(lambda s: list(deployment._reseal_column(s, *sealed, old, new.public)))
    (row,) = rows(morning.db)
    assert new.open(keeping.OF_A_MESSAGE, row.box) == LETTER


def test_the_files_of_a_page_are_read_in_one_look_and_locked_by_nobody(morning: Morning) -> None:
    for text in ("one", "two", "three"):
        comes(morning, text, f"{text} front", f"{text} back")
    ids = [one.id for one in morning.inbox(3).messages]

    def reads_inbox(session: Session) -> None:
        found = unmatched.inbox(session, morning.known, morning.amal, morning.at(3))
        assert [one.files for one in found.messages] == [2, 2, 2]

    def reads_case(session: Session) -> None:
        case = session.exec(select(CaseRow).where(CaseRow.reference == morning.one)).one()
        key = morning.vault.open_case(morning.amal.team, lock_of(case))
        found = proxies.messages_of(session, morning.amal, case, key, morning.at(5))
        assert [len(one.files) for one in found] == [2, 2, 2]

    looks = [statements(morning.db, reads_inbox)]
    for message in ids:
        morning.assign(message, morning.one, 4)
    looks.append(statements(morning.db, reads_case))
    for look in looks:
        (asked,) = (one for one in look if "FROM media" in one)
        assert "FOR UPDATE" not in asked
        assert "media.box" not in asked, "they are shown by name, and may be large"


def test_who_wipes_and_who_assigns_lock_a_message_before_its_files(morning: Morning) -> None:
    """Or each would wait for the other, on PostgreSQL."""
    comes(morning, "Buy now", "advertising")
    (message,) = morning.inbox(3).messages
    morning.db.write_now(lambda s: aside.nobodys(s, morning.amal, message.id, morning.at(4)))
    late = morning.at(5) + unmatched.KEPT
    wiped = statements(morning.db, lambda session: proxies.end_what_is_over(session, late))
    (first,) = (at for at, one in enumerate(wiped) if one.startswith("UPDATE portal_message"))
    (then,) = (at for at, one in enumerate(wiped) if one.startswith("DELETE FROM media"))
    assert first < then
    assert rows(morning.db) == []
