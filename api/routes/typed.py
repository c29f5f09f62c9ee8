"""The page on which a volunteer types in what she reads on a telephone that is no gateway."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse

from api.errors import Refused
from api.inbound.intake import Intake
from api.numbers import typed
from api.routes.doors import Desk, Helping, page
from api.staff.people import Viewer

router = APIRouter()
Field = Annotated[str, Form()]


@dataclass(frozen=True, slots=True)
class Typing:
    """What stands in the form."""

    number: str = ""
    sender: str = ""
    text: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class WhereTo:
    """Where a typed message went: `case`, `inbox` or `repeat`; `reference` only of a case that the reader may open."""

    place: str
    reference: str = ""


@router.get("/typed-in")
async def type_in(request: Request, shell: Desk, viewer: Helping) -> HTMLResponse:
    """An empty form, with the time that it is."""
    return await _page(request, shell, viewer, Typing(when=_now(shell)))


@router.post("/typed-in")
async def typed_in(
    request: Request,
    shell: Desk,
    viewer: Helping,
    number: Field = "",
    sender: Field = "",
    text: Field = "",
    when: Field = "",
) -> HTMLResponse:
    """Take it in like any message on that number, and say where it went; what is wrong stays in the form."""
    said, now, zone = Typing(number, sender, text, when), shell.clock(), shell.settings.zone
    try:
        sms = await shell.db.read(lambda session: typed.read_typed(session, number, sender, text, when, zone, now))
    except Refused as refused:
        return await _page(request, shell, viewer, said, refused=refused)
    intake: Intake = request.app.state.intake
    its_id = f"typed-{viewer.person_id}-{now.isoformat()}"
    touched = await intake.portal_sms(sms.number, sms.sender, sms.text, its_id, sms.at)
    reference = await shell.db.write(lambda session: typed.note_typed(session, viewer, sms.number, touched or (), now))
    where = WhereTo("repeat" if touched is None else "case" if touched else "inbox", reference)
    return await _page(request, shell, viewer, Typing(number=number, when=_now(shell)), where=where)


async def _page(
    request: Request,
    shell: Desk,
    viewer: Viewer,
    said: Typing,
    *,
    refused: Refused | None = None,
    where: WhereTo | None = None,
) -> HTMLResponse:
    numbers = await shell.db.read(typed.numbers_to_type)
    status = refused.status if refused else 200
    return page(
        request,
        "typed_in.html",
        viewer,
        status,
        numbers=numbers,
        said=said,
        refused=refused,
        where=where,
        longest=typed.LONGEST,
    )


def _now(shell: Desk) -> str:
    return f"{shell.clock().astimezone(shell.settings.zone):%Y-%m-%dT%H:%M}"
