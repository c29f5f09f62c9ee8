"""Statements for rows say what Core says, for one row and for many, on both databases."""

from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session
from sqlmodel import select as select_rows

from api.store.db import Database
from api.store.hot import USUAL, ForRows
from api.tables import Seen, metadata
from tests.factories import NOW

_seen = metadata.tables["seen"]
SEE = ForRows(lambda insert: insert(_seen).on_conflict_do_nothing().returning(_seen.c.key), ("key", "at"))
MUST_SEE = ForRows(lambda insert: insert(_seen), ("key", "at"))
AMONG = ForRows(lambda _: select(_seen.c.key).where(_seen.c.at > NOW, _seen.c.key.in_([bindparam("key")])))
MOVE = ForRows(lambda _: update(_seen).where(_seen.c.key.in_([bindparam("key")])).values(at=bindparam("then")))


def rows(*names: str, at: datetime = NOW) -> list[dict[str, object]]:
    return [{"key": name.encode(), "at": at} for name in names]


def times(session: Session) -> dict[str, datetime]:
    return {row.key.decode(): row.at for row in session.exec(select_rows(Seen))}


@pytest.mark.parametrize("many", [1, 2, 20, USUAL + 20])
def test_many_rows_go_in_together_and_those_that_are_there_already_are_left_out(db: Database, many: int) -> None:
    names = [f"{number:04}" for number in range(many)]
    db.write_now(lambda session: SEE.run(session, rows(names[0])).scalars().all())
    new = db.write_now(lambda session: SEE.run(session, rows(*names)).scalars().all())
    assert sorted(bytes(key).decode() for key in new) == names[1:]
    assert sorted(db.read_now(times)) == names


def test_a_time_is_written_as_everywhere_else(db: Database) -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=9)))

    def both_ways(session: Session) -> None:
        SEE.run(session, rows("hot", at=elsewhere))
        session.add(Seen(key=b"cold", at=NOW))

    db.write_now(both_ways)
    assert db.read_now(times) == {"hot": NOW, "cold": NOW}
    written = db.read_now(lambda session: session.connection().exec_driver_sql("SELECT DISTINCT at FROM seen").all())
    assert len(written) == 1


def test_a_condition_on_rows_stands_beside_other_conditions(db: Database) -> None:
    def fill(session: Session) -> None:
        SEE.run(session, [*rows("old"), *rows("new", "newer", at=NOW + timedelta(hours=1))])

    db.write_now(fill)
    asked: list[dict[str, object]] = [{"key": b"old"}, {"key": b"new"}]
    found = db.read_now(lambda session: AMONG.run(session, asked).scalars().all())
    assert [bytes(key) for key in found] == [b"new"]


def test_what_is_said_once_holds_for_all_rows(db: Database) -> None:
    later = NOW + timedelta(days=1)

    def fill_and_move(session: Session) -> None:
        SEE.run(session, rows("one", "two", "three"))
        MOVE.run(session, [{"key": b"one"}, {"key": b"two"}], then=later)

    db.write_now(fill_and_move)
    assert db.read_now(times) == {"one": later, "two": later, "three": NOW}


def test_an_error_is_sqlalchemys_and_tells_nothing_of_the_values(db: Database) -> None:
    with pytest.raises(IntegrityError) as caught:
        db.write_now(lambda session: MUST_SEE.run(session, rows("a secret", "a secret")).close())
    assert "parameters hidden" in str(caught.value)
    assert caught.value.params is not None
    assert db.read_now(times) == {}
