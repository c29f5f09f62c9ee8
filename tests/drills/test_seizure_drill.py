"""The long form of tests/server/test_seized.py: hundreds of conversations, both databases, half of them forgotten."""

import asyncio
import shutil
from contextlib import suppress
from pathlib import Path
from random import Random

from sqlalchemy import Engine, text

from tests.server.opened import open_cases
from tests.server.searching import files_in, forms, search
from tests.server.seizure import CHOSEN, Woman, combined, openable, seized
from tests.server.test_seized import secrets_of, stage

WOMEN = 200
AT_ONCE = 12
LOOKED_FOR_WORD_BY_WORD = 20
IN_ALL = (
    "Qanarya", "qanarya", "QanaryaMin", "ቃናርያ", "ዘውዲቱ", "zewditu.example", "May 1971", "1971-05-", "QN000", "+9617190",
    "77335540", "+9617800", *CHOSEN,
)  # fmt: skip
"""What stands in the words of all women: to look for each of some thousands in every form would take hours."""


async def test_hundreds_of_conversations_leave_nothing_readable_on_the_disk(tmp_path: Path) -> None:
    women = [Woman(number, sms=number % 3 == 0) for number in range(1, WOMEN + 1)]
    async with stage(tmp_path) as here:
        await here.lets_her_take_all()
        room = asyncio.Semaphore(AT_ONCE)

        async def play(woman: Woman) -> str:
            async with room:
                return await here.plays(woman)

        references = await asyncio.gather(*map(play, women))
        before = seized(here.server.founded, tmp_path / "before")
        for woman, reference in list(zip(women, references, strict=True))[::2]:
            await here.asks_to_be_forgotten(woman, reference)
        here.server.kill()
        after = seized(here.server.founded, tmp_path / "after")
        secrets = secrets_of(here)
    some = Random(1).sample(women, LOOKED_FOR_WORD_BY_WORD)
    words = [*IN_ALL, *secrets, *(word for woman in some for word in woman.words)]
    for copy in (before, after):
        assert search(files_in(copy.data, copy.log), words) == []
    assert openable(combined(tmp_path / "older", database=before, keyring=after)) == set(references[1::2])
    assert openable(combined(tmp_path / "control", database=before, keyring=before)) == set(references)
    assert {case.row.reference for case in open_cases(after)} == set(references[1::2])


async def test_postgresql_keeps_nothing_readable_either(tmp_path: Path, postgres: Engine, postgres_url: str) -> None:
    women = [Woman(number, sms=number % 3 == 0) for number in range(1, 7)]
    async with stage(tmp_path, database_url=postgres_url) as here:
        for woman in women:
            await here.plays(woman)
        words = [*secrets_of(here), "live_out", *(word for woman in women for word in woman.words)]
        with postgres.connect() as connection:
            connection.execute(text("CHECKPOINT"))
            folder = Path(connection.execute(text("SHOW data_directory")).scalar_one())
            assert search(carried_away(folder, tmp_path / "before"), words) == []
            leak = forms(women[0].name)["raw"]
            connection.execute(text("CREATE TABLE leak AS SELECT CAST(:leak AS bytea) AS leak"), {"leak": leak})
            connection.execute(text("CHECKPOINT"))
            assert search(carried_away(folder, tmp_path / "after"), [women[0].name])
            connection.execute(text("DROP TABLE leak"))
        assert search(files_in(here.server.founded.data, here.server.founded.log), words) == []


def carried_away(folder: Path, copy: Path) -> list[Path]:
    """Copies of the files in a folder that is in use: some may go while the others are copied."""
    copy.mkdir()
    for number, file in enumerate(files_in(folder)):
        with suppress(FileNotFoundError):
            shutil.copy(file, copy / f"{number} {file.name}")
    return files_in(copy)
