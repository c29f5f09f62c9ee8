"""Her own page: where she gets alerts, her second factor, her passphrase; and the alerts that she has seen."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.errors import Refused
from api.routes.doors import Desk, Looking, back_from, go, page
from api.routes.forms import Proven
from api.shell import Shell
from api.staff import addresses, alerts, factor, people
from api.staff.people import Viewer

router = APIRouter()
Typed = Annotated[str, Form(max_length=60)]


@router.get("/me")
async def her_page(request: Request, shell: Desk, viewer: Looking) -> HTMLResponse:
    """What she sets for herself."""
    return await _me(request, shell, viewer)


@router.post("/me/address/code")
async def code_for_the_bot(request: Request, shell: Desk, viewer: Looking) -> HTMLResponse:
    """Show a code that she sends to the bot from where she wants her alerts."""
    now = shell.clock()
    code = await shell.db.write(lambda session: addresses.begin_by_bot(session, viewer.person_id, now))
    return await _me(request, shell, viewer, code=code)


@router.post("/me/address/number")
async def code_to_her_number(request: Request, shell: Desk, viewer: Looking, number: Typed) -> HTMLResponse:
    """Send a code to her number."""
    now, lane = shell.clock(), _sms_lane(shell)
    if not lane:
        raise Refused(404, "not_found")
    await shell.db.write(
        lambda session: addresses.begin_by_number(
            session, shell.vault, people.existing(session, viewer.person_id), lane, number, now
        )
    )
    return await _me(request, shell, viewer, typing=True)


@router.post("/me/address/confirm")
async def confirm(request: Request, shell: Desk, viewer: Looking, code: Typed) -> Response:
    """She types in the code that reached her number."""
    now = shell.clock()
    if await shell.db.write(
        lambda session: addresses.confirm_number(session, shell.vault, viewer.person_id, code, now)
    ):
        return go("/me?done=linked")
    return await _me(request, shell, viewer, typing=True, refused=Refused(401, "wrong_code"))


@router.post("/me/address/test")
async def try_it(shell: Desk, viewer: Looking) -> RedirectResponse:
    """Send her an alert that says that it is a test."""
    now = shell.clock()
    await shell.db.write(
        lambda session: alerts.alert(
            session, shell.vault, people.existing(session, viewer.person_id), "test", now, about=now.isoformat()
        )
    )
    return go("/me?done=tested")


@router.post("/me/address/remove")
async def unlink(shell: Desk, viewer: Looking) -> RedirectResponse:
    """Take her address back."""
    now = shell.clock()
    await shell.db.write(lambda session: addresses.unlink(session, viewer.person_id, now))
    return go("/me?done=unlinked")


@router.post("/alerts/seen")
async def seen(request: Request, shell: Desk, viewer: Looking) -> RedirectResponse:
    """Put her alerts away, and go back to where she was."""
    now = shell.clock()
    await shell.db.write(lambda session: alerts.put_away(session, viewer.person_id, now))
    return go(back_from(request))


@router.get("/me/factor")
async def her_factor(request: Request, viewer: Looking) -> HTMLResponse:
    """A secret for her app, as a picture and in letters."""
    return _factor(request, viewer, factor.new_secret())


@router.post("/me/factor")
async def set_up_factor(request: Request, shell: Desk, viewer: Proven, secret: Typed, code: Typed) -> Response:
    """From now on she is asked for a code when she signs in."""
    now = shell.clock()
    try:
        await shell.db.write(lambda session: factor.set_up(session, viewer.person_id, secret, code, now))
    except Refused as refused:
        return _factor(request, viewer, secret if factor.is_secret(secret) else factor.new_secret(), refused)
    return go("/me?done=factor")


def _factor(request: Request, viewer: Viewer, secret: str, refused: Refused | None = None) -> HTMLResponse:
    values = {"secret": secret, "picture": factor.picture(secret, viewer.name), "refused": refused}
    return page(request, "factor.html", viewer, refused.status if refused else 200, action="/me/factor", **values)


async def _me(
    request: Request,
    shell: Shell,
    viewer: Viewer,
    *,
    code: str = "",
    typing: bool = False,
    refused: Refused | None = None,
) -> HTMLResponse:
    now = shell.clock()
    return page(
        request,
        "me.html",
        viewer,
        refused.status if refused else 200,
        me=await shell.db.read(lambda session: people.person(session, viewer.person_id, now)),
        address=await shell.db.read(lambda session: addresses.hers(session, shell.vault, viewer.person_id, now)),
        handle=shell.settings.desk_handle,
        sms=bool(_sms_lane(shell)),
        code=code,
        typing=typing,
        refused=refused,
    )


def _sms_lane(shell: Shell) -> str:
    """By which number of ours we write SMS to the team; the simulator's in a trial."""
    if shell.channels.sms:
        return shell.channels.sms.lane
    return next((lane for lane, phone in shell.channels.phones.items() if phone.manner == "sms"), "")
