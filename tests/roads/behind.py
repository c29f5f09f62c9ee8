"""What happens behind a road: cases, tasks, follow-ups and alerts that are new or have changed, as lines to read."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from api.desk.tasks import KINDS
from api.staff.alerts import words_of
from api.tables import Alert, CaseRow, FollowUpRow, Person, TaskRow
from flows.where import PLACE
from tests.roads.stage import Stage


@dataclass
class Behind:
    """Remembers how everything stood when it was last looked at."""

    stage: Stage
    known: dict[tuple[str, int], str] = field(default_factory=dict)

    def changes(self) -> list[str]:
        """What has changed since the last look."""
        return [f"= {line}" for line in dict.fromkeys(self.stage.db.read_now(lambda s: list(self._changes(s))))]

    def _changes(self, session: Session) -> Iterator[str]:
        cases = {case.id or 0: case for case in session.exec(select(CaseRow).order_by(col(CaseRow.id)))}
        people = dict(session.exec(select(Person.id, Person.name)).all())
        for number, case in cases.items():
            yield from self._case(number, case, people.get(case.claimed_by, ""))
        for task in session.exec(select(TaskRow).order_by(col(TaskRow.id))):
            yield from self._task(task, cases.get(task.case_id or 0))
        follow_ups = select(FollowUpRow).order_by(col(FollowUpRow.due_at), col(FollowUpRow.id))
        for row in session.exec(follow_ups):
            yield from self._follow_up(row, cases[row.case_id])
        # An id may be given again, once its alert is put away: only the moment tells two apart.
        told = select(Alert, Person.name).join(Person).order_by(col(Alert.id))
        for alert, name in session.exec(told):
            if self._is_new("alert", alert.id, str(alert.at)):
                yield f"{name} hears: {words_of(alert.kind)}"

    def _is_new(self, kind: str, number: int | None, state: str) -> bool:
        before, self.known[kind, number or 0] = self.known.get((kind, number or 0)), state
        return before != state

    def _case(self, number: int, case: CaseRow, holder: str) -> Iterator[str]:
        before = self.known.get(("case", number))
        marks = case.urgency != "normal" and case.urgency, case.call and "to be called", case.escalated
        pressing = "".join(f", {one}" for one in marks if one)
        if not self._is_new("case", number, f"{case.state} {holder}{pressing}"):
            return
        if before is None:
            readable = "".join(f", {name}: {value}" for name, value in case.route.items() if name != PLACE)
            needs = "".join(f", needs {one}" for one in case.needs.split())
            yield f"a case is opened: {case.reference}, {case.service}{pressing}{readable}{needs}"
        elif case.state == "open":
            yield f"{case.reference} waits in the queue{pressing}"
        elif case.state == "claimed":
            yield f"{case.reference} is {holder}'s{pressing}"
        else:
            yield f"{case.reference} is {case.state}: {case.closing_reason}"

    def _task(self, task: TaskRow, case: CaseRow | None) -> Iterator[str]:
        before = self.known.get(("task", task.id or 0))
        if not self._is_new("task", task.id, task.state):
            return
        reference = f" in {case.reference}" if case else ""
        if before is None:
            skill = f", for {task.skill}" if task.skill else ""
            yield f"to do{reference}: {self._title(task, case)}, until {self.when(task.due_at)}{skill}"
        else:
            yield f"{task.state}{reference}: {self._title(task, case)}"

    def _follow_up(self, row: FollowUpRow, case: CaseRow) -> Iterator[str]:
        before = self.known.get(("follow_up", row.id or 0))
        state = f"{row.state}{', and that is bad' if row.bad else ''}"
        if self._is_new("follow_up", row.id, state):
            when = f", {self.when(row.due_at)}" if before is None else ""
            yield f"{row.name} in {case.reference}: {state}{when}"

    def _title(self, task: TaskRow, case: CaseRow | None) -> str:
        service = self.stage.library.services.get(case.service) if case else None
        if service and task.name in service.plans.tasks:
            return service.plans.tasks[task.name].plan.title
        follow_up = service.plans.follow_ups.get(task.name) if service else None
        if follow_up and follow_up.plan.task:
            return follow_up.plan.task
        return KINDS.get(task.kind, task.kind) + (f" ({task.name})" if task.name else "")

    def when(self, moment: datetime) -> str:
        """A moment by the clocks of the desk."""
        return f"{moment.astimezone(self.stage.shell.settings.zone):%Y-%m-%d %H:%M}"
