"""What a service file may say of the weeks after an intake: tasks, follow-ups, and what its cases add up to.

`flows.planning` compiles these and says what they come to for the answers of a case.
"""

from datetime import timedelta
from typing import Literal

from pydantic import Field

from flows.parts import Name, Part, Skill, Span


class TaskPlan(Part):
    """Something that people do for a case, with a state of its own: opened once `when` holds, late after `due`.

    `skill` is what whoever does it has to know. `code`: when it is ready she is told a collection code of four digits.
    `per` names a repeated group: then there is one for each round in which `when` holds.
    """

    task: Name
    title: str
    when: str = ""
    skill: Skill | Literal[""] = ""
    due: Span = timedelta(days=3)
    code: bool = False
    per: str = ""


class FollowUp(Part):
    """What happens a while after something did: `in` that long after the event `after`.

    Events are `opened`, `closed`, `appointment`, `served`, `outing`, `task.<name>.done`, `answer.<date question>` and
    `follow_up.<name>`. It asks questions that are `later` (`ask`), says a text (`say`) or opens a `task` of this
    title. `every` and `times` repeat it. Without an answer within `window` it was `missed`; an answer for which `alarm`
    holds is told to people at once. On its day it is left out once `until` has happened (`closed`, `served` or
    `task.<name>.done`), and unless `while` holds then: over what is readable of the case, `${checklist}` with it.
    """

    follow_up: Name
    after: str = "opened"
    wait: Span = Field(alias="in")
    window: Span = timedelta(days=7)
    every: Span | None = None
    times: int = Field(default=1, ge=1, le=60)
    when: str = ""
    ask: tuple[Name, ...] = ()
    say: str = ""
    task: str = ""
    alarm: str = ""
    missed: Literal["alarm", "task", "nothing"] = "nothing"
    until: str = ""
    lasting: str = Field(default="", alias="while")


class Row(Part):
    """One line of a report: how many cases there are for which `when` holds, or what `add` comes to over them."""

    when: str = ""
    add: str = ""


class Report(Part):
    """What the cases of a period add up to. `of` is the question that dates a case, or `opened`.

    A period of a `month` ends on `until_day`, when that is given: the next one begins the day after. `by` are routed
    answers by which the lines are divided, `concerns` questions whose words are listed. `leaves`: it goes to others,
    and then shows no figure below ten.
    """

    title: str
    period: Literal["month", "quarter"] = "month"
    until_day: int | None = Field(default=None, ge=1, le=28)
    of: str = "opened"
    rows: dict[str, Row]
    by: tuple[Name, ...] = ()
    concerns: tuple[Name, ...] = ()
    leaves: bool = False
