"""Going along: what is offered, the day of who has taken it, and offering it from a case."""

from datetime import date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.console.shown import place_name
from api.console.words import catalogue
from api.errors import Refused
from api.events import QUEUE, case_topic
from api.going import offers, the_day
from api.going.offers import Company
from api.routes import voice
from api.routes.doors import Desk, Helping, Looking, go, language_of, page
from api.shell import Shell
from api.staff.people import Viewer
from flows.language import t

router = APIRouter()
DAY = timedelta(days=1)
IN_A_CALENDAR = t("With a friend")
"""All that a calendar says: other people read it."""
Typed = Annotated[str, Form(max_length=200)]


@router.get("/going")
async def the_offers(request: Request, shell: Desk, viewer: Helping) -> HTMLResponse:
    """What is offered, and where she goes along herself."""
    return await _offers(request, shell, viewer, "going.html")


@router.get("/going/live")
async def the_offers_again(request: Request, shell: Desk, viewer: Helping) -> HTMLResponse:
    """The part of it that changes by itself."""
    return await _offers(request, shell, viewer, "going_live.html")


@router.post("/going/{offer_id}/take")
async def take(shell: Desk, viewer: Helping, offer_id: int) -> RedirectResponse:
    """Go along."""
    now = shell.clock()
    await shell.db.write(lambda session: offers.take(session, viewer, offer_id, now))
    shell.events.changed(QUEUE)
    return go(f"/going/{offer_id}?done=going")


@router.get("/going/{offer_id}")
async def the_day_itself(request: Request, shell: Desk, viewer: Helping, offer_id: int) -> HTMLResponse:
    """Whom she meets, where and when."""
    now = shell.clock()
    day = await shell.db.write(lambda session: the_day.the_day(session, shell.vault, viewer, offer_id, now))
    district = place_name(shell.library, day.district, language_of(request, viewer))
    return page(request, "going_day.html", viewer, day=day, district=district, line=shell.channels.voice)


@router.get("/going/{offer_id}/calendar.ics")
async def the_calendar(request: Request, shell: Desk, viewer: Helping, offer_id: int) -> Response:
    """An entry for her calendar, in neutral words."""
    now, summary = shell.clock(), catalogue(language_of(request, viewer)).gettext(IN_A_CALENDAR)
    file = await shell.db.read(lambda session: the_day.calendar_file(session, viewer, offer_id, summary, now))
    headers = {"Content-Disposition": 'attachment; filename="date.ics"'}
    return Response(file, media_type="text/calendar; charset=utf-8", headers=headers)


@router.post("/going/{offer_id}/give-back")
async def give_back(shell: Desk, viewer: Helping, offer_id: int) -> RedirectResponse:
    """She cannot go along after all."""
    now = shell.clock()
    await shell.db.write(lambda session: offers.give_back(session, shell.vault, viewer, offer_id, now))
    shell.events.changed(QUEUE)
    return go("/going?done=given_back")


@router.post("/going/{offer_id}/home")
async def home(shell: Desk, viewer: Helping, offer_id: int) -> RedirectResponse:
    """The worker is home."""
    now = shell.clock()
    await shell.db.write(lambda session: offers.say_home(session, viewer, offer_id, now))
    shell.events.changed(QUEUE)
    return go("/going?done=home")


@router.post("/going/{offer_id}/call")
async def call(shell: Desk, viewer: Helping, offer_id: int, number: Typed) -> RedirectResponse:
    """Ring her, and then the worker."""
    now = shell.clock()
    await voice.place(shell, lambda one: the_day.call(one, shell.vault, shell.library, viewer, offer_id, number, now))
    return go(f"/going/{offer_id}?done=called")


@router.post("/cases/{reference}/company")
async def offer(
    shell: Desk, viewer: Looking, reference: str, day: Typed, start: Typed, end: Typed, place: Typed, wish: Typed = ""
) -> RedirectResponse:
    """Offer to go along with the worker of this case."""
    now, said = shell.clock(), _company(shell, day, start, end, place, wish)
    await shell.db.write(
        lambda session: offers.offer(session, shell.vault, shell.library, viewer, reference, said, now)
    )
    return _changed(shell, reference, "offered")


@router.post("/cases/{reference}/company/{offer_id}/withdraw")
async def withdraw(shell: Desk, viewer: Looking, reference: str, offer_id: int) -> RedirectResponse:
    """Nobody has to go along any more."""
    now = shell.clock()
    await shell.db.write(lambda session: offers.withdraw(session, shell.vault, viewer, reference, offer_id, now))
    return _changed(shell, reference, "withdrawn")


async def _offers(request: Request, shell: Shell, viewer: Viewer, template: str) -> HTMLResponse:
    now, reader = shell.clock(), language_of(request, viewer)
    free = await shell.db.read(lambda session: offers.offers(session, now))
    hers = await shell.db.read(lambda session: offers.taken_by(session, viewer))
    districts = {one.district: place_name(shell.library, one.district, reader) for one in (*free, *hers)}
    return page(request, template, viewer, free=free, hers=hers, districts=districts)


def _company(shell: Shell, day: str, start: str, end: str, place: str, wish: str) -> Company:
    """From when until when, in this deployment's zone; an end before the beginning is on the next day."""
    try:
        on, begins, ends = date.fromisoformat(day), time.fromisoformat(start), time.fromisoformat(end)
    except ValueError:
        raise Refused(422, "incomplete") from None
    last = on if begins < ends else on + DAY
    zone = shell.settings.zone
    return Company(datetime.combine(on, begins, zone), datetime.combine(last, ends, zone), place, wish)


def _changed(shell: Shell, reference: str, done: str) -> RedirectResponse:
    shell.events.changed(QUEUE, case_topic(reference))
    return go(f"/cases/{reference}?done={done}#company")
