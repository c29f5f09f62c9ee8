"""Knows an SMS that came before by what it is: by number, sender, text and time, whatever id it comes with.

Telephones report one SMS twice, with two ids, when two parts of Android tell them of it; and a volunteer may type in
what a gateway has already sent.
"""

import re
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import Session

from api.keys.vault import Vault
from api.store.once import insert_once
from api.tables import metadata

WITHIN = timedelta(minutes=2)
"""How far apart two reports of one SMS to a proxy number may say that it came."""
_seen = metadata.tables["seen"]


def first_time(session: Session, vault: Vault, number: str, sender: str, text: str, at: datetime) -> bool:
    """Whether nothing like it came to this number within two minutes of `at` (aware); from now on something has.

    A key stands for two minutes of one text, so that it and its neighbours find all that is near; the row has the time.
    """
    same = (number, sender.strip().casefold(), text.strip())
    place = int(at.timestamp() // WITHIN.total_seconds())
    keys = {near: vault.index("heard", *same, str(place + near)) for near in (0, -1, 1)}
    _one_at_a_time(session, vault.index("heard", *same))
    times = session.connection().execute(select(_seen.c.at).where(_seen.c.key.in_(keys.values()))).scalars()
    if any(abs(time - at) <= WITHIN for time in times):
        return False
    return insert_once(session, _seen, {"key": keys[0], "at": at}) is not None


def same_sms(vault: Vault, sender: str, text: str, at: datetime) -> str:
    """An id for an SMS to a channel: the same for every report of it, another for whatever was sent at another time.

    Times are whole seconds, as the network gives them. Whoever writes "1" twice meant it twice; a telephone that
    reports one "1" twice says the same time.
    """
    second = int(at.timestamp())
    said = vault.index("heard", sender.strip().casefold(), text.strip(), str(second))
    return f"sms-{second}-{said.hex()}"


def time_of(its_id: str) -> datetime | None:
    """The time in an id of `same_sms`, in whole seconds; None for any other id."""
    found = re.fullmatch(r"sms-(-?\d{1,12})-[0-9a-f]+", its_id)
    return datetime.fromtimestamp(int(found[1]), UTC) if found else None


def _one_at_a_time(session: Session, key: bytes) -> None:
    """Two reports of one SMS wait for each other. SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(key[:8], "big", signed=True)
        session.connection().execute(select(func.pg_advisory_xact_lock(number)))
