"""What a coordinator does with telephones: say which number a SIM is, and let workers write to one."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse

from api.errors import Refused
from api.events import QUEUE
from api.inbound import phones
from api.inbound.intake import Intake
from api.inbound.phones import Kept
from api.numbers import pool, sims
from api.routes.doors import Coordinating, Desk, go

router = APIRouter()
Typed = Annotated[str, Form(max_length=200)]


@router.post("/numbers/sims/{sim_id}/assign")
async def assign(request: Request, shell: Desk, viewer: Coordinating, sim_id: int, number: Typed) -> RedirectResponse:
    """Say which number a SIM is; what it received meanwhile is taken in now."""
    intake: Intake = request.app.state.intake
    now = shell.clock()
    view = await shell.db.write(lambda session: sims.assign(session, viewer, sim_id, number, now))
    kept: list[Kept] = await shell.db.read(lambda session: phones.waiting_for(session, viewer, view.sim))
    use = await shell.db.read(lambda session: pool.use_of(session, number))
    await phones.take_again(intake, number, use, kept)
    shell.events.changed(QUEUE)
    return go("/numbers?done=sim_assigned")


@router.post("/numbers/sims/{sim_id}/drop")
async def drop(shell: Desk, viewer: Coordinating, sim_id: int) -> RedirectResponse:
    """A SIM is not in that telephone any more."""
    now = shell.clock()
    await shell.db.write(lambda session: sims.drop(session, viewer, sim_id, now))
    return go("/numbers?done=sim_dropped")


@router.post("/numbers/channels")
async def add_channel(shell: Desk, viewer: Coordinating, number: Typed, gateway: Typed) -> RedirectResponse:
    """Let workers write to a number whose SIM is in a telephone."""
    now = shell.clock()
    await shell.db.write(lambda session: sims.add_channel(session, viewer, number, gateway, now))
    return go("/numbers?done=channel_added")


@router.post("/numbers/channels/end")
async def end_channel(shell: Desk, viewer: Coordinating, number: Typed) -> RedirectResponse:
    """Write to nobody from that number any more."""
    now = shell.clock()
    if number in shell.settings.numbers:
        raise Refused(404, "no_such_number")
    await shell.db.write(lambda session: sims.end_channel(session, viewer, number, now))
    return go("/numbers?done=channel_ended")
