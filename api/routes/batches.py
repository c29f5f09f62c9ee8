"""The page of one batch: who left in it, and what the recipient answered, marked for several at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse

from api.console.names import RESULTS
from api.console.shown import service_title
from api.desk import afterwards
from api.errors import Refused
from api.events import BATCHES, QUEUE, case_topic
from api.exports import batches, results
from api.progress import Work
from api.routes.doors import Coordinating, Desk, go, language_of, page
from api.routes.works import Working, done_soon
from api.shell import Shell
from api.staff.people import Viewer
from flows.notices import Notice

router = APIRouter()
UNDO = "undo"
Typed = Annotated[str, Form(max_length=500)]
Ticked = Annotated[list[str], Form()]


@router.get("/batches/{batch_id}")
async def the_batch(
    request: Request,
    shell: Desk,
    viewer: Coordinating,
    batch_id: int,
    channel: int = 0,
    trusted: int = 0,
    task: int = 0,
) -> HTMLResponse:
    """Its cases by reference; after an appointment, how many are told by which way."""
    told = {"channel": channel, "trusted": trusted, "task": task}
    return await _batch(request, shell, viewer, batch_id, told=told)


@router.post("/batches/{batch_id}/names")
async def the_names(request: Request, shell: Desk, viewer: Coordinating, batch_id: int) -> HTMLResponse:
    """The same with the names, and the reasons of refusals: that is written down."""
    return await _batch(request, shell, viewer, batch_id, names=True)


@dataclass(frozen=True, slots=True)
class Answered:
    """What was marked: which answer, of which cases by reference, and what belongs to it as it was typed."""

    answer: str
    references: Sequence[str]
    day: str = ""
    at: str = ""
    place: str = ""
    reason: str = ""
    served: str = ""


@router.post("/batches/{batch_id}/answer")
async def answer(
    shell: Desk,
    works: Working,
    viewer: Coordinating,
    batch_id: int,
    answer: Typed,
    reference: Ticked = [],  # noqa: B006 - FastAPI copies it
    day: Typed = "",
    at: Typed = "",
    place: Typed = "",
    reason: Typed = "",
    served: Typed = "",
) -> Response:
    """Mark what the recipient answered of the cases that are ticked, or take it back; of many one sees how far."""
    said = Answered(answer, reference, day, at, place, reason, served)

    async def mark(work: Work) -> Response:
        told = await _mark(shell, viewer, batch_id, said, work)
        shell.events.changed(QUEUE, BATCHES, *map(case_topic, reference))
        return go(f"/batches/{batch_id}?done={'unmarked' if answer == UNDO else 'marked'}{told}")

    return await done_soon(works, viewer, "answer", mark)


async def _mark(shell: Shell, viewer: Viewer, number: int, said: Answered, work: Work) -> str:
    """Mark it; of an appointment, gives how many are told by which way, as it stands in the address of the page."""
    now, references = shell.clock(), said.references
    if said.answer == results.APPOINTMENT:
        notice, ways = _notice(said.day, said.at, said.place), shell.ways
        told = await shell.db.write(
            lambda session: afterwards.mark_appointment(
                session, shell.vault, shell.library, viewer, number, references, notice, ways, now, work.step
            )
        )
        return "".join(f"&{way}={count}" for way, count in told.items())
    if said.answer == results.REFUSED:
        await shell.db.write(
            lambda session: results.mark_refused(session, shell.vault, viewer, number, references, said.reason, now)
        )
    elif said.answer == results.DONE:
        day, today = _day(said.served), now.astimezone(shell.settings.zone).date()
        await shell.db.write(
            lambda session: afterwards.mark_done(
                session, shell.vault, shell.library, viewer, number, references, day, now, today
            )
        )
    elif said.answer == UNDO:
        await shell.db.write(lambda session: afterwards.undo(session, shell.library, viewer, number, references, now))
    else:
        raise Refused(422, "incomplete")
    return ""


async def _batch(
    request: Request,
    shell: Shell,
    viewer: Viewer,
    number: int,
    *,
    names: bool = False,
    told: Mapping[str, int] | None = None,
) -> HTMLResponse:
    now = shell.clock()
    cases = await shell.db.write(
        lambda session: results.batch_cases(session, shell.vault, viewer, number, now, names=names)
    )
    made = await shell.db.read(lambda session: batches.batches(session, viewer))
    batch = next(one for one in made if one.number == number)
    return page(
        request,
        "batch.html",
        viewer,
        batch=batch,
        title=service_title(shell.library, batch.service, language_of(request, viewer)),
        cases=cases,
        names=names,
        told=told or {},
        results=RESULTS,
        today=now.astimezone(shell.settings.zone).date(),
    )


def _notice(day: str, at: str, place: str) -> Notice:
    """What the form says. Refused(422, "incomplete")."""
    try:
        return Notice("appointment", date.fromisoformat(day), time.fromisoformat(at) if at else None, place.strip())
    except ValueError:
        raise Refused(422, "incomplete") from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(422, "incomplete") from None
