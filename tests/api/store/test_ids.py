"""An id that something else still knows is never given again, and becoming so loses nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, create_engine, insert, inspect, text
from sqlmodel import Session, SQLModel

from api.keys.vault import TeamKey
from api.store import migrate
from api.store.db import Database
from api.store.engines import database_url
from api.tables import Call, MediaRow, NoticeRow, OfferRow, Person, TaskRow, metadata
from tests.factories import NOW, make_coordinator

ROWS: dict[str, Callable[[], SQLModel]] = {
    "call": lambda: Call(case_id=1, direction="out", box=b"a box", created_at=NOW),
    "media": lambda: MediaRow(
        media_index=b"index", kind="voice", lane="telegram:1", box=b"a box", next_try=NOW, created_at=NOW
    ),
    "notice": lambda: NoticeRow(
        case_id=1,
        kind="news",
        via="channel",
        box=b"a box",
        person_id=1,
        created_at=NOW,
        send_after=NOW,
        unread_at=NOW,
        due_at=NOW,
    ),
    "offer": lambda: OfferRow(
        case_id=1,
        starts_at=NOW,
        ends_at=NOW,
        district="LB-BA",
        language="am",
        box=b"a box",
        offered_by=1,
        created_at=NOW,
    ),
    "task": lambda: TaskRow(kind="recharge", about="+96181000100", created_at=NOW, due_at=NOW),
}
"""One of each table whose ids are in links, in tasks, or with a provider."""


@pytest.mark.parametrize("table", ROWS)
def test_an_id_is_never_given_again(db: Database, team: TeamKey, table: str) -> None:
    make_coordinator(db, team)

    def stored(session: Session) -> int:
        row = ROWS[table]()
        session.add(row)
        session.flush()
        given: int = row.id  # type: ignore[attr-defined]
        session.delete(row)
        return given

    assert db.write_now(stored) < db.write_now(stored)


def test_what_was_there_stays_as_it_was(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'main.db'}"
    migrate._run(url, lambda config: command.upgrade(config, "0027"))
    engine = create_engine(database_url(url))
    with Session(engine) as session:
        session.add(Person(name="Amal", role="coordinator", public_key=b"", salt=b"", private_box=b"", created_at=NOW))
        session.flush()
        for table, make in ROWS.items():  # in the columns that there were
            known = {column["name"] for column in inspect(session.connection()).get_columns(table)} - {"id"}
            row = {name: value for name, value in make().model_dump().items() if name in known}
            session.execute(insert(metadata.tables[table]).values(row))
        session.commit()
    before = shape(engine)
    migrate._run(url, lambda config: command.upgrade(config, "0028"))
    assert shape(engine) == before
    with engine.connect() as connection:
        counted = text("SELECT name, seq FROM sqlite_sequence WHERE name <> 'reply'")
        assert {(name, last) for name, last in connection.execute(counted)} == {(table, 1) for table in ROWS}
    engine.dispose()


def shape(engine: Engine) -> dict[str, object]:
    """All that there is to know of these tables: rows, columns, indexes, constraints."""
    look = inspect(engine)
    with engine.connect() as connection:
        return {
            table: (
                connection.execute(text(f"SELECT * FROM {table}")).all(),
                indexes(connection, table),
                [{**column, "type": str(column["type"])} for column in look.get_columns(table)],
                look.get_pk_constraint(table)["constrained_columns"],
                sorted(look.get_foreign_keys(table), key=str),
                look.get_unique_constraints(table),
                look.get_check_constraints(table),
            )
            for table in ROWS
        }


def indexes(connection: Connection, table: str) -> set[str]:
    """Each index as SQLite keeps it, however its name is quoted."""
    kept = text("SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :table AND sql IS NOT NULL")
    return {str(sql).replace('"', "") for sql in connection.execute(kept, {"table": table}).scalars()}
