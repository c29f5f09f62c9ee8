"""Somebody carries the disk away: none of the answers is on it in clear, and what was forgotten opens for nobody."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

from tests.fakes.telegram_api import TelegramApi
from tests.fakes.twilio_api import TwilioApi
from tests.server.running import Founded, by_sms, by_telegram, found, running, until
from tests.server.searching import files_in, forms, search
from tests.server.seizure import CHOSEN, Stage, Woman, combined, openable, seized, shred_secrets

WOMEN = tuple(Woman(number, sms=number in (3, 4)) for number in range(1, 5))
UNFINISHED = (Woman(5, sms=False), Woman(6, sms=True))


@asynccontextmanager
async def stage(folder: Path, **settings: str) -> AsyncIterator[Stage]:
    """A server that writes everything to its log that it can."""
    async with TelegramApi() as telegram, TwilioApi() as twilio:
        founded = found(folder, log_level="debug", **by_telegram(telegram), **by_sms(twilio), **settings)
        async with running(founded) as server:
            await until(lambda: telegram.webhook)
            yield Stage(server, telegram, twilio)


def secrets_of(stage: Stage) -> list[str]:
    """What only the operator and the people know."""
    return [stage.telegram.token, stage.twilio.token, *stage.server.founded.passphrases.values()]


async def test_a_seized_disk_holds_none_of_the_answers(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        for woman in WOMEN:
            await here.plays(woman)
        for woman in UNFINISHED:
            await here.begins(woman)
        words = [*secrets_of(here), *CHOSEN, *(word for woman in (*WOMEN, *UNFINISHED) for word in woman.words)]
        alive = seized(here.server.founded, tmp_path / "alive")
        here.server.kill()
        dead = seized(here.server.founded, tmp_path / "dead")
    for copy in (alive, dead):
        files = files_in(copy.data, copy.log)
        assert {"main.db", "main.db-wal", "keyring.db", "index.key", "server.log"} <= {file.name for file in files}
        assert search(files, words) == []
    _a_leak_would_be_found(dead, words)


def _a_leak_would_be_found(copy: Founded, words: Sequence[str]) -> None:
    """The control: one word in one form, anywhere in one of the files."""
    chance = Random(1)
    for word in chance.sample(list(words), 5):
        form, written = chance.choice(list(forms(word).items()))
        file = chance.choice(files_in(copy.data))
        leaking = file.with_name("leaking")
        content = file.read_bytes()
        place = chance.randrange(len(content))
        leaking.write_bytes(content[:place] + written + content[place:])
        assert (word, form) in {(hit.word, hit.form) for hit in search([leaking], words)}
        leaking.unlink()


async def test_what_was_forgotten_opens_for_nobody_not_even_from_an_older_copy(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        references = [await here.plays(woman) for woman in WOMEN[:3]]
        before = seized(here.server.founded, tmp_path / "before")
        await here.asks_to_be_forgotten(WOMEN[0], references[0])
        after = seized(here.server.founded, tmp_path / "after")
        forgotten = shred_secrets(before)[references[0]]
        await here.asks_to_be_forgotten(WOMEN[2], references[2])
        here.server.kill()
        last = seized(here.server.founded, tmp_path / "last")
    kept = {references[1]}
    assert openable(combined(tmp_path / "control", database=before, keyring=before)) == set(references)
    assert openable(combined(tmp_path / "older", database=before, keyring=after)) == {*references[1:]}
    assert openable(combined(tmp_path / "oldest", database=before, keyring=last)) == kept
    assert openable(last) == kept
    for copy in (after, last):
        assert [file.name for file in files_in(copy.data) if forgotten in file.read_bytes()] == []
    assert [file.name for file in files_in(before.data) if forgotten in file.read_bytes()]
