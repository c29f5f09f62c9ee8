"""Masked calls: what Twilio asks while one is under way, and the page where a volunteer says that she takes calls."""

import logging
from collections.abc import Callable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.desk import calls
from api.desk.calls import Legs, Order
from api.errors import Refused
from api.events import QUEUE, case_topic
from api.inbound.intake import Intake
from api.numbers import pool
from api.routes.doors import Desk, Helping, Looking, go, page
from api.routes.webhooks import signed_form
from api.shell import Shell
from bot import twilio, voice
from bot.channel import ChannelError, Malformed
from bot.voice import TwilioVoice

router = APIRouter()
log = logging.getLogger("rafiqa.voice")
XML = "text/xml"
Typed = Annotated[str, Form(max_length=40)]
CallId = Annotated[int, Query(alias="call", ge=1, lt=2**63)]


async def place(shell: Shell, begin: Callable[[Any], Order]) -> None:
    """Begin a call, and have the line ring whoever of us asked for it; the worker is rung once she has answered.

    Raises what `begin` raises; Refused(404, "not_found") where there is no line, Refused(502, "call_failed").
    """
    line, now = shell.channels.voice, shell.clock()
    if line is None:
        raise Refused(404, "not_found")
    order = await shell.db.write(begin)
    try:
        await line.place(order.volunteer, order.id)
    except ChannelError as error:
        log.warning("a call could not be placed: %s", error)
        await shell.db.write(lambda session: calls.ended(session, order.id, "failed", 0, now))
        raise Refused(502, "call_failed") from None


@router.post("/cases/{reference}/call")
async def call(shell: Desk, viewer: Looking, reference: str, number: Typed) -> RedirectResponse:
    """Ring the volunteer, and then the worker."""
    now = shell.clock()
    await place(shell, lambda one: calls.begin(one, shell.vault, shell.library, viewer, reference, number, now))
    shell.events.changed(case_topic(reference))
    return go(f"/cases/{reference}?done=called")


@router.get("/calls")
async def my_calls(request: Request, shell: Desk, viewer: Helping) -> HTMLResponse:
    """Whether she takes calls."""
    now = shell.clock()
    shift = await shell.db.read(lambda session: calls.shift_of(session, shell.vault, viewer, now))
    return page(request, "calls.html", viewer, shift=shift, line=shell.channels.voice)


@router.post("/calls")
async def take_calls(shell: Desk, viewer: Helping, number: Typed, hours: Annotated[int, Form()]) -> RedirectResponse:
    """Take calls for some hours."""
    now = shell.clock()
    await shell.db.write(lambda session: calls.take_calls(session, shell.vault, viewer, number, hours, now))
    return go("/calls?done=on_call")


@router.post("/calls/stop")
async def take_no_calls(shell: Desk, viewer: Helping) -> RedirectResponse:
    """Take no more calls."""
    await shell.db.write(lambda session: calls.take_no_calls(session, viewer))
    return go("/calls?done=off_call")


@router.post("/webhooks/twilio/voice")
async def incoming(request: Request, shell: Desk) -> Response:
    """Somebody calls a number of ours: her volunteer is rung, or it is a missed call, and costs her nothing."""
    form = await signed_form(request)
    line = shell.channels.voice
    if isinstance(form, Response) or line is None:
        return form if isinstance(form, Response) else Response(status_code=404)
    try:
        caller = voice.parse_call(form)
    except Malformed as error:
        log.warning("a call that nobody understands: %s", error)
        return Response(voice.reject(), media_type=XML)
    now = shell.clock()
    order = None
    use = await shell.db.read(lambda session: pool.use_of(session, caller.to))
    if use == pool.CHANNEL:  # on a proxy number only portals call: nobody is rung, and nothing is answered
        order = await shell.db.write(lambda session: calls.incoming(session, shell.vault, caller.number, now))
        if order is None:
            intake: Intake = request.app.state.intake
            await intake.missed_call(caller.number, f"sms:{caller.to}")
    return Response(line.ring(order.volunteer, order.id) if order else voice.reject(), media_type=XML)


@router.post("/webhooks/twilio/voice/taken")
async def taken(request: Request, shell: Desk, call_id: CallId) -> Response:
    """The volunteer took the call: she is asked to press 1."""
    return await _while_it_lasts(request, shell, call_id, _ask)


@router.post("/webhooks/twilio/voice/connect")
async def connect(request: Request, shell: Desk, call_id: CallId) -> Response:
    """She pressed something: with 1, the two are connected."""
    return await _while_it_lasts(request, shell, call_id, _connect)


@router.post("/webhooks/twilio/voice/ended")
async def ended(request: Request, shell: Desk, call_id: CallId) -> Response:
    """The leg that was dialled is over."""
    return await _end(request, shell, call_id)


@router.post("/webhooks/twilio/voice/over")
async def over(request: Request, shell: Desk, call_id: CallId) -> Response:
    """The volunteer's own leg is over: where the worker was never dialled, that is how the call ended."""
    return await _end(request, shell, call_id, states=(calls.RINGING,))


def _ask(line: TwilioVoice, call_id: int, legs: Legs, _form: twilio.Form) -> str:
    return line.ask(call_id, legs.language)


def _connect(line: TwilioVoice, call_id: int, legs: Legs, form: twilio.Form) -> str:
    """A call that she made goes on to the worker; one that she took is joined by the end of this answer."""
    if not voice.pressed_one(form):
        return voice.hang_up()
    return line.connect(legs.worker, call_id) if legs.direction == "out" else voice.joined()


async def _while_it_lasts(
    request: Request, shell: Shell, call_id: int, answer: Callable[[TwilioVoice, int, Legs, twilio.Form], str]
) -> Response:
    """Answer what Twilio asks about a call; one that is over, or was never ours, is hung up."""
    form = await signed_form(request)
    line = shell.channels.voice
    if isinstance(form, Response) or line is None:
        return form if isinstance(form, Response) else Response(status_code=404)
    legs = await shell.db.read(lambda session: calls.legs(session, shell.vault, call_id))
    said = answer(line, call_id, legs, form) if legs else voice.hang_up()
    if legs and voice.pressed_one(form):
        await shell.db.write(lambda session: calls.connected(session, call_id))
    return Response(said, media_type=XML)


async def _end(request: Request, shell: Shell, call_id: int, states: Sequence[str] = calls.UNDER_WAY) -> Response:
    form = await signed_form(request)
    if isinstance(form, Response):
        return form
    try:
        report = voice.parse_end(form)
    except Malformed as error:
        log.warning("the end of a call that nobody understands: %s", error)
        return Response(voice.hang_up(), media_type=XML)
    now = shell.clock()
    reference = await shell.db.write(
        lambda session: calls.ended(session, call_id, report.outcome, report.seconds, now, states=states)
    )
    if reference:
        shell.events.changed(QUEUE, case_topic(reference))
    return Response(voice.hang_up(), media_type=XML)
