"""The services of this deployment: drawn, checked, tried out; and who has read their languages."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from markupsafe import Markup

from api.console.shown import service_title
from api.desk import house, offering
from api.errors import Refused
from api.routes.doors import Coordinating, Desk, go, language_of, page
from api.shell import Shell
from flows.check import check
from flows.drawing import draw, legend, steps
from flows.language import direction
from flows.loader import Service
from flows.model import Manner
from flows.review import SOURCE, texts, texts_hash
from flows.trying import try_out

router = APIRouter()
LONGEST, MOST = 500, 150
"""Of one line that is tried out, and how many of them there may be."""
Typed = Annotated[str, Form(max_length=200)]


@router.get("/services")
async def the_services(request: Request, shell: Desk, viewer: Coordinating) -> HTMLResponse:
    """What people can come for: each as a flow, with what is to be said about it, and its languages."""
    reader = language_of(request, viewer)
    known = shell.library.services.values()
    return page(
        request,
        "services.html",
        viewer,
        services=[(one, service_title(shell.library, one.name, reader)) for one in known],
        drawings={one.name: Markup(draw(shell.library, one, reader)) for one in known},  # noqa: S704 - it is escaped there
        steps={one.name: steps(shell.library, one, reader) for one in known},
        legends={one.name: legend(shell.library, one, reader) for one in known},
        findings={one.name: check(shell.library, one) for one in known},
        reviews=await shell.db.read(lambda session: offering.reviews(session, shell.library)),
        offered=shell.offered,
        on=await shell.db.read(lambda session: house.services_on(session, shell.written)),
        source=SOURCE,
    )


@router.get("/services/{service}/try")
async def begin_to_try(
    request: Request, shell: Desk, viewer: Coordinating, service: str, language: Annotated[str, Query()] = SOURCE
) -> HTMLResponse:
    """Talk to a service as a worker would; nothing is stored."""
    return _tried(request, shell, viewer, service, language, [], "chat")


@router.post("/services/{service}/try")
async def go_on_trying(
    request: Request,
    shell: Desk,
    viewer: Coordinating,
    service: str,
    said: Annotated[list[str] | None, Form()] = None,
    text: Annotated[str, Form(max_length=LONGEST)] = "",
    language: Typed = SOURCE,
    manner: Annotated[Manner, Form()] = "chat",
) -> HTMLResponse:
    """The next line; all lines before it come with the form, since nothing is kept here."""
    lines = [*(said or []), *([text] if text.strip() else [])]
    if len(lines) > MOST or any(len(one) > LONGEST for one in lines):
        raise Refused(422, "too_long")
    return _tried(request, shell, viewer, service, language, lines, manner)


@router.post("/services/{service}/switch")
async def switch(shell: Desk, viewer: Coordinating, service: str, on: Typed = "") -> RedirectResponse:
    """Offer a service to new people, or no longer."""
    now, yes = shell.clock(), on == "yes"
    await shell.db.write(lambda session: house.switch(session, shell.written, viewer, service, now, on=yes))
    return await offered_anew(shell, f"/services?done={'on' if yes else 'off'}")


@router.get("/services/{service}/{language}")
async def the_texts(request: Request, shell: Desk, viewer: Coordinating, service: str, language: str) -> HTMLResponse:
    """What a worker must not misunderstand, in one language beside the source."""
    known = offering.readable(shell.library, service, language)
    found = await shell.db.read(lambda session: offering.reviews(session, shell.library))
    titles = {one.question.ask: one.question.title for one in known.questions}
    return page(
        request,
        "service_language.html",
        viewer,
        service=service,
        title=service_title(shell.library, service, language_of(request, viewer)),
        tongue=language,
        way=direction(language),
        texts=texts(shell.library, known, language),
        titles=titles,
        seen=texts_hash(shell.library, known, language),
        review=found.get((service, language)),
    )


@router.post("/services/{service}/{language}")
async def tick(
    shell: Desk,
    viewer: Coordinating,
    service: str,
    language: str,
    reviewer: Typed = "",
    texts: Typed = "",
) -> RedirectResponse:
    """Somebody has read them."""
    now = shell.clock()
    await shell.db.write(
        lambda session: offering.tick(session, shell.library, viewer, service, language, reviewer, texts, now)
    )
    return await offered_anew(shell, "/services?done=read")


@router.post("/services/{service}/{language}/take-back")
async def untick(shell: Desk, viewer: Coordinating, service: str, language: str) -> RedirectResponse:
    """It was a mistake: nobody new is asked in that language."""
    now = shell.clock()
    await shell.db.write(lambda session: offering.untick(session, shell.library, viewer, service, language, now))
    return await offered_anew(shell, "/services?done=unread")


async def offered_anew(shell: Shell, path: str) -> RedirectResponse:
    """Take up at once in this process what was changed, and go to a page; the others look within seconds."""
    shell.offering.take(await shell.db.read(lambda session: offering.offering_now(session, shell.written)))
    return go(path)


def _tried(
    request: Request,
    shell: Shell,
    viewer: Coordinating,
    service: str,
    language: str,
    lines: list[str],
    manner: Manner,
) -> HTMLResponse:
    known: Service | None = shell.library.services.get(service)
    if known is None:
        raise Refused(404, "no_such_service")
    language = language if language in known.file.languages else known.file.languages[0]
    return page(
        request,
        "service_try.html",
        viewer,
        service=known,
        title=service_title(shell.library, service, language_of(request, viewer)),
        tongue=language,
        way=direction(language),
        said=lines,
        manner=manner,
        talk=try_out(shell.library, known, language, lines, manner, shell.clock()),
    )
