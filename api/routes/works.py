"""How far a piece of work is that somebody began, as a page that moves by itself; and what came of it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.console.names import WORKS
from api.errors import Refused
from api.events import work_topic
from api.progress import Work, Works
from api.routes.doors import Coordinating, CoordinatingOn, Desk, go, page
from api.routes.live import changes
from api.staff.people import Viewer

router = APIRouter()


def the_works(request: Request) -> Works:
    """All work of this application."""
    works: Works = request.app.state.works
    return works


Working = Annotated[Works, Depends(the_works)]


def the_own_work(works: Working, viewer: CoordinatingOn, key: str) -> Work:
    """Her work. Refused before anything is answered: a stream that has begun could not say that there is nothing."""
    return works.of(key, viewer.person_id)


Hers = Annotated[Work, Depends(the_own_work)]
PATIENCE = 2.0
"""Seconds that somebody waits before she is shown how far it is."""


async def done_soon(works: Works, viewer: Viewer, kind: str, do: Callable[[Work], Awaitable[Response]]) -> Response:
    """What comes of the work, if it is done soon; else the page that shows how far it is. Raises Refused as it does."""
    work = works.begin(kind, viewer.person_id, 1, do)
    if not await works.soon(work, PATIENCE):
        return go(f"/work/{work.key}")
    made = works.take(work)
    assert isinstance(made, Response)
    return made


@router.get("/work/{key}")
async def the_work(request: Request, works: Working, viewer: Coordinating, key: str) -> HTMLResponse:
    """How far it is."""
    work = works.of(key, viewer.person_id)
    return page(request, "work.html", viewer, work=work, words=WORKS[work.kind.split(":")[0]])


@router.get("/work/{key}/live")
async def the_work_again(request: Request, works: Working, viewer: CoordinatingOn, key: str) -> HTMLResponse:
    """The same without the page around it."""
    work = works.of(key, viewer.person_id)
    return page(request, "work_live.html", viewer, work=work, words=WORKS[work.kind.split(":")[0]])


@router.get("/work/{key}/events", response_class=EventSourceResponse)
async def work_changes(shell: Desk, work: Hers) -> AsyncIterator[ServerSentEvent]:
    """Say `changed` whenever it is further."""
    async for change in changes(shell.events, work_topic(work.key)):
        yield change


@router.get("/work/{key}/result")
async def the_result(works: Working, viewer: Coordinating, key: str) -> Response:
    """What came of it. Refused(409, "not_ready") while it goes on; as the work itself was refused, if it was."""
    work = works.of(key, viewer.person_id)
    if work.refused:
        raise work.refused
    if not work.over:
        raise Refused(409, "not_ready")
    if isinstance(work.result, Response):
        return work.result
    raise Refused(404, "not_found")
