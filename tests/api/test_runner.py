"""The background process hears of what other processes have done."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api.keys import deployment
from api.staff import signin
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
