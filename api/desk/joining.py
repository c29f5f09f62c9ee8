"""From a case to the desk: who said that she would help there too is invited, with what she said."""

from datetime import datetime

from sqlmodel import Session, select

from api.console.words import negotiate
from api.desk.answered import answers_in, whose
from api.errors import Refused
from api.going.offers import name_in
from api.keys.vault import Vault
from api.staff import audit, invitations
from api.staff.access import case_for, coordinators_only, open_key, refuse_strangers
from api.staff.people import Newcomer, Viewer
from api.tables import CaseRow
from flows.amending import relevant
from flows.loader import Library
from flows.where import PLACE


def newcomer(
    session: Session, vault: Vault, library: Library, viewer: Viewer, reference: str, now: datetime
) -> Newcomer | None:
    """Whom a coordinator may invite from a case: her name, her language, what she can do and where; else None.

    Refused(404, "no_such_case") for who may not open it.
    """
    refuse_strangers(session, viewer, reference)
    case = session.exec(select(CaseRow).where(CaseRow.reference == reference)).one()
    service = library.services.get(case.service)
    if not viewer.coordinator or service is None or service.joins is None:
        return None
    key = open_key(vault, viewer, case)
    values = relevant(library, whose(case, answers_in(session, key, case)), now)
    if not service.joins.truth(values, now=now):
        return None
    ability = service.pairing.ability if service.pairing else {}
    can = tuple(skill for skill, when in ability.items() if when.truth(values, now=now))
    areas = tuple(filter(None, (case.route.get(PLACE),)))
    name = name_in(session, library, case, key)
    return Newcomer(name, language=negotiate(case.language), languages=(case.language,), skills=can, areas=areas)


def invite(session: Session, viewer: Viewer, newcomer: Newcomer, reference: str, now: datetime) -> str:
    """Invite somebody, as `invitations.invite` does; from a case, its history says so. Gives the token of the link.

    Refused besides: (404, "not_found") for who is no coordinator, (404, "no_such_case").
    """
    token = invitations.invite(session, viewer, newcomer, now)
    if reference:
        coordinators_only(viewer)
        case = case_for(session, viewer, reference)
        audit.record(session, viewer.person_id, "case.invite", case.reference, now)
    return token


def the_newcomer(
    session: Session, vault: Vault, library: Library, viewer: Viewer, reference: str, now: datetime
) -> Newcomer:
    """The same for the page of the invitation. Refused(404, "not_found") when nobody is to be invited from it."""
    found = newcomer(session, vault, library, viewer, reference, now)
    if found is None:
        raise Refused(404, "not_found")
    return found
