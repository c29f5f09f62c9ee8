"""The trail is a chain: whoever changes, removes or moves a line, or writes one of her own, is found out."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, select
from sqlmodel import Session

from api.errors import Refused
from api.keys.keyring import Keyring
from api.staff import audit
from api.staff.people import Viewer
from api.store import trail
from api.store.db import Database
from api.store.trail import Checked
from api.tables import metadata
from tests.factories import NOW
from tests.together import at_once

AUDIT, END = metadata.tables["audit"], metadata.tables["trail_end"]
LINES = 6


def act(db: Database, number: int, person_id: int | None = None) -> None:
    at, detail = NOW + timedelta(seconds=number, microseconds=7), {"rows": number, "reason": "done", "again": True}
    db.write_now(lambda session: audit.record(session, person_id, "case.claim", f"K{number}", at, **detail))


def check(db: Database, keyring: Keyring) -> Checked:
    return db.read_now(lambda session: trail.check(session, keyring))


def ids(session: Session) -> list[int]:
    return list(session.connection().execute(select(AUDIT.c.id).order_by(AUDIT.c.id)).scalars())


def change(db: Database, do: Callable[[Session, Table, list[int]], Any]) -> None:
    """Somebody who has the database goes past the program."""
    db.write_now(lambda session: do(session, AUDIT, ids(session)))


def test_a_trail_that_nobody_touched_is_complete(db: Database, keyring: Keyring, volunteer: Viewer) -> None:
    assert check(db, keyring) == Checked(0, None, None, None, False, "")
    for number in range(LINES):
        act(db, number, volunteer.person_id if number % 2 else None)
    checked = check(db, keyring)
    assert checked.complete
    assert (checked.lines, checked.first, checked.last) == (
        LINES,
        NOW + timedelta(microseconds=7),
        NOW + timedelta(seconds=LINES - 1, microseconds=7),
    )
    assert len(checked.mark) == trail.SHOWN


def test_several_lines_of_one_use_case_follow_each_other(db: Database, keyring: Keyring) -> None:
    def act_twice(session: Session) -> None:
        for number in range(3):
            audit.record(session, None, "case.see", f"K{number}", NOW)

    db.write_now(act_twice)
    assert [one.object for one in db.read_now(audit.recent)] == ["K2", "K1", "K0"]
    assert check(db, keyring).complete


def test_what_is_undone_leaves_no_line_and_no_gap(db: Database, keyring: Keyring) -> None:
    def fail(session: Session) -> None:
        audit.record(session, None, "case.see", "K9", NOW)
        session.flush()
        raise Refused(409, "closed")

    act(db, 0)
    with pytest.raises(Refused, match="closed"):
        db.write_now(fail)
    act(db, 1)
    checked = check(db, keyring)
    assert (checked.complete, checked.lines) == (True, 2)


def test_many_who_write_at_once_make_one_chain(db: Database, keyring: Keyring) -> None:
    assert at_once([lambda number=number: act(db, number) for number in range(24)]) == [None] * 24  # type: ignore[misc]
    checked = check(db, keyring)
    assert (checked.complete, checked.lines) == (True, 24)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    which=st.integers(0, LINES - 1),
    other=st.integers(0, LINES - 1),
    how=st.sampled_from(["change", "blame", "remove", "swap", "hash", "add"]),
)
def test_changing_removing_or_moving_any_line_is_found(
    db: Database, keyring: Keyring, volunteer: Viewer, which: int, other: int, how: str
) -> None:
    db.write_now(lambda session: [session.connection().execute(table.delete()) for table in (AUDIT, END)])
    for number in range(LINES):
        act(db, number)
    if how == "swap" and which == other:
        return

    def tamper(session: Session, table: Table, rows: list[int]) -> int:
        return _tamper(session, table, rows, rows[which], rows[other], how, volunteer.person_id)

    change(db, lambda *about: touched.append(tamper(*about)))
    checked = check(db, keyring)
    assert not checked.complete
    if checked.broken is not None:
        assert checked.broken == touched.pop()
    else:
        assert (how, which) == ("remove", LINES - 1), "only a line cut off the end breaks nothing in between"


touched: list[int] = []


def _tamper(session: Session, table: Table, rows: list[int], one: int, two: int, how: str, person_id: int) -> int:
    """Do it, and give the first line that no longer fits."""
    run = session.connection().execute
    if how == "change":
        run(table.update().where(table.c.id == one).values(object="K99"))
    if how == "blame":
        run(table.update().where(table.c.id == one).values(person_id=person_id))
    if how == "hash":
        run(table.update().where(table.c.id == one).values(hash=b"x" * 64))
    if how == "remove":
        run(table.delete().where(table.c.id == one))
        return next((row for row in rows if row > one), 0)
    if how == "swap":
        for before, after in ((one, 10**6), (two, one), (10**6, two)):
            run(table.update().where(table.c.id == before).values(id=after))
        return min(one, two)
    if how == "add":
        line = {"at": NOW, "action": "case.see", "object": "K1", "detail": {}, "hash": b"y" * 64}
        return int(run(table.insert().values(line)).inserted_primary_key[0])  # type: ignore[index]
    return one


def test_a_stranger_without_the_keyring_cannot_forge_a_chain(db: Database, keyring: Keyring, tmp_path: Any) -> None:
    act(db, 0)
    assert not check(db, Keyring(tmp_path / "another.db")).complete
