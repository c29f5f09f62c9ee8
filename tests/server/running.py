"""A real server for a test: a trial founded in a folder, and `rafiqa serve` on it as a process of its own."""

import asyncio
import io
import os
import random
import re
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, redirect_stdout, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import httpx

from api.commands.setup import set_up
from api.settings import Settings
from tests.desks import carry_token
from tests.factories import CHEAP
from tests.fakes import smsgate_api
from tests.fakes.smsgate_api import SmsGateApi
from tests.fakes.telegram_api import TelegramApi
from tests.fakes.twilio_api import TwilioApi
from tests.server import warmed

ROOT = Path(__file__).resolve().parents[2]
SERVE = ("api", "serve")
READY_SECONDS = 60.0
SECRET = "a-secret_that_Telegram_sends-back"
PROXY = "+96170000001"
"""One of the invented proxy numbers of a trial."""


@dataclass(frozen=True, slots=True)
class Founded:
    """A deployment on disk, its settings as environment variables, and with what its people sign in."""

    folder: Path
    environment: Mapping[str, str]
    passphrases: Mapping[str, str]

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """Where everything goes that the server writes to the terminal."""
        return self.folder / "server.log"

    @property
    def settings(self) -> Settings:
        """To open it from outside, as the command line does."""
        database = self.environment.get("RAFIQA_DATABASE_URL")
        return Settings(data_dir=self.data, **({"database_url": database} if database else {}))  # type: ignore[arg-type]


def found(folder: Path, **settings: str) -> Founded:
    """Found a trial as `rafiqa setup --trial` does, only with cheap passphrases; settings by their lower-case names."""
    environment = {f"RAFIQA_{name.upper()}": value for name, value in settings.items()}
    founded = Founded(folder, {"RAFIQA_DATA_DIR": str(folder / "data"), **environment}, {})
    said = io.StringIO()
    with redirect_stdout(said):
        set_up(founded.settings, trial=True, now=datetime.now(UTC), cost=CHEAP)
    people = re.findall(r"^(\w+) \(\w+\): (.+)$", said.getvalue(), re.MULTILINE)
    return Founded(folder, founded.environment, dict(people))


def by_telegram(api: TelegramApi, *, webhook: bool = True) -> dict[str, str]:
    """The settings of a bot of this fake, without the pace of the real one."""
    secret = {"telegram_secret": SECRET} if webhook else {}
    return {"telegram_token": api.token, "telegram_api_url": api.url, "telegram_pace": "0 0", **secret}


def by_sms(api: TwilioApi) -> dict[str, str]:
    """The settings of a number of this fake, without the pace of a real one."""
    return {
        "twilio_account_sid": api.account,
        "twilio_auth_token": api.token,
        "twilio_number": api.numbers[0],
        "twilio_api_url": api.url,
        "twilio_pace": "0 0",
    }


def by_sim(api: SmsGateApi) -> dict[str, str]:
    """The settings of an account of this fake, without the pace of a real telephone."""
    return {
        "smsgate_user": smsgate_api.USER,
        "smsgate_password": smsgate_api.PASSWORD,
        "smsgate_signing_key": smsgate_api.KEY,
        "smsgate_api_url": api.url,
        "smsgate_pace": "0 0",
    }


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs, at `url`."""

    founded: Founded
    url: str
    process: ForkServerProcess

    def kill(self) -> None:
        """`kill -9`: no goodbye, nothing is finished."""
        self.process.kill()
        self.process.join()

    async def stop(self) -> None:
        """Ask it to stop, and wait."""
        self.process.terminate()
        await until(lambda: self.process.exitcode is not None)

    def browser(self) -> httpx.AsyncClient:
        """A browser that nobody has signed in with."""
        hooks = {"request": [carry_token]}
        return httpx.AsyncClient(base_url=self.url, follow_redirects=True, timeout=30, event_hooks=hooks)

    async def signed_in(self, browser: httpx.AsyncClient, name: str) -> None:
        """Sign in as one of the people of the trial."""
        passphrase = self.founded.passphrases[name]
        answer = await browser.post("/sign-in", data={"name": name, "passphrase": passphrase})
        assert answer.url.path == "/queue", answer.text


def environment_of(founded: Founded, port: int) -> dict[str, str]:
    """The environment of a server: this process's own, but with the settings of this deployment only."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RAFIQA_", "PORT"))}
    return {**kept, **founded.environment, "RAFIQA_PORT": str(port), "PYTHONUNBUFFERED": "1"}


def start(founded: Founded, module: Iterable[str] = SERVE) -> Server:
    """Start a server, and do not wait for it. `module` is what Python runs, and its arguments."""
    port = free_port()
    process = warmed.start(tuple(module), environment_of(founded, port), ROOT, founded.log)
    return Server(founded, f"http://127.0.0.1:{port}", process)


async def ready(server: Server) -> Server:
    """Wait until a server answers that it is well."""
    async with asyncio.timeout(READY_SECONDS), server.browser() as browser:
        while True:
            assert server.process.exitcode is None, server.founded.log.read_text("utf-8")[-3000:]
            with suppress(httpx.TransportError):
                if (await browser.get("/health")).status_code == 200:
                    return server
            await asyncio.sleep(0.05)


@asynccontextmanager
async def running(founded: Founded, module: Iterable[str] = SERVE) -> AsyncIterator[Server]:
    """Run a server until the block ends."""
    server = start(founded, module)
    try:
        yield await ready(server)
    finally:
        await server.stop()


async def until(holds: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something holds. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - what is waited for knows no event
            await asyncio.sleep(0.01)


def free_port() -> int:
    """A port on which nobody listens, below those that the system gives to connections on its own."""
    while True:
        port = random.randint(15_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
