"""docs/privacy.md names every column that is kept, no other, and the times that the code keeps to."""

import re
import sqlite3
from collections.abc import Mapping
from datetime import timedelta
from math import log2
from pathlib import Path

import pytest
from sqlalchemy import literal, select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from api import retention, runner
from api.desk import cases, forgetting, many
from api.going import outings
from api.inbound import inbox, unhandled
from api.keys import passphrases
from api.keys.keyring import Keyring
from api.keys.locks import STANDARD
from api.keys.vault import BUCKET, Vault
from api.media import keeping
from api.numbers import selftest
from api.outbound import replies
from api.settings import Settings
from api.staff import accounts, addresses, alerts, duty, invitations
from api.store.db import Database
from api.tables import CaseRow, metadata
from tests.factories import NOW, make_case
from tests.libraries import ROOT

PAGE = (ROOT / "docs" / "privacy.md").read_text("utf-8")
TEXT = " ".join(PAGE.split())
NAME = re.compile(r"`(\w+)`")


def section(heading: str) -> str:
    """What stands under a heading, up to the next one."""
    found = re.search(rf"^{re.escape(heading)}\n(.*?)(?=^#|\Z)", PAGE, flags=re.MULTILINE | re.DOTALL)
    return found.group(1) if found else ""


def described(table: str) -> list[str]:
    """The columns that the page's table for this table names, in the first cell of each line."""
    cells = re.findall(r"^\| ([^|]+) \|", section(f"### `{table}`"), flags=re.MULTILINE)
    return sorted(name for cell in cells for name in NAME.findall(cell))


def kept(keyring: Path) -> Mapping[str, list[str]]:
    """Every table, of the database and of the keyring, with its columns."""
    Keyring(keyring).close()
    connection = sqlite3.connect(keyring)
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    keys = {name: [row[1] for row in connection.execute(f"PRAGMA table_info({name})")] for name in names}
    connection.close()
    return {**{name: list(table.columns.keys()) for name, table in metadata.tables.items()}, **keys}


def test_every_column_that_is_kept_is_on_the_page_and_no_other(tmp_path: Path) -> None:
    tables = kept(tmp_path / "keyring.db")

    assert {name: described(name) for name in tables} == {name: sorted(columns) for name, columns in tables.items()}
    assert sorted(re.findall(r"^### `(\w+)`$", PAGE, flags=re.MULTILINE)) == sorted(tables)


def test_every_table_says_when_it_dies() -> None:
    without_end = {"team", "lane", "horizon"}  # one row, or one for each bot and number

    tables = set(re.findall(r"^### `(\w+)`$", PAGE, flags=re.MULTILINE)) - without_end
    assert [name for name in sorted(tables) if "*Dies*" not in section(f"### `{name}`")] == []


HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
DEFAULTS = Settings.model_fields
SAID = [
    ("case", "warned {} days before", forgetting.WARNED / timedelta(days=1)),
    ("case", "during the last {} days", forgetting.FRESH / timedelta(days=1)),
    ("draft", "{} hours after the last message", inbox.DRAFT_LIVES / HOUR),
    ("reply", "{} hours after it may be sent", replies.LIVES / HOUR),
    ("reply", "at most {} hours", replies.HELD_LIVES / HOUR),
    ("heard", "{} hours after that", replies.HELD_LIVES / HOUR),
    ("chat_message", "{} hours after the message", replies.CHAT_ID_LIVES / HOUR),
    ("seen", "after {} days", retention.SEEN_LIVES / timedelta(days=1)),
    ("self_test", "after {} days", selftest.KEPT / timedelta(days=1)),
    ("unhandled", "{} days after", unhandled.SETTLED_LIVES / timedelta(days=1)),
    ("signin", "{} minutes after she did something last", DEFAULTS["session_idle_minutes"].default),
    ("signin", "after {} hours in any case", DEFAULTS["session_minutes"].default / 60),
    ("person", "{} MiB", STANDARD.mebibytes),
    ("person", "{} days after a coordinator last prolonged it", accounts.LIVES / timedelta(days=1)),
    ("invitation", "after {} hours", invitations.LIVES / HOUR),
    ("staff_address", "{} days after the server last renewed it", addresses.LIVES / timedelta(days=1)),
    ("address_code", "{} minutes after it was made", addresses.CODE_LIVES / MINUTE),
    ("alert", "after {} days", alerts.KEPT / timedelta(days=1)),
    ("media", "within {} hours", keeping.WAITS / HOUR),
    ("media", "{} MiB", keeping.LARGEST / 2**20),
    ("outing", "{} days after it", outings.KEPT / timedelta(days=1)),
    ("notice_to_many", "{} days after it was sent", many.KEPT / timedelta(days=1)),
    ("duty", "{} days after the shift ended", duty.KEPT / timedelta(days=1)),
]


@pytest.mark.parametrize(("table", "sentence", "value"), SAID)
def test_the_times_are_those_of_the_code(table: str, sentence: str, value: float) -> None:
    assert sentence.format(f"{value:g}") in " ".join(section(f"### `{table}`").split())


def test_what_is_said_in_passing_is_true_as_well() -> None:
    bits = passphrases.LENGTH * log2(len(passphrases.WORDS))

    assert f"steps of {BUCKET} bytes" in TEXT
    assert f"looks every {runner.HOUSEKEEPING:g} seconds" in TEXT
    assert passphrases.LENGTH == 6
    assert f"six words made by us, about {bits:.0f} bits" in TEXT


def test_of_a_forgotten_case_stays_what_the_page_says(db: Database, vault: Vault) -> None:
    opened = make_case(db, vault)
    db.write_now(lambda session: cases.forget(session, vault, opened.reference, NOW))

    def row(session: Session) -> dict[str, object]:
        return session.get_one(CaseRow, opened.id).model_dump()

    (sentence,) = re.findall(r"Of a forgotten case stay (.*?),\s+so that", PAGE, flags=re.DOTALL)
    without_meaning = {"urgency"}  # `normal`, whatever it was
    stays = {name for name, value in db.read_now(row).items() if value} - without_meaning
    assert stays | {"closed_at"} == set(NAME.findall(sentence))


def test_an_error_of_the_database_does_not_say_what_was_to_be_kept(db: Database) -> None:
    with pytest.raises(SQLAlchemyError) as caught:
        db.write_now(lambda session: session.connection().execute(select(literal("Almaz").op("no operator")(1))))

    assert "Almaz" not in str(caught.value)
