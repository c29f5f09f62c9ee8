"""Whoever watches the server learns whether what must work does; and one that must not run does not start."""

import asyncio
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.fakes import twilio_api
from tests.fakes.telegram_api import TelegramApi
from tests.fakes.twilio_api import TwilioApi
from tests.server.people import BySms, post_sms
from tests.server.running import PROXY, Server, by_sms, found, running, start, until

WEBHOOKS = ("telegram", "twilio/sms", "twilio/status")
FILES = {"keyring": "keyring.db", "database": "main.db"}


@pytest.mark.asyncio(loop_scope="session")
async def test_a_server_that_works_says_so_and_nothing_secret(server: Server) -> None:
    async with server.browser() as browser:
        answer = await browser.get("/health")
    assert answer.status_code == 200
    health = answer.json()
    assert (health["status"], health["database"], health["keyring"], health["runner"]) == ("ok", True, True, True)
    assert health["lanes"] == {"telegram": "ok", "sms": "ok"}
    assert health["version"]
    assert (health["unhandled"], health["clock"]) == (0, "ok")
    assert set(health) == {"status", "database", "keyring", "runner", "lanes", "clock", "unhandled", "version"}


async def test_a_channel_that_is_off_is_not_there_and_neither_is_the_simulator(tmp_path: Path) -> None:
    async with running(found(tmp_path)) as server, server.browser() as browser:
        assert (await browser.get("/health")).json()["lanes"] == {}
        for name in WEBHOOKS:
            assert (await browser.post(f"/webhooks/{name}", content=b"{}")).status_code == 404
        for path in ("/phone/1/chat", "/portal"):
            assert (await browser.get(path)).status_code == 404
            assert (await browser.post(path, data={"text": "hello"})).status_code == 404


async def test_a_file_that_is_unusable_is_said_and_so_is_that_it_is_well_again(tmp_path: Path) -> None:
    async with running(found(tmp_path)) as server:
        for part, name in FILES.items():
            path = server.founded.data / name
            with moved(path):
                assert await failing(server) == {part}
            for content in (b"", b"not a database " * 5000):
                with overwritten(path, content):
                    assert await failing(server) == {part}
            assert await failing(server) == set()


async def test_while_the_disk_is_full_nothing_is_acknowledged_and_afterwards_nothing_is_missing(tmp_path: Path) -> None:
    async with TwilioApi() as twilio, running(found(tmp_path, **by_sms(twilio))) as server:
        almaz = BySms(twilio, server, "+96170600700", copies=1)
        await almaz.says("hello")
        sms = twilio_api.inbound("1", sender=almaz.number)
        with full_disk(server):
            assert (await post_sms(server, sms))[0] == 503
            assert (await post_sms(server, sms))[0] == 503
            assert await failing(server) == {"database"}
        assert (await post_sms(server, sms))[0] == 200
        assert await failing(server) == set()
        await until(lambda: len(set(almaz.read)) == 2)  # the first may come again: it may not be marked as sent yet
        assert "1 Begin" in await almaz.says("1")


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"simulator": "on", "telegram_token": "8123:secret"}, "RAFIQA_SIMULATOR=on is refused"),
        (
            {"simulator": "on", **by_sms(TwilioApi(url="https://api.twilio.com"))},
            "RAFIQA_SIMULATOR=on is refused",
        ),
        ({"telegram_tokn": "8123:secret"}, "RAFIQA_TELEGRAM_TOKN: there is no such setting; is RAFIQA_TELEGRAM_TOKEN"),
        ({"twilio_number": "70 123 456"}, "RAFIQA_TWILIO_NUMBER: "),
        ({"telegram_token_file": "/nowhere"}, "RAFIQA_TELEGRAM_TOKEN_FILE: the file that it names cannot be read"),
        ({**by_sms(TwilioApi(numbers=(PROXY,))), "twilio_api_url": ""}, "RAFIQA_TWILIO_NUMBER: "),
    ],
)
async def test_a_server_that_must_not_run_says_why_in_one_line(
    tmp_path: Path, settings: dict[str, str], line: str
) -> None:
    founded = found(tmp_path)
    server = start(type(founded)(founded.folder, {**founded.environment, **_variables(settings)}, {}))
    await asyncio.to_thread(server.process.join, 60)
    assert server.process.exitcode == 1
    said = founded.log.read_text("utf-8")
    assert said.count("\n") == 1
    assert line in said
    assert "secret" not in said


async def test_with_a_provider_on_this_machine_the_simulator_may_run(tmp_path: Path) -> None:
    async with TelegramApi() as api:
        founded = found(tmp_path, simulator="on", telegram_token=api.token, telegram_api_url=api.url)
        async with running(founded) as server, server.browser() as browser:
            assert set((await browser.get("/health")).json()["lanes"]) == {"telegram", "phone"}
            assert (await browser.get("/phone/1/chat")).status_code == 200


async def failing(server: Server) -> set[str]:
    """The parts of a server that do not work; the status must agree."""
    async with server.browser() as browser:
        answer = await browser.get("/health")
    parts = {name for name, works in answer.json().items() if works is False}
    assert answer.status_code == (503 if parts else 200)
    assert answer.json()["status"] == ("failing" if parts else "ok")
    return parts


@contextmanager
def moved(path: Path) -> Iterator[None]:
    """Move a file away for a moment."""
    away = path.with_suffix(".away")
    path.rename(away)
    yield
    away.rename(path)


@contextmanager
def overwritten(path: Path, content: bytes) -> Iterator[None]:
    """Write something else into a file for a moment."""
    whole = path.read_bytes()
    path.write_bytes(content)
    yield
    path.write_bytes(whole)


@contextmanager
def full_disk(server: Server) -> Iterator[None]:
    """Let a process write to no file for a moment, as if its disk were full."""
    before = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (0, before[1]))
    yield
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, before)


def _variables(settings: dict[str, str]) -> dict[str, str]:
    return {f"RAFIQA_{name.upper()}": value for name, value in settings.items()}
