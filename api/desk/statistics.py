"""What a coordinator sees at a glance: counted over routing fields, the trail and tallies; no case is opened for it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlmodel import Session, col, func, select

from api.desk import tallies
from api.desk.fitting import is_late
from api.desk.rules import rules
from api.numbers import pool
from api.staff.access import FORGOTTEN, coordinators_only
from api.staff.people import Viewer
from api.tables import Audit, CaseRow, Person

PERIOD = timedelta(days=30)
"""What "lately" means on the overview."""
STEPS = (timedelta(hours=1), timedelta(hours=4), timedelta(days=1), timedelta(days=3), timedelta(days=7))
"""The steps into which waiting times are sorted; what is longer than the last is a step of its own."""


@dataclass(frozen=True, slots=True)
class Dropout:
    """How many conversations of a service ended lately with this question open, of all that were begun."""

    service: str
    question: str
    count: int


@dataclass(frozen=True, slots=True)
class Load:
    """What one person has now: cases she works on, and how many of them wait to be read."""

    name: str
    cases: int
    unread: int


@dataclass(frozen=True, slots=True)
class Numbers:
    """One proxy number (E.164): how many people it serves, and how many of its places rest."""

    number: str
    lent: int
    cooling: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything on the overview.

    `waiting` are how many open cases wait, by the steps of STEPS and one more; `late` how many of them wait longer than
    the rules of the desk allow, `patience` how long that is for one that is not urgent (None: for ever); `to_claim` the
    median time from a registration to the first claim, of those that were claimed lately; `states` are cases by service
    and state; `finished` how many registrations came lately, `sent` the replies by channel, `segments` the parts of SMS
    that were paid for.
    """

    waiting: Sequence[int]
    late: int
    patience: timedelta | None
    to_claim: timedelta | None
    states: Mapping[str, Mapping[str, int]]
    dropouts: Sequence[Dropout]
    finished: Mapping[str, int]
    load: Sequence[Load]
    numbers: Sequence[Numbers]
    sent: Mapping[str, int]
    segments: int


def overview(session: Session, viewer: Viewer, now: datetime) -> Overview:
    """Count it all, for a coordinator. Refused(404, "not_found") for anybody else."""
    coordinators_only(viewer)
    since = now - PERIOD
    ours, waiting = rules(session), session.exec(select(CaseRow).where(CaseRow.state == "open")).all()
    finished = select(CaseRow.service, func.count()).where(CaseRow.opened_at > since).group_by(CaseRow.service)
    return Overview(
        waiting=_in_steps([now - case.opened_at for case in waiting]),
        late=sum(is_late(case, ours, now) for case in waiting),
        patience=timedelta(hours=ours.late_hours) if ours.late_hours else None,
        to_claim=_to_claim(session, since),
        states=_states(session),
        dropouts=_dropouts(session, since),
        finished=dict(session.exec(finished).all()),
        load=_load(session),
        numbers=[Numbers(one.number, one.lent, one.cooling) for one in pool.proxy_numbers(session, viewer)],
        sent=tallies.since(session, since.date(), tallies.SENT),
        segments=sum(tallies.since(session, since.date(), tallies.SEGMENTS).values()),
    )


def _in_steps(waits: Sequence[timedelta]) -> Sequence[int]:
    counted = Counter(next((step for step, end in enumerate(STEPS) if wait < end), len(STEPS)) for wait in waits)
    return tuple(counted[step] for step in range(len(STEPS) + 1))


def _to_claim(session: Session, since: datetime) -> timedelta | None:
    first = select(Audit.object, func.min(Audit.at).label("at")).where(Audit.action == "case.claim", Audit.at > since)
    claimed = first.group_by(Audit.object).subquery()
    times = select(CaseRow.opened_at, claimed.c.at).join(claimed, claimed.c.object == CaseRow.reference)
    seconds = [(at - opened).total_seconds() for opened, at in session.exec(times)]
    return timedelta(seconds=median(seconds)) if seconds else None


def _states(session: Session) -> Mapping[str, Mapping[str, int]]:
    counted = select(CaseRow.service, CaseRow.state, func.count()).where(CaseRow.state != FORGOTTEN)
    states: dict[str, dict[str, int]] = {}
    for service, state, count in session.exec(counted.group_by(CaseRow.service, CaseRow.state)):
        states.setdefault(service, {})[state] = count
    return states


def _dropouts(session: Session, since: datetime) -> Sequence[Dropout]:
    stopped = tallies.since(session, since.date(), tallies.STOPPED)
    parts = ((label.partition(":"), count) for label, count in stopped.items())
    return [Dropout(service, question, count) for (service, _, question), count in parts]


def _load(session: Session) -> Sequence[Load]:
    """Everybody who can sign in, also those who have nothing: they may take more."""
    hers = (col(CaseRow.claimed_by) == Person.id) & (col(CaseRow.state) == "claimed")
    counted = select(Person.name, func.count(col(CaseRow.id)), func.count(func.nullif(CaseRow.unread, 0)))
    everyone = counted.join(CaseRow, hers, isouter=True).where(col(Person.active)).group_by(Person.name)
    return [Load(*row) for row in session.exec(everyone.order_by(func.count(col(CaseRow.id)).desc(), Person.name))]
