"""The background process hears of what other processes have done, and ends whatever has become of the database."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from api import retention
from api.desk import reminding
from api.keys import deployment
from api.numbers import proxies
from api.outbound import lanes
from api.staff import signin
from api.tables import Seen
from tests.desks import TestDesk, passphrase_of, running_desk


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[TestDesk]:
    async with running_desk(tmp_path) as desk:
        yield desk


async def test_after_somebody_was_removed_by_another_process_this_one_seals_to_the_new_team_key(desk: TestDesk) -> None:
    shell, now = desk.shell, desk.shell.clock()
    token = await desk.app.state.gate.sign_in("Amal", passphrase_of("Amal"), now)
    amal = await shell.db.write(lambda session: signin.resume(session, token, now))
    assert amal is not None
    team = await shell.db.write(lambda session: deployment.rotate(session, amal.team))
    assert shell.vault.team_public != team.public
    await desk.app.state.runner.look_after()
    assert shell.vault.team_public == team.public


async def test_a_server_whose_database_is_gone_stops_without_a_word_of_what_was_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> None:
        raise OperationalError("UPDATE lane", {}, Exception("canary"))

    async with running_desk(tmp_path):
        monkeypatch.setattr(lanes, "let_go", fail)
    assert "the lanes could not be let go: OperationalError" in caplog.text
    assert "canary" not in caplog.text


async def test_a_job_of_the_house_that_fails_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> None:
        raise TypeError("canary")

    async with running_desk(tmp_path) as desk:
        now = desk.shell.clock()
        await desk.shell.db.write(lambda session: session.add(Seen(key=b"old", at=now - retention.SEEN_LIVES)))
        for module, name in ((proxies, "end_codes"), (reminding, "run_due")):
            monkeypatch.setattr(module, name, fail)
        await desk.app.state.runner.look_after()
        assert await desk.shell.db.read(lambda session: session.exec(select(Seen)).all()) == []
    assert "housekeeping failed at codes: TypeError" in caplog.text
    assert "housekeeping failed at plans: TypeError" in caplog.text
    assert "canary" not in caplog.text
