"""The settings of the deployment that coordinators change on a page: who runs it, as workers are told it."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.desk import house
from api.routes.doors import Coordinating, Desk, page
from api.routes.forms import ProvenCoordinator
from api.routes.services import offered_anew
from flows.model import Desk as Whose

router = APIRouter()
Typed = Annotated[str, Form(max_length=200)]


@router.get("/settings")
async def the_settings(request: Request, shell: Desk, viewer: Coordinating) -> HTMLResponse:
    """Who runs this deployment, and what each of it is for."""
    desk = await shell.db.read(lambda session: house.desk_now(session, shell.written.desk))
    return page(request, "settings.html", viewer, desk=desk, written=shell.written.desk, longest=house.LONGEST)


@router.post("/settings")
async def change(
    shell: Desk,
    viewer: ProvenCoordinator,
    name: Typed,
    phrase: Typed,
    emergency: Typed,
    handle: Typed = "",
    number: Typed = "",
) -> RedirectResponse:
    """Change it: the next answer of the bot has it, without a restart."""
    now, said = shell.clock(), Whose(name, handle, number, phrase, emergency)
    await shell.db.write(lambda session: house.set_desk(session, viewer, shell.written.desk, said, now))
    return await offered_anew(shell, "/settings?done=set")
