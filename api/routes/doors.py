"""What every page starts with: the shell, who is looking, and how a page is answered."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api import signin
from api.console.render import render
from api.console.words import negotiate
from api.errors import Refused
from api.people import Viewer
from api.shell import Shell

LANGUAGE = "language"
"""The cookie in which somebody who is not signed in keeps the language that she chose."""


class NotSignedIn(Exception):
    """Nobody is signed in, or no longer: the answer is the sign-in page."""


@dataclass(frozen=True, slots=True)
class Page:
    """What the frame of every page needs. `done` is what was just done, said once."""

    path: str
    trial: bool
    simulator: bool
    done: str


def the_shell(request: Request) -> Shell:
    """The shell of this application."""
    shell: Shell = request.app.state.shell
    return shell


Desk = Annotated[Shell, Depends(the_shell)]


def cookie_name(shell: Shell) -> str:
    """The name of the session's cookie; over https browsers then refuse it from any other host or path."""
    return "__Host-rafiqa" if shell.secure else "rafiqa"


async def the_viewer(request: Request, shell: Desk) -> Viewer:
    """Who is looking. Raises NotSignedIn."""
    token = request.cookies.get(cookie_name(shell), "")
    now = shell.clock()
    viewer = await shell.db.write(lambda session: signin.resume(session, token, now)) if token else None
    if viewer is None:
        raise NotSignedIn
    return viewer


Looking = Annotated[Viewer, Depends(the_viewer)]


async def the_coordinator(viewer: Looking) -> Viewer:
    """Who is looking, if she is a coordinator; for anybody else the page does not exist."""
    if not viewer.coordinator:
        raise Refused(404, "absent")
    return viewer


Coordinating = Annotated[Viewer, Depends(the_coordinator)]


def language_of(request: Request, viewer: Viewer | None) -> str:
    """The console's language: her own, else the one that this browser chose, else the one that it asks for."""
    if viewer is not None:
        return negotiate(viewer.language)
    return negotiate(request.cookies.get(LANGUAGE, ""), request.headers.get("accept-language", ""))


def page(request: Request, template: str, viewer: Viewer | None = None, status: int = 200, **values: Any) -> HTMLResponse:
    """Answer with a page, in the reader's language."""
    shell = the_shell(request)
    frame = Page(request.url.path, shell.trial, bool(shell.phones), request.query_params.get("done", ""))
    html = render(
        template, language_of(request, viewer), shell.zone, page=frame, viewer=viewer, now=shell.clock(), **values
    )
    return HTMLResponse(html, status)


def go(path: str) -> RedirectResponse:
    """Answer a form: look at that page now. A reload then sends nothing twice."""
    return RedirectResponse(path, 303)
