"""The long form of tests/server/test_killed.py: a thousand people, a dozen kills, both databases."""

import random
from pathlib import Path

import pytest

from tests.server.crowd import Crowd, Someone
from tests.server.test_killed import everybody_is_registered_once, files_are_whole

PEOPLE = 1000
KILLS = 12


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("database", ["sqlite", "postgres"])
async def test_a_thousand_people_and_a_dozen_kills(
    request: pytest.FixtureRequest, tmp_path: Path, database: str, seed: int
) -> None:
    chance = random.Random(seed)
    crowd = Crowd(tmp_path, [Someone(number, sms=number % 4 == 0) for number in range(PEOPLE)])
    if database == "postgres":
        crowd.settings["database_url"] = request.getfixturevalue("postgres_url")
    messages = sum(len(someone.texts) for someone in crowd.people)
    founded = await crowd.register(chance.sample(range(messages // 20, messages), KILLS), chance)
    assert crowd.acknowledged == messages
    everybody_is_registered_once(crowd, founded)
    if database == "sqlite":
        files_are_whole(founded)
