"""The desk of a volunteer: the queue, a case, and all that she does in it."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from math import ceil
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api import clock
from api.console.board import board
from api.console.names import CALLS, ESCALATIONS, LIKENESS, MEDIA, MESSAGES, NOTICES, REASONS, SKILLS, VIA
from api.console.next_step import next_step
from api.console.plans import FOLLOWED, STATES, follow_up_titles, titles_of
from api.console.portal_form import portal_form
from api.console.shown import as_written, facts, headline, offered, service_title, still_open
from api.desk import afterwards, caseview, conversation, idle, likeness, nameless, phrases, queue, training
from api.desk.caseview import CaseView
from api.desk.intakes import day_began
from api.events import INBOX, QUEUE, case_topic
from api.going import offers, outings
from api.inbound import unhandled
from api.numbers import answering, health, proxies, waiting
from api.numbers.standing import standing_of
from api.numbers.strange import strange_code
from api.numbers.turns import TURN
from api.routes.beside import beside
from api.routes.doors import Desk, Helping, Looking, LookingOn, go, language_of, page
from api.routes.live import changes
from api.shell import Shell
from api.staff import access, people
from api.staff.people import Viewer
from flows.training import versions

router = APIRouter()
Typed = Annotated[str, Form()]
NAMES: dict[str, Any] = {"reasons": REASONS, "media": MEDIA, "calls": CALLS, "notices": NOTICES, "via": VIA}
"""What the codes in a case are called."""
SOON = 3
"""Seconds that a countdown begins with at least: the page looks again when it ends."""


@router.get("/")
async def home() -> RedirectResponse:
    """The queue is where everything begins."""
    return go("/queue")


@router.get("/queue")
async def the_queue(request: Request, shell: Desk, viewer: Looking) -> HTMLResponse:
    """What to do next, and all that waits."""
    return await _queue(request, shell, viewer, "queue.html")


@router.get("/queue/live")
async def the_queue_again(request: Request, shell: Desk, viewer: LookingOn) -> HTMLResponse:
    """The part of the queue that changes by itself."""
    return await _queue(request, shell, viewer, "queue_live.html")


@router.get("/queue/events", response_class=EventSourceResponse)
async def queue_changes(shell: Desk, viewer: LookingOn) -> AsyncIterator[ServerSentEvent]:
    """Say `changed` whenever a case was opened, taken or changed."""
    async for change in changes(shell.events, QUEUE):
        yield change


@router.post("/queue/next")
async def take_next(shell: Desk, viewer: Helping) -> RedirectResponse:
    """Take the case that waits most urgently; the queue again when somebody just took the last one."""
    now, quizzes = shell.clock(), versions(shell.library)
    reference = await shell.db.write(lambda session: queue.next_case(session, viewer, now, quizzes))
    return _changed(shell, reference) if reference else go("/queue")


@router.post("/cases/{reference}/claim")
async def claim(shell: Desk, viewer: Looking, reference: str) -> RedirectResponse:
    """Take a case."""
    now, quizzes = shell.clock(), versions(shell.library)
    await shell.db.write(lambda session: queue.claim(session, viewer, reference, now, quizzes))
    return _changed(shell, reference)


@router.post("/cases/{reference}/release")
async def release(shell: Desk, viewer: Looking, reference: str) -> RedirectResponse:
    """Put a case back into the queue."""
    now = shell.clock()
    await shell.db.write(lambda session: queue.release(session, viewer, reference, now))
    return _changed(shell, reference, "/queue?done=released")


@router.post("/cases/{reference}/close")
async def close(shell: Desk, viewer: Looking, reference: str, reason: Typed) -> RedirectResponse:
    """Close a case."""
    now = shell.clock()
    await shell.db.write(
        lambda session: afterwards.close(session, shell.vault, shell.library, viewer, reference, reason, now)
    )
    return _changed(shell, reference, "/queue?done=closed")


@router.post("/cases/{reference}/reopen")
async def reopen(shell: Desk, viewer: Looking, reference: str) -> RedirectResponse:
    """Take a closed case up again."""
    now = shell.clock()
    await shell.db.write(lambda session: queue.reopen(session, viewer, reference, now))
    return _changed(shell, reference)


@router.get("/cases/{reference}")
async def the_case(request: Request, shell: Desk, viewer: Looking, reference: str) -> HTMLResponse:
    """A case: the answers, the number that is lent, the conversation, and what can be done."""
    return await _case(request, shell, viewer, reference, "case.html")


@router.post("/cases/{reference}/names")
async def the_case_with_names(
    request: Request, shell: Desk, viewer: Looking, reference: str, at: Typed = ""
) -> HTMLResponse:
    """The same with names, numbers and health: that she asked for them is written down. `at` is where she asked."""
    return await _case(request, shell, viewer, reference, "case.html", named=True, at=at)


@router.get("/cases/{reference}/live")
async def the_case_again(request: Request, shell: Desk, viewer: LookingOn, reference: str) -> HTMLResponse:
    """The parts of a case that change by themselves."""
    return await _case(request, shell, viewer, reference, "case_live.html")


async def the_reader(shell: Desk, viewer: LookingOn, reference: str) -> None:
    """Lets only who may read the case listen, before the stream begins: even when it changes tells something."""
    await shell.db.read(lambda session: access.refuse_strangers(session, viewer, reference))


@router.get("/cases/{reference}/events", response_class=EventSourceResponse, dependencies=[Depends(the_reader)])
async def case_changes(shell: Desk, reference: str) -> AsyncIterator[ServerSentEvent]:
    """Say `changed` whenever something in the case did, and nothing more."""
    async for change in changes(shell.events, case_topic(reference), INBOX):
        yield change


@router.post("/cases/{reference}/codes/{message_id}/wipe")
async def wipe_code(shell: Desk, viewer: Looking, reference: str, message_id: int) -> RedirectResponse:
    """Wipe a login code that was used."""
    now = shell.clock()
    await shell.db.write(lambda session: proxies.wipe_code(session, viewer, message_id, now))
    return _changed(shell, reference)


@router.post("/cases/{reference}/write")
async def write(shell: Desk, viewer: Looking, reference: str, text: Typed) -> RedirectResponse:
    """Write to the worker, through the bot."""
    now, ways = shell.clock(), shell.ways
    send_after = await shell.db.write(
        lambda session: conversation.write(session, shell.vault, viewer, reference, text, ways, now)
    )
    return _changed(shell, reference, f"/cases/{reference}?done={'written' if send_after <= now else 'later'}")


@router.post("/cases/{reference}/note")
async def note(
    request: Request, shell: Desk, viewer: Looking, reference: str, text: Typed, sure: Typed = ""
) -> Response:
    """Keep a note for the team; ask once more where it should name nobody and does."""
    now, known = shell.clock(), (shell.vault, shell.library, viewer, reference, text)
    if not sure and await shell.db.read(lambda session: nameless.asks_first(session, *known)):
        return page(request, "note_asked.html", viewer, reference=reference, text=text)
    await shell.db.write(lambda session: conversation.note(session, shell.vault, viewer, reference, text, now))
    return _changed(shell, reference, f"/cases/{reference}?done=noted")


def _changed(shell: Shell, reference: str, path: str = "") -> RedirectResponse:
    """Tell open pages, and go to a page: the case, if no other is named."""
    shell.events.changed(QUEUE, case_topic(reference))
    return go(path or f"/cases/{reference}")


async def _queue(request: Request, shell: Shell, viewer: Viewer, template: str) -> HTMLResponse:
    now = shell.clock()
    entries = await shell.db.read(lambda session: queue.queue(session, viewer, now, idle.staying(shell.library)))
    failed = await shell.db.read(unhandled.waiting) if viewer.coordinator else 0
    alarms = await shell.db.read(health.alarm_count) if viewer.coordinator else 0
    lines = await shell.db.read(lambda session: waiting.line(session, shell.portals, now))
    rows = board(shell.library, entries, language_of(request, viewer), request.query_params.get("only", ""))
    return page(
        request,
        template,
        viewer,
        board=rows,
        unhandled=failed,
        alarms=alarms,
        leapt=viewer.coordinator and await shell.db.read(clock.doubted_since),
        lines=lines,
        lacking=await shell.db.read(access.lacks_coordinators),
        untrained=await _untrained(request, shell, viewer),
    )


async def _untrained(request: Request, shell: Shell, viewer: Viewer) -> list[tuple[str, str]]:
    """The services that are on and whose quiz she has still to pass, with their names in her language."""
    quizzes, reader, allowed = versions(shell.library), language_of(request, viewer), shell.offering.allowed
    lacking = await shell.db.read(lambda session: training.untrained(session, viewer, quizzes))
    needed = [] if viewer.trainee else [one for one in lacking if allowed is None or allowed.get(one)]
    return [(one, service_title(shell.library, one, reader)) for one in needed]


async def _case(
    request: Request, shell: Shell, viewer: Viewer, reference: str, template: str, *, named: bool = False, at: str = ""
) -> HTMLResponse:
    now, reader = shell.clock(), language_of(request, viewer)
    case = await _opened(shell, viewer, reference, now, named=named)
    standing = await shell.db.write(lambda session: standing_of(session, reference, case.portal, shell.portals, now))
    shell.events.changed(*map(case_topic, standing.touched))
    portal = shell.portals.get(case.portal)
    sendable = await shell.db.read(lambda one: answering.answerable(one, case.portal_messages, shell.sending))
    return page(
        request,
        template,
        viewer,
        case=case,
        asked_at=at,
        step=next_step(case, standing, shell.settings.zone, now),
        **await _work(shell, viewer, case, reader, whole=template == "case.html"),
        **await beside(shell, viewer, case, reader, now, whole=template == "case.html"),
        left=_seconds(case.window.closes_at, now) if case.window else 0,
        standing=standing,
        strange=await shell.db.read(lambda session: strange_code(session, viewer, reference, case.portal, now)),
        turn_left=max(SOON, _seconds(standing.turn.until, now)) if standing.turn else 0,
        busy_left=max(SOON, _seconds(standing.busy_until, now)) if standing.busy_until else 0,
        keep_day=(standing.keep_until - timedelta(seconds=1)).date() if standing.keep_until else None,
        turn_whole=round(TURN.total_seconds()),
        whole=round(portal.lifetime.total_seconds()) if portal else 0,
        **NAMES,
        **_planned(shell, case, reader),
        message_kinds=MESSAGES,
        portals=shell.portals,
        offered=offered(case, shell.portals, shell.settings.zone),
        sendable=sendable,
        escalations=ESCALATIONS,
        colleagues=await shell.db.read(lambda session: people.colleagues(session, viewer, now)),
        line=shell.channels.voice,
        mail_domain=shell.settings.mail_domain,
        company=await shell.db.read(lambda session: offers.offers_of(session, viewer, reference)),
        came=await shell.db.read(lambda session: outings.came_of(session, reference)),
        learning=await shell.db.read(lambda session: access.learning(session, viewer, reference, now)),
    )


async def _opened(shell: Shell, viewer: Viewer, reference: str, now: datetime, *, named: bool) -> CaseView:
    since = day_began(now, shell.settings.zone) if named else None
    return await shell.db.write(
        lambda one: caseview.see(one, shell.vault, shell.library, viewer, reference, now, named_since=since)
    )


async def _work(shell: Shell, viewer: Viewer, case: CaseView, reader: str, *, whole: bool) -> dict[str, Any]:
    """What the case is in words; on the `whole` page also what is compared and prepared for it."""
    library = shell.library
    known: dict[str, Any] = {
        "headline": headline(library, case.service, case.language, reader),
        "facts": facts(library, case.service, case.route, case.channel, reader),
        "still_open": still_open(library, case.service, case.route, reader),
        "written": {
            one.name: "" if one.hidden else as_written(library, case.service, one, reader) for one in case.answers
        },
    }
    if not whole or viewer.trainee:
        return known | {"alike": (), "phrases": (), "portal_form": (), "likeness": LIKENESS}
    reference, language = case.reference, case.language
    return known | {
        "alike": await shell.db.read(lambda one: likeness.alike_to(one, shell.vault, library, viewer, reference)),
        "phrases": await shell.db.read(lambda session: phrases.ready(session, library, language, reader)),
        "portal_form": portal_form(library, case, shell.portals.get(case.portal), reader),
        "likeness": LIKENESS,
    }


def _planned(shell: Shell, case: CaseView, reader: str) -> dict[str, Any]:
    """What is planned for the case, in words."""
    service = shell.library.services.get(case.service)
    tasks = service.plans.tasks if service else {}
    return {
        "plan_titles": titles_of(shell.library, [*case.work.tasks, *case.told.tasks], reader),
        "follow_titles": follow_up_titles(shell.library, case.service, reader),
        "coded": [name for name, one in tasks.items() if one.plan.code],
        "task_states": STATES,
        "followed": FOLLOWED,
        "skills": SKILLS,
    }


def _seconds(until: datetime, now: datetime) -> int:
    """Seconds left, for a page that counts them down by itself: the clock of its device may be wrong."""
    return max(0, ceil((until - now).total_seconds()))
