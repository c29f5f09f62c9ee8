"""What portals sent: the inbox of what found no case, and what is done with a message in its case."""

from collections.abc import AsyncIterator
from datetime import date, datetime, time
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.console.names import MESSAGES, SPEAKS_FOR
from api.desk import afterwards
from api.errors import Refused
from api.events import INBOX, QUEUE, case_topic
from api.mail import sorting
from api.numbers import answering, appointments, aside, proxies, senders, strange, unmatched
from api.numbers.appointments import Corrected
from api.numbers.proposals import Known
from api.routes.doors import Coordinating, Desk, Looking, LookingOn, go, page
from api.routes.live import changes
from api.shell import Shell
from api.staff.people import Viewer

router = APIRouter()
Typed = Annotated[str, Form(max_length=appointments.LONGEST)]


@router.get("/inbox")
async def the_inbox(request: Request, shell: Desk, viewer: Looking) -> HTMLResponse:
    """The portal messages that found no case, and whose each may be."""
    return await _inbox(request, shell, viewer, "inbox.html")


@router.get("/inbox/live")
async def the_inbox_again(request: Request, shell: Desk, viewer: LookingOn) -> HTMLResponse:
    """The part of it that changes by itself."""
    return await _inbox(request, shell, viewer, "inbox_live.html")


@router.get("/inbox/events", response_class=EventSourceResponse)
async def inbox_changes(shell: Desk, viewer: LookingOn) -> AsyncIterator[ServerSentEvent]:
    """Say `changed` whenever a message came, or found its case."""
    async for change in changes(shell.events, INBOX):
        yield change


@router.post("/inbox/{message_id}/assign")
async def assign(shell: Desk, viewer: Looking, message_id: int, reference: Typed) -> RedirectResponse:
    """Say whose a message is."""
    now, chosen = shell.clock(), reference.strip().upper()
    known = _known(shell)
    await shell.db.write(lambda session: unmatched.assign(session, known, viewer, message_id, chosen, now))
    return _changed(shell, "/inbox?done=assigned", chosen)


@router.post("/inbox/{message_id}/nobody")
async def nobody(shell: Desk, viewer: Looking, message_id: int) -> RedirectResponse:
    """Say that a message is for none of our cases."""
    now = shell.clock()
    await shell.db.write(lambda session: aside.nobodys(session, viewer, message_id, now))
    return _changed(shell, "/inbox?done=put_aside")


@router.post("/inbox/{message_id}/back")
async def bring_back(shell: Desk, viewer: Looking, message_id: int) -> RedirectResponse:
    """Take that back."""
    now = shell.clock()
    await shell.db.write(lambda session: aside.bring_back(session, viewer, message_id, now))
    return _changed(shell, "/inbox")


@router.post("/inbox/{message_id}/apart")
async def put_aside(shell: Desk, viewer: Looking, message_id: int, reference: Typed) -> RedirectResponse:
    """Say that a message is not for a case."""
    now, known, chosen = shell.clock(), _known(shell), reference.strip().upper()
    await shell.db.write(lambda session: aside.put_aside(session, known, viewer, message_id, chosen, now))
    return _changed(shell, "/inbox?done=put_aside")


@router.post("/inbox/{message_id}/together")
async def take_back(shell: Desk, viewer: Looking, message_id: int, reference: Typed) -> RedirectResponse:
    """Take that back."""
    now, chosen = shell.clock(), reference.strip().upper()
    await shell.db.write(lambda session: aside.take_back(session, viewer, message_id, chosen, now))
    return _changed(shell, "/inbox")


@router.post("/inbox/{message_id}/sender")
async def accept_sender(shell: Desk, viewer: Coordinating, message_id: int, portal: Typed) -> RedirectResponse:
    """Say that whoever sent a message is a portal."""
    now, known = shell.clock(), _known(shell)
    await shell.db.write(lambda session: aside.accept_sender(session, known, viewer, message_id, portal, now))
    return _changed(shell, "/inbox?done=sender")


@router.post("/inbox/senders/drop")
async def drop_sender(shell: Desk, viewer: Coordinating, portal: Typed, sender: Typed) -> RedirectResponse:
    """Accept a sender no more."""
    now = shell.clock()
    await shell.db.write(lambda session: senders.drop(session, viewer, portal, sender, now))
    return _changed(shell, "/inbox")


@router.post("/cases/{reference}/codes/{message_id}/show")
async def show_code(shell: Desk, viewer: Looking, reference: str, message_id: int) -> RedirectResponse:
    """Show a login code that another one waits for."""
    now = shell.clock()
    await shell.db.write(lambda session: proxies.show_code(session, viewer, message_id, now))
    return _changed(shell, f"/cases/{reference}", reference)


@router.post("/cases/{reference}/codes/{message_id}/take")
async def take_code(shell: Desk, viewer: Looking, reference: str, message_id: int) -> RedirectResponse:
    """A login code from an unknown sender is the one that this case waits for."""
    now, known = shell.clock(), _known(shell)
    await shell.db.write(lambda session: strange.take(session, known, viewer, reference, message_id, now))
    return _changed(shell, f"/cases/{reference}", reference)


@router.post("/cases/{reference}/messages/{message_id}/back")
async def give_back(shell: Desk, viewer: Looking, reference: str, message_id: int) -> RedirectResponse:
    """It is not for this case: back into the inbox."""
    now, known = shell.clock(), _known(shell)
    had = await shell.db.write(lambda session: unmatched.give_back(session, known, viewer, message_id, now))
    return _changed(shell, f"/cases/{had}", had)


@router.post("/cases/{reference}/messages/{message_id}/appointment")
async def confirm_appointment(
    shell: Desk,
    viewer: Looking,
    reference: str,
    message_id: int,
    day: Typed,
    at: Typed = "",
    place: Typed = "",
    security_code: Typed = "",
) -> RedirectResponse:
    """Keep what a message says as an appointment, as she corrected it."""
    now, said = shell.clock(), corrected(shell, day, at, place, security_code)
    kept = await shell.db.write(
        lambda session: afterwards.confirm_appointment(
            session, shell.vault, shell.library, viewer, message_id, said, now
        )
    )
    return _changed(shell, f"/cases/{kept.reference}?done=appointment#told", kept.reference)


@router.post("/cases/{reference}/appointments")
async def add_appointment(
    shell: Desk,
    viewer: Looking,
    reference: str,
    day: Typed,
    at: Typed = "",
    place: Typed = "",
    security_code: Typed = "",
    portal: Typed = "",
) -> RedirectResponse:
    """Keep an appointment that she read elsewhere."""
    now, said = shell.clock(), corrected(shell, day, at, place, security_code)
    await shell.db.write(
        lambda session: afterwards.add_appointment(
            session, shell.vault, shell.library, viewer, reference, portal, said, now
        )
    )
    return _changed(shell, f"/cases/{reference}?done=appointment#told", reference)


@router.post("/cases/{reference}/messages/{message_id}/answer")
async def answer_portal(
    shell: Desk, viewer: Looking, reference: str, message_id: int, answer: Typed
) -> RedirectResponse:
    """Send the portal's `yes` or `no` from the number it wrote to, or note that she did so `by_hand`."""
    now = shell.clock()
    if answer not in ("yes", "no", "by_hand"):
        raise Refused(422, "incomplete")
    if answer == "by_hand":
        of = await shell.db.write(lambda session: answering.answered_by_hand(session, viewer, message_id, now))
    else:
        of = await shell.db.write(
            lambda session: answering.answer_portal(
                session, shell.vault, shell.portals, viewer, message_id, answer == "yes", now, shell.sending
            )
        )
    return _changed(shell, f"/cases/{of}?done=answered", of)


def corrected(shell: Shell, day: str, at: str, place: str, security_code: str) -> Corrected:
    """What was typed in, in the deployment's zone; without a time only the day. Refused(422, "incomplete")."""
    try:
        moment = datetime.combine(
            date.fromisoformat(day), time.fromisoformat(at) if at else time(), shell.settings.zone
        )
    except ValueError:
        raise Refused(422, "incomplete") from None
    return Corrected(moment, bool(at), place, security_code)


def _known(shell: Shell) -> Known:
    return Known(shell.vault, shell.library, shell.portals, shell.settings.zone)


def _changed(shell: Shell, path: str, *references: str) -> RedirectResponse:
    shell.events.changed(INBOX, QUEUE, *map(case_topic, references))
    return go(path)


async def _inbox(request: Request, shell: Shell, viewer: Viewer, template: str) -> HTMLResponse:
    now, known = shell.clock(), _known(shell)
    found = await shell.db.write(lambda session: unmatched.inbox(session, known, viewer, now))
    mails = await shell.db.write(lambda session: sorting.strays(session, known, viewer, now))
    return page(
        request,
        template,
        viewer,
        messages=[one for one in found.messages if not one.settled and (one.proposed or viewer.coordinator)],
        aside=[one for one in found.messages if one.settled],
        put_aside=[one for one in found.messages if one.apart and not (one.proposed or viewer.coordinator)],
        senders=await shell.db.read(lambda session: senders.accepted(session, viewer)) if viewer.coordinator else (),
        mails=[one for one in mails if not one.settled and (one.proposed or viewer.coordinator)],
        mails_put_aside=[one for one in mails if one.apart and not (one.proposed or viewer.coordinator)],
        mails_aside=[one for one in mails if one.settled],
        others=found.others,
        portals=shell.portals,
        message_kinds=MESSAGES,
        reasons=SPEAKS_FOR,
        days=unmatched.KEPT.days,
    )
