"""Notes that name nobody, where a service wants them so: whether one does is asked before it is kept."""

from sqlmodel import Session, select

from api.desk.answered import answers_in
from api.keys.vault import Vault
from api.staff.access import open_key, refuse_strangers
from api.staff.people import Viewer
from api.tables import CaseRow
from flows.loader import Library, Service
from flows.nameless import names_somebody


def is_nameless(service: Service | None) -> bool:
    """Whether the notes of a service are to name nobody."""
    return service is not None and service.file.case.notes == "nameless"


def asks_first(session: Session, vault: Vault, library: Library, viewer: Viewer, reference: str, text: str) -> bool:
    """Whether a note should be looked at once more: it is to name nobody, and has a name or number of the case.

    Refused(404, "no_such_case") for who may keep none there.
    """
    refuse_strangers(session, viewer, reference)
    case = session.exec(select(CaseRow).where(CaseRow.reference == reference)).one()
    service = library.services.get(case.service)
    if service is None or not is_nameless(service):
        return False
    return names_somebody(text, service, answers_in(session, open_key(vault, viewer, case), case))
