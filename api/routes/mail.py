"""Proxy e-mail: where a provider forwards messages to, and what a volunteer does with the address of a case."""

import logging
import secrets
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from api.errors import Refused
from api.events import INBOX, QUEUE, case_topic
from api.inbound.intake import Intake
from api.mail import aside, lending, reading, sorting
from api.numbers.proposals import Known
from api.routes.doors import Desk, Looking, go
from api.shell import Shell
from bot import mail
from bot.channel import Forged, Malformed
from flows.portal import Portal

router = APIRouter()
log = logging.getLogger("rafiqa.mail")
Typed = Annotated[str, Form(max_length=100)]
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
SHOWN_AS = frozenset(("application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp", "text/calendar"))
"""Types that a file is handed out under; every other goes as plain bytes. None is shown in the page."""
FILE_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
MOST = 100 * 1024 * 1024
"""Bytes after which nobody listens any longer: no provider carries such a message."""
ENVELOPE = "X-Envelope-To"
"""In which header whoever forwards a bare message may say to which address it was delivered."""


@router.post("/webhooks/mail")
async def forwarded(request: Request, shell: Desk) -> Response:
    """An e-mail that a provider forwards: bare, with our secret in Authorization, or in a form that Mailgun signed."""
    secret = shell.settings.mail_forward_secret
    if secret is None:
        return Response(status_code=404)
    kind, largest = request.headers.get("Content-Type", ""), shell.settings.mail_bytes
    in_form = kind.startswith(FORMS)
    if not in_form and not _knows(request, secret.get_secret_value()):
        return Response(status_code=403)
    body, size = await _read(request, 2 * largest if in_form else largest)
    if in_form and size:
        return Response(status_code=413)  # who sends it cannot be known
    envelope = request.headers.get(ENVELOPE, "")
    if in_form:
        fields = mail.read_form(kind, body)
        try:
            mail.verify_signed(fields, secret.get_secret_value())
        except Forged:
            return Response(status_code=403)
        envelope, body = fields.get("recipient", b"").decode("utf-8", "replace"), fields.get("body-mime", b"")
        size = len(body) if len(body) > largest else 0
    return await _take(request, body[: mail.HEAD] if size else body, size, envelope)


@router.post("/cases/{reference}/mail/lend")
async def lend(shell: Desk, viewer: Looking, reference: str, portal: Typed) -> RedirectResponse:
    """Lend an e-mail address for a portal."""
    now, known, domain, chance = (
        shell.clock(),
        _portal(shell, portal),
        shell.settings.mail_domain,
        secrets.token_bytes(16),
    )
    if not domain:
        raise Refused(404, "not_found")
    await shell.db.write(lambda session: lending.lend(session, viewer, reference, known, domain, chance, now))
    return _changed(shell, reference)


@router.post("/cases/{reference}/mail/expect")
async def expect(shell: Desk, viewer: Looking, reference: str, portal: Typed) -> RedirectResponse:
    """Wait for a login code by e-mail."""
    now, known = shell.clock(), _portal(shell, portal)
    await shell.db.write(lambda session: lending.expect(session, viewer, reference, known, now))
    return _changed(shell, reference)


@router.post("/cases/{reference}/mail/end")
async def end(shell: Desk, viewer: Looking, reference: str, portal: Typed) -> RedirectResponse:
    """Give an e-mail address back."""
    now = shell.clock()
    await shell.db.write(lambda session: lending.end_address(session, viewer, reference, portal, now))
    return _changed(shell, reference)


@router.post("/cases/{reference}/mail/{message_id}/wipe")
async def wipe(shell: Desk, viewer: Looking, reference: str, message_id: int) -> RedirectResponse:
    """Wipe a login code that was used."""
    now = shell.clock()
    await shell.db.write(lambda session: reading.wipe_code(session, viewer, message_id, now))
    return _changed(shell, reference)


@router.post("/cases/{reference}/mail/{message_id}/back")
async def give_back(shell: Desk, viewer: Looking, reference: str, message_id: int) -> RedirectResponse:
    """An e-mail is not for this case: back into the inbox."""
    now, known = shell.clock(), _known(shell)
    had = await shell.db.write(lambda session: sorting.give_back(session, known, viewer, message_id, now))
    return _sorted(shell, f"/cases/{had}#mail", had)


@router.get("/cases/{reference}/mail/files/{file_id}")
async def open_file(shell: Desk, viewer: Looking, reference: str, file_id: int) -> Response:
    """A file that came by e-mail, to be saved: opened in memory, kept nowhere."""
    now = shell.clock()
    file = await shell.db.write(
        lambda session: reading.open_file(session, shell.vault, viewer, reference, file_id, now)
    )
    named = f"attachment; filename*=utf-8''{quote(file.name or 'file', safe='')}"
    kind = file.kind if file.kind in SHOWN_AS else "application/octet-stream"
    return Response(file.content, media_type=kind, headers={**FILE_HEADERS, "Content-Disposition": named})


@router.post("/inbox/mail/{mail_id}/assign")
async def assign(shell: Desk, viewer: Looking, mail_id: int, reference: Typed) -> RedirectResponse:
    """Say whose an e-mail is that came to no case's address."""
    now, chosen = shell.clock(), reference.strip().upper()
    known = _known(shell)
    await shell.db.write(lambda session: sorting.assign(session, known, viewer, mail_id, chosen, now))
    return _sorted(shell, "/inbox?done=assigned", chosen)


@router.post("/inbox/mail/{mail_id}/nobody")
async def nobody(shell: Desk, viewer: Looking, mail_id: int) -> RedirectResponse:
    """Say that an e-mail is for none of our cases."""
    now = shell.clock()
    await shell.db.write(lambda session: sorting.nobodys(session, viewer, mail_id, now))
    return _sorted(shell, "/inbox?done=put_aside")


@router.post("/inbox/mail/{mail_id}/back")
async def bring_back(shell: Desk, viewer: Looking, mail_id: int) -> RedirectResponse:
    """Take that back."""
    now = shell.clock()
    await shell.db.write(lambda session: sorting.bring_back(session, viewer, mail_id, now))
    return _sorted(shell, "/inbox")


@router.post("/inbox/mail/{mail_id}/apart")
async def put_aside(shell: Desk, viewer: Looking, mail_id: int, reference: Typed) -> RedirectResponse:
    """Say that an e-mail is not for a case."""
    now, known, chosen = shell.clock(), _known(shell), reference.strip().upper()
    await shell.db.write(lambda session: aside.put_aside(session, known, viewer, mail_id, chosen, now))
    return _sorted(shell, "/inbox?done=put_aside")


@router.post("/inbox/mail/{mail_id}/together")
async def take_back(shell: Desk, viewer: Looking, mail_id: int, reference: Typed) -> RedirectResponse:
    """Take that back."""
    now, chosen = shell.clock(), reference.strip().upper()
    await shell.db.write(lambda session: aside.take_back(session, viewer, mail_id, chosen, now))
    return _sorted(shell, "/inbox")


def _known(shell: Shell) -> Known:
    return Known(shell.vault, shell.library, shell.portals, shell.settings.zone)


def _sorted(shell: Shell, path: str, *references: str) -> RedirectResponse:
    shell.events.changed(INBOX, QUEUE, *map(case_topic, references))
    return go(path)


def _knows(request: Request, secret: str) -> bool:
    try:
        mail.verify(request.headers.get("Authorization"), secret)
    except Forged:
        return False
    return True


async def _read(request: Request, largest: int) -> tuple[bytes, int]:
    """The body, and 0; of one with more than `largest` bytes what came first, and how many it has at least."""
    parts, size = bytearray(), 0
    async for part in request.stream():
        size += len(part)
        parts += part[: max(0, largest - len(parts))]
        if size > MOST:
            break
    return bytes(parts), size if size > largest else 0


async def _take(request: Request, raw: bytes, size: int, envelope: str) -> Response:
    """Store a message. The provider hears a 2xx also for what nobody understands: it would only bounce it."""
    intake: Intake = request.app.state.intake
    try:
        await intake.mail(mail.parse(raw, size=size, envelope=envelope))
    except Malformed as error:
        log.warning("an e-mail that nobody understands: %s", error)
    except Exception as error:
        log.error("an e-mail could not be stored: %s", type(error).__name__)
        return Response(status_code=503)
    return Response()


def _portal(shell: Shell, name: str) -> Portal:
    if name not in shell.portals:
        raise Refused(422, "unknown_portal")
    return shell.portals[name]


def _changed(shell: Shell, reference: str) -> RedirectResponse:
    """Tell open pages, and go back to the case."""
    shell.events.changed(QUEUE, case_topic(reference))
    return go(f"/cases/{reference}#mail")
