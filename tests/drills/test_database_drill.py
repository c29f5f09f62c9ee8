"""PostgreSQL hangs up on everybody in the middle of their conversations, as it does when it is restarted."""

import random
from pathlib import Path

from sqlalchemy import text

from api.store.engines import checking_engine
from tests import hurried
from tests.server.crowd import Crowd, Someone
from tests.server.test_killed import everybody_is_registered_once

PEOPLE = 200
TIMES = 12
HANG_UP = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


async def test_nobody_is_lost_while_the_database_hangs_up(postgres_url: str, tmp_path: Path) -> None:
    chance = random.Random(4711)
    crowd = Crowd(tmp_path, [Someone(number, sms=number % 4 == 0) for number in range(PEOPLE)])
    crowd.settings["database_url"] = postgres_url
    messages = sum(len(someone.texts) for someone in crowd.people)

    async def hang_up(_: int) -> None:
        with checking_engine(postgres_url).connect() as connection:
            connection.execute(HANG_UP)

    founded = await crowd.register(chance.sample(range(messages // 20, messages), TIMES), chance, hang_up)
    hurried.let_connections_go()  # it hung up on this process as well
    assert crowd.acknowledged == messages
    assert "Traceback" not in founded.log.read_text("utf-8")
    everybody_is_registered_once(crowd, founded)
