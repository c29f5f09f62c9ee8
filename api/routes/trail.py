"""The trail: who did what, and whether anybody changed it."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api.console.names import ACTIONS
from api.routes.doors import Coordinating, Desk, page
from api.staff import audit, people
from api.store import trail

router = APIRouter()
ENTRIES = 100
"""Lines on one page."""
LONGEST = 100
Typed = Annotated[str, Query(max_length=LONGEST)]


@router.get("/audit")
async def the_trail(
    request: Request,
    shell: Desk,
    viewer: Coordinating,
    before: Annotated[int | None, Query(lt=2**63)] = None,
    about: Typed = "",
    action: Typed = "",
    person: Typed = "",
) -> HTMLResponse:
    """The newest lines first; about one case or number, of one kind, or by one person, when they are named."""
    about, by = about.strip(), int(person) if person.isdecimal() and len(person) < 10 else None
    wanted = {"limit": ENTRIES, "before": before, "object": about, "action": action, "person_id": by}
    entries = await shell.db.read(lambda session: audit.recent(session, **wanted))  # type: ignore[arg-type]
    checked = await shell.db.read(lambda session: trail.check(session, shell.vault.keyring))
    now = shell.clock()
    return page(
        request,
        "audit.html",
        viewer,
        entries=entries,
        older=entries[-1].id if len(entries) == ENTRIES else None,
        about=about,
        wanted={"about": about, "action": action, "person": person if by else ""},
        checked=checked,
        actions=ACTIONS,
        people=await shell.db.read(lambda session: people.everyone(session, now)),
    )
