"""A deployment, opened for the length of one command."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from api.keys import deployment
from api.keys.deployment import NotSetUp
from api.keys.keyring import Keyring
from api.keys.vault import Vault
from api.settings import Settings
from api.store import migrate
from api.store.db import Database


@dataclass(frozen=True, slots=True)
class Storage:
    """Where a deployment keeps things, whether or not there is one yet."""

    db: Database
    keyring: Keyring


@dataclass(frozen=True, slots=True)
class Deployed:
    """A deployment that was set up."""

    db: Database
    vault: Vault


@contextmanager
def storage(settings: Settings) -> Iterator[Storage]:
    """Open the database and the keyring of these settings, made and brought to this version where necessary."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    migrate.upgrade(settings.database_url)
    keyring = Keyring(settings.keyring_path)
    db = Database(settings.database_url, keyring, threads=1)
    try:
        yield Storage(db, keyring)
    finally:
        db.close()
        keyring.close()


@contextmanager
def deployed(settings: Settings) -> Iterator[Deployed]:
    """Open the deployment of these settings. Raises NotSetUp, and SettingsError when its index key is missing."""
    if not settings.keyring_path.exists():
        raise NotSetUp
    with storage(settings) as opened:
        team_public = opened.db.read_now(deployment.team_public)
        yield Deployed(opened.db, Vault(opened.keyring, settings.index_key_bytes, team_public))
