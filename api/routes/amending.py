"""One answer of a case: changed at the desk with a reason, or asked of the worker by the bot."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.desk import amending
from api.desk.intakes import day_began
from api.errors import Refused
from api.events import QUEUE, case_topic
from api.inbound.assisted import LONGEST
from api.routes.doors import Desk, Helping, go, page
from api.shell import Shell
from api.staff.people import Viewer
from flows.sheet import Typed, Wrong

router = APIRouter(prefix="/cases/{reference}/answers/{name}")
Text = Annotated[str, Form(max_length=LONGEST)]
Numbers = Annotated[tuple[str, ...], Form()]


@router.get("")
async def an_answer(request: Request, shell: Desk, viewer: Helping, reference: str, name: str) -> HTMLResponse:
    """One question of a case, to be answered anew or asked of the worker."""
    return await _form(request, shell, viewer, reference, name, Typed(), "", None)


@router.post("")
async def change(
    request: Request,
    shell: Desk,
    viewer: Helping,
    reference: str,
    name: str,
    reason: Text = "",
    text: Text = "",
    number: Numbers = (),
    meant: Text = "",
    doubt: Text = "",
) -> Response:
    """Change the answer, or say what is wrong with it."""
    now, said = shell.clock(), " ".join(number) or text.strip()
    typed = Typed(said, meant if doubt == said else "")
    wrong = await shell.db.write(
        lambda session: amending.edit(session, shell.vault, shell.library, viewer, reference, name, typed, reason, now)
    )
    if wrong:
        return await _form(request, shell, viewer, reference, name, typed, reason, wrong)
    shell.events.changed(QUEUE, case_topic(reference))
    return go(f"/cases/{reference}?done=amended#said")


@router.post("/ask")
async def ask(shell: Desk, viewer: Helping, reference: str, name: str) -> RedirectResponse:
    """Have the bot ask the worker just this."""
    now, ways = shell.clock(), shell.ways
    send_after = await shell.db.write(
        lambda session: amending.ask(session, shell.vault, shell.library, viewer, reference, name, ways, now)
    )
    shell.events.changed(QUEUE, case_topic(reference))
    return go(f"/cases/{reference}?done={'asked' if send_after <= now else 'later'}")


async def _form(
    request: Request,
    shell: Shell,
    viewer: Viewer,
    reference: str,
    name: str,
    typed: Typed,
    reason: str,
    wrong: Wrong | None,
) -> HTMLResponse:
    now, since = shell.clock(), day_began(shell.clock(), shell.settings.zone)
    try:
        one = await shell.db.write(
            lambda session: amending.edit_page(session, shell.vault, shell.library, viewer, reference, name, since, now)
        )
    except KeyError:  # a service that was taken away
        raise Refused(404, "no_such_case") from None
    numbers = tuple(map(int, filter(str.isdecimal, typed.text.split()))) if one.field.closed else ()
    return page(
        request,
        "case_answer.html",
        viewer,
        one=one,
        field=one.field,
        typed=typed,
        chosen=numbers or one.field.chosen,
        reason=reason,
        wrong=wrong,
        longest=amending.LONGEST_REASON,
    )
