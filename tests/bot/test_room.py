"""Nobody is let in where there is no room, and nobody waits where there is."""

import asyncio

import pytest

from bot.room import Room


class Visits:
    """People who stay in a room for a turn of the loop or two, and how many of them were there at once."""

    def __init__(self, places: int) -> None:
        self.room, self.inside, self.most, self.been = Room(places), 0, 0, 0

    async def visit(self, turns: int) -> None:
        while self.room.full:
            await self.room.opening()
        self.room.enter()
        self.inside += 1
        self.most = max(self.most, self.inside)
        try:
            for _ in range(turns):
                await asyncio.sleep(0)
            self.been += 1
        finally:
            self.inside -= 1
            self.room.leave()


async def test_so_many_and_no_more_are_inside_and_all_get_in() -> None:
    visits = Visits(3)
    await asyncio.gather(*(visits.visit(turn % 4) for turn in range(50)))
    assert (visits.most, visits.inside, visits.been) == (3, 0, 50)
    assert not visits.room.full


@pytest.mark.parametrize("after", range(6))
async def test_who_gives_up_leaves_her_turn_to_the_next(after: int) -> None:
    visits = Visits(1)
    everybody = [asyncio.ensure_future(visits.visit(1)) for _ in range(6)]
    for _ in range(after):
        await asyncio.sleep(0)
    for one in everybody[1:4]:
        one.cancel()
    async with asyncio.timeout(5):
        await asyncio.gather(*everybody, return_exceptions=True)
    assert visits.been >= 3
    assert not visits.room.full
