"""What every page starts with: the shell, who is looking, and how a page is answered."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.console.refusals import title
from api.console.render import render, with_token
from api.console.words import negotiate
from api.desk import tasks
from api.errors import Refused
from api.keys.locks import form_token
from api.mail import sorting
from api.numbers import unmatched
from api.shell import Shell
from api.staff import signin
from api.staff.people import Viewer

LANGUAGE = "language"
"""The cookie in which somebody who is not signed in keeps the language that she chose."""


class NotSignedIn(Exception):
    """Nobody is signed in, or no longer: the answer is the sign-in page."""


@dataclass(frozen=True, slots=True)
class Page:
    """What the frame of every page needs. `done` is what was just done, said once.

    `tasks` is how many are hers to do, `inbox` how many portal messages wait for somebody to say whose they are.
    """

    path: str
    trial: bool
    simulator: bool
    done: str
    tasks: int
    inbox: int = 0


def the_shell(request: Request) -> Shell:
    """The shell of this application."""
    shell: Shell = request.app.state.shell
    return shell


Desk = Annotated[Shell, Depends(the_shell)]


def cookie_name(shell: Shell) -> str:
    """The name of the session's cookie; over https browsers then refuse it from any other host or path."""
    return "__Host-rafiqa" if shell.settings.secure else "rafiqa"


async def viewer_or_none(request: Request) -> Viewer | None:
    """Who is looking, if anybody is signed in; does not keep her session alive."""
    shell = the_shell(request)
    token, now = request.cookies.get(cookie_name(shell), ""), shell.clock()
    return await shell.db.read(lambda session: signin.viewer_of(session, token, now)) if token else None


async def the_onlooker(request: Request) -> Viewer:
    """Who is looking, when it is her page that asks and not she. Raises NotSignedIn."""
    if viewer := await viewer_or_none(request):
        return await _with_inbox(request, viewer)
    raise NotSignedIn


async def the_viewer(request: Request) -> Viewer:
    """Who is looking; what she asks for keeps her signed in. Raises NotSignedIn."""
    shell = the_shell(request)
    token, now = request.cookies.get(cookie_name(shell), ""), shell.clock()
    found = await shell.db.write(lambda session: tasks.resume_with_count(session, token, now)) if token else None
    if found is None:
        raise NotSignedIn
    viewer, request.state.tasks = found
    return await _with_inbox(request, viewer)


async def _with_inbox(request: Request, viewer: Viewer) -> Viewer:
    """Count what waits in the inbox, for the head of the page that is asked for."""
    if request.method == "GET" and not request.url.path.endswith("/events"):
        await _count_inbox(request, viewer)
    return viewer


async def _count_inbox(request: Request, viewer: Viewer) -> None:
    shell = the_shell(request)
    now = shell.clock()
    request.state.inbox = await shell.db.read(
        lambda session: unmatched.count(session, viewer, now) + sorting.count(session, viewer, now)
    )


Looking = Annotated[Viewer, Depends(the_viewer)]
LookingOn = Annotated[Viewer, Depends(the_onlooker)]


async def the_helper(viewer: Looking) -> Viewer:
    """Who is looking, if she takes cases herself; for a trainee the page does not exist."""
    if viewer.trainee:
        raise Refused(404, "not_found")
    return viewer


Helping = Annotated[Viewer, Depends(the_helper)]


async def the_coordinator(viewer: Looking) -> Viewer:
    """Who is looking, if she is a coordinator; for anybody else the page does not exist."""
    if not viewer.coordinator:
        raise Refused(404, "not_found")
    return viewer


async def the_onlooking_coordinator(viewer: LookingOn) -> Viewer:
    """The same, when it is her page that asks and not she."""
    return await the_coordinator(viewer)


Coordinating = Annotated[Viewer, Depends(the_coordinator)]
CoordinatingOn = Annotated[Viewer, Depends(the_onlooking_coordinator)]


def language_of(request: Request, viewer: Viewer | None) -> str:
    """The console's language: her own, else the one that this browser chose, else the one that it asks for."""
    if viewer is not None:
        return negotiate(viewer.language)
    return negotiate(request.cookies.get(LANGUAGE, ""), request.headers.get("accept-language", ""))


def page(
    request: Request, template: str, viewer: Viewer | None = None, status: int = 200, **values: Any
) -> HTMLResponse:
    """Answer with a page, in the reader's language."""
    shell = the_shell(request)
    here = request.url.path if request.method == "GET" else back_from(request)
    done = request.query_params.get("done", "")
    to_do, waiting = getattr(request.state, "tasks", 0), getattr(request.state, "inbox", 0)
    frame = Page(here, request.app.state.trial, bool(shell.channels.phones), done, to_do, waiting)
    html = render(
        template,
        language_of(request, viewer),
        shell.settings.zone,
        page=frame,
        viewer=viewer,
        now=shell.clock(),
        **values,
    )
    token = getattr(request.state, "token", "") or request.cookies.get(cookie_name(shell), "")
    return HTMLResponse(with_token(html, form_token(token) if token else ""), status)


async def failure(request: Request, error: Refused) -> HTMLResponse:
    """Answer with a page that says what cannot be done, and leads back to where she was."""
    viewer = await viewer_or_none(request)
    if viewer is not None:  # the head of the page is the same, whatever could not be found
        await _count_inbox(request, viewer)
        request.state.tasks = await the_shell(request).db.read(lambda session: tasks.count_tasks(session, viewer))
    values = {"title": title(error.status), "error": error, "back": back_from(request)}
    return page(request, "error.html", viewer, error.status, **values)


def back_from(request: Request) -> str:
    """The page of ours from which she came."""
    came = urlsplit(request.headers.get("referer", ""))
    return came.path if came.netloc == request.url.netloc and came.path.startswith("/") else "/"


def go(path: str) -> RedirectResponse:
    """Answer a form: look at that page now. A reload then sends nothing twice."""
    return RedirectResponse(path, 303)
