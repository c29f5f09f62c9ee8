"""What only coordinators do: proxy numbers, messages that need a person, exports, the audit list."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.console.names import KEPT, LEFT_OUT, MEDIA
from api.console.number_names import GATEWAYS, NUMBER_STATES
from api.console.shown import CHANNELS, service_title
from api.desk import tallies
from api.errors import Refused
from api.events import BATCHES, QUEUE
from api.exports import batches
from api.exports.batches import Form as FileForm
from api.exports.batches import Preview
from api.inbound import unhandled
from api.numbers import health, leases, phones, pool, sims
from api.progress import Work
from api.routes.doors import Coordinating, CoordinatingOn, Desk, go, language_of, page
from api.routes.forms import ProvenCoordinator
from api.routes.live import changes
from api.routes.works import Working, done_soon
from api.shell import Shell
from api.staff.people import Viewer

router = APIRouter()
LONGEST = 200
MONTH = timedelta(days=29)
WARN_BEFORE = timedelta(days=21)
"""How long before a number's paid time ends the page warns."""
MEDIA_TYPES = {
    "zip": "application/zip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
Typed = Annotated[str, Form(max_length=LONGEST)]


@router.get("/numbers")
async def the_numbers(request: Request, shell: Desk, viewer: Coordinating) -> HTMLResponse:
    """The pool, and what is lent."""
    now = shell.clock()
    return page(
        request,
        "numbers.html",
        viewer,
        numbers=await shell.db.read(lambda session: pool.proxy_numbers(session, viewer)),
        leases=await shell.db.read(leases.lent_now),
        portals=shell.portals,
        unknown=await shell.db.read(lambda session: tallies.since(session, (now - MONTH).date(), tallies.UNKNOWN)),
        gateways=GATEWAYS,
        states=NUMBER_STATES,
        alarms=await shell.db.read(health.alarm_count),
        phones=await shell.db.read(
            lambda session: phones.phones(
                session,
                viewer,
                shell.countries,
                fixed=shell.settings.numbers,
                twilio=sims.TWILIO in shell.channels.gateways,
            )
        ),
        soon=(now + WARN_BEFORE).date(),
    )


@router.post("/numbers")
async def add_number(
    shell: Desk,
    viewer: Coordinating,
    number: Typed,
    gateway: Typed = "twilio",
    registered_to: Typed = "",
    paid_until: Typed = "",
    plan: Typed = "",
) -> RedirectResponse:
    """Take a number into the pool."""
    now, until = shell.clock(), day_of(paid_until)
    if gateway not in GATEWAYS:
        raise Refused(422, "incomplete")
    said = {"registered_to": registered_to.strip(), "plan": plan.strip()}
    await shell.db.write(
        lambda session: sims.known_by_number(
            session,
            pool.add_number(session, viewer, number, now, gateway=gateway, paid_until=until, **said),
            gateway,
            now,
        )
    )
    return go("/numbers?done=added")


@router.get("/unhandled")
async def the_unhandled(request: Request, shell: Desk, viewer: Coordinating) -> HTMLResponse:
    """The messages at which our program failed."""
    now = shell.clock()
    return page(
        request,
        "unhandled.html",
        viewer,
        waiting=await shell.db.read(unhandled.waiting),
        messages=await shell.db.write(lambda session: unhandled.unhandled(session, viewer, now)),
        days=unhandled.SETTLED_LIVES.days,
        channels=CHANNELS,
        kept=KEPT,
        media=MEDIA,
    )


@router.post("/unhandled/{message_id}/settle")
async def settle(shell: Desk, viewer: Coordinating, message_id: int) -> RedirectResponse:
    """Be done with one of them."""
    now = shell.clock()
    await shell.db.write(lambda session: unhandled.settle(session, viewer, message_id, now))
    shell.events.changed(QUEUE)
    return go("/unhandled?done=settled")


@router.get("/export")
async def the_exports(request: Request, shell: Desk, viewer: Coordinating) -> HTMLResponse:
    """What could leave now, to whom, who is left out and why; and every batch that was made."""
    return await _exports(request, shell, viewer, "export.html")


@router.get("/export/live")
async def the_exports_again(request: Request, shell: Desk, viewer: CoordinatingOn) -> HTMLResponse:
    """The same without the page around it: a file that was made changes it."""
    return await _exports(request, shell, viewer, "export_live.html")


@router.get("/export/events", response_class=EventSourceResponse)
async def export_changes(shell: Desk, viewer: CoordinatingOn) -> AsyncIterator[ServerSentEvent]:
    """Say `changed` whenever a file was made."""
    async for change in changes(shell.events, BATCHES):
        yield change


@router.post("/export")
async def make_file(
    shell: Desk,
    works: Working,
    viewer: ProvenCoordinator,
    service: Typed,
    export: Typed,
    form: Annotated[FileForm, Form()],
    again: Typed = "",
) -> Response:
    """Make the file: it goes to her browser and is kept nowhere. Of a long one she sees how far it is."""

    async def make(work: Work) -> Response:
        return await _file(shell, viewer, service, export, form, again=again == "yes", work=work)

    return await done_soon(works, viewer, "export", make)


async def _file(
    shell: Shell, viewer: Viewer, service: str, export: str, form: FileForm, *, again: bool, work: Work
) -> Response:
    now, step = shell.clock(), work.step
    made = await shell.db.write(
        lambda session: batches.export(
            session,
            shell.vault,
            shell.library,
            viewer,
            service=service,
            export=export,
            form=form,
            again=again,
            now=now,
            step=step,
        )
    )
    shell.events.changed(BATCHES)
    headers = {"Content-Disposition": f'attachment; filename="{made.filename}"'}
    return Response(made.content, media_type=MEDIA_TYPES[form], headers=headers)


async def _exports(request: Request, shell: Shell, viewer: Viewer, template: str) -> HTMLResponse:
    made = await shell.db.read(lambda session: batches.batches(session, viewer))
    served = await shell.db.read(batches.services_with_cases)
    choices = [
        (service.name, name, export.recipient, list(export.columns), await _preview(shell, viewer, service.name, name))
        for service in shell.library.services.values()
        for name, export in service.file.exports.items()
        if service.name in served or shell.offering.allowed is None or shell.offering.allowed.get(service.name)
    ]
    titles = {one: service_title(shell.library, one, language_of(request, viewer)) for one in shell.library.services}
    bundles = [
        (one.name, name)
        for one in shell.library.services.values()
        for name, export in one.file.exports.items()
        if export.bundle
    ]
    more: dict[str, Any] = {"batches": made, "titles": titles, "reasons": LEFT_OUT, "bundles": bundles}
    return page(request, template, viewer, choices=choices, **more)


async def _preview(shell: Shell, viewer: Viewer, service: str, export: str) -> Preview:
    now = shell.clock()
    return await shell.db.write(
        lambda session: batches.preview(session, shell.vault, shell.library, viewer, service, export, now)
    )


def day_of(text: str) -> date | None:
    """A day as a form sends it (ISO 8601), or none. Refused(422, "incomplete")."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused(422, "incomplete") from None
