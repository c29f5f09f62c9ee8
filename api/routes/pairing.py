"""Bringing together: somebody who needs something and who can do it, or a case and a call."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse

from api.desk import pairing
from api.events import QUEUE, case_topic
from api.routes.doors import Desk, Looking, go

router = APIRouter()
Reference = Annotated[str, Form(max_length=20)]


@router.post("/cases/{reference}/pair")
async def together(shell: Desk, viewer: Looking, reference: str, other: Reference) -> RedirectResponse:
    """A proposal is right: the two are a match."""
    now = shell.clock()
    await shell.db.write(
        lambda session: pairing.bring_together(session, shell.vault, shell.library, viewer, reference, other, now)
    )
    shell.events.changed(QUEUE, case_topic(reference), case_topic(other))
    return go(f"/cases/{reference}?done=paired#fitting")


@router.post("/cases/{reference}/unpair")
async def apart(shell: Desk, viewer: Looking, reference: str, other: Reference) -> RedirectResponse:
    """The two are a match no more."""
    now = shell.clock()
    await shell.db.write(lambda session: pairing.take_apart(session, shell.library, viewer, reference, other, now))
    shell.events.changed(QUEUE, case_topic(reference), case_topic(other))
    return go(f"/cases/{reference}?done=unpaired#fitting")


@router.post("/cases/{reference}/outing")
async def on_call(
    shell: Desk, viewer: Looking, reference: str, outing_id: Annotated[int, Form(ge=1, lt=2**31)]
) -> RedirectResponse:
    """A call that was proposed is right: the case is on its list."""
    now = shell.clock()
    await shell.db.write(
        lambda session: pairing.put_on_call(session, shell.vault, shell.library, viewer, reference, outing_id, now)
    )
    shell.events.changed(case_topic(reference))
    return go(f"/cases/{reference}?done=on_outing#fitting")
