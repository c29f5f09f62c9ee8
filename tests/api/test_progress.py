"""Long work is there for who began it, however long it took."""

import asyncio
from datetime import timedelta

from api.events import Events
from api.progress import KEPT, Work, Works
from tests.api.outbound.test_outbox import Clock


async def test_what_took_longer_than_it_is_kept_is_there_when_it_is_over() -> None:
    clock = Clock()
    works = Works(Events(), clock)

    async def export(work: Work) -> str:
        clock.ahead += KEPT + timedelta(minutes=1)
        return "the file"

    async def nothing(work: Work) -> str:
        return ""

    long = works.begin("export", 1, 1, export)
    await wait_for(long)
    works.begin("export", 1, 1, nothing)  # whoever begins clears away what is old
    assert works.take(works.of(long.key, 1)) == "the file"


async def wait_for(work: Work) -> None:
    async with asyncio.timeout(10):
        while not work.over:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
