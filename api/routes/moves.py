"""Handing a case over, asking for help with it, letting it rest; and the rules of the desk, which coordinators set."""

from datetime import UTC, date, datetime, time
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.desk import moves
from api.desk import rules as desk_rules
from api.errors import Refused
from api.events import QUEUE, case_topic
from api.routes.doors import Coordinating, Desk, Looking, go, page
from api.shell import Shell
from api.staff import people
from flows.training import versions

router = APIRouter()
MORNING = time(8)
"""When on its day a case that rests is looked at again."""
Typed = Annotated[str, Form()]
Note = Annotated[str, Form(max_length=4000)]


@router.post("/cases/{reference}/hand-over")
async def hand_over(shell: Desk, viewer: Looking, reference: str, to: Typed, text: Note = "") -> RedirectResponse:
    """Give a case to a colleague, with a note."""
    now, colleague = shell.clock(), _number(to)
    quizzes = versions(shell.library)
    await shell.db.write(
        lambda session: moves.hand_over(session, shell.vault, viewer, reference, colleague, text, now, quizzes)
    )
    return _moved(shell, reference, "/queue?done=handed_over")


@router.post("/cases/{reference}/escalate")
async def escalate(shell: Desk, viewer: Looking, reference: str, reason: Typed) -> RedirectResponse:
    """Ask those on duty for help."""
    now = shell.clock()
    await shell.db.write(lambda session: moves.escalate(session, shell.vault, viewer, reference, reason, now))
    return _moved(shell, reference, f"/cases/{reference}?done=escalated")


@router.post("/cases/{reference}/calm")
async def calm(shell: Desk, viewer: Looking, reference: str) -> RedirectResponse:
    """The help has come."""
    now = shell.clock()
    await shell.db.write(lambda session: moves.settle_escalation(session, viewer, reference, now))
    return _moved(shell, reference, f"/cases/{reference}")


@router.post("/cases/{reference}/snooze")
async def snooze(shell: Desk, viewer: Looking, reference: str, day: Typed = "") -> RedirectResponse:
    """Let a case rest until the morning of a day; without a day it is awake again."""
    now = shell.clock()
    until = datetime.combine(_day(day), MORNING, shell.settings.zone).astimezone(UTC) if day else None
    await shell.db.write(lambda session: moves.snooze(session, viewer, reference, until, now))
    return _moved(shell, reference, "/queue?done=resting" if until else f"/cases/{reference}")


@router.get("/rules")
async def the_rules(request: Request, shell: Desk, viewer: Coordinating) -> HTMLResponse:
    """What holds for everybody, and for whom another number holds."""
    now = shell.clock()
    everybody = await shell.db.read(lambda session: people.everyone(session, now))
    ours = await shell.db.read(desk_rules.rules)
    others = await shell.db.read(desk_rules.exceptions)
    return page(
        request, "rules.html", viewer, rules=ours, people=everybody, exceptions=others, personal=desk_rules.PERSONAL
    )


@router.post("/rules")
async def set_rule(
    shell: Desk, viewer: Coordinating, name: Typed, value: Typed, person: Typed = "0"
) -> RedirectResponse:
    """Set one rule, for everybody or for one person."""
    now, number, person_id = shell.clock(), _number(value), _number(person)
    await shell.db.write(lambda session: desk_rules.set_rule(session, viewer, name, number, now, person_id))
    return go("/rules?done=set")


def _moved(shell: Shell, reference: str, path: str) -> RedirectResponse:
    shell.events.changed(QUEUE, case_topic(reference))
    return go(path)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise Refused(422, "incomplete")
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(422, "bad_date") from None
