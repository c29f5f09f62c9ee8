"""A desk that runs, with one registration in its queue."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.desks import TestDesk, running_desk
from tests.scenes import Scene


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[TestDesk]:
    """A trial desk with its simulator, and its runner."""
    async with running_desk(tmp_path) as desk:
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
