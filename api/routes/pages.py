"""Puts the pages into the application: routes, static files, the guard, and what is said when something fails."""

from collections.abc import Sequence
from datetime import timedelta
from functools import cache

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute

from api.console.render import STATIC
from api.errors import Refused
from api.keys import deployment
from api.progress import Works
from api.routes import (
    amending,
    assisted,
    batches,
    beside,
    coordination,
    desk,
    duty,
    going,
    house,
    joining,
    lending,
    mail,
    media,
    messages,
    month,
    moves,
    notices,
    numbers,
    outings,
    overview,
    own,
    pairing,
    people,
    phone,
    phrases,
    planned,
    portal,
    reaching,
    reports,
    retention,
    search,
    services,
    sheets,
    signin,
    sims,
    tasks,
    trail,
    trainees,
    training,
    typed,
    voice,
    works,
)
from api.routes.carried import carry
from api.routes.doors import NotSignedIn, failure, go
from api.routes.forms import Again, ask_again, own_form
from api.routes.guard import SERVERS, Guard
from api.routes.once import Once
from api.shell import Shell
from api.staff.gate import Gate


def add_console(app: FastAPI, shell: Shell) -> None:
    """Add all that staff see; the simulator's pages only where there is a simulator."""
    settings = shell.settings
    app.state.trial = shell.db.read_now(deployment.is_trial)
    app.state.gate = Gate(
        shell.db,
        shell.vault,
        idle=timedelta(minutes=settings.session_idle_minutes),
        longest=timedelta(minutes=settings.session_minutes),
    )
    app.state.works = Works(shell.events, shell.clock)
    app.add_middleware(Once)
    app.add_middleware(Guard, base_url=settings.base_url)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.router.routes.extend(_routes(simulator=bool(shell.channels.phones)))
    app.add_exception_handler(NotSignedIn, _sign_in)
    app.add_exception_handler(Again, _again)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _incomplete)
    app.add_exception_handler(HTTPException, _http)


@cache
def _routes(*, simulator: bool) -> Sequence[BaseRoute]:
    """The routes of all pages. Once a process: what each takes is worked out when it is asked for the first time."""
    team = [signin, joining, own, people, duty, training]
    cases = [desk, lending, messages, moves, trainees, mail, voice, typed, tasks, reaching, sheets, assisted]
    cases += [planned, pairing, beside, amending, search, phrases, media, going, outings, notices]
    # sims before numbers: an address of its own must not be taken for a number.
    rest = [overview, services, house, month, reports, works, batches, trail, retention]
    pages = [*team, *cases, *rest, coordination, sims, numbers]
    if simulator:
        pages += [phone, portal]
    console = APIRouter()
    for one in pages:
        console.include_router(one.router, dependencies=[Depends(own_form)])
    return console.routes


async def _sign_in(request: Request, _error: Exception) -> Response:
    """The sign-in page; what she sent goes along, and is sent once she is in again."""
    if request.method != "POST":
        return go("/sign-in")
    return signin.sign_in_page(request, status=401, carried=await carry(request))


async def _again(request: Request, error: Exception) -> Response:
    assert isinstance(error, Again)
    return await ask_again(request, error)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return await failure(request, error)


async def _incomplete(request: Request, _error: Exception) -> Response:
    return await failure(request, Refused(422, "incomplete"))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if request.url.path.startswith(SERVERS):
        return PlainTextResponse(error.detail, error.status_code)
    return await failure(request, Refused(error.status_code, "not_found" if error.status_code == 404 else "impossible"))
