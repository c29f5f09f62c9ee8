"""What a form has to carry: the token of its session; and, before what cannot be taken back, the passphrase again."""

from collections.abc import Sequence
from dataclasses import replace
from hmac import compare_digest
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

from api.console.render import FORM_TOKEN
from api.errors import Refused
from api.keys.locks import form_token
from api.routes.carried import fields
from api.routes.doors import Coordinating, Desk, Looking, cookie_name, page
from api.routes.guard import SAFE, SERVERS
from api.shell import Shell
from api.staff.gate import Gate
from api.staff.people import Viewer

TOKEN_HEADER = "X-Form-Token"  # noqa: S105 - the name of a header
"""Where a script, or a test, sends the token instead."""
PASSPHRASE = "passphrase_again"  # noqa: S105 - the name of a field
SIGN_IN = "/sign-in"
"""The one form that needs no token: nobody is signed in there yet."""


class Again(Exception):
    """What was sent is kept, and shown to her to be sent again; `passphrase` says that it is asked for."""

    def __init__(
        self,
        viewer: Viewer | None,
        kept: Sequence[tuple[str, str]],
        *,
        passphrase: bool,
        refused: Refused | None = None,
    ) -> None:
        self.viewer, self.kept, self.passphrase, self.refused = viewer, kept, passphrase, refused
        super().__init__("to be sent again")


async def own_form(request: Request, shell: Desk) -> None:
    """Refuse a form that this session's pages did not make. Raises Again: she can send it from here."""
    token = request.cookies.get(cookie_name(shell), "")
    path = request.url.path
    if request.method in SAFE or not token or path == SIGN_IN or path.startswith(SERVERS):
        return
    sent = request.headers.get(TOKEN_HEADER) or str((await request.form()).get(FORM_TOKEN, ""))
    if not compare_digest(sent.encode(), form_token(token).encode()):
        raise Again(None, await fields(request), passphrase=False)


async def proven(request: Request, shell: Shell, viewer: Viewer) -> Viewer:
    """The viewer, when she typed her passphrase in the last minutes, or in this form. Raises Again."""
    if viewer.proved:
        return viewer
    typed = str((await request.form()).get(PASSPHRASE, ""))
    if not typed:
        raise Again(viewer, await fields(request), passphrase=True)
    gate: Gate = request.app.state.gate
    try:
        await gate.prove(viewer, typed, request.cookies.get(cookie_name(shell), ""), shell.clock())
    except Refused as refused:
        raise Again(viewer, await fields(request), passphrase=True, refused=refused) from None
    return replace(viewer, proved=True)


async def the_proven(request: Request, shell: Desk, viewer: Looking) -> Viewer:
    """Who is looking, once she has typed her passphrase again."""
    return await proven(request, shell, viewer)


async def the_proven_coordinator(request: Request, shell: Desk, viewer: Coordinating) -> Viewer:
    """The same for a coordinator; for anybody else it does not exist."""
    return await proven(request, shell, viewer)


Proven = Annotated[Viewer, Depends(the_proven)]
ProvenCoordinator = Annotated[Viewer, Depends(the_proven_coordinator)]


async def ask_again(request: Request, again: Again) -> HTMLResponse:
    """Answer with what she sent, to be sent again by her, and perhaps with her passphrase."""
    refused, status = again.refused, again.refused.status if again.refused else 403
    values = {"kept": again.kept, "asks": again.passphrase, "field": PASSPHRASE, "at_once": False, "refused": refused}
    return page(request, "again.html", again.viewer, status, action=request.url.path, **values)
