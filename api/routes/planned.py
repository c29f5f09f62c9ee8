"""What services plan: how far a task is, what is ready to be collected, and the lists by which it is handed out."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.console.plans import STATES, task_title
from api.console.shown import place_name, service_title
from api.console.words import catalogue
from api.desk import afterwards, collecting
from api.desk.collecting import CODES, Share
from api.desk.labels import in_words
from api.desk.planned import Moved
from api.events import QUEUE, case_topic
from api.exports.spreadsheet import write_xlsx
from api.routes.coordination import MEDIA_TYPES
from api.routes.doors import Coordinating, Desk, Looking, go, language_of, page
from api.shell import Shell
from api.staff.people import Viewer
from flows.language import t

router = APIRouter()
State = Annotated[str, Form(max_length=10)]
Ids = Annotated[list[int], Form()]
ANYWHERE = t("Anywhere")
HEADER = (t("Area"), t("Reference"), t("Code"), t("State"))


@router.post("/tasks/{task_id}/state")
async def move(shell: Desk, viewer: Looking, task_id: int, state: State, back: State = "") -> RedirectResponse:
    """Say how far a planned task is; `back` says that the page of its case is looked at."""
    now = shell.clock()
    moved = await shell.db.write(
        lambda session: afterwards.move(session, shell.vault, shell.library, viewer, task_id, state, now)
    )
    return _changed(shell, moved, back)


@router.post("/tasks/{task_id}/ready")
async def ready(shell: Desk, viewer: Looking, task_id: int, back: State = "") -> RedirectResponse:
    """It can be collected: the worker is told a code."""
    now, number, ways = shell.clock(), secrets.randbelow(CODES), shell.ways
    moved = await shell.db.write(
        lambda session: collecting.make_ready(session, shell.vault, shell.library, viewer, task_id, number, ways, now)
    )
    return _changed(shell, moved, back)


@router.get("/codes")
async def the_lists(request: Request, shell: Desk, viewer: Coordinating) -> HTMLResponse:
    """Everything that is collected with a code."""
    reader = language_of(request, viewer)
    shown = [
        (service, task, service_title(shell.library, service, reader), _title(shell, service, task, reader))
        for service, task in collecting.lists(shell.library)
    ]
    return page(request, "codes.html", viewer, lists=shown)


@router.get("/codes/{service}/{task}")
async def the_list(request: Request, shell: Desk, viewer: Coordinating, service: str, task: str) -> HTMLResponse:
    """One list, by area: to print, and to tick who came."""
    reader, shares = language_of(request, viewer), await _shares(shell, viewer, service, task)
    areas = dict.fromkeys(one.area for one in shares)
    return page(
        request,
        "codes_list.html",
        viewer,
        service=service,
        task=task,
        title=_title(shell, service, task, reader),
        areas=[(_area(shell, service, code, reader), [one for one in shares if one.area == code]) for code in areas],
        task_states=STATES,
    )


@router.post("/codes/{service}/{task}")
async def collected(
    shell: Desk,
    viewer: Coordinating,
    service: str,
    task: str,
    listed: Ids = [],  # noqa: B006 - FastAPI copies it
    came: Ids = [],  # noqa: B006
) -> RedirectResponse:
    """Say who came for it."""
    now = shell.clock()
    changed = await shell.db.write(
        lambda session: afterwards.collected(
            session, shell.vault, shell.library, viewer, service, task, listed, came, now
        )
    )
    shell.events.changed(QUEUE, *map(case_topic, changed))
    return go(f"/codes/{service}/{task}?done=ticked")


@router.get("/codes/{service}/{task}/file")
async def the_file(request: Request, shell: Desk, viewer: Coordinating, service: str, task: str) -> Response:
    """The same list as a file for a spreadsheet."""
    reader, shares = language_of(request, viewer), await _shares(shell, viewer, service, task)
    words = catalogue(reader)
    header = [words.gettext(one) for one in HEADER]
    rows = [
        [_area(shell, service, one.area, reader), one.reference, one.code, words.gettext(STATES[one.state])]
        for one in shares
    ]
    headers = {"Content-Disposition": f'attachment; filename="{service}-{task}.xlsx"'}
    return Response(write_xlsx(header, rows, title=task[:31]), media_type=MEDIA_TYPES["xlsx"], headers=headers)


async def _shares(shell: Shell, viewer: Viewer, service: str, task: str) -> list[Share]:
    now = shell.clock()
    return await shell.db.write(
        lambda session: collecting.distribution(session, shell.vault, shell.library, viewer, service, task, now)
    )


def _title(shell: Shell, service: str, task: str, reader: str) -> str:
    return task_title(shell.library, service, "planned", task, reader)


def _area(shell: Shell, service: str, code: str, reader: str) -> str:
    """A place, or a choice of the question that is called area, in words."""
    asked = shell.library.services[service].by_name.get("area")
    if asked and code in asked.question.choices:
        return in_words(shell.library, asked, code, reader)
    return place_name(shell.library, code, reader) if code else str(catalogue(reader).gettext(ANYWHERE))


def _changed(shell: Shell, moved: Moved, back: str) -> RedirectResponse:
    shell.events.changed(QUEUE, case_topic(moved.reference))
    return go(f"/cases/{moved.reference}?done=task_moved#planned" if back else "/tasks?done=task_moved")
