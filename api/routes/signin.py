"""Coming in, going out, the passphrase, and the language of the console."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse

from api.console.words import LANGUAGES
from api.errors import Refused
from api.routes import carried as carried_along
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
Carried = Annotated[str, Form(max_length=carried_along.LONGEST)]


@router.get("/sign-in")
async def ask(request: Request, shell: Desk) -> Response:
    """The sign-in page; who is signed in already goes on."""
    if await viewer_or_none(request):
        return go("/queue")
    if half := await _half(request, shell):
        return go(f"/sign-in/{half.stage}")
    return sign_in_page(request)


@router.post("/sign-in")
async def come_in(request: Request, shell: Desk, name: Typed, passphrase: Typed, carried: Carried = "") -> Response:
    """Sign in."""
    gate: Gate = request.app.state.gate
    try:
        token = await gate.sign_in(name, passphrase, shell.clock())
    except Refused as refused:
        return sign_in_page(request, name, refused, carried=carried)
    answer = await _next(request, shell, token, carried)
    set_cookie(answer, cookie_name(shell), token, secure=shell.settings.secure)
    return answer


@router.get("/sign-in/code")
async def ask_code(request: Request, shell: Desk) -> Response:
    """The second step, for whoever has a second factor."""
    half = await _half(request, shell)
    if half is None or half.stage != signin.CODE:
        return go("/sign-in")
    return page(request, "code.html", refused=None, carried="")


@router.post("/sign-in/code")
async def show_code(request: Request, shell: Desk, code: Typed, carried: Carried = "") -> Response:
    """Show the second factor."""
    gate: Gate = request.app.state.gate
    token = request.cookies.get(cookie_name(shell), "")
    try:
        if await gate.show_code(token, code, shell.clock()):
            return await _in(request, token, carried)
    except Refused as refused:
        return sign_in_page(request, refused=refused, carried=carried)
    return page(request, "code.html", status=401, refused=Refused(401, "wrong_code"), carried=carried)


@router.get("/sign-in/enrol")
async def ask_enrol(request: Request, shell: Desk) -> Response:
    """The second step, for whoever has to set up her second factor first."""
    half = await _half(request, shell)
    if half is None or half.stage != signin.ENROL:
        return go("/sign-in")
    return _enrol(request, half, factor.new_secret())


@router.post("/sign-in/enrol")
async def enrol(request: Request, shell: Desk, secret: Typed, code: Typed, carried: Carried = "") -> Response:
    """Set up the second factor, and come in."""
    gate: Gate = request.app.state.gate
    half = await _half(request, shell)
    if half is None or half.stage != signin.ENROL:
        return go("/sign-in")
    try:
        await gate.enrol(request.cookies.get(cookie_name(shell), ""), secret, code, shell.clock())
    except Refused as refused:
        return _enrol(request, half, secret if factor.is_secret(secret) else factor.new_secret(), refused, carried)
    return await _in(request, request.cookies.get(cookie_name(shell), ""), carried)


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


def sign_in_page(
    request: Request, name: str = "", refused: Refused | None = None, *, status: int = 200, carried: str = ""
) -> HTMLResponse:
    """The sign-in page, with what she had sent when her session had ended."""
    status = refused.status if refused else status
    return page(request, "sign_in.html", status=status, name=name, refused=refused, carried=carried)


async def _half(request: Request, shell: Shell) -> Half | None:
    token = request.cookies.get(cookie_name(shell), "")
    return await _half_of(shell, token) if token else None


async def _half_of(shell: Shell, token: str) -> Half | None:
    now = shell.clock()
    return await shell.db.read(lambda session: signin.half_of(session, token, now))


async def _next(request: Request, shell: Shell, token: str, carried: str) -> Response:
    """Where the one who typed her passphrase comes: to the second step, or in; what she carries goes with her."""
    half = await _half_of(shell, token)
    if half is None:
        return await _in(request, token, carried)
    if not carried:
        return go(f"/sign-in/{half.stage}")
    request.state.token = token
    if half.stage == signin.CODE:
        return page(request, "code.html", refused=None, carried=carried)
    return _enrol(request, half, factor.new_secret(), carried=carried)


async def _in(request: Request, token: str, carried: str) -> Response:
    """In: what she had sent is sent now, or the queue."""
    sent = await carried_along.send_on(request, token, carried) if carried else None
    return sent or go("/queue")


def _enrol(
    request: Request, half: Half, secret: str, refused: Refused | None = None, carried: str = ""
) -> HTMLResponse:
    status, picture = refused.status if refused else 200, factor.picture(secret, half.name)
    return page(
        request,
        "factor.html",
        status=status,
        secret=secret,
        picture=picture,
        refused=refused,
        action="/sign-in/enrol",
        carried=carried,
    )


def set_cookie(answer: Response, name: str, value: str, *, secure: bool, max_age: int | None = None) -> None:
    """Put a cookie into her browser, out of reach of scripts and other sites."""
    answer.set_cookie(name, value, max_age=max_age, path="/", secure=secure, httponly=True, samesite="strict")


def _inside(path: str) -> str:
    """A path of ours, whatever was sent: never another site."""
    parts = urlsplit(path)
    return path if path.startswith("/") and not path.startswith("//") and not parts.netloc and "\\" not in path else "/"
