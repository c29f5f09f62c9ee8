"""Where telephones with SIMs knock: verify, read, take in, and answer only when it is committed.

What is forged gets a 403 (the password of cht-gateway a 401, as its app expects) and changes nothing. What cannot be
read gets a 400 with a reason: the telephone keeps it, and tries again. What we do not need gets a 200, or it would be
repeated for days.
"""

import logging
import re
from collections.abc import Awaitable, Callable

from fastapi import APIRouter
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from api.inbound import phones
from api.inbound.intake import Intake
from api.routes.bodies import LARGEST, body_of
from bot import cht, httpsms, smsgate
from bot.channel import Forged, Malformed
from bot.gateway import Heard, event_name

router = APIRouter()
log = logging.getLogger("rafiqa.gateways")
OFF, TOO_LARGE, FORBIDDEN, UNKNOWN, MALFORMED = 404, 413, 403, 401, 400
JSON = "application/json"
DEVICE = re.compile(r"[A-Za-z0-9_-]{1,40}")
"""How a telephone with cht-gateway may be called in its address."""


async def smsgate_event(request: Request) -> Response:
    """One event of SMSGate: an SMS, what became of one, or a sign of life."""
    intake: Intake = request.app.state.intake
    headers, now = request.headers, intake.shell.clock()

    def verify(body: bytes, key: str) -> None:
        smsgate.verify(body, headers.get("X-Timestamp"), headers.get("X-Signature"), key, now)

    return await _event(request, intake.shell.settings.smsgate_signing_key, verify, smsgate.parse)


async def httpsms_event(request: Request) -> Response:
    """One event of httpSMS: an SMS, what became of one, a missed call, or a sign of life."""
    intake: Intake = request.app.state.intake
    # The token names the address that was registered, which only the settings know.
    url = intake.shell.settings.base_url.rstrip("/") + request.url.path
    now = intake.shell.clock()

    def verify(_body: bytes, key: str) -> None:
        httpsms.verify(request.headers.get("Authorization"), key, url, now)

    return await _event(request, intake.shell.settings.httpsms_signing_key, verify, httpsms.parse)


async def cht_poll(request: Request) -> Response:
    """One poll of cht-gateway: what came in and what became of replies; the answer is what there is to send."""
    intake: Intake = request.app.state.intake
    refused = _stranger(request, intake)
    if refused:
        return refused
    device = request.query_params.get("phone", cht.DEVICE)
    body = await body_of(request)
    if body is None:
        return Response(status_code=TOO_LARGE)
    try:
        if not DEVICE.fullmatch(device):
            raise Malformed("phone: letters, digits, - and _")
        if request.headers.get("Content-Encoding", "").lower() == "gzip":
            body = cht.unzip(body, LARGEST)
        poll = cht.parse(body, device)
    except Malformed as error:
        log.warning("a poll that nobody understands: %s", error)
        return Response(cht.complaint(str(error)), MALFORMED, media_type=JSON)
    return Response(cht.answer(await phones.cht_poll(intake, poll, device)), media_type=JSON)


@router.get("/webhooks/cht")
async def cht_ready(request: Request) -> Response:
    """What the app asks when somebody types in our address."""
    intake: Intake = request.app.state.intake
    return _stranger(request, intake) or Response(cht.READY, media_type=JSON)


async def _event(
    request: Request,
    key: SecretStr | None,
    verify: Callable[[bytes, str], None],
    parse: Callable[[bytes], tuple[str, Heard]],
) -> Response:
    if key is None:
        return Response(status_code=OFF)
    body = await body_of(request)
    if body is None:
        return Response(status_code=TOO_LARGE)
    try:
        verify(body, key.get_secret_value())
        name, heard = parse(body)
    except Forged:
        return Response(status_code=FORBIDDEN)
    except Malformed as error:
        log.warning("an event that nobody understands: %s", error)
        return PlainTextResponse(str(error), MALFORMED)
    if heard is None:
        log.info("an event that nobody needs: %s", event_name(name))
    await phones.hear(request.app.state.intake, heard)
    return Response()


def _stranger(request: Request, intake: Intake) -> Response | None:
    """The answer to one who has not the telephone's password; None for one who has."""
    settings = intake.shell.settings
    if settings.cht_password is None:
        return Response(status_code=OFF)
    try:
        cht.verify(request.headers.get("Authorization"), settings.cht_user, settings.cht_password.get_secret_value())
    except Forged:
        return Response(status_code=UNKNOWN, headers={"WWW-Authenticate": 'Basic realm="rafiqa"'})
    return None


DOORS: dict[str, Callable[[Request], Awaitable[Response]]] = {
    "/webhooks/smsgate": smsgate_event,
    "/webhooks/httpsms": httpsms_event,
    "/webhooks/cht": cht_poll,
}
"""By path, for `api.routes.webhooks`."""
