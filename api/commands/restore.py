"""Brings a deployment back from a backup, into an empty place."""

import shutil
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from sqlmodel import Session, col, delete, select, update

from api.commands.backup import DATABASES, INDEX_KEY, KEYRING, MIRROR
from api.commands.opened import Deployed, deployed
from api.desk import cases
from api.keys.keyring import Gone, Keyring
from api.settings import Settings
from api.staff import people
from api.store import copying, migrate
from api.store.engines import migrating_engine
from api.tables import CaseRow, DraftRow, ReplyRow, SignIn


def restore(settings: Settings, folder: Path, *, now: datetime, name: str = "") -> None:
    """Bring back the newest database of a backup, or the one called `name`, with the keyring of its mirror."""
    path, mirror = _chosen(folder / DATABASES, name), folder / MIRROR
    if not (mirror / KEYRING).exists():
        raise click.ClickException(f"There is no keyring in {mirror}, and without it nothing can be opened.")
    if settings.keyring_path.exists():
        raise click.ClickException(
            f"There is a deployment in {settings.data_dir} already; restore into an empty folder."
        )
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    migrate.upgrade(settings.database_url)
    _copy_in(path, settings)
    _bring_keys(mirror, settings)
    with deployed(settings) as opened:
        forgotten = _catch_up(opened, now)
        names = [person.name for person in opened.db.read_now(lambda s: people.everyone(s, now))]
    click.echo(f"The database of {path.stem} is restored. Cases in it that were forgotten since: {forgotten}.")
    click.echo(f"These people can sign in: {', '.join(names)}. Remove again whoever was removed since.")


def _chosen(folder: Path, name: str) -> Path:
    found = [path for path in sorted(folder.glob("*.db")) if name in ("", path.stem, path.name)]
    if not found:
        raise click.ClickException(f"There is no such database in {folder}.")
    return found[-1]


def _copy_in(path: Path, settings: Settings) -> None:
    with TemporaryDirectory(dir=settings.data_dir) as scratch:
        older = f"sqlite:///{Path(shutil.copy(path, scratch)).absolute()}"
        migrate.upgrade(older)
        source_engine, target_engine = migrating_engine(older), migrating_engine(settings.database_url)
        with source_engine.begin() as source, target_engine.begin() as target:
            if copying.count_rows(target):
                raise click.ClickException("There is something in this database already; restore into an empty one.")
            with click.progressbar(length=copying.count_rows(source), label="Restoring") as bar:
                copying.copy_rows(source, target, bar.update)


def _bring_keys(mirror: Path, settings: Settings) -> None:
    pairs = [(mirror / INDEX_KEY, settings.index_key_path, 0o400), (mirror / KEYRING, settings.keyring_path, 0o600)]
    for copy, path, mode in pairs:
        if copy.exists() and not path.exists():
            shutil.copyfile(copy, path)
            path.chmod(mode)


def _catch_up(opened: Deployed, now: datetime) -> int:
    """Forget again what was forgotten since the copy, and give how many cases these were."""
    keyring = opened.vault.keyring
    opened.db.write_now(lambda session: _end_what_is_stale(session, keyring))
    references = opened.db.read_now(lambda session: _forgotten_since(session, keyring))
    with click.progressbar(references, label="Forgetting again") as bar:
        for reference in bar:
            opened.db.write_now(lambda session, one=reference: cases.forget(session, opened.vault, one, now))  # type: ignore[misc]
    return len(references)


def _end_what_is_stale(session: Session, keyring: Keyring) -> None:
    """Nobody stays signed in, no dead draft stays, and nothing that waited then is sent now: it was sent since."""
    connection = session.connection()
    connection.execute(delete(SignIn))
    connection.execute(
        update(ReplyRow).where(col(ReplyRow.state).in_(("waiting", "held"))).values(state="dead", error="restored")
    )
    for draft in session.exec(select(DraftRow)):
        if not _lives(keyring, draft.secret_id):
            session.delete(draft)


def _forgotten_since(session: Session, keyring: Keyring) -> list[str]:
    rows = session.exec(select(CaseRow.reference, CaseRow.secret_id).where(CaseRow.state != "forgotten"))
    return [reference for reference, secret_id in rows if not _lives(keyring, secret_id)]


def _lives(keyring: Keyring, secret_id: bytes) -> bool:
    try:
        keyring.secret(secret_id)
    except Gone:
        return False
    return True
