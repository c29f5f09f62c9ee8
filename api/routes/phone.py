"""The phone simulator: a page that looks like a phone. What is written on it is taken in like any message."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.errors import Refused
from api.inbound.intake import Intake
from api.routes.doors import Desk, go, page
from api.routes.live import CHANGED
from bot.layout import Button, chat
from bot.phone import Phone, Shown
from flows.model import Manner
from flows.segments import count

router = APIRouter(prefix="/phone")
LAST_PHONE = 4
MOST = 1600
"""Characters of one text: what Twilio takes in one SMS."""
WAIT = 1.0
"""Seconds between two looks at whether the server stops."""

Number = Annotated[int, Path(ge=1, le=LAST_PHONE)]


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message as the phone shows it; `segments` and `encoding` only for an SMS that we pay for."""

    text: str
    mine: bool
    rows: Sequence[Sequence[Button]] = ()
    segments: int = 0
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """The phone that is held: which of them, how it writes, and to whom."""

    number: int
    manner: Manner
    contact: str
    bubbles: tuple[Bubble, ...]


def address_of(number: int) -> str:
    """The address of a simulated phone: a number of Lebanon that nobody has."""
    return f"+96100000{number:03}"


def the_phone(shell: Desk, manner: Manner) -> Phone:
    """The simulator's channel of one manner; without a simulator there is no such page."""
    if found := shell.channels.phones.get(f"phone:{manner}"):
        return found
    raise Refused(404, "not_found")


Simulated = Annotated[Phone, Depends(the_phone)]


@router.get("")
async def first() -> RedirectResponse:
    """The first phone, chatting."""
    return go("/phone/1/chat")


@router.get("/{number}/{manner}")
async def hold(request: Request, shell: Desk, phone: Simulated, number: Number) -> HTMLResponse:
    """A phone, with what is on its screen."""
    return page(request, "phone.html", phone=_held(phone, number, shell.library.desk.name))


@router.get("/{number}/{manner}/live")
async def look_again(request: Request, shell: Desk, phone: Simulated, number: Number) -> HTMLResponse:
    """What is on the screen now, without the page around it."""
    return page(request, "phone_live.html", phone=_held(phone, number, shell.library.desk.name))


@router.get("/{number}/{manner}/events", response_class=EventSourceResponse)
async def changes(shell: Desk, phone: Simulated, number: Number) -> AsyncIterator[ServerSentEvent]:
    """Say `changed` whenever the screen did, until the page goes away or the server stops."""
    version, _ = phone.screen(address_of(number))
    while not shell.events.closed:
        if await phone.wait(address_of(number), version, WAIT):
            version, _ = phone.screen(address_of(number))
            yield CHANGED


@router.post("/{number}/{manner}")
async def write(
    request: Request,
    shell: Desk,
    phone: Simulated,
    manner: Manner,
    number: Number,
    text: Annotated[str, Form(max_length=MOST)] = "",
    button: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Send what was written or pressed, by the one way that every message takes."""
    intake: Intake = request.app.state.intake
    if text.strip() or button:
        message_id = f"{shell.clock():%Y%m%d%H%M%S%f}"
        label = _label(phone, number, button)
        await intake.message(phone.hear(address_of(number), message_id, text=text, button=button, label=label))
    return go(f"/phone/{number}/{manner}")


def _label(phone: Phone, number: int, button: str) -> str:
    """The words on the button that was pressed, as far as it is still on the screen."""
    _, shown = phone.screen(address_of(number))
    labels = {data: label for one in shown for row in chat(one.reply)[1] for label, data in row}
    return labels.get(button, button)


def _held(phone: Phone, number: int, contact: str) -> Held:
    _, shown = phone.screen(address_of(number))
    bubbles = tuple(_bubble(phone.manner, one, newest=place == 0) for place, one in enumerate(shown))
    return Held(number, phone.manner, contact, bubbles[::-1])


def _bubble(manner: Manner, shown: Shown, *, newest: bool) -> Bubble:
    """Buttons stay only under the newest message: an older question is not asked any more."""
    if manner == "sms":
        cost = count(shown.reply.text)
        return Bubble(shown.reply.text, shown.hers, (), 0 if shown.hers else cost.segments, cost.encoding)
    text, rows = chat(shown.reply)
    return Bubble(text, shown.hers, rows if newest else ())
