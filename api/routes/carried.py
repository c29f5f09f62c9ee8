"""What somebody sent whose session had ended: the sign-in page carries it along, and it is sent once she is in again.

It travels as one hidden field of that page, so it is where her typing was, in her browser, and in no URL and no log.
Secrets are left out: she types them again.
"""

import json
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from pydantic import TypeAdapter, ValidationError

from api.console.render import FORM_TOKEN
from api.routes.doors import page, the_shell
from api.staff import signin

LONGEST = 200_000
"""Characters that are carried along; more than any form of the desk can hold."""
SECRETS = frozenset({FORM_TOKEN, "passphrase_again", "passphrase", "words", "code", "secret"})
"""Fields that are never shown again to anybody."""
_CARRIED: TypeAdapter[tuple[str, list[tuple[str, str]]]] = TypeAdapter(tuple[str, list[tuple[str, str]]])


async def fields(request: Request) -> list[tuple[str, str]]:
    """The fields that were sent, without secrets and files."""
    sent = (await request.form()).multi_items()
    return [(name, value) for name, value in sent if isinstance(value, str) and name not in SECRETS]


async def carry(request: Request) -> str:
    """What was sent, and where to, as the text of one field; nothing when it is longer than LONGEST."""
    text = json.dumps([request.url.path, await fields(request)])
    return text if len(text) <= LONGEST else ""


async def send_on(request: Request, token: str, carried: str) -> HTMLResponse | None:
    """The page that sends what was carried along, for the session of this token; None when there is nothing."""
    try:
        path, kept = _CARRIED.validate_json(carried)
    except ValidationError:
        return None
    if not path.startswith("/") or path.startswith(("//", "/\\", "/sign-in")):
        return None
    shell = the_shell(request)
    now = shell.clock()
    viewer = await shell.db.read(lambda session: signin.viewer_of(session, token, now))
    request.state.token = token
    kept = [(name, value) for name, value in kept if name not in SECRETS]
    values: dict[str, Any] = {"action": path, "kept": kept, "asks": False, "at_once": True, "refused": None}
    return page(request, "again.html", viewer, **values)
