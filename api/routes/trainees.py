"""A mentor lets a trainee read along in a case."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse

from api.events import QUEUE
from api.routes.doors import Desk, Looking, go
from api.staff import access

router = APIRouter()
Person = Annotated[int, Form(alias="person", ge=1, lt=2**31)]


@router.post("/cases/{reference}/share")
async def share(shell: Desk, viewer: Looking, reference: str, person: Person) -> RedirectResponse:
    """Share a case with a trainee, until it is closed or somebody else's."""
    now = shell.clock()
    await shell.db.write(lambda session: access.share(session, viewer, reference, person, now))
    shell.events.changed(QUEUE)
    return go(f"/cases/{reference}?done=shared")


@router.post("/cases/{reference}/unshare")
async def unshare(shell: Desk, viewer: Looking, reference: str, person: Person) -> RedirectResponse:
    """Share it no more."""
    now = shell.clock()
    await shell.db.write(lambda session: access.unshare(session, viewer, reference, person, now))
    shell.events.changed(QUEUE)
    return go(f"/cases/{reference}?done=unshared")
