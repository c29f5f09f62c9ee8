"""Telling a worker: what would go out is shown first, word for word, and sent or dropped; and slips."""

import secrets
from datetime import date, datetime, time
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.console.names import WHY
from api.desk import reaching, slips
from api.errors import Refused
from api.events import QUEUE, case_topic
from api.routes.doors import Desk, Looking, go, page
from api.shell import Shell
from api.staff.people import Viewer
from flows.notices import Notice

router = APIRouter()
CODES = 10_000
MOST_SLIPS = 60
"""Slips that are printed at once: ten pages."""
Typed = Annotated[str, Form(max_length=200)]


@router.post("/cases/{reference}/tell/preview")
async def preview(
    request: Request,
    shell: Desk,
    viewer: Looking,
    reference: str,
    kind: Typed,
    day: Typed = "",
    at: Typed = "",
    place: Typed = "",
) -> HTMLResponse:
    """Show what would go out, in both languages, when and by which way."""
    now, notice, ways = shell.clock(), _notice(kind, day, at, place), shell.ways
    plan = await shell.db.write(
        lambda session: reaching.preview(session, shell.vault, shell.library, viewer, reference, notice, ways, now)
    )
    form = {"kind": kind, "day": day, "at": at, "place": place}
    return page(request, "tell.html", viewer, reference=reference, plan=plan, form=form, why=WHY)


@router.post("/cases/{reference}/tell")
async def tell(
    shell: Desk,
    viewer: Looking,
    reference: str,
    kind: Typed,
    day: Typed = "",
    at: Typed = "",
    place: Typed = "",
) -> RedirectResponse:
    """Tell her."""
    now, notice, ways = shell.clock(), _notice(kind, day, at, place), shell.ways
    plan = await shell.db.write(
        lambda session: reaching.reach(session, shell.vault, shell.library, viewer, reference, notice, ways, now)
    )
    return _changed(shell, reference, "task" if plan.via == "task" else "told")


@router.post("/cases/{reference}/tell-by-voice")
async def tell_by_voice(
    shell: Desk, viewer: Looking, reference: str, text: Annotated[str, Form(max_length=1000)]
) -> RedirectResponse:
    """What may not be written becomes a task: somebody says it."""
    now, notice, ways = shell.clock(), Notice("words", words=text.strip()), shell.ways
    await shell.db.write(
        lambda session: reaching.reach(session, shell.vault, shell.library, viewer, reference, notice, ways, now)
    )
    return _changed(shell, reference, "task")


@router.post("/cases/{reference}/untell")
async def untell(
    shell: Desk, viewer: Looking, reference: str, notice_id: Annotated[int, Form(ge=1)]
) -> RedirectResponse:
    """Take back what nobody has confirmed."""
    now = shell.clock()
    await shell.db.write(lambda session: reaching.cancel(session, shell.vault, viewer, reference, notice_id, now))
    return _changed(shell, reference, "untold")


@router.post("/cases/{reference}/slip")
async def make_slip(request: Request, shell: Desk, viewer: Looking, reference: str) -> HTMLResponse:
    """Make a slip, and show its code this once."""
    return await _slips(request, shell, viewer, [reference])


@router.get("/slips/print")
async def slips_to_print(request: Request, shell: Desk, viewer: Looking) -> HTMLResponse:
    """Choose for which of today's cases slips are made."""
    now = shell.clock()
    today = datetime.combine(now.astimezone(shell.settings.zone).date(), time(), shell.settings.zone)
    found = await shell.db.read(lambda session: slips.references_for_print(session, viewer, today))
    return page(request, "slips_choose.html", viewer, found=found, most=MOST_SLIPS)


@router.post("/slips/print")
async def print_slips(
    request: Request, shell: Desk, viewer: Looking, reference: Annotated[list[str], Form()]
) -> HTMLResponse:
    """Make new slips for several cases, and show them this once, to print."""
    if not 1 <= len(reference) <= MOST_SLIPS:
        raise Refused(422, "incomplete")
    return await _slips(request, shell, viewer, list(dict.fromkeys(reference)))


async def _slips(request: Request, shell: Shell, viewer: Viewer, references: list[str]) -> HTMLResponse:
    now = shell.clock()
    drawn = {reference: secrets.randbelow(CODES) for reference in references}

    made = await shell.db.write(lambda session: slips.make_several(session, shell.vault, viewer, drawn, now))
    shell.events.changed(*map(case_topic, references))
    cards = [slips.card_of(shell.library, one) for one in made]
    return page(request, "slips.html", viewer, cards=cards, alone=references[0] if len(references) == 1 else "")


def _notice(kind: str, day: str, at: str, place: str) -> Notice:
    """What the form says. Refused(422, "incomplete")."""
    try:
        if kind == "news":
            return Notice("news")
        return Notice("appointment", date.fromisoformat(day), time.fromisoformat(at) if at else None, place.strip())
    except ValueError:
        raise Refused(422, "incomplete") from None


def _changed(shell: Shell, reference: str, done: str) -> RedirectResponse:
    shell.events.changed(QUEUE, case_topic(reference))
    return go(f"/cases/{reference}?done={done}")
