"""A desk that runs, with one registration in its queue."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from api.app import now
from tests.desks import TestDesk, running_desk
from tests.scenes import Scene

BEIRUT = ZoneInfo("Asia/Beirut")


def at_noon() -> Callable[[], datetime]:
    """A clock that goes on from today's noon in Beirut: what is about today holds whenever the tests run."""
    ahead = now().astimezone(BEIRUT).replace(hour=12, minute=0).astimezone(UTC) - now()
    return lambda: now() + ahead


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[TestDesk]:
    """A trial desk with its simulator, and its runner."""
    async with running_desk(tmp_path, clock=at_noon()) as desk:
        yield desk


@pytest.fixture
async def waiting(desk: TestDesk) -> str:
    """The reference of a case that nobody has taken."""
    scene = await Scene.of(desk.shell, desk.app.state.gate)
    return await desk.shell.db.write(lambda session: scene.open(session, 1))


@pytest.fixture
async def hanas(desk: TestDesk) -> str:
    """The reference of the case that Hana works on, its number lent and its window open; more is on every page."""
    scene = await Scene.of(desk.shell, desk.app.state.gate)
    return await desk.shell.db.write(scene.fill)
