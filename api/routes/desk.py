"""The desk of a volunteer: the queue, a case, and all that she does in it."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api import casework, leases, queue, windows
from api.events import QUEUE
from api.routes.doors import Desk, Looking, go
from api.routes.live import changes

router = APIRouter()
LONGEST_MESSAGE = 1000
LONGEST_NOTE = 4000


@router.get("/")
async def home() -> RedirectResponse:
    """The queue is where everything begins."""
    return go("/queue")


@router.get("/queue")
async def the_queue(request: Request, shell: Desk, viewer: Looking) -> HTMLResponse:
    """What to do next, and all that waits."""
    return await _queue(request, shell, viewer, "queue.html")


@router.get("/queue/live")
async def the_queue_again(request: Request, shell: Desk, viewer: Looking) -> HTMLResponse:
    """The part of the queue that changes by itself."""
    return await _queue(request, shell, viewer, "queue_live.html")


@router.get("/queue/events", response_class=EventSourceResponse)
async def queue_events(shell: Desk, viewer: Looking) -> AsyncIterator[ServerSentEvent]:
    """Say `changed` whenever a case was opened, taken or changed."""
    async for change in changes(shell.events, QUEUE):
        yield change


@router.post("/queue/next")
async def take_next(shell: Desk, viewer: Looking) -> RedirectResponse:
    """Take the case that waits most urgently."""
    now = shell.clock()
    reference = await shell.db.write(lambda session: queue.next_case(session, viewer, now))
    if reference is None:
        return go("/queue")
    return _to_case(shell, reference)


@router.post("/cases/{reference}/claim")
async def claim(shell: Desk, viewer: Looking, reference: str) -> RedirectResponse:
    """Take a case."""
    now = shell.clock()
    await shell.db.write(lambda session: queue.claim(session, viewer, reference, now))
    return _to_case(shell, reference)


@router.get("/cases/{reference}")
async def the_case(request: Request, shell: Desk, viewer: Looking, reference: str) -> HTMLResponse:
    """A case: what was said, the number that is lent, the conversation, and what can be done."""
    return await _case(request, shell, viewer, reference, "case.html")


@router.get("/cases/{reference}/live")
async def the_case_again(request: Request, shell: Desk, viewer: Looking, reference: str) -> HTMLResponse:
    """The parts of a case that change by themselves."""
    return await _case(request, shell, viewer, reference, "case_live.html")


@router.post("/cases/{reference}/lend")
async def lend(shell: Desk, viewer: Looking, reference: str, portal: Annotated[str, Form()]) -> RedirectResponse:
    """Lend a number for the portal."""
    now, known = shell.clock(), _portal(shell, portal)
    await shell.db.write(lambda session: leases.lend(session, viewer, reference, known, now))
    return _to_case(shell, reference)


@router.post("/cases/{reference}/end-lease")
async def end_lease(shell: Desk, viewer: Looking, reference: str, portal: Annotated[str, Form()]) -> RedirectResponse:
    """Give the number back."""
    now = shell.clock()
    await shell.db.write(lambda session: leases.end_lease(session, viewer, reference, portal, now))
    return _to_case(shell, reference)


@router.post("/cases/{reference}/expect")
async def expect(shell: Desk, viewer: Looking, reference: str, portal: Annotated[str, Form()]) -> RedirectResponse:
    """Open the code window."""
    now, known = shell.clock(), _portal(shell, portal)
    await shell.db.write(lambda session: windows.expect_code(session, viewer, reference, known, now))
    return _to_case(shell, reference)


@router.post("/cases/{reference}/stop-expecting")
async def stop(shell: Desk, viewer: Looking, reference: str, portal: Annotated[str, Form()]) -> RedirectResponse:
    """Close the code window before its time."""
    now = shell.clock()
    await shell.db.write(lambda session: windows.cancel_window(session, viewer, reference, portal, now))
    return _to_case(shell, reference)


@router.post("/cases/{reference}/write")
async def write(
    shell: Desk, viewer: Looking, reference: str, text: Annotated[str, Form(max_length=LONGEST_MESSAGE)]
) -> RedirectResponse:
    """Write to the worker, through the bot."""
    now = shell.clock()
    await shell.db.write(lambda session: casework.write(session, shell.vault, viewer, reference, text, now))
    return _to_case(shell, reference, "written")


@router.post("/cases/{reference}/note")
async def note(
    shell: Desk, viewer: Looking, reference: str, text: Annotated[str, Form(max_length=LONGEST_NOTE)]
) -> RedirectResponse:
    """Keep a note for the team."""
    now = shell.clock()
    await shell.db.write(lambda session: casework.note(session, shell.vault, viewer, reference, text, now))
    return _to_case(shell, reference, "noted")


@router.post("/cases/{reference}/release")
async def release(shell: Desk, viewer: Looking, reference: str) -> RedirectResponse:
    """Put the case back into the queue."""
    now = shell.clock()
    await shell.db.write(lambda session: queue.release(session, viewer, reference, now))
    return _to_queue(shell, reference, "released")


@router.post("/cases/{reference}/close")
async def close(shell: Desk, viewer: Looking, reference: str, reason: Annotated[str, Form()]) -> RedirectResponse:
    """Close the case."""
    now = shell.clock()
    await shell.db.write(lambda session: queue.close(session, viewer, reference, reason, now))
    return _to_queue(shell, reference, "closed")
