"""Coming in, going out, the passphrase, and the language of the console."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse

from api.console.words import LANGUAGES
from api.errors import Refused
from api.routes.doors import LANGUAGE, Desk, Looking, cookie_name, go, page, viewer_or_none
from api.shell import Shell
from api.staff import factor, people, signin
from api.staff.gate import Gate
from api.staff.signin import Half

router = APIRouter()
LONGEST = 200
"""Characters of a name or passphrase that are worth trying."""
YEAR = 365 * 24 * 3600
Typed = Annotated[str, Form(max_length=LONGEST)]


@router.get("/sign-in")
async def ask(request: Request, shell: Desk) -> Response:
    """The sign-in page; who is signed in already goes on."""
    if await viewer_or_none(request):
        return go("/queue")
    if half := await _half(request, shell):
        return go(f"/sign-in/{half.stage}")
    return _ask(request)


@router.post("/sign-in")
async def come_in(request: Request, shell: Desk, name: Typed, passphrase: Typed) -> Response:
    """Sign in."""
    gate: Gate = request.app.state.gate
    try:
        token = await gate.sign_in(name, passphrase, shell.clock())
    except Refused as refused:
        return _ask(request, name, refused)
    half = await _half_of(shell, token)
    answer = go(f"/sign-in/{half.stage}" if half else "/queue")
    set_cookie(answer, cookie_name(shell), token, secure=shell.settings.secure)
    return answer


@router.get("/sign-in/code")
async def ask_code(request: Request, shell: Desk) -> Response:
    """The second step, for whoever has a second factor."""
    half = await _half(request, shell)
    if half is None or half.stage != signin.CODE:
        return go("/sign-in")
    return page(request, "code.html", refused=None)


@router.post("/sign-in/code")
async def show_code(request: Request, shell: Desk, code: Typed) -> Response:
    """Show the second factor."""
    gate: Gate = request.app.state.gate
    try:
        if await gate.show_code(request.cookies.get(cookie_name(shell), ""), code, shell.clock()):
            return go("/queue")
    except Refused as refused:
        return _ask(request, refused=refused)
    return page(request, "code.html", status=401, refused=Refused(401, "wrong_code"))


@router.get("/sign-in/enrol")
async def ask_enrol(request: Request, shell: Desk) -> Response:
    """The second step, for whoever has to set up her second factor first."""
    half = await _half(request, shell)
    if half is None or half.stage != signin.ENROL:
        return go("/sign-in")
    return _enrol(request, half, factor.new_secret())


@router.post("/sign-in/enrol")
async def enrol(request: Request, shell: Desk, secret: Typed, code: Typed) -> Response:
    """Set up the second factor, and come in."""
    gate: Gate = request.app.state.gate
    half = await _half(request, shell)
    if half is None or half.stage != signin.ENROL:
        return go("/sign-in")
    try:
        await gate.enrol(request.cookies.get(cookie_name(shell), ""), secret, code, shell.clock())
    except Refused as refused:
        return _enrol(request, half, secret if factor.is_secret(secret) else factor.new_secret(), refused)
    return go("/queue")


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
    set_cookie(answer, LANGUAGE, language, secure=shell.settings.secure, max_age=YEAR)
    return answer


def _ask(request: Request, name: str = "", refused: Refused | None = None) -> HTMLResponse:
    return page(request, "sign_in.html", status=refused.status if refused else 200, name=name, refused=refused)


async def _half(request: Request, shell: Shell) -> Half | None:
    token = request.cookies.get(cookie_name(shell), "")
    return await _half_of(shell, token) if token else None


async def _half_of(shell: Shell, token: str) -> Half | None:
    now = shell.clock()
    return await shell.db.read(lambda session: signin.half_of(session, token, now))


def _enrol(request: Request, half: Half, secret: str, refused: Refused | None = None) -> HTMLResponse:
    status, picture = refused.status if refused else 200, factor.picture(secret, half.name)
    return page(
        request,
        "factor.html",
        status=status,
        secret=secret,
        picture=picture,
        refused=refused,
        action="/sign-in/enrol",
    )


def set_cookie(answer: Response, name: str, value: str, *, secure: bool, max_age: int | None = None) -> None:
    """Put a cookie into her browser, out of reach of scripts and other sites."""
    answer.set_cookie(name, value, max_age=max_age, path="/", secure=secure, httponly=True, samesite="strict")


def _inside(path: str) -> str:
    """A path of ours, whatever was sent: never another site."""
    parts = urlsplit(path)
    return path if path.startswith("/") and not path.startswith("//") and not parts.netloc and "\\" not in path else "/"
