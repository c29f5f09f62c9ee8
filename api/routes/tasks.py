"""Tasks: hers first, the late ones marked; what to do in words; done, could not, or handed to somebody."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.console.names import NOTICES, SKILLS
from api.console.plans import STATES, titles_of
from api.desk import collecting, tasks, telling
from api.desk.labels import prompt_in
from api.desk.tasks import TaskView
from api.errors import Refused
from api.events import QUEUE, case_topic
from api.routes.doors import Desk, Looking, LookingOn, go, language_of, page
from api.routes.live import changes
from api.shell import Shell
from api.staff import people
from api.staff.people import Viewer

router = APIRouter()
Day = Annotated[str, Form(max_length=10)]


@router.get("/tasks")
async def the_tasks(request: Request, shell: Desk, viewer: Looking) -> HTMLResponse:
    """All that she may do, and all that is late."""
    return await _tasks(request, shell, viewer, "tasks.html")


@router.get("/tasks/live")
async def the_tasks_again(request: Request, shell: Desk, viewer: LookingOn) -> HTMLResponse:
    """The part of it that changes by itself."""
    return await _tasks(request, shell, viewer, "tasks_live.html")


@router.get("/tasks/events", response_class=EventSourceResponse)
async def task_changes(shell: Desk, viewer: LookingOn) -> AsyncIterator[ServerSentEvent]:
    """Say `changed` whenever a task may have come or gone."""
    async for change in changes(shell.events, QUEUE):
        yield change


@router.get("/tasks/count")
async def how_many(shell: Desk, viewer: LookingOn) -> PlainTextResponse:
    """How many are hers to do, for the top of every page."""
    return PlainTextResponse(str(await shell.db.read(lambda session: tasks.count_tasks(session, viewer))))


@router.get("/tasks/{task_id}")
async def the_task(request: Request, shell: Desk, viewer: Looking, task_id: int) -> HTMLResponse:
    """One task: what to say, and being done with it."""
    now = shell.clock()
    todo = await shell.db.write(
        lambda session: telling.to_do(session, shell.vault, shell.library, viewer, task_id, now)
    )
    others = await shell.db.read(lambda session: people.colleagues(session, viewer, now))
    words = _words(request, shell, viewer, [todo.task])
    code = await shell.db.read(lambda session: collecting.code_of(session, shell.vault, viewer, task_id))
    return page(
        request,
        "task.html",
        viewer,
        todo=todo,
        people=others,
        notices=NOTICES,
        code=code,
        **words,
        **_plan(shell, viewer, todo.task),
    )


@router.post("/tasks/{task_id}/done")
async def done(shell: Desk, viewer: Looking, task_id: int, said: Day = "") -> RedirectResponse:
    """It is done; the worker said this date back."""
    now, day = shell.clock(), _day(said)
    reference = await _reference(shell, viewer, task_id)
    await shell.db.write(lambda session: telling.finish(session, shell.vault, viewer, task_id, day, now))
    return _changed(shell, reference, "/tasks?done=task_done")


@router.post("/tasks/{task_id}/could-not")
async def could_not(shell: Desk, viewer: Looking, task_id: int) -> RedirectResponse:
    """She could not do it: somebody else must."""
    now = shell.clock()
    reference = await _reference(shell, viewer, task_id)
    await shell.db.write(lambda session: telling.could_not(session, shell.vault, viewer, task_id, now))
    return _changed(shell, reference, "/tasks?done=could_not")


@router.post("/tasks/{task_id}/hand")
async def hand_over(
    shell: Desk, viewer: Looking, task_id: int, person_id: Annotated[int, Form(ge=1)]
) -> RedirectResponse:
    """Somebody else does it."""
    now = shell.clock()
    reference = await _reference(shell, viewer, task_id)
    await shell.db.write(lambda session: telling.hand_over(session, viewer, task_id, person_id, now))
    return _changed(shell, reference, "/tasks?done=handed")


async def _reference(shell: Shell, viewer: Viewer, task_id: int) -> str:
    """The case that a task is about, so that its open pages hear of the change."""
    _, reference = await shell.db.read(lambda session: tasks.about_case(session, viewer, task_id))
    return reference


def _changed(shell: Shell, reference: str, path: str) -> RedirectResponse:
    shell.events.changed(QUEUE, case_topic(reference))
    return go(path)


async def _tasks(request: Request, shell: Shell, viewer: Viewer, template: str) -> HTMLResponse:
    now = shell.clock()
    found = await shell.db.read(lambda session: tasks.tasks(session, viewer, now))
    names = {one.id: one.name for one in await shell.db.read(lambda session: people.everyone(session, now))}
    groups: dict[str, Any] = {"hers": [], "fitting": [], "others": []}
    for one in found:
        groups[_whose(one, viewer)].append(one)
    return page(request, template, viewer, names=names, **groups, **_words(request, shell, viewer, found))


def _words(request: Request, shell: Shell, viewer: Viewer, found: list[TaskView]) -> dict[str, Any]:
    """Tasks, their states and skills in her language."""
    titles = titles_of(shell.library, found, language_of(request, viewer))
    return {"plan_titles": titles, "task_states": STATES, "skills": SKILLS}


def _plan(shell: Shell, viewer: Viewer, task: TaskView) -> dict[str, Any]:
    """What a planned task has: a collection code; what a planned question asks."""
    service = shell.library.services.get(task.service)
    planned = service.plans.tasks.get(task.name) if service else None
    follow_up = service.plans.follow_ups.get(task.name) if service and task.kind == "follow_up" else None
    known = service.by_name if service and follow_up else {}
    prompts = ((name, prompt_in(known[name], viewer.language)) for name in (follow_up.plan.ask if follow_up else ()))
    asks = [(name, prompt.title, prompt.label) for name, prompt in prompts]
    return {"coded": bool(planned and planned.plan.code and task.kind == "planned"), "asks": asks}


def _whose(task: TaskView, viewer: Viewer) -> str:
    """Where a task stands on the page: hers, one that nobody was given and that she can do, or another's."""
    if task.person_id == viewer.person_id or (task.person_id is None and task.claimed_by == viewer.person_id):
        return "hers"
    return "fitting" if task.person_id is None and task.skill in viewer.facts.skills else "others"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused(422, "incomplete") from None
