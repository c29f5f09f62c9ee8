"""The keys that can be destroyed: shred secrets and day keys, in a small SQLite file that is never archived.

A change is kept in the memory of its thread, so the file is locked only for an instant and no thread waits here while
it holds a lock of the main database. What was made is written by `prepare`, before the main database commits, and what
was let go of is destroyed by `commit`, after it: whatever breaks off in between, no box that stands is without its key
(docs/decisions/0021). Day keys alone are written at once: two threads must never make two keys for one day.
"""

import os
import secrets
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from api.store import engines

SECRET_BYTES = 32
ID_BYTES = 16
_BUSY_SECONDS = 10.0

_SCHEMA = """
CREATE TABLE IF NOT EXISTS secret (id BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS day (day INTEGER PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS horizon (one INTEGER PRIMARY KEY CHECK (one = 1), oldest_day INTEGER NOT NULL);
INSERT OR IGNORE INTO horizon VALUES (1, 0);
"""


class Gone(Exception):
    """The key was destroyed: what it locked is unreadable for ever."""


@dataclass(slots=True)
class _Changes:
    """What a thread wants written: new secrets by id, ids of those to be destroyed, the oldest day that may live on."""

    made: dict[bytes, bytes] = field(default_factory=dict)
    destroyed: set[bytes] = field(default_factory=set)
    oldest_day: int = 0

    def add(self, later: "_Changes") -> None:
        self.made.update(later.made)
        for secret_id in later.destroyed:
            self.destroy(secret_id)
        self.oldest_day = max(self.oldest_day, later.oldest_day)

    def destroy(self, secret_id: bytes) -> None:
        self.made.pop(secret_id, None)
        self.destroyed.add(secret_id)

    def clear(self) -> None:
        self.made.clear()
        self.destroyed.clear()
        self.oldest_day = 0


class _Thread(threading.local):
    """What one thread has of the keyring: a connection, the changes of its group, those since its savepoint."""

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self.connection = connect()
        self.kept = _Changes()
        self.staged = _Changes()
        self.in_group = False
        self.days: dict[int, bytes] = {}  # day keys that this group has read; forgotten with its end
        self.derived: dict[int, bytes] = {}  # what was made of them
        self.read: dict[bytes, bytes] = {}  # shred secrets that it has read ahead; forgotten with its end

    def end_group(self) -> None:
        self.in_group = False
        self.days.clear()
        self.derived.clear()
        self.read.clear()


class Keyring:
    """The file of keys. May be used by any number of threads and processes of one machine."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connections: list[sqlite3.Connection] = []
        self._untidy = False  # destroyed keys may still stand in the write-ahead log
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        self._thread = _Thread(self._connect)
        self._thread.connection.executescript(_SCHEMA)
        self.tidy()

    def new_secret(self) -> bytes:
        """Make a shred secret and return its id (16 bytes)."""
        secret_id = secrets.token_bytes(ID_BYTES)
        self._thread.staged.made[secret_id] = secrets.token_bytes(SECRET_BYTES)
        return secret_id

    def secret(self, secret_id: bytes) -> bytes:
        """The 32 bytes of a shred secret. Raises Gone when it was destroyed."""
        thread = self._thread
        for changes in (thread.staged, thread.kept):
            if secret_id in changes.destroyed:
                raise Gone
            if secret_id in changes.made:
                return changes.made[secret_id]
        if secret_id in thread.read:
            return thread.read[secret_id]
        row = thread.connection.execute("SELECT value FROM secret WHERE id = ?", (secret_id,)).fetchone()
        return _living(row[0] if row else None)

    def standing_secret(self, secret_id: bytes) -> bytes:
        """A secret that is made when it is first asked for and then stays; it is written at once."""
        connection = self._thread.connection
        connection.execute("INSERT OR IGNORE INTO secret VALUES (?, ?)", (secret_id, secrets.token_bytes(SECRET_BYTES)))
        return self.secret(secret_id)

    def read_ahead(self, secret_ids: Sequence[bytes]) -> None:
        """Read some hundred secrets at most in one look, for `secret`, until this thread's next commit or rollback."""
        query = f"SELECT id, value FROM secret WHERE id IN ({','.join('?' * len(secret_ids))})"  # noqa: S608  only marks
        rows = self._thread.connection.execute(query, secret_ids)
        self._thread.read.update(rows.fetchall())

    def living(self, secret_ids: Collection[bytes]) -> set[bytes]:
        """Those of some secrets that are in the file."""
        query = "SELECT 1 FROM secret WHERE id = ?"
        return {one for one in secret_ids if self._thread.connection.execute(query, (one,)).fetchone()}

    def destroy(self, secret_id: bytes) -> None:
        """Destroy a shred secret for ever; to destroy one twice is no error."""
        self._thread.staged.destroy(secret_id)

    @property
    def destroyed(self) -> list[bytes]:
        """The ids of the secrets that this thread wants destroyed since its savepoint, or its last commit."""
        return sorted(self._thread.staged.destroyed)

    def day_key(self, day: date) -> bytes:
        """The 32-byte key of a day, made at its first use. Raises Gone when the day lies before the oldest living."""
        thread, number = self._thread, day.toordinal()
        if number < max(thread.staged.oldest_day, thread.kept.oldest_day):
            raise Gone
        if number in thread.days:
            return thread.days[number]
        row = thread.connection.execute("SELECT value FROM day WHERE day = ?", (number,)).fetchone()
        key = _living(row[0] if row else self._new_day_key(number))
        if thread.in_group:
            thread.days[number] = key
        return key

    def derived_day_key(self, day: date, derive: Callable[[bytes], bytes]) -> bytes:
        """What `derive`, always the same function, makes of a day's key; kept no longer than the key. Raises Gone."""
        thread, number = self._thread, day.toordinal()
        if number not in thread.derived or number < max(thread.staged.oldest_day, thread.kept.oldest_day):
            made = derive(self.day_key(day))
            if not thread.in_group:
                return made
            thread.derived[number] = made
        return thread.derived[number]

    def destroy_days_before(self, day: date) -> int:
        """Destroy the keys of all days before this one, for ever, and return how many there were."""
        connection, number = self._thread.connection, day.toordinal()
        (oldest,) = connection.execute("SELECT oldest_day FROM horizon").fetchone()
        if number <= oldest:
            return 0
        self._thread.staged.oldest_day = max(number, self._thread.staged.oldest_day)
        return int(connection.execute("SELECT count(*) FROM day WHERE day < ?", (number,)).fetchone()[0])

    def savepoint(self) -> None:
        """Begin changes that `rollback_to_savepoint` can undo alone; there is one savepoint at a time."""
        self._thread.in_group = True
        self.release()

    def release(self) -> None:
        """Keep the changes made since the savepoint."""
        self._thread.kept.add(self._thread.staged)
        self._thread.staged.clear()

    def rollback_to_savepoint(self) -> None:
        """Undo the changes made since the savepoint."""
        self._thread.staged.clear()

    @property
    def untidy(self) -> bool:
        """Whether destroyed keys may still stand in the write-ahead log."""
        return self._untidy

    def prepare(self) -> None:
        """Write the secrets that this thread made: before the main database commits what they lock."""
        self.release()
        made = self._thread.kept.made
        try:
            if made:
                _write_made(self._thread.connection, made)
        finally:
            made.clear()

    def commit(self, *, tidy: bool = True) -> None:
        """Destroy what this thread let go of, after the main database has committed; it is then in no file any more.

        What is made and not prepared is written first. Without `tidy` what was destroyed may still be in the
        write-ahead log until `tidy` is called.
        """
        self._thread.end_group()
        self.prepare()
        changes = self._thread.kept
        try:
            if changes.destroyed or changes.oldest_day:
                _destroy(self._thread.connection, changes)
                self._untidy = True
        finally:
            changes.clear()
        if tidy and self._untidy:
            self.tidy()

    def tidy(self) -> None:
        """Empty the write-ahead log, which holds older images of pages; a reader may delay it to the next time."""
        busy, _, _ = self._thread.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        self._untidy = bool(busy)

    def rollback(self) -> None:
        """Undo all changes of this thread since its last commit."""
        self._thread.end_group()
        self._thread.staged.clear()
        self._thread.kept.clear()

    def check(self) -> bool:
        """Whether the file can be read, by a connection of its own: an open one does not notice that it is gone."""
        try:
            with closing(engines.open_to_read(self._path)) as connection:
                return bool(connection.execute("SELECT 1 FROM horizon").fetchone())
        except sqlite3.Error:
            return False

    def mirror(self, copy: Path) -> None:
        """Overwrite `copy` with the keyring as it is now: a mirror, so what was destroyed here is destroyed there."""
        os.close(os.open(copy, os.O_CREAT | os.O_RDWR, 0o600))
        target = sqlite3.connect(copy)
        try:
            self._thread.connection.backup(target)
        finally:
            target.close()

    def close(self) -> None:
        """Close the connections of all threads."""
        while self._connections:
            self._connections.pop().close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        for pragma in (f"synchronous={engines.SYNCHRONOUS}", "journal_mode=WAL", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")
        self._connections.append(connection)
        return connection

    def _new_day_key(self, number: int) -> bytes | None:
        connection = self._thread.connection
        connection.execute(
            "INSERT OR IGNORE INTO day SELECT ?, ? FROM horizon WHERE oldest_day <= ?",
            (number, secrets.token_bytes(SECRET_BYTES), number),
        )
        row = connection.execute("SELECT value FROM day WHERE day = ?", (number,)).fetchone()
        return row[0] if row else None


def _living(value: bytes | None) -> bytes:
    if value is None:
        raise Gone
    return value


def _write_made(connection: sqlite3.Connection, made: Mapping[bytes, bytes]) -> None:
    with _transaction(connection):
        connection.executemany("INSERT INTO secret VALUES (?, ?)", made.items())


def _destroy(connection: sqlite3.Connection, changes: _Changes) -> None:
    with _transaction(connection):
        connection.executemany("DELETE FROM secret WHERE id = ?", [(one,) for one in changes.destroyed])
        if changes.oldest_day:
            connection.execute("UPDATE horizon SET oldest_day = max(oldest_day, ?)", (changes.oldest_day,))
            connection.execute("DELETE FROM day WHERE day < ?", (changes.oldest_day,))


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
