"""Who was invited comes in: the link, her passphrase, and she is at the desk.

The token stands behind the # of the link, which browsers send to nobody: it is in no log, and a script (or she) puts it
into the form.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse

from api.errors import Refused
from api.keys.passphrases import new_passphrase
from api.routes.doors import Desk, cookie_name, go, page
from api.routes.signin import set_cookie
from api.shell import Shell
from api.staff import invitations
from api.staff.gate import Gate

router = APIRouter()
Token = Annotated[str, Form(max_length=100)]
Typed = Annotated[str, Form(max_length=200)]


@router.get("/join")
async def ask(request: Request) -> HTMLResponse:
    """The page of the link: a script fills in the token and goes on."""
    return page(request, "join.html", invited=None, refused=None)


@router.post("/join")
async def look(request: Request, shell: Desk, token: Token) -> HTMLResponse:
    """Who is invited, and six words for her."""
    return await _look(request, shell, token, new_passphrase())


@router.post("/join/enter")
async def enter(request: Request, shell: Desk, token: Token, words: Typed, passphrase: Typed) -> Response:
    """She has typed the words that she keeps: she is one of us, and signed in."""
    gate: Gate = request.app.state.gate
    try:
        session = await gate.join(token.strip(), passphrase, shell.clock())
    except Refused as refused:
        if refused.code == "no_invitation":
            return page(request, "join.html", status=refused.status, invited=None, refused=refused)
        return await _look(request, shell, token, words, refused)
    answer = go("/me?done=joined")
    set_cookie(answer, cookie_name(shell), session, secure=shell.settings.secure)
    return answer


async def _look(request: Request, shell: Shell, token: str, words: str, refused: Refused | None = None) -> HTMLResponse:
    now, token = shell.clock(), token.strip()
    try:
        who = await shell.db.read(lambda session: invitations.invited(session, token, now))
    except Refused as gone:
        return page(request, "join.html", status=gone.status, invited=None, refused=gone)
    status = refused.status if refused else 200
    return page(request, "join.html", status=status, invited=who, token=token, words=words, refused=refused)
