"""A new team key locks anew what waits, and touches nothing that somebody else changed meanwhile."""

import pytest
from sqlalchemy import update
from sqlmodel import Session, select

from api.keys import deployment
from api.keys.keyring import Keyring
from api.keys.locks import RecoveryKey
from api.keys.vault import TeamKey, Vault, reseal
from api.store.db import Database
from api.tables import Unhandled
from tests.factories import NOW


def test_a_box_that_is_emptied_or_replaced_meanwhile_stays_so(
    postgres_url: str, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = Database(postgres_url, keyring)
    team = db.write_now(lambda session: deployment.found(session, RecoveryKey.generate().public, trial=False))
    sealed = Vault(keyring, b"i" * 32, team.public).seal_to_team("unhandled", b"help")
    wiped, given, waiting = (db.write_now(lambda session: stored(session, sealed)) for _ in range(3))
    meanwhile = iter([(wiped, b""), (given, b"sealed to a case")])

    def while_it_is_resealed(box: bytes, old: TeamKey, public: bytes) -> bytes:
        for row, new in meanwhile:
            change = update(Unhandled).where(Unhandled.id == row).values(box=new)  # type: ignore[arg-type]
            db.write_now(lambda session, change=change: session.connection().execute(change))  # type: ignore[misc]
        return reseal(box, old, public)

    monkeypatch.setattr(deployment, "reseal", while_it_is_resealed)
    new = db.write_now(lambda session: deployment.rotate(session, team))
    boxes = db.read_now(lambda session: dict(session.exec(select(Unhandled.id, Unhandled.box)).all()))
    assert (boxes[wiped], boxes[given]) == (b"", b"sealed to a case")
    assert new.open("unhandled", boxes[waiting]) == b"help"
    db.close()


def stored(session: Session, box: bytes) -> int:
    row = Unhandled(lane="sms:", error="KeyError", box=box, at=NOW)
    session.add(row)
    session.flush()
    return row.id or 0
