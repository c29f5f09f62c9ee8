"""A whole desk for a test: founded on disk, with people who can sign in, and the application that serves it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from http.cookies import SimpleCookie
from pathlib import Path

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Request, Response
from sqlmodel import Session

from api.app import create_app, now
from api.keys import deployment, locks
from api.keys.keyring import Keyring
from api.keys.locks import RecoveryKey
from api.numbers import pool
from api.routes import works
from api.routes.forms import TOKEN_HEADER
from api.settings import Settings
from api.shell import Shell
from api.staff import people
from api.staff.gate import Gate
from api.staff.people import COORDINATOR, Newcomer, Viewer
from api.store import migrate
from api.store.db import Database
from tests.factories import CHEAP, NOW

PEOPLE = (
    Newcomer("Amal", COORDINATOR, "en", ("ar", "en")),
    Newcomer("Hana", language="en", languages=("am", "en")),
    Newcomer("Rima", language="ar", languages=("ar", "bn")),
)
NUMBER = "+96170123456"
SELDOM = 3600.0
"""Seconds: longer than any test."""
ADDRESS = "http://127.0.0.1:8000"


def passphrase_of(name: str) -> str:
    """What a person of a test desk signs in with."""
    return f"the six words of {name}"


@dataclass(frozen=True, slots=True, repr=False)
class TestDesk:
    """A running desk."""

    __test__ = False

    app: FastAPI
    shell: Shell

    @asynccontextmanager
    async def browser(self, name: str = "") -> AsyncIterator[AsyncClient]:
        """A browser of somebody; of a person who has signed in, when she is named."""
        transport = ASGITransport(self.app)
        hooks = {"request": [carry_token]}
        async with AsyncClient(
            transport=transport, base_url=ADDRESS, follow_redirects=True, event_hooks=hooks
        ) as client:
            if name:
                await sign_in(client, name)
            yield client


async def carry_token(request: Request) -> None:
    """Send what the forms of a page would carry: the token of her session."""
    cookie = SimpleCookie(request.headers.get("cookie", ""))
    if request.method == "POST" and TOKEN_HEADER not in request.headers:
        for name in cookie.keys() & {"rafiqa", "__Host-rafiqa"}:
            request.headers[TOKEN_HEADER] = locks.form_token(cookie[name].value)


async def sign_in(client: AsyncClient, name: str, passphrase: str = "") -> Response:
    """Fill in the sign-in page."""
    return await client.post("/sign-in", data={"name": name, "passphrase": passphrase or passphrase_of(name)})


@asynccontextmanager
async def running_desk(
    folder: Path, base_url: str = ADDRESS, *, simulator: bool = True, clock: Callable[[], datetime] = now, **more: str
) -> AsyncIterator[TestDesk]:
    """Found a trial desk in a folder, and run it beside the test with cheap passphrases; `more` are other settings.

    The runner has looked after everything once, and does so again only when a test asks it to: nothing that it begins
    by itself comes between what a test does, however slow the machine is.
    """
    app = founded_app(folder, base_url, simulator=simulator, clock=clock, **more)
    async with app.router.lifespan_context(app):
        app.state.runner.every = SELDOM
        await app.state.runner.looked.wait()
        yield TestDesk(app, app.state.shell)


def founded_app(
    folder: Path, base_url: str, *, simulator: bool = True, clock: Callable[[], datetime] = now, **more: str
) -> FastAPI:
    """Found a trial desk in a folder, and make the application that serves it, with cheap passphrases."""
    settings = Settings(data_dir=folder, base_url=base_url, index_key="1d" * 32, simulator=simulator, **more)  # type: ignore[arg-type]
    found(settings)
    app = create_app(settings, clock=clock)
    works.PATIENCE = 60.0  # a busy machine is slow, and no test is about that
    app.state.gate.close()
    app.state.gate = _cheap_gate(app.state.shell)
    return app


def found(settings: Settings) -> None:
    """Make the tables, the team key, the people and one proxy number."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    migrate.upgrade(settings.database_url)
    db = Database(settings.database_url, Keyring(settings.keyring_path))
    db.write_now(_found)
    db.close()


def _found(session: Session) -> None:
    team = deployment.found(session, RecoveryKey.generate().public, trial=True)
    ids = [_add(session, team, newcomer) for newcomer in PEOPLE]
    amal = Viewer(ids[0], "Amal", COORDINATOR, "en", team)
    pool.add_number(session, amal, NUMBER, NOW, gateway="typed", registered_to="Amel", paid_until=date(2099, 1, 1))


def _add(session: Session, team: deployment.TeamKey, newcomer: Newcomer) -> int:
    return people.add(session, team, newcomer, locks.new_person(passphrase_of(newcomer.name), CHEAP), None, NOW)


def _cheap_gate(shell: Shell) -> Gate:
    return Gate(shell.db, shell.vault, idle=timedelta(minutes=30), longest=timedelta(hours=8), cost=CHEAP)
