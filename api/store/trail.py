"""The trail is a chain: each line carries a keyed hash over its own content and the hash of the line before.

Lines are written at the end of their transaction, because from then on nobody else adds one until it commits: the row
`trail_end` is locked. It also holds how long the trail is, so that a line cut off the end is missed. The key lies in
the keyring: who has only the database can neither make a line nor change one unnoticed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from api.keys.keyring import Keyring
from api.store.once import insert_once
from api.tables import Audit, metadata

KEY = b"the audit trail!"
"""The id of the key in the keyring."""
PAGE = 1000
"""Lines that are checked in one go."""
SHOWN = 8
"""Hexadecimal digits of the last hash that people compare."""
_WAITING = "lines of the trail"
_audit, _end = metadata.tables["audit"], metadata.tables["trail_end"]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a look over the whole trail found.

    `lines` fit, one after the other, from the moment `first` to `last`; `broken` is the number of the first that does
    not, `short` says that lines are missing at the end. `mark` is the beginning of the last hash.
    """

    lines: int
    first: datetime | None
    last: datetime | None
    broken: int | None
    short: bool
    mark: str

    @property
    def complete(self) -> bool:
        """Whether nothing was changed, removed or put elsewhere."""
        return self.broken is None and not self.short


def add(session: Session, line: Audit) -> None:
    """Have a line written when the use case ends."""
    session.info.setdefault(_WAITING, []).append(line)


def write(session: Session, keyring: Keyring) -> None:
    """Write the lines that wait; the last thing before a commit."""
    lines = session.info.pop(_WAITING, None)
    if not lines:
        return
    session.flush()
    key, (count, last) = keyring.standing_secret(KEY), _locked_end(session)
    for line in lines:
        values = {name: getattr(line, name) for name in ("at", "person_id", "action", "object", "detail")}
        last = _link(key, last, values)
        session.connection().execute(_audit.insert(), {**values, "hash": last})
    session.connection().execute(_end.update().values(lines=count + len(lines), hash=last))


def check(session: Session, keyring: Keyring) -> Checked:
    """Look over the whole trail."""
    key, last = keyring.standing_secret(KEY), b""
    lines, first, at = 0, None, None
    all_of_them = select(_audit).order_by(_audit.c.id).execution_options(yield_per=PAGE)
    with session.connection().execute(all_of_them) as found:
        for row in found.mappings():
            if row["hash"] != _link(key, last, dict(row)):
                return Checked(lines, first, at, row["id"], False, last.hex()[:SHOWN])
            lines, at, last = lines + 1, row["at"], row["hash"]
            first = first or at
    end = session.connection().execute(select(_end.c.lines, _end.c.hash)).one_or_none()
    short = tuple(end) != (lines, last) if end else lines > 0
    return Checked(lines, first, at, None, short, last.hex()[:SHOWN])


def _locked_end(session: Session) -> tuple[int, bytes]:
    end = select(_end.c.lines, _end.c.hash).with_for_update()
    row = session.connection().execute(end).one_or_none()
    if row is None:
        insert_once(session, _end, {"id": 1, "lines": 0, "hash": b""})
        row = session.connection().execute(end).one()
    return row.lines, row.hash


def _link(key: bytes, before: bytes, line: Mapping[str, Any]) -> bytes:
    said = (line["at"].astimezone(UTC).isoformat(), line["person_id"], line["action"], line["object"], line["detail"])
    return blake2b(before + json.dumps(said, sort_keys=True).encode(), key=key, person=b"rafiqa trail").digest()
