"""What stands beside a case: who fits it, cards that can be sent, how notes are written, the way to the desk."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.console.names import SKILLS
from api.console.shown import areas_of, place_name
from api.desk import cards, joining, nameless, pairing
from api.desk.caseview import CaseView
from api.desk.pairing import Proposals
from api.events import QUEUE, case_topic
from api.routes.doors import Coordinating, Desk, Looking, go, language_of, page
from api.shell import Shell
from api.staff.people import ROLES, Viewer

router = APIRouter()


async def beside(
    shell: Shell, viewer: Viewer, case: CaseView, reader: str, now: datetime, *, whole: bool
) -> dict[str, Any]:
    """All of it, for the template; the part of the page that changes by itself has none of it."""
    wanted = nameless.is_nameless(shell.library.services.get(case.service))
    nothing: dict[str, Any] = {"proposals": Proposals(), "places": {}, "cards": (), "nameless": wanted, "joins": False}
    if not whole or viewer.trainee:
        return nothing
    here = shell.vault, shell.library, viewer, case.reference, now
    found = await shell.db.read(lambda session: pairing.proposals(session, *here))
    near = {*(one.fit.near for one in found.cases), *(one.fit.near for one in found.calls)}
    return nothing | {
        "proposals": found,
        "places": {one: place_name(shell.library, one, reader) for one in near},
        "cards": cards.cards_for(shell.library, case, reader),
        "joins": await shell.db.read(lambda session: joining.newcomer(session, *here)) is not None,
    }


@router.post("/cases/{reference}/card")
async def send_card(
    shell: Desk, viewer: Looking, reference: str, card: Annotated[str, Form(max_length=100)]
) -> RedirectResponse:
    """Send a card of the service to the worker."""
    now = shell.clock()
    later = await shell.db.write(
        lambda session: cards.send_card(session, shell.vault, shell.library, viewer, reference, card, shell.ways, now)
    )
    shell.events.changed(QUEUE, case_topic(reference))
    return go(f"/cases/{reference}?done={'later' if later > now else 'written'}")


@router.get("/cases/{reference}/invite")
async def invite(request: Request, shell: Desk, viewer: Coordinating, reference: str) -> HTMLResponse:
    """An invitation to the desk, filled in with what she said in her case."""
    now = shell.clock()
    found = await shell.db.read(
        lambda session: joining.the_newcomer(session, shell.vault, shell.library, viewer, reference, now)
    )
    more: dict[str, Any] = {"newcomer": found, "reference": reference, "roles": ROLES, "skills": SKILLS}
    more |= {"spoken": shell.library.languages, "areas": areas_of(shell.library, language_of(request, viewer))}
    return page(request, "invite.html", viewer, **more)
