"""Whether what must work does, for whoever watches the server."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from api import __version__
from api.inbound import unhandled
from api.runner import Runner
from api.shell import Shell

router = APIRouter()


@router.get("/health")
async def health(request: Request) -> JSONResponse:
    """200 when the database, the keyring and the runner work, else 503; says nothing that is secret.

    `unhandled` counts the messages at which our program failed, and is null while they cannot be counted.
    """
    shell: Shell = request.app.state.shell
    runner: Runner = request.app.state.runner
    parts = {
        "database": await shell.db.check(),
        "keyring": shell.vault.keyring.check(),
        "runner": runner.alive,
    }
    lanes: dict[str, str] = {}
    for outbox in runner.outboxes:  # of several numbers, what one of them suffers from
        kind = outbox.lane.split(":")[0]
        lanes[kind] = outbox.last_error or lanes.get(kind, "ok")
    if runner.fetching:
        lanes["mail"] = runner.fetching.last_error or "ok"
    works = all(parts.values())
    status, failed = "ok" if works else "failing", await _unhandled(shell) if parts["database"] else None
    body = {"status": status, **parts, "lanes": lanes, "unhandled": failed, "version": __version__}
    return JSONResponse(body, status_code=200 if works else 503)


async def _unhandled(shell: Shell) -> int | None:
    try:
        return await shell.db.read(unhandled.waiting)
    except Exception:
        return None
