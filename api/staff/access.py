"""Who may do what: the one place that decides whether a person may open a case."""

from sqlmodel import Session, select

from api.errors import Refused
from api.keys.keyring import Gone
from api.keys.vault import CaseKey, CaseLock, Vault
from api.staff.people import Viewer
from api.tables import CaseRow

FORGOTTEN = "forgotten"


def case_for(session: Session, viewer: Viewer, reference: str) -> CaseRow:
    """A case that the viewer may open, locked until the end of the transaction: she claimed it, or coordinates.

    Any other case is refused exactly as one that does not exist: Refused(404, "no_such_case").
    """
    case = session.exec(select(CaseRow).where(CaseRow.reference == reference).with_for_update()).one_or_none()
    if case is None or not may_open(viewer, case):
        raise Refused(404, "no_such_case")
    return case


def claimed_case(session: Session, viewer: Viewer, reference: str) -> CaseRow:
    """The same for a case that somebody works on now; Refused(409, "not_claimed") otherwise."""
    case = case_for(session, viewer, reference)
    if case.state != "claimed":
        raise Refused(409, "not_claimed")
    return case


def may_open(viewer: Viewer, case: CaseRow) -> bool:
    """Whether the viewer may open what is sealed in this case."""
    return case.state != FORGOTTEN and (viewer.coordinator or case.claimed_by == viewer.person_id)


def coordinators_only(viewer: Viewer) -> None:
    """Refuse a volunteer what only coordinators may, as if it did not exist."""
    if not viewer.coordinator:
        raise Refused(404, "not_found")


def open_key(vault: Vault, viewer: Viewer, case: CaseRow) -> CaseKey:
    """The key of a case, opened with the viewer's team key. One that is gone refuses like a case that is."""
    try:
        return vault.open_case(viewer.team, lock_of(case))
    except Gone:
        raise Refused(404, "no_such_case") from None


def lock_of(case: CaseRow) -> CaseLock:
    """What the vault needs to open a case."""
    return CaseLock(case.public_key, case.sealed_key, case.secret_id)


def id_of(case: CaseRow) -> int:
    """The id of a case that is stored."""
    assert case.id is not None
    return case.id
