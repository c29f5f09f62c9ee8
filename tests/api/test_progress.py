"""Long work is there for who began it, however long it took."""

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
    assert await works.soon(long, 10)
    works.begin("export", 1, 1, nothing)  # whoever begins clears away what is old
    assert works.take(works.of(long.key, 1)) == "the file"
