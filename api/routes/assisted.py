"""Assisted intake: a volunteer fills in a service with the one beside her, one question a page."""

from secrets import randbelow, token_urlsafe
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.desk import intakes
from api.desk.intakes import day_began, intakes_since
from api.desk.slips import card_of
from api.errors import Refused
from api.events import case_topic
from api.inbound import assisted
from api.inbound.assisted import LONGEST, Said, message_of
from api.inbound.intake import Intake
from api.routes.doors import Desk, Helping, go, language_of, page
from api.routes.reaching import CODES
from api.shell import Shell
from api.staff.people import Viewer
from flows.assisting import Told, farewell, sight, who_we_are, why_not
from flows.conversation.offered import AUDIENCES
from flows.language import direction, own_name
from flows.loader import Service
from flows.model import Message

router = APIRouter(prefix="/intake")
OPEN_PAGE = "x-open-page"
"""A request with this header comes from the script of an open page, which puts the answer in place by itself."""

Key = Annotated[str, Path(pattern=r"^[\w-]{22}$")]
Once = Annotated[str, Form(pattern=r"^[\w-]{8,40}$")]
Typed = Annotated[str, Form(max_length=LONGEST)]


@router.get("")
async def choose(request: Request, shell: Desk, viewer: Helping) -> HTMLResponse:
    """Choose a service and the language of the one who is there; below it what was filled in today."""
    since = day_began(shell.clock(), shell.settings.zone)
    today = await shell.db.read(lambda session: intakes_since(session, since))
    unfinished = await shell.db.read(lambda session: assisted.unfinished(session, shell.vault, viewer))
    reader = language_of(request, viewer)
    titles = {name: one.titles.get(reader, one.file.title) for name, one in services(shell).items()}
    return page(
        request, "intake.html", viewer, services=titles, tongues=tongues(shell), today=today, unfinished=unfinished
    )


@router.post("")
async def begin(request: Request, shell: Desk, viewer: Helping, service: Typed, language: Typed) -> RedirectResponse:
    """Begin with the next person; an intake that she leaves unfinished shows nothing any more by itself."""
    if service not in services(shell) or not shell.offered.offers(service, language):
        raise Refused(422, "not_in_language")
    now, key, intake = shell.clock(), token_urlsafe(16), _intake(request)
    await shell.db.write(lambda session: assisted.begin(session, shell.vault, viewer, key, now))
    await intake.message(message_of(viewer, key, "hello", text="hello"))
    for chosen in (f"language={language}", f"service={service}"):
        await intake.message(message_of(viewer, key, chosen, button=chosen))
    return go(f"/intake/{key}")


@router.post("/slips")
async def make_slips(
    request: Request, shell: Desk, viewer: Helping, reference: Annotated[tuple[str, ...], Form()]
) -> HTMLResponse:
    """Make slips for cases that were filled in today, and show their digits this once, to print."""
    now, since = shell.clock(), day_began(shell.clock(), shell.settings.zone)
    drawn = {one: randbelow(CODES) for one in reference}
    made = await shell.db.write(lambda session: intakes.make_slips(session, shell.vault, viewer, drawn, since, now))
    shell.events.changed(*map(case_topic, drawn))
    cards = [card_of(shell.library, one) for one in made]
    return page(request, "slips.html", viewer, cards=cards, alone="", back="/intake")


@router.get("/{key}")
async def ask(request: Request, shell: Desk, viewer: Helping, key: Key) -> HTMLResponse:
    """What is asked now, or what came of it."""
    return _page(request, shell, viewer, key, await _look(shell, viewer, key))


@router.post("/{key}")
async def answer(
    request: Request,
    shell: Desk,
    viewer: Helping,
    key: Key,
    once: Once,
    text: Typed = "",
    button: Typed = "",
    pick: Annotated[tuple[str, ...], Form()] = (),
    about: Typed = "",
) -> Response:
    """Take what was pressed or typed, once however often it is sent. What was not understood stays in its field."""
    before = await _look(shell, viewer, key)
    said = " ".join(pick) or text.strip()
    if before.over or not (said or button):
        return _page(request, shell, viewer, key, before)
    message = message_of(viewer, key, once, text=said, button=button, about="" if button else about)
    await _intake(request).message(message)
    after = await _look(shell, viewer, key)
    why = _why(request, shell, viewer, before, after, message)
    if why or OPEN_PAGE in request.headers:
        return _page(request, shell, viewer, key, after, why=why, typed=said if why else "")
    return go(f"/intake/{key}")


def services(shell: Shell) -> dict[str, Service]:
    """The services that are on and that a volunteer can fill in with somebody, by name."""
    known = shell.offered
    ours = ((name, one) for name, one in known.services.items() if one.file.audience in AUDIENCES["assisted"])
    return {name: one for name, one in ours if known.is_on(name)}


def tongues(shell: Shell) -> list[tuple[str, str]]:
    """The languages that some of these services speak, each with its own name."""
    library, names = shell.offered, services(shell)
    return [(one, own_name(one)) for one in library.spoken if any(library.offers(name, one) for name in names)]


async def _look(shell: Shell, viewer: Viewer, key: str) -> Said:
    said = await shell.db.write(lambda session: assisted.look(session, shell.vault, viewer, key))
    if said.draft is None and not said.reference:
        raise Refused(404, "no_such_intake")
    return said


def _why(request: Request, shell: Shell, viewer: Viewer, before: Said, after: Said, message: Message) -> Told | None:
    """Why what was sent is no answer, when that is how it stands."""
    if before.draft is None or after.draft is None or not after.draft.failures:
        return None
    asked = sight(shell.library, after.draft, language_of(request, viewer), shell.clock())
    if asked is None or asked.about != (message.about or message.button.partition("=")[0]):
        return None
    return why_not(shell.library, before.draft, message, language_of(request, viewer), shell.clock())


def _page(
    request: Request, shell: Shell, viewer: Viewer, key: str, said: Said, *, why: Told | None = None, typed: str = ""
) -> HTMLResponse:
    reader = language_of(request, viewer)
    asked = None if said.over or said.draft is None else sight(shell.library, said.draft, reader, shell.clock())
    notices = [reply.text for reply in said.replies if reply.text and not reply.about]
    if asked is None or said.draft is None:
        return _done(request, shell, viewer, key, said, notices)
    language = said.draft.language
    return page(
        request,
        "intake_asked.html",
        viewer,
        key=key,
        once=token_urlsafe(12),
        asked=asked,
        why=why,
        typed=typed or asked.said,
        notices=notices,
        hers=(language, direction(language)),
        service=said.draft.service,
        who=who_we_are(shell.library, language, reader),
    )


def _done(request: Request, shell: Shell, viewer: Viewer, key: str, said: Said, notices: list[str]) -> HTMLResponse:
    reader, draft = language_of(request, viewer), said.draft
    language = said.language or (draft.language if draft else "en")
    told = farewell(shell.library, said.service, language, reader, said.reference)
    return page(
        request,
        "intake_done.html",
        viewer,
        said=said,
        told=told,
        notices=() if said.reference else notices,
        hers=(language, direction(language)),
        service=said.service or next(iter(services(shell)), ""),
        paper="paper" in request.query_params,
    )


def _intake(request: Request) -> Intake:
    intake: Intake = request.app.state.intake
    return intake
