"""Whether what must work does, for whoever watches the server."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from api import __version__, clock
from api.inbound import unhandled
from api.runner import Runner
from api.shell import Shell

router = APIRouter()
LEAPT = "leapt ahead, or the server was off: until it has stood for a day nothing is destroyed"
UNKNOWN = {"clock": None, "unhandled": None}


@router.get("/health")
async def health(request: Request) -> JSONResponse:
    """200 when the database, the keyring and the runner work, else 503; says nothing that is secret.

    `unhandled` counts the messages at which our program failed, `clock` is "ok" or says in words that it leapt ahead;
    both are null while nobody knows.
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
    if runner.hearing.last_error:
        lanes["telegram"] = runner.hearing.last_error
    if runner.fetching:
        lanes["mail"] = runner.fetching.last_error or "ok"
    works = all(parts.values())
    status, told = "ok" if works else "failing", await _told(shell) if parts["database"] else UNKNOWN
    body = {"status": status, **parts, "lanes": lanes, **told, "version": __version__}
    return JSONResponse(body, status_code=200 if works else 503)


async def _told(shell: Shell) -> Mapping[str, str | int | None]:
    """What somebody should look at, and is no failure."""
    try:
        doubted = await shell.db.read(clock.doubted_since)
        return {"clock": LEAPT if doubted else "ok", "unhandled": await shell.db.read(unhandled.waiting)}
    except Exception:
        return UNKNOWN
