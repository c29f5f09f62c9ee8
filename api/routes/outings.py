"""Outings: planned by a coordinator, printed, and ticked on a phone that has no connection for a while."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.console.names import SKILLS
from api.console.shown import areas_of, place_name, service_title
from api.desk import afterwards, pairing
from api.errors import Refused
from api.events import case_topic
from api.going import outings, signing
from api.going.outings import Candidate
from api.routes.doors import Coordinating, Desk, Helping, go, language_of, page
from api.shell import Shell
from api.staff import people
from api.staff.people import Viewer

router = APIRouter()
Typed = Annotated[str, Form(max_length=200)]
Many = Annotated[list[str], Form()]


@router.get("/outings")
async def the_outings(request: Request, shell: Desk, viewer: Helping) -> HTMLResponse:
    """All of them, and planning another one."""
    now = shell.clock()
    found = await shell.db.read(lambda session: outings.outings(session, viewer))
    team = await shell.db.read(lambda session: people.colleagues(session, viewer, now))
    reader = language_of(request, viewer)
    impact = await shell.db.read(lambda session: signing.impact(session, viewer)) if viewer.coordinator else []
    titles = {one.service: service_title(shell.library, one.service, reader) for one in impact}
    more: dict[str, Any] = {"impact": impact, "titles": titles, "services": _signed_up_for(shell, reader)}
    more |= {"skills": SKILLS, "areas": areas_of(shell.library, reader)}
    return page(request, "outings.html", viewer, outings=found, people=team, **more)


@router.post("/outings")
async def plan(
    shell: Desk,
    viewer: Coordinating,
    day: Typed,
    start: Typed,
    place: Typed,
    places: Annotated[int, Form()],
    led_by: Annotated[int, Form(lt=2**31)] = 0,
    service: Typed = "",
    needs: Many = [],  # noqa: B006 - FastAPI copies it
    area: Typed = "",
) -> RedirectResponse:
    """Plan an outing; with a service, its workers can sign up for it, and by needs and area they are proposed."""
    now = shell.clock()
    try:
        starts_at = datetime.combine(date.fromisoformat(day), time.fromisoformat(start), shell.settings.zone)
    except ValueError:
        raise Refused(422, "incomplete") from None
    known = not service or service in dict(_signed_up_for(shell, "en"))
    if not known or not set(needs) <= set(SKILLS) or (area and shell.library.places.coded(area) is None):
        raise Refused(422, "incomplete")
    made = await shell.db.write(
        lambda session: outings.plan(
            session,
            shell.vault,
            viewer,
            starts_at,
            place,
            places,
            led_by or None,
            now,
            service=service,
            needs=needs,
            area=area,
        )
    )
    await _offer(shell)
    return go(f"/outings/{made}")


@router.get("/outings/{outing_id}")
async def the_outing(request: Request, shell: Desk, viewer: Helping, outing_id: int) -> HTMLResponse:
    """The list: to be printed, or ticked here; and, for a coordinator, who else could come."""
    now, reader = shell.clock(), language_of(request, viewer)
    outing = await shell.db.read(lambda session: outings.the_outing(session, viewer, outing_id))
    lines = await shell.db.write(
        lambda session: outings.list_of(session, shell.vault, shell.library, viewer, outing_id, now)
    )
    others = (
        await shell.db.read(
            lambda session: outings.candidates(session, shell.vault, shell.library, viewer, outing_id, now)
        )
        if viewer.coordinator
        else []
    )
    districts = {one.district: place_name(shell.library, one.district, reader) for one in others}
    known: dict[str, Any] = {"outing": outing, "lines": lines, "districts": districts, "skills": SKILLS}
    return page(request, "outing.html", viewer, **known, **await _fitting(shell, viewer, outing_id, others, reader))


async def _fitting(
    shell: Shell, viewer: Viewer, outing_id: int, others: Sequence[Candidate], reader: str
) -> dict[str, Any]:
    """Who else could come, those who fit best first, and why."""
    now, references = shell.clock(), [one.reference for one in others]
    fits = await shell.db.read(
        lambda session: pairing.for_outing(session, shell.vault, shell.library, viewer, outing_id, references, now)
    )
    order = list(fits)
    sorted_others = sorted(others, key=lambda one: order.index(one.reference) if one.reference in fits else len(order))
    places = {one.near: place_name(shell.library, one.near, reader) for one in fits.values()}
    return {"others": sorted_others, "fits": fits, "places": places}


@router.post("/outings/{outing_id}/add")
async def add(shell: Desk, viewer: Coordinating, outing_id: int, reference: Many = []) -> RedirectResponse:  # noqa: B006
    """Put cases on the list."""
    now = shell.clock()
    await shell.db.write(
        lambda session: afterwards.add_to_outing(session, shell.vault, shell.library, viewer, outing_id, reference, now)
    )
    await _offer(shell)
    shell.events.changed(*map(case_topic, reference))
    return go(f"/outings/{outing_id}")


@router.post("/outings/{outing_id}/hours")
async def write_hours(
    shell: Desk,
    viewer: Helping,
    outing_id: int,
    listed: Many = [],  # noqa: B006
    hours: Many = [],  # noqa: B006
) -> RedirectResponse:
    """Write down for how many hours each of those listed was there."""
    now = shell.clock()
    try:
        said = {one: float(text.replace(",", ".") or 0) for one, text in zip(listed, hours, strict=True)}
    except ValueError:
        raise Refused(422, "incomplete") from None
    await shell.db.write(lambda session: outings.write_hours(session, viewer, outing_id, said, now))
    shell.events.changed(*map(case_topic, said))
    return go(f"/outings/{outing_id}?done=ticked")


@router.post("/outings/{outing_id}/drop")
async def drop(shell: Desk, viewer: Coordinating, outing_id: int, reference: Typed) -> RedirectResponse:
    """Take a case off the list."""
    now = shell.clock()
    await shell.db.write(
        lambda session: afterwards.drop_from_outing(session, shell.library, viewer, outing_id, reference, now)
    )
    await _offer(shell)
    shell.events.changed(case_topic(reference))
    return go(f"/outings/{outing_id}")


@router.post("/outings/{outing_id}/ticks")
async def tick(
    shell: Desk,
    viewer: Helping,
    outing_id: int,
    listed: Many = [],  # noqa: B006 - FastAPI copies it
    came: Many = [],  # noqa: B006
) -> RedirectResponse:
    """Say who came, of those listed; sent again after a lost answer it changes nothing."""
    now = shell.clock()
    changed = await shell.db.write(lambda session: outings.tick(session, viewer, outing_id, listed, came, now))
    shell.events.changed(*map(case_topic, changed))
    return go(f"/outings/{outing_id}?done=ticked")


def _signed_up_for(shell: Shell, reader: str) -> list[tuple[str, str]]:
    """The services that ask for an outing, with their names."""
    asking = [
        name
        for name, one in shell.library.services.items()
        if any(asked.question.type == "outing" for asked in one.questions)
    ]
    return [(name, service_title(shell.library, name, reader)) for name in asking]


async def _offer(shell: Shell) -> None:
    """Let the bot offer what can be signed up for now."""
    zone, now = shell.settings.zone, shell.clock()
    shell.offering.outings = await shell.db.read(lambda session: signing.coming(session, shell.vault, zone, now))
