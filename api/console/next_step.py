"""The one thing that a case asks for now, in words and with where it is on the page: on a phone it stands first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo

from api.desk.caseview import CaseView
from api.numbers.standing import Standing
from flows.language import t


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done, in the console's source language, and the id of the part of the page where it is done."""

    words: str
    at: str


def next_step(case: CaseView, standing: Standing, zone: tzinfo, now: datetime) -> Step | None:
    """What comes next for whoever works on the case; nothing for a case that nobody works on."""
    return next(_steps(case, standing, zone, now), None) if case.state == "claimed" else None


def _steps(case: CaseView, standing: Standing, zone: tzinfo, now: datetime) -> Iterator[Step]:
    """All that is open, the most pressing first."""
    yield from _pressing(case, standing)
    if case.talk and case.talk[-1].kind == "in":
        yield Step(t("The worker wrote last: read and answer"), "talk")
    if case.call and not any(line.kind.startswith("call_out") for line in case.talk):
        yield Step(t("The worker wants a call"), "to-call" if case.calls_by_number else "call-form")
    if case.work.lacking:
        yield Step(t("Something is missing: ask for it"), "lacking")
    if case.portal and "phone" in case.needs and case.lease is None and not case.appointments:
        yield Step(t("The portal needs a number: lend one of ours"), "number")
    if case.lease is not None and not case.portal_messages:
        yield Step(t("Fill in the portal: what to type is below, in its order"), "portal-form")
    if any(one.kind == "answer" and one.answered_at is None for one in case.portal_messages):
        yield Step(t("The portal wants an answer"), "number")
    if _untold(case, zone, now):
        yield Step(t("There is a date: tell the worker"), "told")
    if "company" in case.needs and any(one.at > now for one in case.appointments):
        yield Step(t("The worker wants somebody to go along"), "company")
    yield Step(t("When it is done, close the case; or let it rest until a day"), "close-form")


def _pressing(case: CaseView, standing: Standing) -> Iterator[Step]:
    if case.code or case.mail.code:
        yield Step(t("The code has come: type it into the portal"), "number" if case.code else "mail")
    if standing.turn and standing.turn.called:
        yield Step(t("It is your turn: expect the code"), "number")
    if standing.lost:
        yield Step(t("The number is lost: the worker and the portal must be told"), "number")
    if case.window and not case.code:
        yield Step(t("A code is expected: it appears here"), "number")


def _untold(case: CaseView, zone: tzinfo, now: datetime) -> bool:
    told = {one.day for one in case.told.notices if one.state != "cancelled"}
    return any(one.at > now and f"{one.at.astimezone(zone):%Y-%m-%d}" not in told for one in case.appointments)
