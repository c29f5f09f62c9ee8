"""How far a piece of work is that somebody began, as a page that moves by itself; and what came of it."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.console.names import WORKS
from api.errors import Refused
from api.events import work_topic
from api.progress import Works
from api.routes.doors import Coordinating, CoordinatingOn, Desk, page
from api.routes.live import changes

router = APIRouter()


def the_works(request: Request) -> Works:
    """All work of this application."""
    works: Works = request.app.state.works
    return works


Working = Annotated[Works, Depends(the_works)]


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
async def work_changes(shell: Desk, works: Working, viewer: CoordinatingOn, key: str) -> AsyncIterator[ServerSentEvent]:
    """Say `changed` whenever it is further."""
    async for change in changes(shell.events, work_topic(works.of(key, viewer.person_id).key)):
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
