"""Proposals who goes with whom: cases for a case, outings for a case, cases for an outing; and bringing two together.

What somebody can do and how many hours she has is sealed in her case. So it is compared while somebody is signed in,
and shown as reasons; nobody is shown a case that is not hers.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from api.desk import afterwards
from api.desk.answered import opened, whose
from api.desk.tasks import LIVING
from api.errors import Refused
from api.keys.vault import Vault
from api.staff import audit
from api.staff.access import claimed_case, id_of, may_open, refuse_strangers
from api.staff.alerts import alert
from api.staff.people import Viewer
from api.store.once import insert_once
from api.tables import CaseRow, OutingCase, OutingRow, PairRow, Person, TaskRow, metadata
from flows.amending import relevant
from flows.loader import Library
from flows.pairing import Fit, Helper, Pairing, Wanted, fit
from flows.where import PLACE

LOOKED_AT = 100
"""So many cases are compared at most, those that have waited longest."""
SHOWN = 6
KIND = "planned"

_pair = metadata.tables["pair"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A case that fits another one, and how well; `opens`: the viewer may open it, `together`: they are a match."""

    reference: str
    language: str
    fit: Fit
    opens: bool
    together: bool


@dataclass(frozen=True, slots=True)
class Call:
    """An outing that fits a case: when it is, how many places are left, and how well it fits."""

    outing_id: int
    starts_at: datetime
    free: int
    fit: Fit


@dataclass(frozen=True, slots=True)
class Proposals:
    """All that is proposed for a case: those who are together with it already first, then the best."""

    cases: tuple[Proposal, ...] = ()
    calls: tuple[Call, ...] = ()


def proposals(
    session: Session, vault: Vault, library: Library, viewer: Viewer, reference: str, now: datetime
) -> Proposals:
    """Who and what fits a case, best first. Refused(404, "no_such_case") for who may not open it."""
    refuse_strangers(session, viewer, reference)
    case = session.exec(select(CaseRow).where(CaseRow.reference == reference)).one()
    pairing = _pairing(library, case.service)
    if pairing is None or viewer.trainee or case.state == "closed":
        return Proposals()
    look = _Look(session, vault, library, viewer, pairing, now)
    calls = look.calls(case) if pairing.plan.outings else ()
    side = pairing.side(case.route, now)
    return Proposals(tuple(look.cases(case, wants=side == "of")) if side else (), tuple(calls))


def for_outing(
    session: Session, vault: Vault, library: Library, viewer: Viewer, outing_id: int, references: Sequence[str],
    now: datetime,
) -> dict[str, Fit]:  # fmt: skip
    """How well these cases fit an outing, the best first; those of another service, or that nothing compares, last."""
    row = session.get(OutingRow, outing_id)
    cases = list(session.exec(select(CaseRow).where(col(CaseRow.reference).in_(references))))
    pairing = _pairing(library, row.service) if row else None
    if row is None or pairing is None or not pairing.plan.outings:
        return {}
    look = _Look(session, vault, library, viewer, pairing, now)
    wanted = Wanted(row.needs.split(), row.area)
    hers = [case for case in cases if case.service == row.service]
    found = {case.reference: fit(pairing, wanted, helper, now) for case, helper in look.helpers(hers)}
    return dict(sorted(found.items(), key=lambda one: one[1].order))


def bring_together(
    session: Session, vault: Vault, library: Library, viewer: Viewer, reference: str, other: str, now: datetime
) -> None:
    """Make two cases a match: both say so, and the task that the service names is opened. Twice changes nothing.

    Refused: (404, "no_such_case"), (409, "not_claimed").
    """
    case, second = _both(session, library, viewer, reference, other, now)
    row = {"case_id": case.id, "other_id": second.id, "person_id": viewer.person_id, "at": now}
    if insert_once(session, _pair, row) is None:
        return
    for one, beside in ((case, second), (second, case)):
        audit.record(session, viewer.person_id, "case.pair", one.reference, now, to=beside.reference)
        holder = session.get(Person, one.claimed_by) if one.claimed_by else None
        if holder is not None and holder.id != viewer.person_id and holder.active:
            alert(session, vault, holder, "changed", now, about=one.reference)
    _open_task(session, library, case, now)


def take_apart(session: Session, library: Library, viewer: Viewer, reference: str, other: str, now: datetime) -> None:
    """They are a match no more. Refused: (404, "no_such_case"), (409, "not_claimed")."""
    case, second = _both(session, library, viewer, reference, other, now)
    gone = _pair.delete().where(_pair.c.case_id == case.id, _pair.c.other_id == second.id)
    if session.connection().execute(gone).rowcount:
        audit.record(session, viewer.person_id, "case.unpair", case.reference, now, to=second.reference)
        audit.record(session, viewer.person_id, "case.unpair", second.reference, now, to=case.reference)


def put_on_call(
    session: Session, vault: Vault, library: Library, viewer: Viewer, reference: str, outing_id: int, now: datetime
) -> None:
    """Put a case of hers on the list of a call that was proposed for it.

    Refused: (404, "no_such_outing"), (409, "no_place_left"), (404, "no_such_case"), (409, "not_claimed").
    """
    case, row = claimed_case(session, viewer, reference), session.get(OutingRow, outing_id)
    if row is None or row.service != case.service or not row.sign_up or row.starts_at <= now:
        raise Refused(404, "no_such_outing")
    afterwards.put_on_outing(session, vault, library, viewer, row, reference, now)


@dataclass(frozen=True, slots=True)
class _Look:
    """What comparing needs."""

    session: Session
    vault: Vault
    library: Library
    viewer: Viewer
    pairing: Pairing
    now: datetime

    def cases(self, case: CaseRow, *, wants: bool) -> list[Proposal]:
        """The cases of the other side; `wants`: this one is the one that needs something."""
        together = set(self.session.exec(_partners(case, wants=wants)))
        others = self._others(case, wants=wants)
        asking = [] if wants else [(case, helper) for _, helper in self.helpers([case])]
        found = []
        for one, helper in self.helpers(others) if wants else [(one, asking[0][1]) for one in others if asking]:
            need = case if wants else one
            wanted = Wanted(need.needs.split(), need.route.get(PLACE, ""), need.language)
            how = fit(self.pairing, wanted, helper, self.now)
            found.append(Proposal(one.reference, one.language, how, may_open(self.viewer, one), one.id in together))
        found.sort(key=lambda one: (not one.together, *one.fit.order))
        return found[: max(SHOWN, len(together))]

    def _others(self, case: CaseRow, *, wants: bool) -> list[CaseRow]:
        same = select(CaseRow).where(CaseRow.service == case.service, CaseRow.id != case.id)
        living = same.where(col(CaseRow.state).in_(("open", "claimed")))
        found = self.session.exec(living.order_by(col(CaseRow.opened_at), col(CaseRow.id)))
        side = "with" if wants else "of"
        return [one for one in found if self.pairing.side(one.route, self.now) == side][:LOOKED_AT]

    def helpers(self, cases: Sequence[CaseRow]) -> Iterator[tuple[CaseRow, Helper]]:
        """Cases as those who could help, opened for this comparison and nothing else."""
        given = self._hours([id_of(case) for case in cases])
        for case, answers in opened(self.session, self.vault, self.viewer, cases):
            values = relevant(self.library, whose(case, answers), self.now)
            yield case, Helper(values, case.route.get(PLACE, ""), case.language, given.get(id_of(case), 0))

    def _hours(self, cases: Sequence[int]) -> Mapping[int, float]:
        """How many hours each has given, or promised, within the time that the service names."""
        each, since = self.pairing.plan.each, self.now - self.pairing.plan.per
        live = (
            select(PairRow.other_id, func.count())
            .join(CaseRow, col(PairRow.case_id) == CaseRow.id)
            .where(col(PairRow.other_id).in_(cases), col(CaseRow.state).in_(("open", "claimed")))
            .group_by(col(PairRow.other_id))
        )
        found = {case: float(count * each) for case, count in self.session.exec(live)}
        on = select(OutingCase, OutingRow.starts_at).join(OutingRow, col(OutingCase.outing_id) == OutingRow.id)
        about = on.where(col(OutingCase.case_id).in_(cases), OutingRow.starts_at > since)
        for line, starts_at in self.session.exec(about):
            hours = line.hours or 0 if starts_at <= self.now else each
            found[line.case_id] = found.get(line.case_id, 0) + hours
        return found

    def calls(self, case: CaseRow) -> list[Call]:
        """The outings of its service that are coming, have places, and whose list it is not on."""
        on = select(OutingCase.outing_id).where(OutingCase.case_id == case.id)
        coming = OutingRow.service == case.service, OutingRow.starts_at > self.now, col(OutingRow.sign_up)
        rows = list(self.session.exec(select(OutingRow).where(*coming, col(OutingRow.id).not_in(on))))
        taken = select(OutingCase.outing_id, func.count()).group_by(col(OutingCase.outing_id))
        going = dict(self.session.exec(taken).all())
        found = []
        for _, helper in self.helpers([case]) if rows else ():
            for row in rows:
                how = fit(self.pairing, Wanted(row.needs.split(), row.area), helper, self.now)
                found.append(Call(row.id or 0, row.starts_at, row.places - going.get(row.id or 0, 0), how))
        fitting = [one for one in found if one.free > 0]
        return sorted(fitting, key=lambda one: (*one.fit.order, one.starts_at))[:SHOWN]


def _partners(case: CaseRow, *, wants: bool) -> SelectOfScalar[int]:
    mine, theirs = (PairRow.case_id, PairRow.other_id) if wants else (PairRow.other_id, PairRow.case_id)
    return select(theirs).where(mine == case.id)


def _both(
    session: Session, library: Library, viewer: Viewer, reference: str, other: str, now: datetime
) -> tuple[CaseRow, CaseRow]:
    """The case that needs something and the one that offers it, of which one is the viewer's; no others are a match."""
    case = claimed_case(session, viewer, reference)
    living = CaseRow.reference == other, CaseRow.service == case.service, col(CaseRow.state).in_(("open", "claimed"))
    second = session.exec(select(CaseRow).where(*living)).one_or_none()
    pairing = _pairing(library, case.service)
    sides = [pairing.side(one.route, now) for one in (case, second) if one] if pairing else []
    if second is None or sorted(sides) != ["of", "with"]:
        raise Refused(404, "no_such_case")
    return (case, second) if sides[0] == "of" else (second, case)


def _open_task(session: Session, library: Library, case: CaseRow, now: datetime) -> None:
    """Open the task that comes with a match, unless one of an earlier match is still to do."""
    plans = library.services[case.service].plans
    if not plans.of_match:
        return
    plan = plans.tasks[plans.of_match].plan
    same = TaskRow.case_id == case.id, TaskRow.name == plan.task, col(TaskRow.state).in_(LIVING)
    if session.exec(select(TaskRow.id).where(*same)).first() is None:
        row = TaskRow(kind=KIND, name=plan.task, case_id=case.id, created_at=now, due_at=now + plan.due)
        row.skill = plan.skill
        session.add(row)
        session.flush()


def _pairing(library: Library, service: str) -> Pairing | None:
    known = library.services.get(service)
    return known.pairing if known else None
