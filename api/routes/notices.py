"""A notice to many: who would get it, and its cost, are shown first; it is stopped while it waits."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.console.names import WHY
from api.console.shown import CHANNELS, areas_of, service_title
from api.desk import many
from api.desk.many import Audience
from api.errors import Refused
from api.routes.doors import Coordinating, Desk, go, language_of, page
from api.routes.forms import ProvenCoordinator
from api.shell import Shell

router = APIRouter()
Typed = Annotated[str, Form(max_length=100)]
FIELD = "text_"
"""Before the language, in the name of a field with a text."""


@router.get("/notices")
async def the_notices(request: Request, shell: Desk, viewer: Coordinating) -> HTMLResponse:
    """Writing one, and those that were sent."""
    now, reader = shell.clock(), language_of(request, viewer)
    found = await shell.db.read(lambda session: many.sent(session, viewer, now))
    titles = {name: service_title(shell.library, name, reader) for name in shell.library.services}
    tongues = shell.library.languages
    areas = areas_of(shell.library, reader)
    return page(request, "notices.html", viewer, sent=found, titles=titles, tongues=tongues, areas=areas)


@router.post("/notices/preview")
async def preview(
    request: Request, shell: Desk, viewer: Coordinating, service: Typed, area: Typed = "", language: Typed = ""
) -> HTMLResponse:
    """Who would get it, by which way, at what cost, and who would not."""
    now, audience, texts, ways = (
        shell.clock(),
        _audience(shell, service, area, language),
        await _texts(request),
        shell.ways,
    )
    plan = await shell.db.write(
        lambda session: many.preview(session, shell.vault, shell.library, viewer, audience, texts, ways, now)
    )
    title = service_title(shell.library, service, language_of(request, viewer))
    form = {"service": service, "area": area, "language": language, **{FIELD + one: texts[one] for one in texts}}
    return page(request, "notice_preview.html", viewer, plan=plan, form=form, title=title, why=WHY, channels=CHANNELS)


@router.post("/notices")
async def send(
    request: Request, shell: Desk, viewer: ProvenCoordinator, service: Typed, area: Typed = "", language: Typed = ""
) -> RedirectResponse:
    """Send it."""
    now, audience, texts, ways = (
        shell.clock(),
        _audience(shell, service, area, language),
        await _texts(request),
        shell.ways,
    )
    await shell.db.write(
        lambda session: many.send(session, shell.vault, shell.library, viewer, audience, texts, ways, now)
    )
    return go("/notices?done=many_told")


@router.post("/notices/{notice_id}/stop")
async def stop(shell: Desk, viewer: Coordinating, notice_id: int) -> RedirectResponse:
    """Stop what has not gone out."""
    now = shell.clock()
    await shell.db.write(lambda session: many.stop(session, viewer, notice_id, now))
    return go("/notices?done=many_stopped")


def _audience(shell: Shell, service: str, area: str, language: str) -> Audience:
    if service not in shell.library.services:
        raise Refused(422, "incomplete")
    return Audience(service, area.rpartition("/")[2], language)


async def _texts(request: Request) -> Mapping[str, str]:
    sent = (await request.form()).multi_items()
    return {
        name.removeprefix(FIELD): text
        for name, text in sent
        if name.startswith(FIELD) and isinstance(text, str) and text.strip()
    }
