"""Coming in, going out, the passphrase, and the language of the console."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse

from api.console.words import LANGUAGES
from api.errors import Refused
from api.routes.doors import LANGUAGE, Desk, Looking, cookie_name, go, page, viewer_or_none
from api.staff import people, signin
from api.staff.gate import Gate

router = APIRouter()
LONGEST = 200
"""Characters of a name or passphrase that are worth trying."""
YEAR = 365 * 24 * 3600
Typed = Annotated[str, Form(max_length=LONGEST)]


@router.get("/sign-in")
async def ask(request: Request) -> Response:
    """The sign-in page; who is signed in already goes on."""
    if await viewer_or_none(request):
        return go("/queue")
    return _ask(request)


@router.post("/sign-in")
async def come_in(request: Request, shell: Desk, name: Typed, passphrase: Typed) -> Response:
    """Sign in."""
    gate: Gate = request.app.state.gate
    try:
        token = await gate.sign_in(name, passphrase, shell.clock())
    except Refused as refused:
        return _ask(request, name, refused)
    answer = go("/queue")
    _set_cookie(answer, cookie_name(shell), token, secure=shell.settings.secure)
    return answer


@router.post("/sign-out")
async def go_out(request: Request, shell: Desk) -> Response:
    """Sign out, and leave nothing in this browser."""
    token = request.cookies.get(cookie_name(shell), "")
    await shell.db.write(lambda session: signin.end(session, token))
    answer = go("/sign-in?done=signed_out")
    answer.delete_cookie(cookie_name(shell), secure=shell.settings.secure, httponly=True, samesite="strict")
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@router.get("/passphrase")
async def her_passphrase(request: Request, viewer: Looking) -> HTMLResponse:
    """Where somebody changes her own passphrase."""
    return page(request, "passphrase.html", viewer, new="", refused=None)


@router.post("/passphrase")
async def change_passphrase(request: Request, shell: Desk, viewer: Looking, passphrase: Typed) -> HTMLResponse:
    """Give her a new passphrase for the old one, and show it this once."""
    gate: Gate = request.app.state.gate
    token = request.cookies.get(cookie_name(shell), "")
    try:
        new = await gate.change(viewer, passphrase, token, shell.clock())
    except Refused as refused:
        return page(request, "passphrase.html", viewer, refused.status, new="", refused=refused)
    return page(request, "passphrase.html", viewer, new=new, refused=None)


@router.post("/language")
async def choose_language(request: Request, shell: Desk, language: Typed, back: Typed = "/") -> Response:
    """Show the console in this language from now on: to her wherever she signs in, and in this browser."""
    if language not in LANGUAGES:
        raise Refused(422, "incomplete")
    viewer = await viewer_or_none(request)
    if viewer is not None:
        await shell.db.write(lambda session: people.set_language(session, viewer, language))
    answer = go(_inside(back))
    _set_cookie(answer, LANGUAGE, language, secure=shell.settings.secure, max_age=YEAR)
    return answer


def _ask(request: Request, name: str = "", refused: Refused | None = None) -> HTMLResponse:
    return page(request, "sign_in.html", status=refused.status if refused else 200, name=name, refused=refused)


def _set_cookie(answer: Response, name: str, value: str, *, secure: bool, max_age: int | None = None) -> None:
    answer.set_cookie(name, value, max_age=max_age, path="/", secure=secure, httponly=True, samesite="strict")


def _inside(path: str) -> str:
    """A path of ours, whatever was sent: never another site."""
    parts = urlsplit(path)
    return path if path.startswith("/") and not path.startswith("//") and not parts.netloc and "\\" not in path else "/"
