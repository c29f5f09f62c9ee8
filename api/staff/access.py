"""Who may do what: the one place that decides whether a person may open a case.

A coordinator opens every case, a volunteer those that she claimed. A trainee reads along in a case that its volunteer
shares with her, and does nothing else in it than keep a note. For everybody else the case does not exist.
"""

from datetime import datetime

from sqlmodel import Session, col, delete, func, select

from api.errors import Refused
from api.keys.keyring import Gone
from api.keys.vault import CaseKey, CaseLock, Vault
from api.staff import audit
from api.staff.accounts import active
from api.staff.people import COORDINATOR, TRAINEE, Viewer, trainees
from api.store.once import insert_once
from api.tables import CaseRow, CaseShare, Person, Team, metadata

FORGOTTEN = "forgotten"
COORDINATORS = 2
"""How many a live deployment needs before its first case is taken: one alone can be lost with her passphrase."""

_share = metadata.tables["case_share"]


def case_for(session: Session, viewer: Viewer, reference: str) -> CaseRow:
    """A case that the viewer may open, locked until the end of the transaction: she claimed it, or coordinates.

    Any other case is refused exactly as one that does not exist: Refused(404, "no_such_case").
    """
    case = _locked(session, reference)
    if case is None or not may_open(viewer, case):
        raise Refused(404, "no_such_case")
    return case


def case_to_read(session: Session, viewer: Viewer, reference: str) -> CaseRow:
    """The same for who only reads, or keeps a note: a trainee too, while the case is shared with her."""
    case = _locked(session, reference)
    if case is None or not (may_open(viewer, case) or _reads_along(session, viewer, case)):
        raise Refused(404, "no_such_case")
    return case


def refuse_strangers(session: Session, viewer: Viewer, reference: str) -> None:
    """Nothing, for who may read a case; it is not locked. Refused(404, "no_such_case") for everybody else."""
    case = session.exec(select(CaseRow).where(CaseRow.reference == reference)).one_or_none()
    if case is None or not (may_open(viewer, case) or _reads_along(session, viewer, case)):
        raise Refused(404, "no_such_case")


def claimed_case(session: Session, viewer: Viewer, reference: str) -> CaseRow:
    """The same as `case_for` for a case that somebody works on now; Refused(409, "not_claimed") otherwise."""
    case = case_for(session, viewer, reference)
    if case.state != "claimed":
        raise Refused(409, "not_claimed")
    return case


def may_open(viewer: Viewer, case: CaseRow) -> bool:
    """Whether the viewer may open what is sealed in this case, and act in it."""
    if case.state == FORGOTTEN or viewer.trainee:
        return False
    return viewer.coordinator or case.claimed_by == viewer.person_id


def shared_cases(session: Session, viewer: Viewer) -> list[int]:
    """The ids of the cases that mentors share with a trainee now."""
    shared = select(CaseShare.case_id).join(CaseRow, CaseShare.case_id == CaseRow.id)  # type: ignore[arg-type]
    return list(session.exec(shared.where(CaseShare.trainee_id == viewer.person_id, *_IS_SHARED)))


def share(session: Session, viewer: Viewer, reference: str, trainee_id: int, now: datetime) -> None:
    """Let a trainee read along in a case that the viewer claimed, until it is another's or closed.

    Refused: (404, "no_such_person") when that is no trainee, (409, "not_claimed"), (404, "no_such_case").
    """
    case, trainee = _mentored(session, viewer, reference), session.get(Person, trainee_id)
    if trainee is None or trainee.role != TRAINEE or not active(trainee, now):
        raise Refused(404, "no_such_person")
    row = {"case_id": case.id, "trainee_id": trainee_id, "mentor_id": viewer.person_id, "shared_at": now}
    session.connection().execute(_share.delete().where(_share.c.case_id == case.id, _share.c.trainee_id == trainee_id))
    insert_once(session, _share, row)
    audit.record(session, viewer.person_id, "case.share", reference, now, person=trainee.name)


def unshare(session: Session, viewer: Viewer, reference: str, trainee_id: int, now: datetime) -> None:
    """Let a trainee read along no more."""
    case = case_for(session, viewer, reference)
    gone = delete(CaseShare).where(col(CaseShare.case_id) == case.id, col(CaseShare.trainee_id) == trainee_id)
    session.connection().execute(gone)
    audit.record(session, viewer.person_id, "case.unshare", reference, now)


def learning(session: Session, viewer: Viewer, reference: str, now: datetime) -> dict[int, tuple[str, bool]]:
    """For the mentor of a case: the trainees by id, each with her name and whether she reads along."""
    hers = CaseRow.reference == reference, CaseRow.claimed_by == viewer.person_id
    shared = select(CaseShare.trainee_id).join(CaseRow, CaseShare.case_id == CaseRow.id)  # type: ignore[arg-type]
    if viewer.trainee or session.exec(select(CaseRow.id).where(*hers)).first() is None:
        return {}
    reading = set(session.exec(shared.where(*hers, *_IS_SHARED)))
    return {one: (name, one in reading) for one, name in trainees(session, now).items()}


def lacks_coordinators(session: Session) -> bool:
    """Whether this live deployment waits for its second coordinator before anybody takes its first case."""
    team = session.get(Team, 1)
    if team is None or team.trial:
        return False
    there = select(func.count(col(Person.id))).where(col(Person.active), Person.role == COORDINATOR)
    if session.exec(there).one() >= COORDINATORS:
        return False
    taken = select(CaseRow.id).where(col(CaseRow.claimed_at).is_not(None)).limit(1)
    return session.exec(taken).first() is None


def may_claim(session: Session, viewer: Viewer) -> None:
    """Refuse who may take no case: a trainee (404), and anybody until there are two coordinators (409)."""
    if viewer.trainee:
        raise Refused(404, "no_such_case")
    if lacks_coordinators(session):
        raise Refused(409, "second_coordinator")


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


_IS_SHARED = (CaseRow.state == "claimed", CaseRow.claimed_by == CaseShare.mentor_id)
"""A share holds while the case is with the mentor who shared it: then nothing has to be ended."""


def _locked(session: Session, reference: str) -> CaseRow | None:
    return session.exec(select(CaseRow).where(CaseRow.reference == reference).with_for_update()).one_or_none()


def _reads_along(session: Session, viewer: Viewer, case: CaseRow) -> bool:
    return viewer.trainee and case.id in shared_cases(session, viewer)


def _mentored(session: Session, viewer: Viewer, reference: str) -> CaseRow:
    case = claimed_case(session, viewer, reference)
    if case.claimed_by != viewer.person_id:
        raise Refused(409, "not_yours")
    return case
