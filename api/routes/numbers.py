"""One number of the pool and how it is, and all that alarms: for coordinators."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.console.number_names import GATEWAYS, NUMBER_STATES, TESTS, WAYS
from api.events import QUEUE, case_topic
from api.numbers import health, leases, losing, places, pool, selftest
from api.numbers.health import ALARMS
from api.routes.coordination import WARN_BEFORE, day_of
from api.routes.doors import Coordinating, Desk, go, page

router = APIRouter(prefix="/numbers")
Typed = Annotated[str, Form(max_length=200)]


@router.get("/health")
async def the_health(request: Request, shell: Desk, viewer: Coordinating) -> HTMLResponse:
    """What alarms, and how the phone of every number is."""
    return page(
        request,
        "number_health.html",
        viewer,
        alarms=await shell.db.read(lambda session: health.alarms(session, viewer)),
        numbers=await shell.db.read(lambda session: pool.proxy_numbers(session, viewer)),
        tests=await shell.db.read(selftest.last_tests),
        words=ALARMS,
        test_words=TESTS,
    )


@router.get("/{number}")
async def one_number(request: Request, shell: Desk, viewer: Coordinating, number: str) -> HTMLResponse:
    """A number: how it is, whom it serves, what can be done with it, and when it is lost: who must be told."""
    now = shell.clock()
    shown = await shell.db.read(lambda session: pool.proxy_number(session, viewer, number))
    lent = await shell.db.read(leases.lent_now)
    alarms = await shell.db.read(lambda session: health.alarms(session, viewer))
    return page(
        request,
        "number.html",
        viewer,
        number=shown,
        leases=[(reference, lease) for reference, lease in lent if lease.number == number],
        alarms=[alarm for alarm in alarms if alarm.number == number],
        test=(await shell.db.read(selftest.last_tests)).get(number),
        refusals=await shell.db.read(lambda session: places.refusals(session, number)),
        tell=await shell.db.write(
            lambda session: losing.to_tell(session, shell.vault, shell.library, viewer, number, now)
        ),
        portals=shell.portals,
        gateways=GATEWAYS,
        states=NUMBER_STATES,
        words=ALARMS,
        test_words=TESTS,
        ways=WAYS,
        soon=(now + WARN_BEFORE).date(),
    )


@router.post("/{number}/state")
async def set_state(shell: Desk, viewer: Coordinating, number: str, state: Typed) -> RedirectResponse:
    """Set it aside, lend it, let it run out, or retire it."""
    now = shell.clock()
    return await _act(shell, number, lambda session: pool.set_state(session, viewer, number, state, now), "number")


@router.post("/{number}/details")
async def describe(
    shell: Desk,
    viewer: Coordinating,
    number: str,
    registered_to: Typed = "",
    plan: Typed = "",
    paid_until: Typed = "",
) -> RedirectResponse:
    """Say whose the SIM is, what was bought, and until when it is paid."""
    now, until = shell.clock(), day_of(paid_until)
    said = {"registered_to": registered_to.strip(), "plan": plan.strip()}
    return await _act(
        shell,
        number,
        lambda session: pool.describe(session, viewer, number, now, paid_until=until, **said),
        "number",
    )


@router.post("/{number}/lost")
async def lose(shell: Desk, viewer: Coordinating, number: str) -> RedirectResponse:
    """The SIM is lost."""
    now = shell.clock()
    touched = await shell.db.write(lambda session: losing.lose_number(session, viewer, number, now))
    shell.events.changed(*map(case_topic, touched))
    return await _act(shell, number, lambda session: None, "lost")


@router.post("/{number}/again")
async def accept_again(shell: Desk, viewer: Coordinating, number: str, portal: Typed) -> RedirectResponse:
    """A portal takes the number again: forget that it refused it."""
    now = shell.clock()
    return await _act(
        shell, number, lambda session: places.accept_again(session, viewer, number, portal, now), "number"
    )


async def _act(shell: Desk, number: str, use_case: Callable[[Any], object], done: str) -> RedirectResponse:
    """Do it, look at the alarms at once, and go back to the number."""
    now = shell.clock()
    await shell.db.write(lambda session: health.watch_after(session, shell.vault, use_case, now))
    shell.events.changed(QUEUE)
    return go(f"/numbers/{number}?done={done}")
