"""Which case fits whom: by urgency, language, skills, area and waiting time, in SQL; and the same reasons in words."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case as either
from sqlalchemy import func, literal, or_
from sqlmodel import Session

from api.console.names import SKILLS
from api.desk.rules import Rules
from api.staff.facts import Facts, helps_in
from api.staff.people import Viewer, facts_of
from api.tables import CaseRow, Person, metadata
from flows.where import PLACE

_case = metadata.tables["case"]
_place = func.coalesce(_case.c.route[PLACE].as_string(), "").concat("/")


def facts_now(session: Session, viewer: Viewer) -> Facts:
    """What she can do, as it stands now; the console's language is one in which she can help too."""
    row = session.get(Person, viewer.person_id)
    facts = facts_of(row) if row else Facts()
    return Facts((*facts.languages, viewer.language), facts.skills, facts.areas, facts.hours)


def order(facts: Facts) -> list[Any]:
    """The order of the queue for her: what is urgent, in her languages, what she alone can do, near her, the oldest.

    A case that needs a skill of hers comes before one that needs none, and that before one that needs what she lacks.
    """
    return [
        either((_case.c.urgency == "high", 0), else_=1),
        either((_case.c.language.in_(facts.languages), 0), else_=1),
        _by_skill(facts),
        *([_by_area(facts)] if facts.areas else []),
        _case.c.opened_at,
        _case.c.id,
    ]


def why(facts: Facts, case: CaseRow) -> tuple[str, ...]:
    """Why a case fits her: `language`, `skill`, `area`; or `lacks`, when it needs a skill that she has not."""
    needs = set(case.needs.split())
    place = case.route.get(PLACE, "")
    reasons = {
        "language": case.language in facts.languages,
        "skill": bool(needs) and needs <= set(facts.skills),
        "area": bool(place and facts.areas) and helps_in(facts, place),
        "lacks": not needs <= set(facts.skills),
    }
    return tuple(reason for reason, holds in reasons.items() if holds)


def is_late(case: CaseRow, ours: Rules, now: datetime) -> bool:
    """Whether an open case has waited longer than the rules of the desk allow."""
    hours = ours.urgent_hours if case.urgency == "high" else ours.late_hours
    return case.state == "open" and bool(hours) and now - case.opened_at >= timedelta(hours=hours)


def _by_skill(facts: Facts) -> Any:
    lacking = [_needs(skill) for skill in SKILLS if skill not in facts.skills]
    return either((or_(*lacking, literal(value=False)), 2), (_case.c.needs != "", 0), else_=1)


def _needs(skill: str) -> Any:
    return _case.c.needs.like(f"% {skill} %")


def _by_area(facts: Facts) -> Any:
    """In one of her areas first, then where the most levels agree with one of them, then elsewhere."""
    covered = [_place.startswith(f"{area}/", autoescape=True) for area in facts.areas]
    around: dict[int, list[Any]] = {}
    for area in facts.areas:
        parts = area.split("/")
        for levels in range(2, len(parts)):
            around.setdefault(levels, []).append(_place.startswith("/".join((*parts[:levels], "")), autoescape=True))
    beside = [or_(*around[levels]) for levels in sorted(around, reverse=True)]
    return either(*((one, number) for number, one in enumerate((or_(*covered), *beside))), else_=len(beside) + 1)
