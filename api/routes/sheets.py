"""The paper form, taken in quickly: all questions of a service on one page, in the order in which they are printed."""

from collections.abc import Mapping
from secrets import token_urlsafe
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from api.errors import Refused
from api.events import QUEUE, case_topic
from api.inbound import assisted
from api.inbound.assisted import LONGEST, message_of
from api.routes.assisted import services, tongues
from api.routes.doors import Desk, Helping, go, language_of, page
from api.shell import Shell
from api.staff.people import Viewer
from flows.sheet import Sheet, Typed, fields_of, read_sheet

router = APIRouter(prefix="/intake/paper")
Name = Annotated[str, Form(max_length=60)]
Once = Annotated[str, Form(pattern=r"^[\w-]{22}$")]


@router.get("")
async def empty(request: Request, shell: Desk, viewer: Helping, service: str = "", language: str = "") -> HTMLResponse:
    """An empty form; of the first service and in the first language, when none is named."""
    known = services(shell)
    service = service if service in known else next(iter(known), "")
    if not service:
        raise Refused(404, "no_such_service")
    spoken = [one for one in known[service].file.languages if shell.offered.offers(service, one)]
    language = language if language in spoken else next(iter(spoken), "en")
    return _form(request, shell, viewer, token_urlsafe(16), service, language, {}, Sheet())


@router.post("")
async def take(request: Request, shell: Desk, viewer: Helping, once: Once, service: Name, language: Name) -> Response:
    """Take a form in, or say at each field what is wrong with it, with all that was typed still there."""
    known = services(shell).get(service)
    if known is None or not shell.offered.offers(service, language):
        raise Refused(422, "not_in_language")
    form = await request.form()
    given = {name: text for name, text in form.items() if isinstance(text, str)}
    if any(len(text) > LONGEST for text in given.values()):
        raise Refused(422, "too_long")
    typed = {asked.question.ask: _typed(given, asked.question.ask) for _, asked in known.on_paper}
    now, reader = shell.clock(), language_of(request, viewer)
    sheet = read_sheet(shell.library, service, language, typed, reader, now)
    pointed_out = set(given.get("aside", "").split())
    if sheet.wrong or not sheet.aside.keys() <= pointed_out:
        return _form(request, shell, viewer, once, service, language, typed, sheet)
    message = message_of(viewer, once, "paper")
    opened = await shell.db.write(
        lambda session: assisted.take_sheet(session, shell.vault, shell.library, viewer, message, sheet, now)
    )
    shell.events.changed(QUEUE, *map(case_topic, opened))
    return go(f"/intake/{once}?paper=")


def _typed(given: Mapping[str, str], name: str) -> Typed:
    """What was typed for a question; a reading that was chosen counts only for the text that it was offered for."""
    text = given.get(f"q-{name}", "").strip()
    meant = given.get(f"meant-{name}", "") if given.get(f"doubt-{name}", "") == text else ""
    return Typed(text, meant, f"blank-{name}" in given)


def _form(
    request: Request,
    shell: Shell,
    viewer: Viewer,
    once: str,
    service: str,
    language: str,
    typed: Mapping[str, Typed],
    sheet: Sheet,
) -> HTMLResponse:
    reader = language_of(request, viewer)
    titles = {name: one.titles.get(reader, one.file.title) for name, one in services(shell).items()}
    fields = fields_of(shell.library, service, reader, shell.clock())
    wrong = [field for field in fields if field.name in sheet.wrong]
    return page(
        request,
        "intake_paper.html",
        viewer,
        once=once,
        service=service,
        services=titles,
        tongue=language,
        tongues=[one for one in tongues(shell) if one[0] in services(shell)[service].file.languages],
        fields=fields,
        typed=typed,
        nothing=Typed(),
        sheet=sheet,
        wrong=wrong,
    )
