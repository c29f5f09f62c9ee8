"""`kill -9` between the commits of the keyring and of the database, at the one moment when a secret is let go of.

Who sends her answers has them sealed as a case, and her draft is destroyed: neither may happen without the other.
"""

import asyncio
import signal
from pathlib import Path

import pytest
from sqlmodel import select

from api.commands.opened import deployed
from api.tables import CaseRow, DraftRow
from tests.fakes.telegram_api import TelegramApi
from tests.server.crowd import PAUSE
from tests.server.opened import open_cases, unhandled
from tests.server.people import OnTelegram, reference_in, tells
from tests.server.running import Founded, Server, by_telegram, found, ready, running, start, until
from tests.server.test_by_telegram import IN_AMHARIC, UNDERSTOOD


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
async def test_what_she_sends_is_kept_and_what_she_let_go_of_is_destroyed(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> None:
    address = {} if database == "sqlite" else {"database_url": request.getfixturevalue("postgres_url")}
    clock = tmp_path / "clock"
    clock.write_text("0")
    async with TelegramApi() as api:
        founded = found(tmp_path, **by_telegram(api, webhook=False), **address)
        server = await ready(dying(founded, "before", clock))
        almaz = OnTelegram(api, 771_901, copies=1)
        await tells(almaz, IN_AMHARIC[:-1])
        before = secrets(founded)
        sending = asyncio.create_task(almaz.says(IN_AMHARIC[-1]))
        await killed(server)
        await killed(dying(founded, "after", clock))  # Telegram delivers it once more
        assert not sending.done()
        clock.write_text(str(PAUSE))  # by then what a killed server held is free again
        async with running(founded, ("tests.server.later", str(clock))):
            farewell = await sending
            await until(lambda: let_go(before, founded))
    (case,) = open_cases(founded)
    assert case.row.reference == reference_in(farewell)
    assert case.values == UNDERSTOOD
    assert unhandled(founded) == []


def dying(founded: Founded, moment: str, clock: Path) -> Server:
    """A server that will be killed."""
    return start(founded, ("tests.server.dying", moment, str(clock)))


async def killed(server: Server) -> None:
    """Wait until a server was."""
    await until(lambda: server.process.exitcode is not None)
    assert server.process.exitcode == -signal.SIGKILL


def secrets(founded: Founded) -> set[bytes]:
    """The ids of the secrets that cases and drafts need at this moment; each must be there."""
    with deployed(founded.settings) as opened:
        needed = opened.db.read_now(
            lambda session: {*session.exec(select(CaseRow.secret_id)), *session.exec(select(DraftRow.secret_id))}
        )
        assert opened.vault.keyring.living(needed) == needed
    return needed


def let_go(before: set[bytes], founded: Founded) -> bool:
    """Whether what is not needed any more has been destroyed."""
    over = before - secrets(founded)
    assert over
    with deployed(founded.settings) as opened:
        return not opened.vault.keyring.living(over)
