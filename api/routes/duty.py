"""The duty roster: a week, and who is there when."""

from datetime import date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.errors import Refused
from api.routes.doors import Desk, Helping, Looking, go, page
from api.shell import Shell
from api.staff import duty, people
from api.staff.people import TRAINEE

router = APIRouter()
DAY, WEEK = timedelta(days=1), timedelta(days=7)
REPEATS = (1, 2, 4, 8)
"""For how many weeks a shift can be entered at once."""
Typed = Annotated[str, Form(max_length=40)]


@router.get("/duty")
async def the_roster(request: Request, shell: Desk, viewer: Looking, week: str = "") -> HTMLResponse:
    """One week, from Monday on; this one when no other is named by one of its days."""
    now = shell.clock()
    today = now.astimezone(shell.settings.zone).date()
    monday = _monday(_day(week) if week else today)
    days = [monday + number * DAY for number in range(7)]
    ends = [_at(shell, one, time()) for one in (monday, monday + WEEK)]
    shifts = await shell.db.read(lambda session: duty.shifts(session, *ends))
    there = await shell.db.read(lambda session: [one.name for one in duty.on_duty(session, now)])
    members = await shell.db.read(lambda session: people.everyone(session, now))
    zone = shell.settings.zone
    return page(
        request,
        "duty.html",
        viewer,
        days=[(day, [one for one in shifts if one.starts_at.astimezone(zone).date() == day]) for day in days],
        today=today,
        before=monday - WEEK,
        after=monday + WEEK,
        there=there,
        people=[one for one in members if not one.ended and one.role != TRAINEE],
        spoken=shell.library.languages,
        repeats=REPEATS,
    )


@router.post("/duty")
async def add(
    shell: Desk,
    viewer: Helping,
    days: Annotated[list[str], Form()],
    start: Typed,
    end: Typed,
    person: Annotated[int, Form(lt=2**31)] = 0,
    languages: Annotated[list[str], Form()] = [],  # noqa: B006 - FastAPI copies it
    weeks: Annotated[int, Form(ge=1, le=max(REPEATS))] = 1,
) -> RedirectResponse:
    """Enter one person on several days, for some weeks."""
    now, first = shell.clock(), min(map(_day, days))
    spoken = [one for one in shell.library.languages if one in languages]
    times = [
        _between(shell, _day(day) + number * WEEK, _time(start), _time(end)) for day in days for number in range(weeks)
    ]
    await shell.db.write(lambda session: duty.add_all(session, viewer, person or viewer.person_id, times, spoken, now))
    return go(f"/duty?week={first}&done=on_duty")


@router.post("/duty/{shift_id}/remove")
async def remove(shell: Desk, viewer: Helping, shift_id: int, week: Typed = "") -> RedirectResponse:
    """Take a shift off the roster."""
    now = shell.clock()
    await shell.db.write(lambda session: duty.remove(session, viewer, shift_id, now))
    return go(f"/duty?week={_day(week)}&done=off_duty" if week else "/duty?done=off_duty")


def _between(shell: Shell, day: date, start: time, end: time) -> tuple[datetime, datetime]:
    """From when until when; a shift that ends before it begins ends on the next day."""
    return _at(shell, day, start), _at(shell, day if start < end else day + DAY, end)


def _at(shell: Shell, day: date, at: time) -> datetime:
    return datetime.combine(day, at, shell.settings.zone)


def _monday(day: date) -> date:
    return day - day.weekday() * DAY


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Refused(422, "incomplete") from None
    if not 2000 < day.year < 2200:
        raise Refused(422, "incomplete")
    return day


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise Refused(422, "incomplete") from None
