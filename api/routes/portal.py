"""The portal simulator: one plays the ministry, and its SMS is taken in like any SMS on that number."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse

from api.errors import Refused
from api.inbound.intake import Intake
from api.numbers import senders
from api.numbers.pool import active_numbers
from api.routes.doors import Desk, page
from api.shell import Shell

router = APIRouter(prefix="/portal")
SENDER = "MOPH"
"""Whom the file of the model knows; any other sender is typed in, to see what becomes of a stranger's message."""
LOGIN_CODE = "MOPH: your login code is {code}. It is valid for 10 minutes. Do not share it."
MOST = 600


@router.get("")
async def play(request: Request, shell: Desk) -> HTMLResponse:
    """Choose a proxy number and what the portal sends to it."""
    return await _show(request, shell)


@router.post("")
async def send(
    request: Request,
    shell: Desk,
    number: Annotated[str, Form()],
    what: Annotated[str, Form()] = "text",
    text: Annotated[str, Form(max_length=MOST)] = "",
    sender: Annotated[str, Form(max_length=senders.LONGEST)] = SENDER,
) -> HTMLResponse:
    """Send the SMS. The code follows from the time: it is a game, and nothing opens with it."""
    intake: Intake = request.app.state.intake
    message_id = f"portal-{shell.clock():%Y%m%d%H%M%S%f}"
    sent = LOGIN_CODE.format(code=_code(message_id)) if what == "code" else text.strip()
    if not sent:
        raise Refused(422, "empty")
    if number not in await _numbers(shell):
        raise Refused(404, "no_such_number")
    await intake.portal_sms(number, sender.strip() or SENDER, sent, message_id)
    return await _show(request, shell, chosen=number, sent=sent, sender=sender.strip())


def _code(message_id: str) -> str:
    """Six digits that look like chance and never like a year."""
    return f"{(int(message_id[-9:]) * 7919 + 104729) % 900000 + 100000}"


async def _show(request: Request, shell: Desk, chosen: str = "", sent: str = "", sender: str = SENDER) -> HTMLResponse:
    numbers = await _numbers(shell)
    return page(
        request, "portal.html", numbers=numbers, chosen=chosen, sent=sent, sender=sender, longest=senders.LONGEST
    )


async def _numbers(shell: Shell) -> list[str]:
    now = shell.clock()
    return await shell.db.read(lambda session: active_numbers(session, now))
