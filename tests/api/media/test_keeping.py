"""Voice notes and pictures: fetched after the message is safe, locked at once, and gone with what they belong to."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from api import retention
from api.desk import cases, caseview, queue
from api.errors import Refused
from api.keys.vault import TeamKey, Vault
from api.media import keeping, opening
from api.staff.people import Viewer
from api.store.db import Database
from api.tables import MediaRow
from flows.loader import Library
from flows.model import Media
from tests.factories import NOW, make_viewer
from tests.talking import REGISTRATION, Worker

LANES = ["telegram:1"]
VOICE = b"OggS\x00\x02" + b"what she said, in her own voice" * 40
NAME = REGISTRATION.index("Almaz Tesfaye")


@pytest.fixture
def almaz(db: Database, vault: Vault, library: Library) -> Worker:
    return Worker(db, vault, library)


def sends(almaz: Worker, reference: str, kind: str = "voice") -> None:
    almaz.deliver(almaz.message("")._replace(media=Media(kind, reference)))  # type: ignore[arg-type]


def fetched(almaz: Worker, content: Callable[[str], bytes] = lambda _: VOICE) -> list[str]:
    """Everything that waits is fetched; gives the provider's references."""
    db, vault, now = almaz.db, almaz.vault, almaz.now
    wanted = db.write_now(lambda session: keeping.next_wanted(session, vault, LANES, now))
    for one in wanted:
        db.write_now(lambda session, one=one: keeping.keep(session, vault, one, content(one.reference), now))
    return [one.reference for one in wanted]


def rows(db: Database) -> list[MediaRow]:
    return db.read_now(lambda session: list(session.exec(select(MediaRow).order_by(MediaRow.id))))  # type: ignore[arg-type]


def claimed(almaz: Worker, volunteer: Viewer) -> str:
    reference = almaz.case()
    almaz.db.write_now(lambda session: queue.claim(session, volunteer, reference, almaz.now))
    return reference


def seen(almaz: Worker, viewer: Viewer, reference: str) -> caseview.CaseView:
    return almaz.db.write_now(
        lambda session: caseview.see(session, almaz.vault, almaz.library, viewer, reference, almaz.now)
    )


def opened(almaz: Worker, viewer: Viewer, reference: str, media_id: int) -> bytes:
    return almaz.db.write_now(
        lambda session: opening.open_media(session, almaz.vault, viewer, reference, media_id, almaz.now)
    )


def registers_with_a_voice_note(almaz: Worker, *, fetched_early: bool) -> None:
    for number, text in enumerate(REGISTRATION):
        if number == NAME:
            sends(almaz, "voice-of-almaz")
            if fetched_early:
                assert fetched(almaz) == ["voice-of-almaz"]
        else:
            almaz.says(text)


@pytest.mark.parametrize("fetched_early", [True, False])
def test_a_spoken_answer_is_heard_beside_the_answer(almaz: Worker, volunteer: Viewer, *, fetched_early: bool) -> None:
    registers_with_a_voice_note(almaz, fetched_early=fetched_early)
    if not fetched_early:
        assert fetched(almaz) == ["voice-of-almaz"]
    reference = claimed(almaz, volunteer)

    (answer,) = (one for one in seen(almaz, volunteer, reference).answers if one.recorded)

    assert answer.name == "name"
    assert answer.file is not None
    assert (answer.file.kind, answer.file.state) == ("voice", "kept")
    assert opened(almaz, volunteer, reference, answer.file.id) == VOICE


def test_what_is_sent_to_a_case_is_shown_in_its_conversation(almaz: Worker, volunteer: Viewer, db: Database) -> None:
    for text in REGISTRATION:
        almaz.says(text)
    reference = claimed(almaz, volunteer)
    sends(almaz, "a picture", "photo")
    said = seen(almaz, volunteer, reference).talk
    if not said:  # she was asked first which case it is for
        pytest.fail("the picture went nowhere")
    assert said[-1].file is not None
    assert said[-1].file.state == "waiting"
    assert fetched(almaz) == ["a picture"]
    assert seen(almaz, volunteer, reference).talk[-1].file == replace(said[-1].file, state="kept")
    assert not fetched(almaz)


def test_nothing_of_a_file_lies_readable_in_the_database(almaz: Worker, db: Database, vault: Vault) -> None:
    for text in REGISTRATION[:NAME]:
        almaz.says(text)
    sends(almaz, "voice-of-almaz")
    (row,) = rows(db)
    assert b"voice-of-almaz" not in row.box
    assert fetched(almaz) == ["voice-of-almaz"]
    (row,) = rows(db)
    assert b"her own voice" not in row.box


def test_a_file_ends_with_its_draft(almaz: Worker, db: Database, vault: Vault) -> None:
    for text in REGISTRATION[:NAME]:
        almaz.says(text)
    sends(almaz, "voice-of-almaz")
    fetched(almaz)
    later = NOW + timedelta(hours=73)
    db.write_now(lambda session: retention.end_what_is_over(session, vault.keyring, later))
    assert rows(db) == []


def test_who_says_forget_takes_her_voice_with_her(almaz: Worker, db: Database) -> None:
    for text in REGISTRATION[:NAME]:
        almaz.says(text)
    sends(almaz, "voice-of-almaz")
    fetched(almaz)
    almaz.says("forget")
    almaz.says("1")
    assert rows(db) == []


def test_a_forgotten_case_takes_its_files_with_it(almaz: Worker, volunteer: Viewer, db: Database, vault: Vault) -> None:
    registers_with_a_voice_note(almaz, fetched_early=True)
    db.write_now(lambda session: cases.forget(session, vault, almaz.case(), NOW))
    assert rows(db) == []


def test_what_the_provider_does_not_give_in_time_is_lost(almaz: Worker, volunteer: Viewer, db: Database) -> None:
    registers_with_a_voice_note(almaz, fetched_early=False)
    almaz.db.write_now(lambda session: keeping.end_what_is_over(session, NOW + timedelta(hours=25)))
    reference = claimed(almaz, volunteer)
    (answer,) = (one for one in seen(almaz, volunteer, reference).answers if one.recorded)
    assert answer.file is not None
    assert answer.file.state == "lost"
    with pytest.raises(Refused, match="no_such_message"):
        opened(almaz, volunteer, reference, answer.file.id)


def test_who_has_not_the_case_hears_nothing(almaz: Worker, volunteer: Viewer, db: Database, team: TeamKey) -> None:
    registers_with_a_voice_note(almaz, fetched_early=True)
    reference, rima = claimed(almaz, volunteer), make_viewer(db, team, "Rima")
    (row,) = rows(db)
    with pytest.raises(Refused, match="no_such_case"):
        opened(almaz, rima, reference, row.id or 0)


def test_while_one_fetches_a_file_nobody_else_does(almaz: Worker, db: Database, vault: Vault) -> None:
    registers_with_a_voice_note(almaz, fetched_early=False)

    def next_one() -> list[keeping.Wanted]:
        return db.write_now(lambda session: keeping.next_wanted(session, vault, LANES, almaz.now))

    assert len(next_one()) == 1
    assert next_one() == []
    almaz.now += timedelta(minutes=1)
    assert len(next_one()) == 1


def test_what_was_deleted_while_it_loaded_lands_in_no_other_row(almaz: Worker, db: Database, vault: Vault) -> None:
    for text in REGISTRATION[:NAME]:
        almaz.says(text)
    sends(almaz, "voice-of-almaz")
    (wanted,) = db.write_now(lambda session: keeping.next_wanted(session, vault, LANES, almaz.now))
    (row,) = rows(db)
    another = row.model_dump() | {"media_index": b"another worker's", "box": b"where it is"}
    db.write_now(lambda session: keeping.end_with_drafts(session, [row.secret_id]))
    db.write_now(lambda session: session.add(MediaRow(**another)))

    assert db.write_now(lambda session: keeping.keep(session, vault, wanted, VOICE, almaz.now)) == ""
    db.write_now(lambda session: keeping.give_up(session, wanted, "lost"))

    (kept,) = rows(db)
    assert (kept.id, kept.state, kept.box) == (wanted.id, "waiting", b"where it is")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"OggS....", "audio/ogg"),
        (b"\xff\xd8\xff\xe0..", "image/jpeg"),
        (b"RIFF....WEBP", "image/webp"),
        (b"....ftypM4A ", "audio/mp4"),
        (b"<html><script>", opening.PLAIN),
        (b"<svg onload=", opening.PLAIN),
        (b"", opening.PLAIN),
    ],
)
def test_a_file_is_what_its_first_bytes_say(content: bytes, kind: str) -> None:
    assert opening.type_of(content) == kind
