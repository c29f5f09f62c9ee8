"""Search and duplicates: who somebody is among the cases, and whether two of them are one person's."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.console.names import LIKENESS, STATES
from api.console.shown import facts, headline
from api.desk import likeness, searching
from api.desk.intakes import day_began
from api.desk.searching import Hit
from api.events import QUEUE, case_topic
from api.routes.doors import Desk, Helping, go, language_of, page
from api.shell import Shell
from api.staff.people import Viewer
from flows.likeness import REASONS, Sought, read_sought

router = APIRouter()
Who = Annotated[str, Form(max_length=120)]
Kept = Annotated[str, Form(max_length=4000)]
Count = Annotated[int, Form(ge=0)]


@router.get("/search")
async def empty(request: Request, viewer: Helping) -> HTMLResponse:
    """Where somebody is looked for. What is typed is never in an address: it goes by POST."""
    return _page(request, viewer, who="", found=None, rows=[], looked=0)


@router.post("/search")
async def search(
    request: Request, shell: Desk, viewer: Helping, who: Who = "", before: Count = 0, looked: Count = 0, kept: Kept = ""
) -> HTMLResponse:
    """Look for somebody among the newest cases; `before`, `looked` and `kept` go on where an earlier look ended."""
    now, reader, sought = shell.clock(), language_of(request, viewer), read_sought(who)
    if sought == Sought():
        return _page(request, viewer, who=who, found=None, rows=[], looked=0)
    found = await shell.db.read(
        lambda session: searching.search(session, shell.vault, shell.library, viewer, sought, before or None)
    )
    await shell.db.write(lambda session: searching.record(session, viewer, sought, found, now))
    earlier = _unkept(kept)
    hits = found.hits
    if earlier:
        reasons = earlier | {hit.reference: hit.reasons for hit in hits}
        hits = await shell.db.read(lambda session: searching.hits(session, viewer, reasons))
    rows = [
        (
            hit,
            headline(shell.library, hit.service, hit.language, reader),
            facts(shell.library, hit.service, hit.route, hit.channel, reader),
        )
        for hit in hits
    ]
    return _page(request, viewer, who=who, found=found, rows=rows, looked=looked + found.looked)


def _page(
    request: Request, viewer: Viewer, *, rows: Sequence[tuple[Hit, str, list[str]]], **values: Any
) -> HTMLResponse:
    kept = " ".join(f"{hit.reference}:{','.join(hit.reasons)}" for hit, *_ in rows)
    return page(request, "search.html", viewer, rows=rows, kept=kept, likeness=LIKENESS, states=STATES, **values)


def _unkept(kept: str) -> dict[str, tuple[str, ...]]:
    """What earlier pages found, as the form carried it: references are no secret to whoever may search."""
    parts = (one.partition(":") for one in kept.split())
    return {name: tuple(why for why in reasons.split(",") if why in REASONS) for name, _, reasons in parts}


@router.get("/cases/{reference}/beside/{other}")
async def beside(request: Request, shell: Desk, viewer: Helping, reference: str, other: str) -> HTMLResponse:
    """Two cases side by side."""
    return await _beside(request, shell, viewer, reference, other, named=False)


@router.post("/cases/{reference}/beside/{other}/names")
async def beside_with_names(request: Request, shell: Desk, viewer: Helping, reference: str, other: str) -> HTMLResponse:
    """The same with names, numbers and health: that she asked for them is written down in both."""
    return await _beside(request, shell, viewer, reference, other, named=True)


@router.post("/cases/{reference}/beside/{other}/same")
async def same(shell: Desk, viewer: Helping, reference: str, other: str) -> RedirectResponse:
    """They are one person's: this one is closed as a duplicate of the other."""
    now = shell.clock()
    await shell.db.write(lambda session: likeness.same(session, shell.vault, viewer, reference, other, now))
    shell.events.changed(QUEUE, case_topic(reference), case_topic(other))
    return go(f"/cases/{other}?done=same")


@router.post("/cases/{reference}/beside/{other}/apart")
async def apart(shell: Desk, viewer: Helping, reference: str, other: str) -> RedirectResponse:
    """They are two people's: it is not asked again."""
    now = shell.clock()
    await shell.db.write(lambda session: likeness.apart(session, viewer, reference, other, now))
    return go(f"/cases/{reference}?done=apart")


async def _beside(
    request: Request, shell: Shell, viewer: Viewer, reference: str, other: str, *, named: bool
) -> HTMLResponse:
    now, vault, library = shell.clock(), shell.vault, shell.library
    since = day_began(now, shell.settings.zone) if named else None
    both = await shell.db.write(
        lambda session: likeness.beside(session, vault, library, viewer, reference, other, now, named_since=since)
    )
    return page(request, "case_beside.html", viewer, both=both, likeness=LIKENESS, states=STATES)
