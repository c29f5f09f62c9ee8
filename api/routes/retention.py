"""What is forgotten when, and keeping a case longer."""

from datetime import UTC, date, datetime, time
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.console.names import HELD, STATES
from api.console.shown import service_title
from api.desk import forgetting
from api.errors import Refused
from api.events import QUEUE, case_topic
from api.routes.doors import Coordinating, Desk, go, language_of, page
from api.routes.forms import ProvenCoordinator

router = APIRouter()
Typed = Annotated[str, Form(max_length=500)]


@router.get("/retention")
async def the_retention(request: Request, shell: Desk, viewer: Coordinating) -> HTMLResponse:
    """The rules, and by day the cases that will be forgotten."""
    now, zone = shell.clock(), shell.settings.zone
    found = await shell.db.read(lambda session: forgetting.endings(session, viewer, now))
    reader = language_of(request, viewer)
    return page(
        request,
        "retention.html",
        viewer,
        rules=await shell.db.read(forgetting.days),
        groups=forgetting.GROUPS,
        titles={name: service_title(shell.library, name, reader) for name in shell.library.services},
        days=[(day, list(some)) for day, some in groupby(found, lambda one: one.ends_at.astimezone(zone).date())],
        soon=[one for one in found if one.ends_at <= now + forgetting.WARNED],
        longest=forgetting.LONGEST_DAYS,
        held=HELD,
        today=now.astimezone(zone).date(),
    )


@router.post("/retention")
async def set_days(
    shell: Desk,
    viewer: Coordinating,
    service: Typed,
    group: Typed,
    days: Annotated[int, Form(ge=0, le=forgetting.LONGEST_DAYS)],
) -> RedirectResponse:
    """Set after how many days; 0 means never."""
    now = shell.clock()
    if service not in shell.library.services:
        raise Refused(422, "bad_rule")
    await shell.db.write(lambda session: forgetting.set_days(session, viewer, service, group, days, now))
    return go("/retention?done=set")


@router.post("/cases/{reference}/keep-longer")
async def keep(shell: Desk, viewer: Coordinating, reference: str, until: Typed, reason: Typed = "") -> RedirectResponse:
    """Keep a case longer, for a reason."""
    now = shell.clock()
    try:
        day = datetime.combine(date.fromisoformat(until), time(), shell.settings.zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused(422, "bad_date") from None
    await shell.db.write(
        lambda session: forgetting.keep_longer(session, shell.vault, viewer, reference, day, reason, now)
    )
    shell.events.changed(QUEUE, case_topic(reference))
    return go("/retention?done=kept")


@router.get("/cases/{reference}/forget")
async def ask_to_forget(request: Request, shell: Desk, viewer: Coordinating, reference: str) -> HTMLResponse:
    """What it means to forget this case, and the form that does it."""
    case = await shell.db.write(lambda session: forgetting.forgettable(session, viewer, reference))
    title = service_title(shell.library, case.service, language_of(request, viewer))
    return page(request, "forget.html", viewer, case=case, title=title, states=STATES)


@router.post("/cases/{reference}/forget")
async def forget(shell: Desk, viewer: ProvenCoordinator, reference: str, typed: Typed = "") -> RedirectResponse:
    """Forget it for ever; she has typed its reference and her passphrase."""
    now = shell.clock()
    await shell.db.write(lambda one: forgetting.forget_now(one, shell.vault, viewer, reference, typed, now))
    shell.events.changed(QUEUE, case_topic(reference))
    return go("/queue?done=forgotten")
