"""What was backed up comes back, in either database; what was forgotten does not."""

from pathlib import Path

import click
import pytest
from sqlalchemy import select
from sqlmodel import Session

from api.commands.backup import DATABASES, MIRROR, back_up
from api.commands.forget import forget
from api.commands.opened import deployed, storage
from api.commands.restore import restore
from api.commands.setup import make_index_key
from api.desk import cases
from api.keys import deployment
from api.keys.keyring import Keyring
from api.keys.locks import RecoveryKey, new_person
from api.keys.vault import CaseLock, TeamKey, Vault
from api.settings import Settings
from api.staff import people, signin
from api.staff.people import COORDINATOR, Newcomer
from api.store.engines import migrating_engine
from api.tables import CaseRow, Item, ReplyRow, SignIn, metadata
from tests.factories import ALMAZ, CHEAP, HER_PHONE, NOW


@pytest.fixture
def source(url: str, tmp_path: Path) -> Settings:
    """The settings of a deployment with a coordinator who is signed in, two cases and a reply that waits."""
    settings = Settings(data_dir=tmp_path / "source", database_url=url)
    with storage(settings) as opened:
        make_index_key(settings)
        opened.db.write_now(found)
    with deployed(settings) as opened:
        opened.db.write_now(lambda session: fill(session, opened.vault))
    return settings


@pytest.fixture(params=["sqlite", "postgres"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """The settings of an empty place."""
    folder = tmp_path / "target"
    if request.param == "sqlite":
        return Settings(data_dir=folder)
    return Settings(data_dir=folder, database_url=request.getfixturevalue("another_postgres_url"))


@pytest.fixture
def place(tmp_path: Path) -> Settings:
    """The settings of an empty folder, where it does not matter which database comes back."""
    return Settings(data_dir=tmp_path / "place")


PAPER = RecoveryKey.generate()


def found(session: Session) -> None:
    team = deployment.found(session, PAPER.public, trial=False)
    person_id = people.add(session, team, Newcomer("Amal", COORDINATOR), new_person("amal's words", CHEAP), None, NOW)
    signin.begin(session, person_id, b"p" * 32, NOW, idle=NOW - NOW, longest=NOW - NOW)


def fill(session: Session, vault: Vault) -> None:
    for _ in range(2):
        cases.open_case(session, vault, service="vaccination", contact=HER_PHONE, answers=ALMAZ, route={}, now=NOW)
    box = vault.lock(b"Thank you", expires=NOW)
    times = {"created_at": NOW, "send_after": NOW, "next_try": NOW, "expires_at": NOW}
    session.add(ReplyRow(lane="sms:", address_index=b"a", box=box, **times))


def rows(settings: Settings) -> dict[str, list[object]]:
    """Everything in a database."""
    engine = migrating_engine(settings.database_url)
    with engine.begin() as connection:
        everything = {table.name: list(connection.execute(select(table))) for table in metadata.sorted_tables}
    engine.dispose()
    return {name: sorted(map(repr, found)) for name, found in everything.items()}


def readable(settings: Settings) -> list[bytes]:
    """What a person with the paper can read in all cases that are not forgotten."""

    def read(session: Session) -> list[bytes]:
        team: TeamKey = deployment.recover(session, PAPER)
        found = session.exec(select(CaseRow, Item).join(Item, Item.case_id == CaseRow.id))  # type: ignore[call-overload]
        return [open_item(opened.vault, team, case, item) for case, item in found]

    with deployed(settings) as opened:
        return opened.db.read_now(read)


def open_item(vault: Vault, team: TeamKey, case: CaseRow, item: Item) -> bytes:
    key = vault.open_case(team, CaseLock(case.public_key, case.sealed_key, case.secret_id))
    return key.open(vault.item_context(item.case_id, item.kind), item.box)


def test_a_backup_comes_back_whole_in_either_database(source: Settings, target: Settings, tmp_path: Path) -> None:
    back_up(source, tmp_path / "backup", now=NOW)
    restore(target, tmp_path / "backup", now=NOW)
    before, after = rows(source), rows(target)
    assert {name for name in before if before[name] != after[name]} == {"signin", "reply"}
    assert len(after["case"]) == 2
    assert sorted(readable(target)) == sorted(readable(source))
    assert any(b"Almaz" in one for one in readable(target))
    assert target.index_key_bytes == source.index_key_bytes


def test_after_a_restore_nobody_is_signed_in_and_nothing_is_sent_twice(
    source: Settings, place: Settings, tmp_path: Path
) -> None:
    back_up(source, tmp_path / "backup", now=NOW)
    restore(place, tmp_path / "backup", now=NOW)
    with deployed(place) as opened:
        assert opened.db.read_now(lambda session: session.exec(select(SignIn)).all()) == []
        assert opened.db.read_now(lambda session: session.scalars(select(ReplyRow.state)).all()) == ["dead"]


def test_new_rows_go_on_where_the_old_ones_ended(source: Settings, target: Settings, tmp_path: Path) -> None:
    back_up(source, tmp_path / "backup", now=NOW)
    restore(target, tmp_path / "backup", now=NOW)
    with deployed(target) as opened:
        opened.db.write_now(lambda session: fill(session, opened.vault))
        ids = opened.db.read_now(lambda session: session.scalars(select(CaseRow.id)).all())
    assert len(set(ids)) == 4


def test_what_was_forgotten_after_a_backup_stays_forgotten_when_it_is_restored(
    source: Settings, place: Settings, tmp_path: Path
) -> None:
    back_up(source, tmp_path / "backup", now=NOW)
    with deployed(source) as opened:
        reference = opened.db.read_now(lambda session: session.scalars(select(CaseRow.reference)).first())
    forget(source, str(reference).lower(), now=NOW)
    back_up(source, tmp_path / "backup", now=NOW, keyring_only=True)
    restore(place, tmp_path / "backup", now=NOW)
    with deployed(place) as opened:
        states = opened.db.read_now(lambda s: dict(s.execute(select(CaseRow.reference, CaseRow.state)).all()))  # type: ignore[arg-type]
    assert states.pop(reference) == "forgotten"
    assert set(states.values()) == {"open"}
    assert readable(place)


def test_each_backup_is_kept_and_may_be_chosen(source: Settings, place: Settings, tmp_path: Path) -> None:
    back_up(source, tmp_path / "backup", now=NOW)
    with deployed(source) as opened:
        opened.db.write_now(lambda session: fill(session, opened.vault))
    back_up(source, tmp_path / "backup", now=NOW.replace(hour=10))
    names = [path.stem for path in sorted((tmp_path / "backup" / DATABASES).iterdir())]
    assert names == ["2026-11-24T090000", "2026-11-24T100000"]
    restore(place, tmp_path / "backup", now=NOW, name=names[0])
    assert len(rows(place)["case"]) == 2


def test_the_backup_of_the_database_alone_opens_nothing(source: Settings, tmp_path: Path) -> None:
    back_up(source, tmp_path / "backup", now=NOW)
    with deployed(source) as opened:
        secret_ids = opened.db.read_now(lambda session: session.scalars(select(CaseRow.secret_id)).all())
    keyring = Keyring(source.keyring_path)
    kept = b"".join(path.read_bytes() for path in (tmp_path / "backup" / DATABASES).iterdir())
    assert not any(keyring.secret(secret_id) in kept for secret_id in secret_ids)
    keyring.close()


def test_a_restore_touches_no_place_that_is_not_empty(source: Settings, tmp_path: Path) -> None:
    back_up(source, tmp_path / "backup", now=NOW)
    before = rows(source)
    with pytest.raises(click.ClickException, match="already"):
        restore(source, tmp_path / "backup", now=NOW)
    elsewhere = Settings(data_dir=tmp_path / "elsewhere", database_url=source.database_url)
    with pytest.raises(click.ClickException, match="already"):
        restore(elsewhere, tmp_path / "backup", now=NOW)
    assert rows(source) == before


def test_a_backup_without_its_keyring_is_refused(source: Settings, tmp_path: Path) -> None:
    back_up(source, tmp_path / "backup", now=NOW)
    (tmp_path / "backup" / MIRROR / "keyring.db").unlink()
    with pytest.raises(click.ClickException, match="no keyring"):
        restore(Settings(data_dir=tmp_path / "target"), tmp_path / "backup", now=NOW)
    assert not (tmp_path / "target").exists()


@pytest.mark.parametrize(("typed", "words"), [("K7-4QG", "no reference"), ("K7-4QF", "no case")])
def test_a_case_that_is_not_there_cannot_be_forgotten(source: Settings, typed: str, words: str) -> None:
    with pytest.raises(click.ClickException, match=words):
        forget(source, typed, now=NOW)
