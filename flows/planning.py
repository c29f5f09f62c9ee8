"""What comes after an intake, compiled: which tasks and follow-ups the answers of a case call for, and when.

Nothing here knows the clock: a case's answers and the moment of an event go in, names and dates come out.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from flows.expressions import Expression
from flows.expressions.rounds import Rounds
from flows.model import Value
from flows.plans import FollowUp, Report, TaskPlan
from flows.repeats import in_round
from flows.rules import Say
from flows.service import Question, ServiceFile

Compile = Callable[..., Expression | None]
"""Compiles a text, if there is one: it, whose it is, and its place in the file, step by step."""
EVENTS = ("opened", "closed", "appointment", "served", "outing")
"""Events that stand for themselves; the others name a task, a question or a follow-up."""
ENDS = ("closed", "served")
"""Events after which a follow-up may be wanted no more; a task that is done is one, too."""
ENGINES = frozenset({"manner", "outcome"})
"""Names in expressions that are no questions."""
CHECKLIST = "checklist"
"""The readable fact that names the items of its checklist that are still open."""
MORNING = time(8)
"""The hour (UTC) at which a day begins that is only known as a day."""


@dataclass(frozen=True, slots=True)
class Task:
    """A task of a service, compiled: by round of its repeated group (0: it has none), when it is opened."""

    plan: TaskPlan
    whens: tuple[tuple[int, Expression | None], ...]


@dataclass(frozen=True, slots=True)
class Following:
    """A follow-up of a service, compiled; `says` are its words by language (ISO 639)."""

    plan: FollowUp
    when: Expression | None
    alarm: Expression | None
    lasting: Expression | None
    says: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Added:
    """A report of a service, compiled: each line with what it counts and what it adds."""

    plan: Report
    rows: Mapping[str, tuple[Expression | None, Expression | None]]


@dataclass(frozen=True, slots=True)
class Plans:
    """All of it, by name; `reads` are the answers that some follow-up has to know when the case is sealed,
    `of_match` names the task that no answers open: it is opened when two are brought together."""

    tasks: Mapping[str, Task] = field(default_factory=dict)
    follow_ups: Mapping[str, Following] = field(default_factory=dict)
    reports: Mapping[str, Added] = field(default_factory=dict)
    call: Expression | None = None
    call_within: timedelta | None = None
    reads: frozenset[str] = frozenset()
    of_match: str = ""


@dataclass(frozen=True, slots=True)
class Open:
    """A task that is to be opened: its name, the round of its repeated group (0: it has none), and its deadline."""

    task: str
    due_at: datetime
    round: int = 0
    skill: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One follow-up on its date: the `number`th after the event at `event_at`; after `until` it was missed."""

    follow_up: str
    number: int
    event_at: datetime
    due_at: datetime
    until: datetime


def compile_plans(
    file: ServiceFile, questions: Sequence[Question], rounds: Rounds, say: Say, expression: Compile
) -> Plans:
    """Compile what a service file plans; `questions` are all of them, written out. Raises what `expression` raises."""
    follow_ups = {}
    for number, plan in enumerate(file.case.follow_ups):
        place, at = f"case.follow_ups.{plan.follow_up}", ("case", "follow_ups", number)
        follow_ups[plan.follow_up] = Following(
            plan,
            expression(plan.when, f"{place}.when", *at),
            expression(plan.alarm, f"{place}.alarm", *at),
            expression(plan.lasting, f"{place}.while", *at),
            say(f"follow_up:{plan.follow_up}:say", plan.say) if plan.say else {},
        )
    tasks = {
        one.task: Task(one, tuple(_rounds(one, number, rounds, expression)))
        for number, one in enumerate(file.case.tasks)
    }
    reports = {}
    for name, report in file.reports.items():
        at_rows = ("reports", name, "rows")
        rows = {
            label: tuple(expression(text, f"reports.{name}.{label}", *at_rows, label) for text in (row.when, row.add))
            for label, row in report.rows.items()
        }
        reports[name] = Added(report, {label: (when, add) for label, (when, add) in rows.items()})
    call = expression(file.case.call, "case.call", "case", "call")
    reads = _reads(questions, follow_ups.values(), tasks.values(), expression)
    of_match = file.case.match.task if file.case.match else ""
    return Plans(tasks, follow_ups, reports, call, file.case.call_within, reads, of_match)


def _rounds(plan: TaskPlan, place: int, rounds: Rounds, expression: Compile) -> Iterator[tuple[int, Expression | None]]:
    """When a task is opened: for each round of its repeated group, or once (round 0)."""
    what, at = f"case.tasks.{plan.task}", ("case", "tasks", place)
    if plan.per not in rounds:
        yield 0, expression(plan.when, what, *at)
        return
    for number, one in enumerate(rounds[plan.per], start=1):
        when = in_round(plan.when, one.names)
        yield number, expression(f"({one.exists}) and ({when})" if when else one.exists, what, *at)


def _reads(
    questions: Sequence[Question], follow_ups: Iterable[Following], tasks: Iterable[Task], expression: Compile
) -> frozenset[str]:
    """What follow-ups decide by, what the questions that they ask depend on, and the tasks that depend on those."""
    asked = {name for one in follow_ups for name in one.plan.ask}
    whens = (when for one in tasks for _, when in one.whens if when and when.names & asked)
    wanted = [one for one in questions if one.ask in asked]
    depend = [expression(text, one.ask) for one in wanted for text in (one.relevant, one.constraint)]
    decided = [one for follow_up in follow_ups for one in (follow_up.when, follow_up.alarm)]
    names = [one.names for one in (*decided, *depend, *whens) if one]
    return frozenset().union(*names, asked, (one.within for one in wanted if one.within)) - ENGINES


def tasks_for(plans: Plans, values: Mapping[str, Value], now: datetime) -> tuple[Open, ...]:
    """The tasks that these answers call for, with their deadlines from `now` on."""
    return tuple(
        Open(name, now + one.plan.due, number, one.plan.skill)
        for name, one in plans.tasks.items()
        if name != plans.of_match
        for number, when in one.whens
        if when is None or when.truth(values, now=now)
    )


def tasks_after(
    plans: Plans, question: str, values: Mapping[str, Value], known: Collection[str], now: datetime
) -> tuple[Open, ...]:
    """The tasks that one more answer calls for, of those that depend on it; `known` are the names that we know of.

    What depends on more than that is left to whoever opens the case.
    """
    decided = {
        (name, number)
        for name, one in plans.tasks.items()
        for number, when in one.whens
        if when is not None and question in when.names and when.names <= {*known, *ENGINES}
    }
    return tuple(one for one in tasks_for(plans, values, now) if (one.task, one.round) in decided)


def decided_with(plans: Plans, question: str) -> frozenset[str]:
    """The names by which the tasks are decided that depend on a question."""
    whens = (when for one in plans.tasks.values() for _, when in one.whens if when and question in when.names)
    return frozenset().union(*(when.names for when in whens)) - ENGINES


def steps_after(plans: Plans, event: str, at: datetime, values: Mapping[str, Value], now: datetime) -> tuple[Step, ...]:
    """The follow-ups of an event that was, or will be, `at`; what should have been over by `now` is left out."""
    found = (one for one in plans.follow_ups.values() if one.plan.after == event)
    wanted = (one for one in found if one.when is None or one.when.truth(values, now=now))
    return tuple(step for one in wanted for step in _steps(one.plan, at) if step.until > now)


def steps_from_answers(plans: Plans, values: Mapping[str, Value], now: datetime) -> tuple[Step, ...]:
    """The follow-ups that lie at a distance from a date which is an answer."""
    dates = {one.plan.after.split(".")[1] for one in plans.follow_ups.values() if one.plan.after.startswith("answer.")}
    found = ((name, _moment(values.get(name))) for name in sorted(dates))
    return tuple(step for name, at in found if at for step in steps_after(plans, f"answer.{name}", at, values, now))


def _steps(plan: FollowUp, at: datetime) -> Iterable[Step]:
    apart = plan.every or timedelta(0)
    for number in range(1, plan.times + 1):
        due = at + plan.wait + (number - 1) * apart
        yield Step(plan.follow_up, number, at, due, due + plan.window)


def _moment(value: Value) -> datetime | None:
    """The morning of a day; None for what is only a month or a year, or no date."""
    try:
        return datetime.combine(date.fromisoformat(value), MORNING, UTC) if isinstance(value, str) else None
    except ValueError:
        return None


def is_bad(plans: Plans, follow_up: str, values: Mapping[str, Value], now: datetime) -> bool:
    """Whether what was answered to a follow-up is what it should alarm about."""
    one = plans.follow_ups.get(follow_up)
    return bool(one and one.alarm and one.alarm.truth(values, now=now))


def still_wanted(one: Following, facts: Mapping[str, Value], now: datetime) -> bool:
    """Whether a follow-up whose day has come is to happen; `facts` are what is readable of its case."""
    return one.lasting is None or one.lasting.truth(facts, now=now)


def plans_amiss(plans: Plans, file: ServiceFile, questions: Mapping[str, Question]) -> Iterator[tuple[str, str, str]]:
    """What is wrong with the plans of a service: kind, place in the file, what is to be said about it."""
    yield from _twice(file)
    for name, one in plans.follow_ups.items():
        place, plan = f"case.follow_ups.{name}", one.plan
        yield from (("undefined", place, why) for why in _bad_event(plans, questions, plan))
        yield from (("undefined", place, why) for why in _bad_end(plans, file, one))
        if sum(map(bool, (plan.ask, plan.say, plan.task))) != 1:
            yield "undefined", place, "it needs exactly one of ask, say and task"
        for asked in plan.ask:
            if asked not in questions:
                yield "undefined", place, f"'{asked}' is not a question of this service"
            elif not questions[asked].later:
                yield "undefined", place, f"the question '{asked}' is not `later`: the intake asks it already"
        if plan.times > 1 and plan.every is None:
            yield "undefined", place, "`times` needs `every`"
    for name, task in plans.tasks.items():
        if task.plan.per and not task.whens[0][0]:
            yield "undefined", f"case.tasks.{name}", f"'{task.plan.per}' is not a repeated group of this service"
    for name, report in plans.reports.items():
        for asked in (*report.plan.by, *report.plan.concerns, *({report.plan.of} - {"opened"})):
            if asked not in questions:
                yield "undefined", f"reports.{name}", f"'{asked}' is not a question of this service"
        for asked in set(report.plan.by) - set(file.case.route):
            yield "undefined", f"reports.{name}", f"'{asked}' is not routed, so nothing is divided by it"


def _twice(file: ServiceFile) -> Iterator[tuple[str, str, str]]:
    names = {
        "case.tasks": [one.task for one in file.case.tasks],
        "case.follow_ups": [one.follow_up for one in file.case.follow_ups],
    }
    for place, all_of_them in names.items():
        for name in sorted({one for one in all_of_them if all_of_them.count(one) > 1}):
            yield "twice", f"{place}.{name}", f"the name '{name}' is used twice"


def _bad_event(plans: Plans, questions: Mapping[str, Question], plan: FollowUp) -> Iterator[str]:
    kind, _, subject = plan.after.partition(".")
    if kind == "task":
        name, _, state = subject.partition(".")
        if name not in plans.tasks or state != "done":
            yield f"after: '{plan.after}' names no task of this service (task.<name>.done)"
    elif kind == "answer":
        if subject not in questions or questions[subject].type != "date":
            yield f"after: '{subject}' is not a date question of this service"
    elif kind == "follow_up":
        if subject not in plans.follow_ups:
            yield f"after: '{subject}' is not a follow-up of this service"
    elif plan.after not in EVENTS:
        yield f"after: '{plan.after}' is no event; there are {', '.join(EVENTS)}, task., answer. and follow_up."


def _bad_end(plans: Plans, file: ServiceFile, one: Following) -> Iterator[str]:
    kind, _, subject = one.plan.until.partition(".")
    is_done = kind == "task" and subject.removesuffix(".done") in plans.tasks and subject.endswith(".done")
    if one.plan.until and one.plan.until not in ENDS and not is_done:
        yield f"until: '{one.plan.until}' ends nothing; there are {', '.join(ENDS)} and task.<name>.done"
    for name in sorted(one.lasting.names - {*file.case.route, *ENGINES, CHECKLIST} if one.lasting else ()):
        yield f"while: '{name}' is not routed, so nobody can look at it on the day"


def expressions_of(plans: Plans) -> Iterator[tuple[str, Expression]]:
    """Every expression with its place in the file."""
    if plans.call:
        yield "case.call", plans.call
    for name, task in plans.tasks.items():
        yield from ((f"case.tasks.{name}", one) for _, one in task.whens if one)
    for name, follow_up in plans.follow_ups.items():
        yield from ((f"case.follow_ups.{name}", one) for one in (follow_up.when, follow_up.alarm) if one)
    for name, report in plans.reports.items():
        for label, row in report.rows.items():
            yield from ((f"reports.{name}.{label}", one) for one in row if one)
