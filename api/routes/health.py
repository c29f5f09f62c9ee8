"""Whether what must work does, for whoever watches the server."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from api import __version__, unhandled
from api.runner import Runner
from api.shell import Shell

router = APIRouter()


@router.get("/health")
async def health(request: Request) -> JSONResponse:
    """200 when the database, the keyring and the runner work, else 503; says nothing that is secret.

    `unhandled` counts the messages at which our program failed, and is null without a database.
    """
    shell: Shell = request.app.state.shell
    runner: Runner = request.app.state.runner
    failed = await _unhandled(shell)
    parts = {
        "database": failed is not None,
        "keyring": shell.vault.keyring.check(),
        "runner": runner.alive,
    }
    lanes = {outbox.lane.split(":")[0]: outbox.last_error or "ok" for outbox in runner.outboxes}
    works = all(parts.values())
    status = "ok" if works else "failing"
    body = {"status": status, **parts, "lanes": lanes, "unhandled": failed, "version": __version__}
    return JSONResponse(body, status_code=200 if works else 503)


async def _unhandled(shell: Shell) -> int | None:
    try:
        return await shell.db.read(unhandled.waiting)
    except Exception:
        return None
