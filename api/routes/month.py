"""One page a month to print: exact for the house, or with nothing below ten to hand out; and both as a file."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.console.months import Columns, table_of
from api.desk import months
from api.desk.months import Listed, Month
from api.exports.spreadsheet import write_xlsx
from api.progress import Work
from api.routes.coordination import MEDIA_TYPES
from api.routes.doors import Coordinating, Desk, go, language_of, page
from api.routes.works import Working
from api.shell import Shell
from api.staff.people import Viewer

router = APIRouter()
AT_ONCE = 400
"""How many cases are opened while she waits: less than two seconds on a small server."""
IN_ONE_GO = 100
"""How many are opened between two steps of the progress."""
OUT = "out"
Which = Annotated[str, Query(alias="m", max_length=7)]
For = Annotated[str, Query(alias="for", max_length=3)]


@router.get("/month", response_model=None)
async def the_month(
    request: Request, shell: Desk, works: Working, viewer: Coordinating, which: Which = "", to: For = ""
) -> HTMLResponse | RedirectResponse:
    """The month, exact, or as it may leave (`for=out`); a long one is counted while a page shows how far it is."""
    first = _first(shell, which)
    month = works.made(_kind(first), viewer.person_id)
    if month is None:
        lists = await _listed(shell, viewer, first)
        if len(lists.all) > AT_ONCE:
            work = works.begin(
                _kind(first), viewer.person_id, len(lists.all), lambda work: _count(shell, viewer, first, lists, work)
            )
            return go(f"/work/{work.key}")
        month = await _count(shell, viewer, first, lists)
    shown = months.to_hand_out(month) if to == OUT else month
    columns = Columns.of(language_of(request, viewer))
    before = (first - timedelta(days=1)).replace(day=1)
    after = months.next_month(first)
    today = _first(shell, "")
    return page(
        request,
        "month.html",
        viewer,
        first=first,
        out=to == OUT,
        columns=columns,
        totals=shown.totals,
        tables=[table_of(shell.library, shown, one, columns) for one in months.DIMENSIONS],
        before=f"{before:%Y-%m}",
        after=f"{after:%Y-%m}" if after <= today else "",
        desk=shell.library.desk.name,
    )


@router.get("/month/file")
async def the_file(request: Request, shell: Desk, viewer: Coordinating, which: Which = "", to: For = "") -> Response:
    """The same as a file for a spreadsheet."""
    first = _first(shell, which)
    month = await _count(shell, viewer, first, await _listed(shell, viewer, first))
    shown = months.to_hand_out(month) if to == OUT else month
    columns = Columns.of(language_of(request, viewer))
    rows = [[columns.total, "", *map(columns.figure, shown.totals)]]
    for dimension in months.DIMENSIONS:
        table = table_of(shell.library, shown, dimension, columns)
        rows += [[table.title, label, *figures] for label, figures in table.rows]
    content = write_xlsx(columns.header, rows, title=f"{first:%Y-%m}")
    name = f"month-{first:%Y-%m}-{'to-hand-out' if to == OUT else 'exact'}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=MEDIA_TYPES["xlsx"], headers=headers)


async def _listed(shell: Shell, viewer: Viewer, first: date) -> Listed:
    zone = shell.settings.zone
    return await shell.db.read(lambda session: months.listed(session, viewer, shell.library, first, zone))


async def _count(shell: Shell, viewer: Viewer, first: date, lists: Listed, work: Work | None = None) -> Month:
    """Open the cases, some at a time so that nobody else waits, and count."""
    now, ids = shell.clock(), lists.all
    known: dict[int, months.Facts] = {}
    last = months.next_month(first) - timedelta(days=1)
    for start in range(0, len(ids), IN_ONE_GO):
        some = ids[start : start + IN_ONE_GO]
        known |= await shell.db.read(
            lambda session, some=some: months.facts(session, shell.vault, shell.library, viewer, some, last)  # type: ignore[misc]
        )
        if work:
            work.step(start + len(some))
    await shell.db.write(lambda session: months.looked_at(session, viewer, first, len(ids), now))
    return months.counted(first, lists, known)


def _first(shell: Shell, which: str) -> date:
    """The month that is asked for; this one when none is."""
    today = shell.clock().astimezone(shell.settings.zone).date()
    return months.month_of(which) if which else today.replace(day=1)


def _kind(first: date) -> str:
    return f"month:{first:%Y-%m}"
