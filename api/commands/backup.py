"""Copies a deployment to another place.

The database is copied into a new SQLite file each time, whatever it is kept in. The keyring is mirrored: the copy of
yesterday is overwritten, so that what was forgotten is forgotten there too.
"""

import shutil
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy import Connection

from api.commands.opened import deployed
from api.keys.keyring import Keyring
from api.settings import Settings
from api.store import copying, migrate
from api.store.engines import migrating_engine

DATABASES = "database"
MIRROR = "keyring-never-archive"
KEYRING, INDEX_KEY = "keyring.db", "index.key"


def back_up(settings: Settings, folder: Path, *, now: datetime, keyring_only: bool = False) -> None:
    """Mirror the keyring and the index key into `folder`, and copy the database beside them under the time."""
    with deployed(settings) as opened:
        if not keyring_only:
            path = folder / DATABASES / f"{now:%Y-%m-%dT%H%M%S}.db"
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            opened.db.read_now(lambda session: _copy_out(session.connection(), path))
            click.echo(f"The database is copied to {path}.")
        # After the database: a case that is opened meanwhile would else be in the copy and its key not in the mirror,
        # and a restore would take it for forgotten.
        _mirror(settings, opened.vault.keyring, folder / MIRROR)
    click.echo(f"The keyring is mirrored in {folder / MIRROR}.")
    click.echo("Keep as many databases as you like, but no older keyring: FORGET would not reach it.")


def _mirror(settings: Settings, keyring: Keyring, folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    keyring.mirror(folder / KEYRING)
    if settings.index_key_path.exists():
        (folder / INDEX_KEY).unlink(missing_ok=True)
        shutil.copy(settings.index_key_path, folder / INDEX_KEY)


def _copy_out(source: Connection, path: Path) -> None:
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    url = f"sqlite:///{unfinished.absolute()}"
    migrate.upgrade(url)
    engine = migrating_engine(url)
    with click.progressbar(length=copying.count_rows(source), label="Copying") as bar, engine.begin() as target:
        copying.copy_rows(source, target, bar.update)
    engine.dispose()
    unfinished.rename(path)
