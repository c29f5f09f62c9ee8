"""Who is of the team: invited, added, described, prolonged, given a new passphrase or second factor, removed."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.console.names import SKILLS
from api.console.shown import Areas, areas_of
from api.desk import joining
from api.events import QUEUE
from api.progress import Work
from api.routes.doors import Coordinating, Desk, go, language_of, page
from api.routes.forms import ProvenCoordinator
from api.routes.works import Working, done_soon
from api.shell import Shell
from api.staff import access, factor, invitations, people
from api.staff.facts import HOURS, PARTS, Facts
from api.staff.gate import Gate
from api.staff.people import ROLES, VOLUNTEER, Newcomer, Viewer

router = APIRouter()
LONGEST = 200
Typed = Annotated[str, Form(max_length=LONGEST)]
Ticked = Annotated[list[str], Form()]


@router.get("/people")
async def the_people(request: Request, shell: Desk, viewer: Coordinating) -> HTMLResponse:
    """Everybody who is of the team, and who is invited."""
    return await _people(request, shell, viewer)


@router.post("/people")
async def add_person(
    request: Request,
    shell: Desk,
    viewer: ProvenCoordinator,
    name: Typed,
    role: Typed = VOLUNTEER,
    language: Typed = "en",
    languages: Ticked = [],  # noqa: B006 - FastAPI copies it
) -> HTMLResponse:
    """Add a person who stands beside the coordinator, and show her passphrase this once."""
    gate: Gate = request.app.state.gate
    newcomer = Newcomer(name, role, language, _known(shell.library.languages, languages))
    passphrase = await gate.add(viewer, newcomer, shell.clock())
    return await _people(request, shell, viewer, name, passphrase)


@router.post("/people/invite")
async def invite(
    request: Request,
    shell: Desk,
    viewer: ProvenCoordinator,
    name: Typed,
    role: Typed = VOLUNTEER,
    language: Typed = "en",
    languages: Ticked = [],  # noqa: B006 - FastAPI copies it
    skills: Ticked = [],  # noqa: B006
    areas: Ticked = [],  # noqa: B006
    reference: Typed = "",
) -> HTMLResponse:
    """Invite a person, and show her link this once; from a case its history says so."""
    now, places = shell.clock(), _codes(areas_of(shell.library, viewer.language))
    known = _known(shell.library.languages, languages), _known(list(SKILLS), skills), _known(places, areas)
    newcomer = Newcomer(name, role, language, *known)

    token = await shell.db.write(lambda session: joining.invite(session, viewer, newcomer, reference, now))
    link = f"{shell.settings.base_url}/join#{token}"
    return await _people(request, shell, viewer, name, link=link)


@router.post("/invitations/{invitation_id}/take-back")
async def take_back(shell: Desk, viewer: Coordinating, invitation_id: int) -> RedirectResponse:
    """Make a link useless."""
    now = shell.clock()
    await shell.db.write(lambda session: invitations.take_back(session, viewer, invitation_id, now))
    return go("/people?done=uninvited")


@router.get("/people/{person_id}")
async def the_person(request: Request, shell: Desk, viewer: Coordinating, person_id: int) -> HTMLResponse:
    """What one of the team may and can do, and what a coordinator can do for her."""
    now = shell.clock()
    return page(
        request,
        "person.html",
        viewer,
        person=await shell.db.read(lambda session: people.person(session, person_id, now)),
        roles=ROLES,
        spoken=shell.library.languages,
        skills=SKILLS,
        areas=areas_of(shell.library, language_of(request, viewer)),
        parts=list(PARTS),
    )


@router.post("/people/{person_id}")
async def describe(
    shell: Desk,
    viewer: ProvenCoordinator,
    person_id: int,
    role: Typed,
    languages: Ticked = [],  # noqa: B006 - FastAPI copies it
    skills: Ticked = [],  # noqa: B006
    areas: Ticked = [],  # noqa: B006
    hours: Ticked = [],  # noqa: B006
) -> RedirectResponse:
    """Change what she may and can do."""
    now = shell.clock()
    facts = Facts(
        _known(shell.library.languages, languages),
        _known(list(SKILLS), skills),
        _known(_codes(areas_of(shell.library, viewer.language)), areas),
        _known(HOURS, hours),
    )
    await shell.db.write(lambda session: people.describe(session, person_id, role, facts, viewer.person_id, now))
    shell.events.changed(QUEUE)
    return go(f"/people/{person_id}?done=described")


@router.post("/people/{person_id}/prolong")
async def prolong(shell: Desk, viewer: Coordinating, person_id: int) -> RedirectResponse:
    """She is still one of us."""
    now = shell.clock()
    await shell.db.write(lambda session: people.prolong(session, person_id, viewer.person_id, now))
    return go("/people?done=prolonged")


@router.post("/people/{person_id}/passphrase")
async def renew(request: Request, shell: Desk, viewer: ProvenCoordinator, person_id: int) -> HTMLResponse:
    """Give a person a new passphrase, and show it this once."""
    gate: Gate = request.app.state.gate
    name, passphrase = await gate.renew(viewer, person_id, shell.clock())
    return await _people(request, shell, viewer, name, passphrase)


@router.post("/people/{person_id}/factor")
async def demand(shell: Desk, viewer: ProvenCoordinator, person_id: int, demanded: Typed = "") -> RedirectResponse:
    """Demand a second factor of a person, or no longer."""
    now, yes = shell.clock(), demanded == "yes"
    await shell.db.write(lambda session: factor.demand(session, person_id, viewer.person_id, now, demanded=yes))
    return go(f"/people/{person_id}?done={'demanded' if yes else 'spared'}")


@router.post("/people/{person_id}/factor/reset")
async def reset(shell: Desk, viewer: ProvenCoordinator, person_id: int) -> RedirectResponse:
    """Her phone is lost."""
    now = shell.clock()
    await shell.db.write(lambda session: factor.reset(session, person_id, viewer.person_id, now))
    return go(f"/people/{person_id}?done=factor_reset")


@router.post("/people/{person_id}/remove")
async def remove(request: Request, shell: Desk, works: Working, viewer: ProvenCoordinator, person_id: int) -> Response:
    """Shut a person out. With many cases it takes a while to lock them anew: she sees how far it is."""
    gate: Gate = request.app.state.gate

    async def shut_out(work: Work) -> Response:
        await gate.remove(viewer, person_id, shell.clock(), work.step)
        shell.events.changed(QUEUE)
        return go("/people?done=removed")

    return await done_soon(works, viewer, "relock", shut_out)


async def _people(
    request: Request, shell: Shell, viewer: Viewer, name: str = "", passphrase: str = "", link: str = ""
) -> HTMLResponse:
    now = shell.clock()
    return page(
        request,
        "people.html",
        viewer,
        people=await shell.db.read(lambda session: people.everyone(session, now)),
        invited=await shell.db.read(lambda session: invitations.open_ones(session, now)),
        lacking=await shell.db.read(access.lacks_coordinators),
        roles=ROLES,
        spoken=shell.library.languages,
        name=name,
        passphrase=passphrase,
        link=link,
    )


def _known(known: Sequence[str], chosen: Sequence[str]) -> tuple[str, ...]:
    """Those of our choices that were ticked, in our order."""
    return tuple(one for one in known if one in chosen)


def _codes(areas: Areas) -> list[str]:
    return [code for whole, _, parts in areas for code in (whole, *(part for part, _ in parts))]
