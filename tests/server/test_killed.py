"""`kill -9` in the middle of 200 conversations: nothing that was acknowledged is lost, and no case is doubled."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.server.crowd import Crowd, Someone
from tests.server.opened import open_cases, unhandled
from tests.server.running import Founded

PEOPLE = 200
KILLS = 3


async def test_no_answer_is_lost_and_no_case_is_doubled(tmp_path: Path) -> None:
    chance = random.Random(4711)
    crowd = Crowd(tmp_path, [Someone(number, sms=number % 4 == 0) for number in range(PEOPLE)])
    messages = sum(len(someone.texts) for someone in crowd.people)
    kills = [chance.randrange(messages // 10, messages * 9 // 10) for _ in range(KILLS)]
    founded = await crowd.register(kills, chance)
    assert crowd.acknowledged == messages
    assert crowd.repeated >= KILLS
    everybody_is_registered_once(crowd, founded)
    files_are_whole(founded)


def everybody_is_registered_once(crowd: Crowd, founded: Founded) -> None:
    """One case each, with what she wrote, word for word; and she knows its reference."""
    cases = {case.contact.address: case for case in open_cases(founded)}
    assert len(open_cases(founded)) == len(cases) == len(crowd.people)
    for someone in crowd.people:
        case = cases[someone.address]
        assert {name: answer.raw for name, answer in case.answers.items()} == someone.expected
        farewells = crowd.farewells(someone)
        assert farewells
        assert all(case.row.reference in farewell for farewell in farewells)
    assert unhandled(founded) == []


def files_are_whole(founded: Founded) -> None:
    """Both files of a deployment on SQLite, as SQLite itself sees them."""
    for name in ("main.db", "keyring.db"):
        with closing(sqlite3.connect(founded.data / name)) as file:
            assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
