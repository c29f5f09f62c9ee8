"""Where providers knock: verify, parse, hand to the inbox, and answer only when it is committed."""

import logging
from collections.abc import Awaitable, Callable

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope

from api.inbound.intake import Intake
from api.routes import gateways
from api.routes.bodies import body, body_of, header
from bot import telegram, twilio, whatsapp
from bot.channel import Forged, Malformed
from bot.telegram import Telegram

log = logging.getLogger("rafiqa.webhooks")
TAKEN, FAILED, FORBIDDEN, TOO_LARGE, OFF = 200, 503, 403, 413, 404
TELEGRAM_SECRET = b"x-telegram-bot-api-secret-token"
"""The header in which Telegram says what we agreed upon with it."""
_TAKEN = Response()

Door = Callable[[Intake, Scope, Receive], Awaitable[Response]]
"""What answers a provider; only Telegram's, the busiest, does without a request object."""


async def telegram_update(intake: Intake, scope: Scope, receive: Receive) -> Response:
    """One update of the bot. Telegram repeats it until it gets a 2xx."""
    channel = _telegram(intake, header(scope, TELEGRAM_SECRET))
    if not isinstance(channel, Telegram):
        return Response(status_code=channel)
    update = await body(scope, receive)
    if update is None:
        return Response(status_code=TOO_LARGE)
    callback = await intake.telegram_update(channel, update)
    return Response(background=BackgroundTask(channel.answer, callback)) if callback else _TAKEN


async def take_update(intake: Intake, secret: str, update: bytes) -> tuple[int, Awaitable[None] | None]:
    """The same for `api.entrance`, of an update that was posted with this secret.

    Gives the status to answer, and what is to be done once it is answered.
    """
    channel = _telegram(intake, secret)
    if not isinstance(channel, Telegram):
        return channel, None
    try:
        callback = await intake.telegram_update(channel, update)
    except Exception as error:
        return _failed(error), None
    return TAKEN, channel.answer(callback) if callback else None


def _telegram(intake: Intake, secret: str) -> Telegram | int:
    """Telegram, if it is on and this is its secret; else the status with which the door stays closed."""
    channel, ours = intake.shell.channels.telegram, intake.shell.settings.telegram_secret
    if channel is None or ours is None:
        return OFF
    try:
        telegram.verify(secret, ours.get_secret_value())
    except Forged:
        return FORBIDDEN
    return channel


async def twilio_sms(request: Request) -> Response:
    """One SMS to a number of ours: to a channel, or to a proxy number; `To` decides."""
    form = await signed_form(request)
    if isinstance(form, Response):
        return form
    intake: Intake = request.app.state.intake
    try:
        message = whatsapp.parse(form) if whatsapp.is_for(form) else twilio.parse_sms(form)
    except Malformed as error:
        log.warning("an SMS that nobody understands: %s", error)
    else:
        await intake.sms(message)
    return Response(twilio.EMPTY_ANSWER, media_type="text/xml")


async def twilio_status(request: Request) -> Response:
    """What became of an SMS that we sent."""
    form = await signed_form(request)
    if isinstance(form, Response):
        return form
    intake: Intake = request.app.state.intake
    reply_id = request.query_params.get("reply", "")
    try:
        report = twilio.parse_status(form)
    except Malformed as error:
        log.warning("a delivery report that nobody understands: %s", error)
        return Response()
    if reply_id.isdecimal() and len(reply_id) < 19:
        await intake.report(int(reply_id), report)
    return Response()


async def signed_form(request: Request) -> twilio.Form | Response:
    """The form of a request that Twilio signed, or the answer that it gets instead."""
    intake: Intake = request.app.state.intake
    settings = intake.shell.settings
    if intake.shell.channels.sms is None or settings.twilio_auth_token is None:
        return Response(status_code=OFF)
    body = await body_of(request)
    if body is None:
        return Response(status_code=TOO_LARGE)
    form = twilio.read(body)
    # Twilio signs the public address, which only the settings know: behind a proxy the request shows another.
    url = settings.base_url.rstrip("/") + request.url.path + (f"?{request.url.query}" if request.url.query else "")
    try:
        token = settings.twilio_auth_token.get_secret_value()
        twilio.verify(url, form, request.headers.get("X-Twilio-Signature"), token)
    except Forged:
        return Response(status_code=FORBIDDEN)
    return form


def _with_request(door: Callable[[Request], Awaitable[Response]]) -> Door:
    return lambda _, scope, receive: door(Request(scope, receive))


_BY_REQUEST = {
    "/webhooks/twilio/sms": twilio_sms,
    "/webhooks/twilio/status": twilio_status,
    **gateways.DOORS,
}
DOORS: dict[str, Door] = {
    "/webhooks/telegram": telegram_update,
    **{path: _with_request(door) for path, door in _BY_REQUEST.items()},
}
"""By path. `api.app` opens them before FastAPI: its routing costs a message more than the engine does."""


async def answer(intake: Intake, scope: Scope, receive: Receive) -> Response:
    """Answer a provider at its door. When we fail it hears a 503 and tries again; the log names no content."""
    try:
        return await DOORS[scope["path"]](intake, scope, receive)
    except Exception as error:
        return Response(status_code=_failed(error))


def _failed(error: Exception) -> int:
    log.error("a message could not be stored: %s", type(error).__name__)
    return FAILED
