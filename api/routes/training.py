"""Training: the cards of each service, and the quiz that is passed before its cases are taken."""

from collections.abc import Collection, Mapping

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from api.console.shown import service_title
from api.console.teaching import lesson
from api.desk import training
from api.errors import Refused
from api.routes.doors import Desk, Looking, go, language_of, page
from api.shell import Shell
from api.staff.people import Viewer
from flows.training import versions

router = APIRouter()


@router.get("/training")
async def the_trainings(request: Request, shell: Desk, viewer: Looking) -> HTMLResponse:
    """What there is to learn, and what she has passed."""
    quizzes, reader = versions(shell.library), language_of(request, viewer)
    return page(
        request,
        "training.html",
        viewer,
        services=[(one, service_title(shell.library, one, reader)) for one in quizzes],
        passed=await shell.db.read(lambda session: training.passed(session, viewer.person_id, quizzes)),
    )


@router.get("/training/{service}")
async def the_training(request: Request, shell: Desk, viewer: Looking, service: str) -> HTMLResponse:
    """The cards of one service, and its quiz."""
    return await _lesson(request, shell, viewer, service)


@router.post("/training/{service}")
async def answer(request: Request, shell: Desk, viewer: Looking, service: str) -> Response:
    """Take her answers; what was wrong is asked again, with the reason."""
    now = shell.clock()
    chosen = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    missed = await shell.db.write(
        lambda session: training.answer_quiz(session, shell.library, viewer, service, chosen, now)
    )
    if not missed:
        return go("/training?done=passed")
    return await _lesson(request, shell, viewer, service, chosen, {one.ask for one in missed})


async def _lesson(
    request: Request,
    shell: Shell,
    viewer: Viewer,
    service: str,
    chosen: Mapping[str, str] | None = None,
    missed: Collection[str] = (),
) -> HTMLResponse:
    known, reader = shell.library.services.get(service), language_of(request, viewer)
    if known is None or not known.file.training.quiz:
        raise Refused(404, "not_found")
    quizzes = versions(shell.library)
    passed = await shell.db.read(lambda session: training.passed(session, viewer.person_id, quizzes))
    return page(
        request,
        "training_service.html",
        viewer,
        422 if missed else 200,
        service=service,
        title=service_title(shell.library, service, reader),
        lesson=lesson(known, reader),
        chosen=chosen or {},
        missed=missed,
        passed=passed.get(service),
    )
