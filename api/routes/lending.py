"""What a volunteer does with the number of a case: lend it, wait for it, take turns at its codes, give it back."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse

from api.errors import Refused
from api.events import QUEUE, case_topic
from api.numbers import leases, losing, turns, windows
from api.routes.doors import Desk, Looking, go
from api.shell import Shell
from flows.portal import Portal

router = APIRouter(prefix="/cases/{reference}")
Typed = Annotated[str, Form(max_length=200)]


@router.post("/lend")
async def lend(shell: Desk, viewer: Looking, reference: str, portal: Typed) -> RedirectResponse:
    """Lend a number for a portal; when there is none, the case waits for one."""
    now, known = shell.clock(), _portal(shell, portal)
    return await _act(shell, reference, lambda session: leases.lend_or_wait(session, viewer, reference, known, now))


@router.post("/unwait")
async def stop_waiting(shell: Desk, viewer: Looking, reference: str, portal: Typed) -> RedirectResponse:
    """Wait for no number any more."""
    return await _act(shell, reference, lambda session: leases.stop_waiting(session, viewer, reference, portal))


@router.post("/refused")
async def refused(shell: Desk, viewer: Looking, reference: str, portal: Typed) -> RedirectResponse:
    """The portal refused the number: lend another one."""
    now, known = shell.clock(), _portal(shell, portal)
    return await _act(
        shell, reference, lambda session: leases.refused_by_portal(session, viewer, reference, known, now)
    )


@router.post("/end-lease")
async def end_lease(shell: Desk, viewer: Looking, reference: str, portal: Typed) -> RedirectResponse:
    """Give a number back."""
    now = shell.clock()
    return await _act(shell, reference, lambda session: leases.end_lease(session, viewer, reference, portal, now))


@router.post("/keep")
async def keep(shell: Desk, viewer: Looking, reference: str, day: Typed = "") -> RedirectResponse:
    """Say until when (inclusive) the number stays with the case."""
    now, until = shell.clock(), _end_of(day)
    return await _act(shell, reference, lambda session: leases.set_keep_until(session, viewer, reference, until, now))


@router.post("/told")
async def told(shell: Desk, viewer: Looking, reference: str) -> RedirectResponse:
    """The worker and the portal know that the number is lost."""
    now = shell.clock()
    return await _act(shell, reference, lambda session: losing.told(session, viewer, reference, now))


@router.post("/expect")
async def expect_code(shell: Desk, viewer: Looking, reference: str, portal: Typed) -> RedirectResponse:
    """Open the code window."""
    now, known = shell.clock(), _portal(shell, portal)
    return await _act(shell, reference, lambda session: windows.expect_code(session, viewer, reference, known, now))


@router.post("/stop")
async def stop_expecting(shell: Desk, viewer: Looking, reference: str, portal: Typed) -> RedirectResponse:
    """Close the code window before its time."""
    now = shell.clock()
    return await _act(shell, reference, lambda session: windows.cancel_window(session, viewer, reference, portal, now))


@router.post("/queue-up")
async def queue_up(shell: Desk, viewer: Looking, reference: str, portal: Typed) -> RedirectResponse:
    """Wait for a turn at the code window."""
    now, known = shell.clock(), _portal(shell, portal)
    return await _act(shell, reference, lambda session: turns.join(session, viewer, reference, known, now))


@router.post("/leave-line")
async def leave_line(shell: Desk, viewer: Looking, reference: str, portal: Typed) -> RedirectResponse:
    """Wait for the code window no more."""
    now = shell.clock()
    return await _act(shell, reference, lambda session: turns.leave(session, viewer, reference, portal, now))


async def _act(shell: Shell, reference: str, use_case: Callable[[Any], object]) -> RedirectResponse:
    """Do it, tell the pages of this case and of those that wait for the same window, and go back to the case."""
    touched = await shell.db.write(lambda session: turns.with_neighbours(session, reference, use_case))
    shell.events.changed(QUEUE, case_topic(reference), *map(case_topic, touched))
    return go(f"/cases/{reference}#number")


def _portal(shell: Shell, name: str) -> Portal:
    if name not in shell.portals:
        raise Refused(422, "unknown_portal")
    return shell.portals[name]


def _end_of(day: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(), UTC) if day else None
    except (ValueError, OverflowError):
        raise Refused(422, "incomplete") from None
