"""What tests are spared, so that they take minutes: waits for the disk, and the same things made anew each time."""

import gc
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from alembic.runtime.migration import MigrationContext
from sqlalchemy import URL, Engine, create_engine

from api.store import engines, migrate

SHIPPED = engines.SYNCHRONOUS
"""What a server waits for at a commit."""
upgrade_by_steps = migrate.upgrade
"""What a server does at its start."""
SELDOM = (100_000, 50, 100)
"""When to look for cycles: hundreds of thousands of objects stay, and looking was an eighth of the time of 85 tests."""
_first: dict[tuple[str, str], Engine] = {}
_engines: list[Engine] = []


def hurry() -> None:
    """Spare this process the disk, as nobody pulls the plug of a test, and what it has done before.

    A server writes the SQL of each statement once, and migrates one database. Each test has engines and a database of
    its own, and would do both again and again: so engines share what was written, and a new database is a copy.
    """
    gc.set_threshold(*SELDOM)
    engines.SYNCHRONOUS = "OFF"
    engines.create_engine = _sharing  # type: ignore[assignment]
    migrate.upgrade = _copied


def _sharing(url: URL, **options: Any) -> Engine:
    """An engine that knows the statements of the first one of its kind in this process.

    PostgreSQL begins a process for each connection: those to a database are kept, for the next test.
    """
    if url.get_backend_name() == "postgresql" and "poolclass" not in options:
        return _kept(url, **options)
    return _knowing(url, **options)


@cache
def _kept(url: URL, **options: Any) -> Engine:
    engine = _knowing(url, **options)
    _engines.append(engine)
    engine.dispose = lambda close=True: None  # type: ignore[method-assign]
    return engine


def let_connections_go() -> None:
    """Close all that are kept: the database hung up on them."""
    for engine in _engines:
        Engine.dispose(engine)


def _knowing(url: URL, **options: Any) -> Engine:
    engine = create_engine(url, **options)
    kind = engine.dialect.name, options.get("isolation_level", "")
    first = _first.setdefault(kind, engine)
    if not hasattr(first.dialect, "server_version_info"):  # it was never connected, and knows nothing
        _first[kind] = engine
    elif first is not engine:
        engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
    return engine


def _copied(url: str) -> None:
    """Migrate a database: what is new becomes a copy of one that is ready, and what is ready is left alone."""
    address = engines.database_url(url)
    path = Path(address.database or "")
    if address.get_backend_name() == "sqlite" and not (path.exists() and path.stat().st_size):
        shutil.copyfile(migrated(), path)  # whose file it is, the process decides
    elif _revision(url) != _newest():
        upgrade_by_steps(url)


@cache
def migrated() -> Path:
    """An SQLite file with all tables and no rows, to be copied."""
    path = Path(mkdtemp(prefix="rafiqa-tables-")) / "main.db"
    upgrade_by_steps(f"sqlite:///{path}")
    return path


@cache
def _newest() -> str | None:
    return _revision(f"sqlite:///{migrated()}")


def _revision(url: str) -> str | None:
    """The migration at which a database is; None for one without tables."""
    with engines.checking_engine(url).connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
